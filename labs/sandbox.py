"""The bridge to sandboxes: a module's labs share one sandbox, named by the module's slug."""

from typing import TYPE_CHECKING, Any

from labs.progress import labs_instances
from sandboxes import services

if TYPE_CHECKING:
    from workshop.accounts.models import User

__all__ = ["SandboxError", "check_access_again", "end_all", "engine_health", "fresh", "start", "start_fresh", "state"]

SandboxError = services.SandboxError
end_all = services.end_all
engine_health = services.engine_health
check_access_again = services.check_access_again


def start(*, owner: "User", module: str) -> tuple[dict[str, Any], bool]:
    """Start the owner's sandbox for a module; its state, and whether it is new. Raises SandboxError."""
    sandbox, created = services.request(owner=owner, purpose=module, instances=labs_instances(module))
    return services.snapshot(sandbox), created


def start_fresh(*, owner: "User", module: str) -> dict[str, Any]:
    """End the owner's sandbox for a module and start another; its state. Raises SandboxError."""
    return services.snapshot(fresh(owner=owner, module=module))


def fresh(*, owner: "User", module: str) -> Any:
    """The same, as a row. Raises SandboxError."""
    return services.restart(owner=owner, purpose=module, instances=labs_instances(module))


def state(*, owner: Any, module: str) -> dict[str, Any]:
    """What a page shows of the person's sandbox for a module; nobody's is none."""
    if not owner.is_authenticated:
        return services.snapshot(None)
    return services.state_for(owner=owner, purpose=module)
