"""An agenda as the proof takes it: the labs of its modules, in its order."""

from uuid import UUID

from labs.models import Lab
from workshop.agendas.models import Agenda


def agenda_named(name: str) -> Agenda | None:
    """The agenda with this id or share token."""
    try:
        return Agenda.objects.filter(pk=UUID(name)).first()
    except ValueError:
        return Agenda.objects.filter(share_token=name).first()


def labs_of_agenda(agenda: Agenda) -> list[Lab]:
    """The labs that are taught in it, in order; those on pages that an item leaves out are not."""
    labs = list(Lab.objects.filter(withdrawn=False))
    found: dict[str, Lab] = {}
    for item in agenda.document.items():
        for lab in labs:
            if lab.module == item.module and (not item.pages or lab.page in item.pages):
                found.setdefault(lab.slug, lab)
    return list(found.values())
