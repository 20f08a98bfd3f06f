"""Engines: which one takes a sandbox, how it is reached, and what it last said of itself."""

import logging
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from sandboxes.backend import Backend, EngineFacts
from sandboxes.errors import SandboxError
from sandboxes.models import Engine

logger = logging.getLogger(__name__)

REPORT_LIMIT = timedelta(seconds=45)
"""An engine that has not been checked for this long has no worker."""


def default_engine() -> Engine:
    """The engine of this installation's settings."""
    limits = {"capacity": settings.ENGINE_CAPACITY, "parallel_starts": settings.ENGINE_PARALLEL_STARTS}
    engine, created = Engine.objects.get_or_create(name="local", defaults={"url": settings.ENGINE_URL, **limits})
    if not created and engine.url != settings.ENGINE_URL:
        engine.url = settings.ENGINE_URL
        engine.save(update_fields=["url"])
    return engine


def backend_for(engine: Engine) -> Backend:
    """The adapter for an engine, one per process so that connections are kept."""
    return _backend(engine.url, settings.SANDBOX_PROFILE, settings.SANDBOX_IMAGE, settings.INSTALLATION)


@lru_cache(maxsize=16)
def _backend(url: str, profile: str, image: str, installation: str) -> Backend:
    from sandboxes.docker_backend import DockerBackend  # noqa: PLC0415 -- the page-serving process never loads the Docker SDK

    return DockerBackend(url=url, profile=profile, image=image, installation=installation)


def check(*, engine: Engine) -> None:
    """Prepare the engine and note what it says; an engine that cannot be used is noted with the reason."""
    try:
        facts = backend_for(engine).prepare()
    except SandboxError as error:
        logger.warning("Engine %s: %s (%s)", engine.name, error.message, error.detail)
        _note(engine, healthy=False, message=f"{error.message} {error.detail}"[:300])
    else:
        if not engine.healthy or engine.image_id != facts.image_id:
            logger.info("Engine %s: Docker %s; this host can run the profile %s.", engine.name, facts.version, settings.SANDBOX_PROFILE)
        known = {"version": facts.version, "image_id": facts.image_id, "dns": list(facts.dns), "mirror": facts.mirror}
        _note(engine, healthy=True, message="", images=dict(facts.images), **known)


def _note(engine: Engine, **fields: object) -> None:
    Engine.objects.filter(pk=engine.pk).update(checked_at=timezone.now(), **fields)


def known_facts(engine: Engine) -> EngineFacts | None:
    """What the engine last reported, None where that is unknown or old."""
    if not (engine.healthy and engine.image_id and has_worker(engine)):
        return None
    return EngineFacts(
        version=engine.version, image_id=engine.image_id, dns=tuple(engine.dns), mirror=engine.mirror, images=dict(engine.images)
    )


def look_into_mirror(engine: Engine) -> dict[str, int]:
    """Ask the engine what its mirror holds, and note it. Raises SandboxError."""
    images = dict(backend_for(engine).images())
    Engine.objects.filter(pk=engine.pk).update(images=images)
    return images


def has_worker(engine: Engine) -> bool:
    """Whether a worker has reported for the engine lately."""
    return engine.checked_at is not None and engine.checked_at > timezone.now() - REPORT_LIMIT
