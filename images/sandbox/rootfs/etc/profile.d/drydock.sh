# The mirror, for what is to be told of it: docker run … docker:26-dind --registry-mirror "$DRYDOCK_MIRROR"
read -r DRYDOCK_MIRROR 2>/dev/null </run/drydock/mirror
if [ -n "${DRYDOCK_MIRROR-}" ]; then export DRYDOCK_MIRROR="http://$DRYDOCK_MIRROR:5000"; else unset DRYDOCK_MIRROR; fi
# A build for one platform is one plain manifest, without a record of the build beside it.
export BUILDX_NO_DEFAULT_ATTESTATIONS=1

# Greets root in an interactive login shell. Nothing below runs for scripts, nor for plain sub-shells.
case $- in
  *i*)
    if [ -n "${BASH_VERSION-}" ] && [ -r /etc/drydock/bashrc ]; then . /etc/drydock/bashrc; fi
    if [ "$(id -u)" = 0 ] && [ -x /usr/lib/drydock/greeting ]; then /usr/lib/drydock/greeting; fi
    ;;
esac
