"""Numbered system checks of the runtime's settings."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as CheckWarning

from sandboxes import naming


@register
def check_address_plan(**_: Any) -> list[CheckMessage]:
    """The address plan must have room, and stay out of Docker's own default pools."""
    plan = settings.SANDBOX_SUBNETS
    if naming.slot_count(plan) < 1:
        hint = f"Set DRYDOCK_SANDBOX_SUBNETS to a network of /{naming.SUBNET_PREFIX - 1} or larger, such as 10.128.0.0/12."
        return [Error(f"{plan} has no room for a sandbox.", hint=hint, id="sandboxes.E001")]
    return []


@register
def check_profile(**_: Any) -> list[CheckMessage]:
    """A profile that is no isolation is allowed, and said."""
    if settings.SANDBOX_PROFILE != "caps":
        return []
    hint = "Use it for people you trust, or on a host of their own. DRYDOCK_PROFILE=confined is the isolated one."
    return [
        CheckWarning("Sandboxes run under profile caps: whoever is root in one can be root on the host.", hint=hint, id="sandboxes.W001")
    ]
