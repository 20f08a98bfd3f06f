"""The take-home pack: a page that says what will be in it, and the door that makes it.

Making it takes seconds and reaches into the sandbox, so that door belongs to the role ``gateway``. It is a plain view, which
the server runs in a thread: the event loop, with everybody's terminals on it, goes on meanwhile.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from sandboxes import services
from sandboxes.api import error
from workshop.accounts.models import User
from workshop.agendas.following import agenda_to_learn
from workshop.curriculum.models import Module
from workshop.learning.course import Course, parts_of, whole
from workshop.learning.pack.build import PackFailed, Work, build

logger = logging.getLogger(__name__)

_LONGEST = 300
"""Seconds after which a pack that was begun is taken for dead."""
_CHUNK = 256 * 1024
_places = BoundedSemaphore(3)
"""Packs that one process makes at a time: each holds some ten megabytes in memory."""


class Refused(Exception):
    """No pack now: a status, a stable word, a sentence, and whether it can be had without what is in the sandbox."""

    def __init__(self, status: int, code: str, sentence: str, *, without: bool = False) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence, self.without = status, code, sentence, without


class PackResponse(FileResponse):
    """A file that is sent piece by piece under ASGI too, where Django would read the whole of it first."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        assert self.file_to_stream is not None
        read = sync_to_async(self.file_to_stream.read, thread_sensitive=False)
        while chunk := await read(_CHUNK):
            yield chunk


@require_safe
@login_required
def pack(request: HttpRequest) -> HttpResponse:
    """What the pack of an agenda (``?agenda=``) or of a module (``?module=``) will have in it."""
    assert request.user.is_authenticated
    return _page(request, _course(request.user, request.GET), request.GET)


@require_POST
@login_required
def pack_file(request: HttpRequest) -> HttpResponseBase:
    """The pack itself. With ``without=sandbox`` what is in the sandbox is left there."""
    assert request.user.is_authenticated
    person, fields = request.user, request.POST
    course = _course(person, fields)
    try:
        if settings.ROLE == "web":
            raise Refused(503, "gateway", "Packs are made elsewhere on this site, and the way there is missing. Tell your trainer.")
        with _one_at_a_time(person):
            skipped = fields.get("without") == "sandbox"
            work = [] if skipped else _work(person, course)
            file = build(person=person, course=course, work=work, site=request.build_absolute_uri, skipped=skipped)
    except PackFailed as failed:
        return _refuse(request, course, Refused(503, "no-room", str(failed)))
    except Refused as refused:
        return _refuse(request, course, refused)
    response = PackResponse(file, as_attachment=True, filename=f"{course.slug}-pack.zip", content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response


def _course(person: User, fields: QueryDict) -> Course:
    """What the fields name, if the person may read it. Raises BadRequest or Http404."""
    agenda_id, slug = fields.get("agenda", ""), fields.get("module", "")
    if bool(agenda_id) == bool(slug):
        raise BadRequest("Name an agenda or a module.")
    if slug:
        module = get_object_or_404(Module, slug=slug)
        return Course(module.title, module.slug, (whole(module),))
    try:
        agenda = agenda_to_learn(person, UUID(agenda_id))
    except ValueError:
        raise Http404("There is no such agenda.") from None
    modules = {module.slug: module for module in Module.objects.all()}
    return Course(agenda.title, slugify(agenda.title)[:60] or "agenda", parts_of(agenda, modules))


@contextmanager
def _one_at_a_time(person: User) -> Iterator[None]:
    """A place to make a pack in. Raises Refused where the person makes one already, or too many others do."""
    key = f"learning-pack:{person.pk}"
    if not cache.add(key, 1, timeout=_LONGEST):
        raise Refused(409, "busy", "A pack of yours is being made already. Wait for it, then try again.")
    try:
        if not _places.acquire(blocking=False):
            raise Refused(503, "busy", "Several packs are being made just now. Try again in a moment.")
        try:
            yield
        finally:
            _places.release()
    finally:
        cache.delete(key)


def _held(person: User, course: Course) -> list[services.Held]:
    return [each for each in services.holdings(owner=person) if each.purpose in course.modules and each.is_ready]


def _work(person: User, course: Course) -> list[Work]:
    """What is in the person's sandboxes for the course. Raises Refused where one of them does not answer."""
    found = []
    try:
        for each in _held(person, course):
            sandbox = services.ready(owner=person, purpose=each.purpose)
            found.append(Work(each.purpose, tuple(services.take_out(sandbox=sandbox))))
    except services.SandboxError as failed:
        logger.info("No pack for %s: %s (%s)", person.pk, failed.message, failed.detail)
        status = 503 if isinstance(failed, services.EngineDown) else 409
        raise Refused(status, failed.reason, failed.message, without=True) from failed
    except TimeoutError as failed:
        sentence = "Your sandbox did not hand out your files in time. Stop what keeps it busy, then try again."
        raise Refused(503, "timeout", sentence, without=True) from failed
    return found


def _refuse(request: HttpRequest, course: Course, refused: Refused) -> HttpResponse:
    if request.headers.get("Accept", "").startswith("application/json"):
        return error(refused.status, refused.code, refused.sentence, retryable=refused.code != "gateway")
    return _page(request, course, request.POST, refused=refused, status=refused.status)


def _page(request: HttpRequest, course: Course, fields: QueryDict, status: int = 200, **more: Any) -> HttpResponse:
    assert request.user.is_authenticated
    context = {
        "course": course,
        "field": ("agenda", fields["agenda"]) if fields.get("agenda") else ("module", fields["module"]),
        "held": _held(request.user, course),
        "titles": {part.module.slug: part.module.title for part in course.parts},
        "nav": "learning",
        **more,
    }
    return render(request, "learning/pack.html", context, status=status)
