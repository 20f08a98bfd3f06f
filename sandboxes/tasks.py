"""Celery's view of the lifecycle. Each task takes ids, may run twice, and says nothing itself."""

from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready

from sandboxes import engines, lifecycle, terminals


@shared_task(name="sandboxes.admit")
def admit() -> None:
    """Let waiting sandboxes in."""
    lifecycle.admit(engine_id=engines.default_engine().pk)


@shared_task(name="sandboxes.provision")
def provision(sandbox_id: str) -> None:
    """Prepare one sandbox."""
    lifecycle.provision(sandbox_id=UUID(sandbox_id))


@shared_task(name="sandboxes.destroy")
def destroy(sandbox_id: str) -> None:
    """Remove one sandbox."""
    lifecycle.destroy(sandbox_id=UUID(sandbox_id))


@shared_task(name="sandboxes.expire")
def expire() -> None:
    """End what is over its time."""
    lifecycle.expire()


@shared_task(name="sandboxes.recover")
def recover() -> None:
    """Take up again what was cut short."""
    lifecycle.recover()


@shared_task(name="sandboxes.sweep")
def sweep() -> None:
    """Compare engine and rows."""
    lifecycle.sweep(engine=engines.default_engine())


@shared_task(name="sandboxes.check_engines")
def check_engines() -> None:
    """Ask the engine how it is."""
    engines.check(engine=engines.default_engine())


@shared_task(name="sandboxes.end_shell")
def end_shell(terminal_id: str) -> None:
    """End the shell of a closed terminal."""
    terminals.end_shell(terminal_id=UUID(terminal_id))


@worker_ready.connect
def look_at_once(**_: object) -> None:
    """Do not wait for beat's first turn: the site may be looked at as soon as the worker is up."""
    check_engines.delay()
    sweep.delay()
