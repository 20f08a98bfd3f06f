"""A module that was just begun can be loaded as it is."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from workshop.curriculum.loading import load
from workshop.curriculum.models import Module

pytestmark = pytest.mark.django_db


def test_what_was_begun_can_be_loaded(tmp_path: Path) -> None:
    call_command("newmodule", "my-own", folder=tmp_path)
    loaded = load([tmp_path])
    assert (loaded.modules, loaded.pages) == (1, 2)
    assert Module.objects.get().title == "My own"


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    call_command("newmodule", "mine", folder=tmp_path)
    with pytest.raises(CommandError, match="is there already"):
        call_command("newmodule", "mine", folder=tmp_path)


def test_a_name_that_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be a module's name"):
        call_command("newmodule", "My Own", folder=tmp_path)
    assert not (tmp_path / "modules").exists()
