"""What prepares, runs and tests a checkout: the commands behind the Makefile.

Everything here runs on a bare Python 3.11 without a package, because it is what installs the packages.
The one exception is ``dev.images``, which ``.venv/bin/python`` runs.
"""
