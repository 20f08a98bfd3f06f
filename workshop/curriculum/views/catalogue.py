"""The front door: the agenda table; the catalogue; a module's own page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from labs.proof import summaries, summary
from sandboxes import services
from workshop.curriculum.models import Level, Module, Track
from workshop.curriculum.queries import all_totals, done_pages, offered, resume
from workshop.curriculum.search import Search, find

NETWORKS = {"none": "No network", "mirror": "Images from a mirror", "internet": "The internet"}
"""What a module's labs need to reach, in words."""

LONGEST = (30, 45, 60, 90)
"""Minutes that the catalogue offers as a limit."""


TABLE = 30
"""Modules in the table on the front page; who has more of them finds the others in the catalogue."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The table: modules with their minutes, tracks as columns, and a column to tick."""
    modules = list(offered()[: TABLE + 1])
    totals = _totals(modules) if len(modules) <= TABLE else all_totals()
    context = {
        "modules": modules[:TABLE],
        "tracks": [{"value": track.value, "label": track.label, "minutes": totals[track.value]} for track in Track],
        "total": totals["all"],
        "count": totals["count"],
        "resume": resume(request.user),
    }
    return render(request, "workshop/home.html", context)


def _totals(modules: list[Module]) -> dict[str, int]:
    tracks = {track.value: sum(module.minutes for module in modules if track.value in module.tracks) for track in Track}
    return {**tracks, "all": sum(module.minutes for module in modules), "count": len(modules)}


@require_safe
def module_list(request: HttpRequest) -> HttpResponse:
    """The catalogue; open to strangers, so that they see what there is."""
    search = Search.read(request.GET.dict())
    results = find(search)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "results": results,
        "titles": results.titles,
        "any": results.total or offered().exists(),
        "query": query.urlencode(),
        "search": search,
        "tracks": Track.choices,
        "levels": Level.choices,
        "networks": NETWORKS,
        "limits": LONGEST,
        "proofs": summaries(found.module.slug for found in results.found),
        "nav": "modules",
    }
    return render(request, "curriculum/module_list.html", context)


@require_safe
def module(request: HttpRequest, module_slug: str) -> HttpResponse:
    """What a module is about, what it needs, and its pages."""
    shown = get_object_or_404(Module, slug=module_slug)
    named = Module.objects.filter(slug__in=[*shown.prerequisites, *shown.helps])
    by_slug = {item.slug: item for item in named}
    done = done_pages(request.user, shown)
    there = services.mirror_contents()
    images = [{"name": name, "size": services.image_size(name, there)} for name in shown.needs.get("images", [])]
    context = {
        "module": shown,
        "images": images,
        "network": NETWORKS.get(shown.needs.get("network", "none"), ""),
        "tracks": [label for value, label in Track.choices if value in shown.tracks],
        "first_open": next((page for page in shown.outline if page["slug"] not in done), None),
        "prerequisites": [by_slug[slug] for slug in shown.prerequisites if slug in by_slug],
        "helps": [by_slug[slug] for slug in shown.helps if slug in by_slug],
        "done": done,
        "proof": summary(shown.slug),
        "nav": "modules",
    }
    return render(request, "curriculum/module.html", context)
