#!/bin/sh
# Finds a Python that can make virtual environments, installs one on a bare Debian, and hands over to dev/.
set -eu
cd "$(dirname "$0")/.."

usable() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
        if usable "$name"; then
            python=$name
            return 0
        fi
    done
    return 1
}

if ! find_python; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "Drydock needs Python 3.11 or newer with venv. On Debian or Ubuntu: sudo apt-get install python3 python3-venv" >&2
        exit 1
    fi
    echo "Python: installing python3 and python3-venv"
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    options='-o Acquire::Retries=3 -o DPkg::Lock::Timeout=120'
    # A package that an interrupted run left half configured would make every later install fail.
    # shellcheck disable=SC2086  # the options are words on purpose
    { dpkg --configure -a && { apt-get $options update || true; } &&
        apt-get $options install --yes --no-install-recommends python3 python3-venv; } >"$log" 2>&1 </dev/null || {
        tail -n 20 "$log" >&2
        echo "Python could not be installed; the lines above say why." >&2
        exit 1
    }
    rm -f "$log"
    find_python || {
        echo "This distribution's Python is older than 3.11, which Drydock needs (Debian 12 or newer has it)." >&2
        exit 1
    }
fi
exec "$python" -m dev "$@"
