"""The first accounts of a new installation."""

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from workshop.accounts.models import Role, User


class Command(BaseCommand):
    """Make an admin, a trainer and a learner with random passwords, where there is nobody yet."""

    help = "Create the first admin, trainer and learner with random passwords, print them once and keep them in a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--file: where the passwords are kept."""
        parser.add_argument("--file", type=Path, required=True, help="Written with mode 0600.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do nothing where there is any user; else all or nothing."""
        if User.objects.exists():
            self.stdout.write("There are accounts already.")
            return
        passwords = {role: secrets.token_urlsafe(12) for role in (Role.ADMIN, Role.TRAINER, Role.LEARNER)}
        text = "".join(f"{role:<8} {role.value}@drydock.local  {password}\n" for role, password in passwords.items())
        with transaction.atomic():
            for role, password in passwords.items():
                User.objects.create_user(f"{role.value}@drydock.local", password, role=role, name=role.label)
            _keep(options["file"], text)
        self.stdout.write(text)
        self.stdout.write(f"Kept in {options['file']}, which only you can read.")


def _keep(path: Path, text: str) -> None:
    """Write a file that is never, not even for a moment, readable by anybody else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
