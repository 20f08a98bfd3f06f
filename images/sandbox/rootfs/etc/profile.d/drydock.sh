# Greets whoever opens an interactive login shell. Nothing here runs for scripts, nor for plain sub-shells.
case $- in
  *i*)
    if [ -n "${BASH_VERSION-}" ] && [ -r /etc/drydock/bashrc ]; then . /etc/drydock/bashrc; fi
    if [ -x /usr/lib/drydock/greeting ]; then /usr/lib/drydock/greeting; fi
    ;;
esac
