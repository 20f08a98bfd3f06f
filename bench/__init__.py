"""Measurements of the running product, each beside a baseline of the same run. ``python -m bench`` prints the table."""
