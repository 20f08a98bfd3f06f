"""Whose lab it is: the first line of every view goes through here."""

from typing import TYPE_CHECKING, Any

from django.http import Http404

from labs import catching_up
from labs.models import Lab, LabRun
from labs.progress import describe
from sandboxes import services

if TYPE_CHECKING:
    from workshop.accounts.models import User


def lab_for(slug: str) -> Lab:
    """An offered lab. Raises Http404."""
    lab = Lab.objects.filter(slug=slug, withdrawn=False).first()
    if lab is None:
        raise Http404("There is no such lab.")
    return lab


def state_of(person: "User", lab: Lab) -> dict[str, Any]:
    """What is known of the person's lab, without looking into the sandbox."""
    run = LabRun.objects.filter(person=person, lab=lab).first()
    sandbox = services.current(owner=person, purpose=lab.module)
    live = sandbox.pk if sandbox is not None and sandbox.is_live else None
    return {**describe(lab=lab, run=run, sandbox=live), "catch_up": catching_up.describe(run=run)}
