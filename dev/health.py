"""Asking the running site whether it is well."""

import asyncio
from urllib.parse import urlsplit

from dev.site import health_sentences


async def ask_health(url: str) -> list[str]:
    """What is wrong right now, one sentence a part; an empty list when all is well."""
    try:
        async with asyncio.timeout(10):
            status, body = await _get(url)
    except TimeoutError:
        return ["the web server does not answer within 10 seconds"]
    except (OSError, ValueError, asyncio.IncompleteReadError):
        return ["the web server does not take connections yet"]
    if status == 200:
        return []
    return health_sentences(body) or [f"the health report has status {status}"]


async def _get(url: str) -> tuple[int, str]:
    """Status and body of ``/health/``."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        request = f"GET /health/ HTTP/1.0\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n"
        writer.write(request.encode())
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.decode(errors="replace").partition("\r\n\r\n")
    return int(head.split()[1]), body
