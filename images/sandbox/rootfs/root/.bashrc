[ -r /etc/drydock/bashrc ] && . /etc/drydock/bashrc
