"""Ends with status 1 unless the server in this container says that it is well."""

import sys
import urllib.request

try:
    urllib.request.urlopen("http://localhost:8000/health", timeout=1).close()
except OSError as error:
    print(error)
    sys.exit(1)
