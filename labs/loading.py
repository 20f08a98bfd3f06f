"""Labs out of the content files into rows. The curriculum's loader calls this, inside its transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from labs.files import LabFile as FileOnDisk
from labs.models import Lab, LabFile
from labs.script import Script


@dataclass(frozen=True, slots=True)
class LabSource:
    """A lab as its content files say it is."""

    slug: str
    title: str
    module: str
    page: str
    minutes: int
    instances: int
    ordered: bool
    images: list[str]
    repositories: list[str]
    script: Script
    digest: str
    files: tuple[FileOnDisk, ...] = field(default=())


def save_labs(sources: Iterable[LabSource]) -> None:
    """Make the rows say what the sources say; labs that are gone are marked withdrawn."""
    slugs = []
    known = dict(Lab.objects.values_list("slug", "content_hash"))
    for position, source in enumerate(sources, start=1):
        slugs.append(source.slug)
        _save(position, source, changed=known.get(source.slug) != source.digest)
    Lab.objects.exclude(slug__in=slugs).filter(withdrawn=False).update(withdrawn=True)


def _save(position: int, source: LabSource, *, changed: bool) -> None:
    values = {
        "title": source.title,
        "module": source.module,
        "page": source.page,
        "minutes": source.minutes,
        "position": position,
        "instances": source.instances,
        "ordered": source.ordered,
        "images": source.images,
        "repositories": source.repositories,
        "sections": source.script.to_json(),
        "step_count": len(source.script.steps),
        "content_hash": source.digest,
        "withdrawn": False,
    }
    row, _ = Lab.objects.update_or_create(slug=source.slug, defaults=values)
    if not changed:
        return
    row.files.all().delete()
    LabFile.objects.bulk_create(LabFile(lab=row, path=f.path, content=f.content, executable=f.executable) for f in source.files)
