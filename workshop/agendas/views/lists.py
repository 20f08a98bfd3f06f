"""All agendas; a new one, planned, started from a preset, ticked together or imported."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from workshop.agendas import access, editing
from workshop.agendas.catalogue import facts, units
from workshop.agendas.document import Document, DocumentInvalid
from workshop.agendas.exports import LARGEST_IMPORT, from_json
from workshop.agendas.forms import ImportForm, PlannerForm
from workshop.agendas.planner import Infeasible, plan
from workshop.agendas.presets import PRESETS, document_for, from_placed, preset
from workshop.agendas.schedule import schedule
from workshop.curriculum.models import Module
from workshop.curriculum.queries import offered


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """One's own agendas, those one helps with, and what is public."""
    context = {
        "mine": access.mine(request.user),
        "shared": access.shared_with(request.user),
        "public": access.public(request.user),
        "presets": PRESETS,
        "import_form": ImportForm(),
        "nav": "agendas",
    }
    return render(request, "agendas/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """The planner's form and its proposal; with ``?preset=``, ``?track=`` or ``?module=`` something to start from at once."""
    modules = list(offered())
    started = _started_from(request, modules)
    if started is not None and request.method == "POST":
        title, document = started
        return _save(request, title, document)
    form = PlannerForm(request.POST or None, modules=modules)
    context: dict[str, Any] = {"form": form, "presets": PRESETS, "started": started, "nav": "agendas", "query": request.GET.urlencode()}
    if started is not None:
        context["days"] = schedule(started[1])
        context["titles"] = {module.slug: module.title for module in modules}
    elif request.method == "POST" and form.is_valid():
        return _planned(request, form, modules, context)
    return render(request, "agendas/new.html", context)


def _started_from(request: HttpRequest, modules: list[Module]) -> tuple[str, Document] | None:
    ticked = request.GET.getlist("module")
    chosen = preset(request.GET.get("preset") or request.GET.get("track") or ("diy" if ticked else ""))
    if chosen is None:
        if request.GET.get("preset") or request.GET.get("track"):
            raise Http404("There is no such agenda to start from.")
        return None
    return chosen.title, document_for(chosen, units(modules), modules=ticked)


def _planned(request: HttpRequest, form: PlannerForm, modules: list[Module], context: dict[str, Any]) -> HttpResponse:
    wanted = form.to_request()
    answer = plan(units(modules), wanted)
    titles = {module.slug: module.title for module in modules}
    context["titles"] = titles
    if isinstance(answer, Infeasible):
        context["infeasible"] = answer
        return render(request, "agendas/new.html", context)
    document = _with_dates(from_placed(answer.items, wanted.days), form.cleaned_data["date"])
    if "use" in request.POST:
        return _save(request, form.cleaned_data["title"], document)
    missed = [titles.get(goal, goal) for goal in wanted.goals if goal not in answer.goals]
    left_out = [(titles.get(slug, slug), reason) for slug, reason in answer.left_out.items()]
    context |= {"days": schedule(document), "plan": answer, "left_out": left_out, "missed": missed}
    return render(request, "agendas/new.html", context)


def _with_dates(document: Document, first: date | None) -> Document:
    if first is None:
        return document
    data = document.to_json()
    for number, day in enumerate(data["days"]):
        day["date"] = (first + timedelta(days=number)).isoformat()
    return Document.from_json(data)


def _save(request: HttpRequest, title: str, document: Document) -> HttpResponse:
    assert request.user.is_authenticated
    return redirect(editing.create(owner=request.user, title=title, document=document))


@require_POST
@login_required
def import_agenda(request: HttpRequest) -> HttpResponse:
    """An exported agenda becomes one of one's own."""
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "Choose a file to import.")
        return redirect("agendas")
    file = form.cleaned_data["file"]
    try:
        if file.size > LARGEST_IMPORT:
            raise DocumentInvalid("This file is too large to be an agenda.")
        about, document, notices = from_json(file.read(), facts(Module.objects.all()))
    except DocumentInvalid as invalid:
        messages.error(request, str(invalid))
        return redirect("agendas")
    for notice in notices:
        messages.warning(request, notice)
    return _save(request, about["title"] or "Imported agenda", document)
