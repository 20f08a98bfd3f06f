"""Whether a WebSocket was opened by one of our own pages.

Browsers send cookies with a WebSocket that any page opens, so the Origin is what stops a foreign page
from typing into a learner's shell. A client without an Origin is no browser; it has no cookies that
it was not given.
"""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host


def origin_allowed(scope: dict[str, Any]) -> bool:
    """Whether the Origin header of the connection is absent, or one of ALLOWED_HOSTS or CSRF_TRUSTED_ORIGINS."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    origin = headers.get(b"origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    if f"{parts.scheme}://{parts.netloc}" in settings.CSRF_TRUSTED_ORIGINS:
        return True
    # Same host and port as the page itself: another service on the same host name is foreign too.
    return parts.netloc == headers.get(b"host") and validate_host(parts.hostname, settings.ALLOWED_HOSTS)
