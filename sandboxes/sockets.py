"""What WebSockets outside of this application share with those in it: origin, subscription, close codes."""

from sandboxes.access import FORBIDDEN, NOT_FOUND, NOT_SIGNED_IN
from sandboxes.origin import origin_allowed
from sandboxes.subscription import subscribe

__all__ = ["FORBIDDEN", "NOT_FOUND", "NOT_SIGNED_IN", "origin_allowed", "subscribe"]
