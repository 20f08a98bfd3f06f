"""Celery's view of labs. Each task takes ids and may run twice."""

from celery import shared_task

from labs import catching_up

LOOK_AGAIN = 1
"""Seconds until it is looked again whether a sandbox is ready; meanwhile the worker is free to prepare it."""


@shared_task(name="labs.catch_up")
def catch_up(catch_up_id: int) -> None:
    """Bring somebody to a step, or come again."""
    if not catching_up.proceed(catch_up_id=catch_up_id):
        catch_up.apply_async(args=(catch_up_id,), countdown=LOOK_AGAIN)


@shared_task(name="labs.recover")
def recover() -> None:
    """Take up again what was cut short."""
    for catch_up_id in catching_up.recover():
        catch_up.delay(catch_up_id)
