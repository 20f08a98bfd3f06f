"""HTTP of labs: fetch through the access helper, call one rule, describe."""

from collections.abc import Iterator
from contextlib import contextmanager

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse

from labs import catching_up, progress, rounds, sandbox
from labs.access import lab_for, state_of
from labs.home import NotTakenAlong
from labs.progress import StepUnknown
from sandboxes.api import BadRequest, async_json_view, error, fields, json_view

_SEEN = 500
SCOPES = ("open", "all", "step")


@json_view("GET")
def state(request: HttpRequest, lab_slug: str) -> HttpResponse:
    """One's own progress at a lab; no check is run."""
    assert request.user.is_authenticated
    return JsonResponse(state_of(request.user, lab_for(lab_slug)))


@async_json_view("POST")
async def enter(request: HttpRequest, lab_slug: str) -> HttpResponse:
    """Begin the lab in one's running sandbox: its files are copied in. Again is the same."""
    assert request.user.is_authenticated
    lab = await sync_to_async(lab_for)(lab_slug)
    entry = await sync_to_async(rounds.prepare_entry)(person=request.user, lab=lab)
    if entry is not None:
        await rounds.bring(entry)
        await sync_to_async(rounds.begin)(entry)
    return JsonResponse(await sync_to_async(state_of)(request.user, lab))


@async_json_view("POST")
async def check(request: HttpRequest, lab_slug: str) -> HttpResponse:
    """Run checks: ``scope`` is open (what is not done here yet), all, or step with the ``step``; ``seconds`` is the time in view.

    ``seen`` is that of an earlier answer: where nothing has changed since, no check is run, and steps say nothing new.
    """
    assert request.user.is_authenticated
    sent = fields(request)
    scope, step, seconds = _wanted(sent)
    lab = await sync_to_async(lab_for)(lab_slug)
    with _as_bad_request():
        asked = await sync_to_async(rounds.prepare)(person=request.user, lab=lab, scope=scope, step=step, seconds=seconds)
    with rounds.turn(asked.run) as free:
        if not free:
            return JsonResponse(await sync_to_async(state_of)(request.user, lab))
        found = await rounds.ask(asked, sent.get("seen", "")[:_SEEN])
        state = await sync_to_async(rounds.record)(asked, found.answers)
    return JsonResponse({**state, "seen": found.seen, "unchanged": not found.answers})


@contextmanager
def _as_bad_request() -> Iterator[None]:
    """Whoever names a step that is none has sent something wrong."""
    try:
        yield
    except StepUnknown as unknown:
        raise BadRequest(str(unknown)) from unknown


def _wanted(sent: dict[str, str]) -> tuple[str, str, int]:
    scope, seconds = sent.get("scope", "open"), sent.get("seconds", "0")
    if scope not in SCOPES:
        raise BadRequest(f"scope is {scope!r}; it may be {', '.join(SCOPES)}")
    return scope, sent.get("step", ""), _number(seconds, "seconds")


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise BadRequest(f"{name} must be a whole number")
    return int(text)


@json_view("POST")
def hint(request: HttpRequest, lab_slug: str) -> HttpResponse:
    """Note that a hint was opened: its ``step`` and ``number``, from 1."""
    assert request.user.is_authenticated
    lab, sent = lab_for(lab_slug), fields(request)
    run = progress.run_for(person=request.user, lab=lab)
    with _as_bad_request():
        progress.open_hint(run=run, script=lab.script, step=sent.get("step", ""), number=_number(sent.get("number", ""), "number"))
    return JsonResponse(state_of(request.user, lab))


@json_view("POST")
def solution(request: HttpRequest, lab_slug: str) -> HttpResponse:
    """Note that the solution of a ``step`` was opened."""
    assert request.user.is_authenticated
    lab = lab_for(lab_slug)
    run = progress.run_for(person=request.user, lab=lab)
    with _as_bad_request():
        progress.open_solution(run=run, script=lab.script, step=fields(request).get("step", ""))
    return JsonResponse(state_of(request.user, lab))


@json_view("POST")
def reset(request: HttpRequest, lab_slug: str) -> HttpResponse:
    """End one's sandbox and start a fresh one; what was done stays noted."""
    assert request.user.is_authenticated
    lab = lab_for(lab_slug)
    return JsonResponse(sandbox.start_fresh(owner=request.user, module=lab.module), status=201)


@async_json_view("POST")
async def catch_up(request: HttpRequest, lab_slug: str) -> HttpResponse:
    """Start a fresh sandbox and replay what comes before a ``step`` in it; one's own files are put back."""
    assert request.user.is_authenticated
    lab, step = await sync_to_async(lab_for)(lab_slug), fields(request).get("step", "")
    with _as_bad_request():
        progress.known_step(script=lab.script, step=step)
    try:
        saved = await catching_up.save_home(person=request.user, lab=lab)
    except NotTakenAlong as too_large:
        return error(409, "too-large", str(too_large))
    await sync_to_async(catching_up.ask)(person=request.user, lab=lab, step=step, saved=saved)
    return JsonResponse(await sync_to_async(state_of)(request.user, lab), status=202)
