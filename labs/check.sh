# shellcheck shell=bash
#
# What the checks of lab pages can use. A check is a bash script that follows this text in one shell, as the learner's
# root in /root; it exits 0 only when the step is done, and the last line that it prints is shown to the learner.
# Checks look and change nothing: many run at once, again and again, also for steps that nobody has begun.
# docs/authoring.md has the same functions in a table, with advice.

# The learner's shell may point anywhere; a check asks the instance's own daemon.
export DOCKER_HOST=unix:///var/run/docker.sock
unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH

# One line an event, oldest first: TYPE ACTION ID ATTRIBUTES-AS-JSON t=NANOSECONDS. The daemon itself remembers only 256.
EVENTS=/var/lib/drydock/events.log
# A file for each key that was answered.
ANSWERS=/root/answers
# Containers that a check starts carry this label, so that no check takes them for the learner's.
CHECK_LABEL=drydock.check


# --- Messages ---

# no MESSAGE: the step is not done, and this is what to say about it. Ends the check.
no() {
  printf '%s\n' "$*"
  exit 1
}

# there CONTAINER: it exists, running or not. Otherwise says so and ends the check.
there() {
  ! gone "$1" || no "There is no container with the name $1."
}

# running CONTAINER: it exists and runs. Otherwise says which of the two is wrong and ends the check.
running() {
  there "$1"
  up "$1" || no "There is a container $1, but it does not run; its state is $(f "$1" '{{.State.Status}}')."
}

# answered KEY: something was handed in for it. Otherwise says so and ends the check.
answered() {
  [ -n "$(ans "$1")" ] || no "Nothing has been handed in for $1 yet."
}


# --- What is there ---

# ans KEY: what the learner handed in with the command `answer KEY VALUE` since the lab was started here; nothing if they have not.
ans() {
  local file=$ANSWERS/$1
  [ -f "$file" ] && [ "$(stat -c %Y "$file")" -ge $((${LAB_SINCE:-0} / 1000000000)) ] && cat "$file"
}

# f OBJECT TEMPLATE: a field of a container, image, network or volume, by a Go template; nothing if there is no such object.
f() {
  docker inspect -f "$2" "$1" 2>/dev/null
}

# up CONTAINER: does it run?
up() {
  [ "$(f "$1" '{{.State.Running}}')" = true ]
}

# gone CONTAINER: is there none of this name, not even a stopped one?
gone() {
  ! docker container inspect "$1" >/dev/null 2>&1
}

# img IMAGE: is it on this host?
img() {
  docker image inspect "$1" >/dev/null 2>&1
}

# ip4 CONTAINER: its address; with several networks, all of them in one word.
ip4() {
  f "$1" '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'
}

# logs CONTAINER: what it has printed, without the colours and line ends of a terminal.
logs() {
  docker logs "$1" 2>&1 | tr -d '\r' | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g'
}

# inside [OPTION…] IMAGE [COMMAND…]: what a container of this image prints. It is removed at once, has no network unless
# told, pulls nothing, and does not count as an event. It takes half a second: ask cheaper questions first.
inside() {
  local network=(--network none)
  [[ " $* " != *" --network "* ]] || network=()
  docker run --rm --pull never --log-driver none --label "$CHECK_LABEL=1" "${network[@]}" "$@" 2>/dev/null </dev/null
}

# leaks IMAGE TEXT: is this text in a layer of the image, packed or not, in its config or in its manifest?
leaks() {
  local directory file found=1
  directory=$(mktemp -d)
  docker save "$1" | tar -x -C "$directory"
  while IFS= read -r file; do
    if zcat -f "$file" 2>/dev/null | grep -qaF -- "$2"; then
      found=0
      break
    fi
  done < <(find "$directory" -type f -size +0)
  rm -rf "$directory"
  return "$found"
}


# --- What has happened ---

# events: the engine's events since the lab was started here ($LAB_SINCE, nanoseconds; 0 is everything), without those of checks.
events() {
  awk -v since="${LAB_SINCE:-0}" -v label="\"$CHECK_LABEL\":" '
    { time = $NF; sub(/^t=/, "", time) }
    time + 0 >= since + 0 && !index($0, label)
  ' "$EVENTS" 2>/dev/null
}

# ev REGEX: has there been such an event? It is an extended regular expression, such as '^container stop .*"name":"web"'.
ev() {
  events | grep -qE -- "$1"
}

# evn REGEX: how many such events?
evn() {
  events | grep -cE -- "$1"
}

# autorm CONTAINER: has one of this name removed itself, that is, within two seconds of its end?
autorm() {
  events | awk -v name="\"name\":\"$1\"" '
    !index($0, name) { next }
    { time = $NF; sub(/^t=/, "", time) }
    $2 == "die" { died[$3] = time }
    $2 == "destroy" && ($3 in died) && time - died[$3] < 2e9 { found = 1 }
    END { exit !found }
  '
}


# --- What a registry on port 5000 of this host has ---

# The forms in which it may keep an image: Docker's manifest or list, or the OCI's manifest or index (newer engines push indexes).
ACC='Accept: application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json'
ACC+=', application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json'

# rdig REPOSITORY TAG: the digest of the tag; nothing if there is none.
rdig() {
  curl -sfI -m 5 -H "$ACC" "http://localhost:5000/v2/$1/manifests/$2" | tr -d '\r' | awk 'tolower($1) == "docker-content-digest:" {print $2}'
}

# rman REPOSITORY TAG [ARCHITECTURE]: the manifest of the image; out of an index that for the architecture, or else for this host's.
rman() {
  local manifest digest
  manifest=$(curl -sf -m 5 -H "$ACC" "http://localhost:5000/v2/$1/manifests/$2") || return 1
  digest=$(jq -r --arg architecture "${3:-$(dpkg --print-architecture)}" '
    if .manifests then [.manifests[] | select(.platform.architecture == $architecture)][0].digest // "none" else "" end
  ' <<<"$manifest")
  if [ -z "$digest" ]; then
    printf '%s\n' "$manifest"
  else
    curl -sf -m 5 -H "$ACC" "http://localhost:5000/v2/$1/manifests/$digest"
  fi
}

# rcfg REPOSITORY TAG [ARCHITECTURE]: the config of the image.
rcfg() {
  curl -sfL -m 5 "http://localhost:5000/v2/$1/blobs/$(rman "$@" | jq -r .config.digest)"
}
