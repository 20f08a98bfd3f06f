# sourced before every check; runs in the sandbox as root, with bash
export DOCKER_HOST=unix:///var/run/docker.sock; unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH
E=/var/lib/drydock/events.log
ev(){ grep -qE -- "$1" $E; }                                   # an engine event since the lab began (regex)
evn(){ grep -cE -- "$1" $E; }                                  # how many
ans(){ cat /root/answers/"$1" 2>/dev/null; }                   # what the learner handed in with: answer KEY VALUE
f(){ docker inspect -f "$2" "$1" 2>/dev/null; }                # one field of an object
up(){ [ "$(f "$1" '{{.State.Running}}')" = true ]; }
gone(){ ! docker container inspect "$1" >/dev/null 2>&1; }
img(){ docker image inspect "$1" >/dev/null 2>&1; }
ip4(){ f "$1" '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'; }
logs(){ docker logs "$1" 2>&1 | tr -d '\r' | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g'; }    # without colours and line ends of a terminal
autorm(){ awk -v n="\"name\":\"$1\"" 'index($0,n){split($NF,a,"="); if($2=="die")d[$3]=a[2]; if($2=="destroy"&&($3 in d)&&a[2]-d[$3]<2e9)ok=1} END{exit !ok}' $E; }   # removed itself right after its end
# what a registry on localhost:5000 holds, whether as Docker manifest, OCI manifest or index (Engine 29 pushes indexes)
ACC='Accept: application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json'
rdig(){ curl -sfI -H "$ACC" "http://localhost:5000/v2/$1/manifests/$2" | tr -d '\r' | awk 'tolower($1)=="docker-content-digest:"{print $2}'; }                       # rdig REPO TAG : digest of the tag
rman(){ local j; j=$(curl -sfH "$ACC" "http://localhost:5000/v2/$1/manifests/$2") || return 1; local d; d=$(jq -r --arg a "${3:-amd64}" 'if .manifests then ([.manifests[]|select(.platform.architecture==$a)][0].digest // "none") else "" end' <<<"$j"); if [ -z "$d" ]; then echo "$j"; else curl -sfH "$ACC" "http://localhost:5000/v2/$1/manifests/$d"; fi; }   # rman REPO TAG [ARCH] : image manifest
rcfg(){ curl -sfL "http://localhost:5000/v2/$1/blobs/$(rman "$@" | jq -r .config.digest)"; }                                                                       # rcfg REPO TAG [ARCH] : image config
leaks(){ local t x r=1; t=$(mktemp -d); docker save "$1" | tar -x -C "$t"; for x in $(find "$t" -type f -size +0); do zcat -f "$x" 2>/dev/null | grep -qaF -- "$2" && { r=0; break; }; done; rm -rf "$t"; return $r; }   # leaks IMAGE STRING : is the string in any layer (packed or not), config or manifest
