#!/bin/sh
# Runs a Docker daemon that listens on its socket and on TCP: with TLS on 2376, or with an empty
# DOCKER_TLS_CERTDIR without on 2375. Options are the daemon's; a command is run in its place.
set -eu

case ${1:-} in
  '' | -*) ;;
  *) exec "$@" ;;
esac

# A certificate authority, and a certificate each for server and client, as the daemon and the client look for them.
make_certificates() {
  mkdir -p "$1/ca" "$1/server" "$1/client"
  openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 825 -subj "/CN=docker:dind CA" \
    -keyout "$1/ca/key.pem" -out "$1/ca/cert.pem" 2>/dev/null
  names="DNS:docker,DNS:localhost,DNS:$(hostname),IP:127.0.0.1"
  for address in $(hostname -i); do names="$names,IP:$address"; done
  certificate "$1" server "subjectAltName=$names${DOCKER_TLS_SAN:+,$DOCKER_TLS_SAN}
extendedKeyUsage=serverAuth"
  certificate "$1" client "extendedKeyUsage=clientAuth"
  # Another container's ordinary user reads these through a shared volume.
  chmod 0644 "$1/client/key.pem"
}

certificate() {
  folder=$1/$2
  openssl req -newkey rsa:2048 -nodes -subj "/CN=docker:dind $2" -keyout "$folder/key.pem" -out "$folder/request.pem" 2>/dev/null
  printf '%s\n' "$3" >"$folder/extensions"
  openssl x509 -req -sha256 -days 825 -in "$folder/request.pem" -CA "$1/ca/cert.pem" -CAkey "$1/ca/key.pem" -CAcreateserial \
    -extfile "$folder/extensions" -out "$folder/cert.pem" 2>/dev/null
  cp "$1/ca/cert.pem" "$folder/ca.pem"
  rm "$folder/request.pem" "$folder/extensions"
}

# Where cgroups are of version 1, the daemon writes into hierarchies that the outer one hands out read-only.
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/*/; do
  mount -o remount,bind,rw "$hierarchy" 2>/dev/null || :
done
rm -f /run/docker.pid /run/docker/containerd/containerd.pid

certificates=${DOCKER_TLS_CERTDIR-}
if [ -n "$certificates" ]; then
  [ -s "$certificates/server/cert.pem" ] || make_certificates "$certificates"
  set -- --host tcp://0.0.0.0:2376 --tlsverify --tlscacert "$certificates/server/ca.pem" \
    --tlscert "$certificates/server/cert.pem" --tlskey "$certificates/server/key.pem" "$@"
else
  echo "WARNING: the API on port 2375 has no TLS: whoever reaches it is root here" >&2
  set -- --host tcp://0.0.0.0:2375 "$@"
fi
exec docker-init -- dockerd --host unix:///var/run/docker.sock "$@"
