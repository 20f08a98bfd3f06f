"""The firewall between sandboxes and everything that is not the internet.

One nftables table of our own on the engine's host, replaced as a whole in one transaction: it reads no
rule of anybody else, changes none, and survives the engine rewriting its own. It looks only at packets
that come from or go to a sandbox's bridge (``drydk…``); a drop in it is final, an accept only means
that the engine's own rules decide. Run again after a reboot; running it twice changes nothing.

The commands are for a short-lived container of the sandbox image with ``network_mode="host"`` and the
capability ``NET_ADMIN``, so that a remote engine's host is guarded like the local one.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable

from sandboxes.mirror import PORTS

BRIDGE_PREFIX = "drydk"
TABLE = "drydock"

#: Where no sandbox may go: private ranges, link-local (with the clouds' metadata service), multicast, reserved.
CLOSED_RANGES = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/3",
)

#: Mail is what stolen machines are used for first, and what gets a trainer's address on a block list.
CLOSED_PORTS = (25, 465, 587)

#: New connections a second from one instance to the internet; enough for work, too few to fill the host's tables.
NEW_CONNECTIONS = 200

# Sets say "typeof": the nft of Debian 12 crashes when it lists one that a newer nft made with "type".
_RULES = """\
table inet {table} {{
  set resolvers {{ typeof ip daddr; {resolvers} }}
  set closed {{ typeof ip daddr; flags interval; elements = {{ {closed} }} }}
  set talkers {{ typeof ip saddr; flags dynamic,timeout; timeout 1m; size 65535; }}
  counter closed {{ }}
  counter flood {{ }}
  counter forged {{ }}
  counter host {{ }}
  counter inbound {{ }}
  counter internet {{ }}
  counter ipv6 {{ }}
  counter mail {{ }}
  counter neighbour {{ }}

  chain forward {{
    type filter hook forward priority filter - 10; policy accept;
    iifname "{bridges}" jump from_sandbox comment "{mark}"
    oifname "{bridges}" jump to_sandbox
  }}

  chain from_sandbox {{
    meta nfproto ipv6 counter name ipv6 drop
    fib saddr . iif oif missing counter name forged drop
    ct state established,related accept
    fib daddr . iif oif exists accept
    ip daddr @resolvers meta l4proto {{ tcp, udp }} th dport 53 accept
    oifname "{bridges}" counter name neighbour drop
    ip daddr @closed counter name closed drop
    tcp dport {{ {ports} }} counter name mail drop
    ct state new update @talkers {limit} counter name flood drop
    {internet}
  }}

  chain to_sandbox {{
    ct state established,related accept
    counter name inbound drop
  }}

{mirror_translation}
  chain input {{
    type filter hook input priority filter - 10; policy accept;
    iifname "{bridges}" jump to_host comment "{mark}"
  }}

  chain to_host {{
    meta nfproto ipv6 counter name ipv6 drop
    ct state established,related accept
    ip daddr @resolvers meta l4proto {{ tcp, udp }} th dport 53 accept
{mirror_door}    counter name host drop
  }}
}}
"""

# Before the engine's own translation: a container that somebody has published on port 80 of this host is not meant.
_MIRROR_TRANSLATION = """
  chain mirror {{
    type nat hook prerouting priority dstnat - 10; policy accept;
    iifname "{bridges}" ip daddr {mirror} dnat ip to {mirror} : tcp dport map {{ {ports} }}
  }}
"""
_MIRROR_DOOR = """\
    ip daddr {mirror} fib saddr . iif oif missing counter name forged drop
    ip daddr {mirror} tcp dport {{ {ports} }} ct state new update @talkers {limit} counter name flood drop
    ip daddr {mirror} tcp dport {{ {ports} }} accept
"""
_LIMIT = "{{ ip saddr limit rate over {rate}/second burst {burst} packets }}"


def ruleset(dns: Iterable[str] = (), mirror: str = "", *, internet: bool = True) -> str:
    """The table in nftables' language. ``dns``: resolvers that stay open on port 53; IPv4, others are left out.

    ``mirror``: the address of the mirror on this host, empty for none. ``internet``: whether the rest of the world is open.

    What the rules say, in order, of packets from a sandbox: no IPv6; no forged source; answers pass;
    the instances of one sandbox may talk to each other; its resolvers may be asked; no private range
    and no other sandbox; no mail; not too many new connections; the internet is open. Nothing new
    comes in from outside. The host itself gives answers, its resolvers and the mirror's ports, nothing else.
    Raises ValueError where an address is none.
    """
    addresses = sorted({str(address) for text in dns if (address := ipaddress.ip_address(text)).version == 4})
    bridges = f"{BRIDGE_PREFIX}*"
    limit = _LIMIT.format(rate=NEW_CONNECTIONS, burst=2 * NEW_CONNECTIONS)
    values = {
        "table": TABLE,
        "bridges": bridges,
        "mirror_translation": "",
        "mirror_door": "",
        "internet": "accept" if internet else "counter name internet drop",
        "resolvers": f"elements = {{ {', '.join(addresses)} }}" if addresses else "",
        "closed": ", ".join(CLOSED_RANGES),
        "ports": ", ".join(str(port) for port in CLOSED_PORTS),
        "limit": limit,
    }
    if mirror:
        door = str(ipaddress.IPv4Address(mirror))
        translated = ", ".join(f"{called} : {port}" for called, port in PORTS.items())
        open_ports = ", ".join(map(str, PORTS.values()))
        values["mirror_translation"] = _MIRROR_TRANSLATION.format(bridges=bridges, mirror=door, ports=translated)
        values["mirror_door"] = _MIRROR_DOOR.format(mirror=door, ports=open_ports, limit=limit)
    mark = hashlib.sha256(_RULES.format(mark="", **values).encode()).hexdigest()[:16]
    return _RULES.format(mark=f"{TABLE}-{mark}", **values)


def guard_command(dns: Iterable[str] = (), mirror: str = "", *, internet: bool = True) -> list[str]:
    """The argv that installs the rules, replacing those that are there. Exit 0, or nft's words on stderr."""
    # Adding the table first makes deleting it right when it is not there; all of it is one transaction.
    return ["nft", f"add table inet {TABLE}\ndelete table inet {TABLE}\n{ruleset(dns, mirror, internet=internet)}"]


def check_command(dns: Iterable[str] = (), mirror: str = "", *, internet: bool = True) -> list[str]:
    """The argv that exits 0 when exactly these rules are installed; else 1 and a sentence on stderr."""
    mark = next(line.split('"')[-2] for line in ruleset(dns, mirror, internet=internet).splitlines() if "comment" in line)
    script = (
        f'[ "$(nft list table inet {TABLE} 2>/dev/null | grep -cF "$1")" = 2 ] '
        "|| { echo 'The firewall for sandboxes is not installed on this host.' >&2; exit 1; }"
    )
    return ["sh", "-c", script, "check", mark]


def remove_command() -> list[str]:
    """The argv that takes the rules away; nothing else of the host's firewall changes."""
    return ["nft", f"add table inet {TABLE}\ndelete table inet {TABLE}"]
