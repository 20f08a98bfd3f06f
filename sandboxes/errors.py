"""Expected failures: words for the person, a reason for metrics, detail for the log."""


class SandboxError(Exception):
    """An expected failure of a sandbox.

    ``message`` is a sentence for the learner that says what to do next; ``reason`` is a short stable
    word for metrics; ``detail`` is for the log alone; ``retryable`` tells whether trying again can help.
    """

    reason = "error"
    retryable = True

    def __init__(self, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail


class EngineDown(SandboxError):
    """The Docker engine cannot be reached; nothing is known about what it holds."""

    reason = "engine-down"


class ImageMissing(SandboxError):
    """The engine does not have the sandbox image."""

    reason = "image-missing"


class AddressTaken(SandboxError):
    """The engine uses the sandbox's address range for something else already."""

    reason = "address-taken"


class NeverReady(SandboxError):
    """The instance runs, but its Docker did not answer in time."""

    reason = "never-ready"


class StartFailed(SandboxError):
    """The engine refused to start the instance."""

    reason = "start-failed"


class RemovalFailed(SandboxError):
    """The engine did not remove a part of the sandbox; another try may."""

    reason = "removal-failed"


class QuotaReached(SandboxError):
    """The person has as many sandboxes, or terminals, as they may have."""

    reason = "quota"
    retryable = False


class NotReady(SandboxError):
    """The sandbox is not in a state for this."""

    reason = "not-ready"


class LeaseLost(SandboxError):
    """Another worker has taken over the sandbox: whoever sees this stops at once and changes nothing."""

    reason = "lease-lost"
