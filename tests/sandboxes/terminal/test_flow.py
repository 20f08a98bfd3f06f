"""The arithmetic of flow control and of frames, without a connection."""

import asyncio
import json

import pytest

from sandboxes.streams import EngineEndpoint
from sandboxes.terminal import protocol
from sandboxes.terminal.flow import BURST_READS, PAUSE, Backoff, CreditWindow, Errand, Pacer
from sandboxes.terminal.protocol import Acknowledge, BadFrame, Resize, Search, Viewer
from sandboxes.terminal.shell import typed


def test_the_window_closes_when_it_is_used_up_and_opens_at_half() -> None:
    credit = CreditWindow(100)
    credit.spend(99)
    assert (credit.is_open, credit.available) == (True, 1)
    credit.spend(1)
    assert (credit.is_open, credit.available) == (False, 0)
    assert credit.acknowledge(49)
    assert not credit.is_open
    assert credit.acknowledge(50)
    assert (credit.is_open, credit.available) == (True, 50)


def test_an_acknowledgement_is_cumulative_and_never_ahead() -> None:
    credit = CreditWindow(100)
    credit.spend(60)
    assert credit.acknowledge(60)
    assert credit.acknowledge(20)
    assert credit.outstanding == 0
    assert not credit.acknowledge(61)


def test_a_lone_key_never_waits_and_a_burst_does() -> None:
    pacer = Pacer()
    assert [pacer.rest(second) for second in range(10)] == [0.0] * 10
    assert [pacer.rest(20.0) for _ in range(BURST_READS + 1)] == [0.0] * BURST_READS + [PAUSE]
    assert pacer.rest(20.0 + PAUSE + 0.001) == PAUSE
    assert pacer.rest(20.0 + 3 * PAUSE) == 0.0


def test_tries_come_more_and_more_slowly_until_one_lasts() -> None:
    backoff = Backoff(1.0, 4.0)
    assert [backoff.wait(now) for now in (0.0, 0.1, 1.2, 3.3, 7.4)] == [0.0, 1.0, 2.0, 4.0, 4.0]
    assert backoff.wait(100.0) == 0.0


async def test_an_errand_is_done_with_the_first_and_the_latest_value() -> None:
    done: list[int] = []

    async def act(value: int) -> None:
        done.append(value)

    errand = Errand(act, 0.02)
    errand.do(1)
    await asyncio.sleep(0)
    for value in (2, 3, 4):
        errand.do(value)
    await asyncio.sleep(0.1)
    assert done == [1, 4]
    errand.do(5)
    errand.cancel()
    await asyncio.sleep(0.05)
    assert done == [1, 4]


def test_control_frames() -> None:
    assert protocol.parse_control('{"type":"ack","offset":7}') == Acknowledge(7)
    assert protocol.parse_control('{"type":"resize","cols":80,"rows":24}') == Resize(80, 24)
    assert protocol.parse_control('{"type":"search","text":"é","direction":"down"}') == Search("é", "down")
    assert protocol.parse_query(b"viewer=abc-DEF_9&cols=80&rows=24") == Viewer("abc-DEF_9", 80, 24)


@pytest.mark.parametrize("text", ["", "null", "7", "[" * 3000, '{"type":"ack","offset":-1}', '{"type":"ack","offset":1.5}'])
def test_nonsense(text: str) -> None:
    with pytest.raises(BadFrame):
        protocol.parse_control(text)


def test_a_long_sentence_fits_into_a_close_frame() -> None:
    sentence = "é" * 100
    assert len(protocol.reason(sentence).encode()) <= 123
    assert protocol.reason("short") == "short"
    assert json.loads(protocol.refused(4410, sentence, False))["sentence"] == sentence


def test_a_paste_leaves_the_history_first() -> None:
    assert typed(b"\x1b[200~x\x1b[201~") == b"\x1b[9005~\x1b[200~x\x1b[201~"
    assert typed(b"x\x1b[200~") == b"x\x1b[200~"


def test_addresses_of_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    assert EngineEndpoint.from_url("") == EngineEndpoint(path="/var/run/docker.sock")
    assert EngineEndpoint.from_url("tcp://10.0.0.9:2375") == EngineEndpoint(host="10.0.0.9", port=2375)
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/other.sock")
    assert EngineEndpoint.from_url("") == EngineEndpoint(path="/run/other.sock")
    monkeypatch.setenv("DOCKER_CERT_PATH", "/certs")
    assert EngineEndpoint.from_url("tcp://engine") == EngineEndpoint(host="engine", port=2376, certificates="/certs")
    with pytest.raises(ValueError, match="begins with unix:// or tcp://"):
        EngineEndpoint.from_url("ssh://somewhere")
