#!/bin/sh
# Starts sshd, then the daemon. AUTHORIZED_KEY is the public key that may log in as ops.
set -eu

ssh-keygen -A >/dev/null
if [ -n "${AUTHORIZED_KEY:-}" ]; then
  printf '%s\n' "$AUTHORIZED_KEY" >/home/ops/.ssh/authorized_keys
  chown ops:ops /home/ops/.ssh/authorized_keys
fi
# Each command of the Docker client over SSH is a session of its own.
/usr/sbin/sshd -o PasswordAuthentication=no -o MaxSessions=50 -o MaxStartups=50
exec dockerd-entrypoint.sh --label role=remote "$@"
