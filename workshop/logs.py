"""What is left out of the log. Imports nothing of Django: logging is set up before it."""

import logging


class NotHealth(logging.Filter):
    """Leaves out requests for the health: whoever asks reads the answer, and a 503 in it is no error of the site."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is to be logged."""
        return getattr(getattr(record, "request", None), "path", "") != "/health/"
