"""Whose address a call comes from: forged, moved by DHCP, behind NAT, from before addresses were checked. Spec G 4.1."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.edge.doors.caller import Refusal
from linli.edge.doors.peers import TELL_MS, Peers
from linli.kernel.clock import ManualClock
from linli.protocols.edge_link import STRANGERS_MOST
from tests.edge.doors.site_box import HERE, SiteBox, five_devices, site_box
from tests.edge.doors.test_connection import connect_body

ELSEWHERE = "127.0.0.66"


async def from_address(peer: str, port: int, path: str, body: bytes) -> dict[str, Any]:
    transport = httpx.AsyncHTTPTransport(local_address=peer)
    async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
        headers = {"Content-Type": "application/json", "Connection": "close"}
        answer = await client.post(f"http://{HERE}:{port}{path}", content=body, headers=headers)
    told: dict[str, Any] = answer.json()
    return told


@pytest.fixture
def peers() -> Peers:
    return Peers(ManualClock())


@pytest.fixture
async def box(tmp_path: Path, peers: Peers):
    async with site_box(tmp_path) as made:
        peers._clock = made.clock
        made.services[Peers] = peers
        yield made


async def test_a_forged_connect_takes_no_token_from_the_door(box: SiteBox, peers: Peers) -> None:
    """The audit's proof: by default, from another address of the LAN, signed as anybody can sign."""
    machine = await box.door()
    token, port = machine.token, box.driver().port
    for n in range(3):
        got = await from_address(ELSEWHERE, port, "/connect", connect_body(time=1589472000 + n))
        assert got == {"code": 7, "message": "device is illegal"}
    assert box.driver().link("door.1").given == token
    await machine.beat()
    await box.supervisor.call("door.1", "remoteOpen", {})
    assert machine.memory.opened == 1
    (seen,) = peers.strangers
    assert (seen.device, seen.ip, seen.peer, seen.outcome, seen.count) == (
        "door.1",
        HERE,
        ELSEWHERE,
        "refused",
        3,
    )
    assert "a call from an address that is not its own was refused" in box.texts("door.1")


async def test_a_stolen_token_is_worth_nothing_while_the_door_is_where_it_was(
    box: SiteBox, peers: Peers
) -> None:
    machine = await box.door()
    body = json.dumps({"token": machine.token, "qrCode": "A" * 32}).encode()
    assert (await from_address(ELSEWHERE, box.driver().port, "/qrcode", body))["code"] == 4
    assert [(one.peer, one.outcome) for one in peers.strangers] == [(ELSEWHERE, "refused")]


async def test_a_door_whose_address_changed_proves_itself_by_its_token(box: SiteBox, peers: Peers) -> None:
    machine = await box.door()
    await machine.stop()  # nothing answers at the old address any more
    machine.call_from(ELSEWHERE)
    await machine.beat()
    assert [(one.address, one.how) for one in peers.confirmed(HERE, "")] == [(ELSEWHERE, "token")]
    assert [(one.peer, one.outcome) for one in peers.strangers] == [(ELSEWHERE, "moved")]
    assert box.driver().link("door.1").address == ELSEWHERE
    machine.call_itself(ELSEWHERE)
    await box.clock.advance(1000)
    await machine.connect()  # it names itself by its new address from now on
    await machine.beat()


async def test_a_door_that_restarted_elsewhere_waits_for_somebody_to_confirm(
    box: SiteBox, peers: Peers
) -> None:
    machine = await box.door()
    await machine.stop()
    machine.call_from(ELSEWHERE)
    machine.call_itself(ELSEWHERE)
    await box.clock.advance(1000)
    with pytest.raises(Refusal):
        await machine.connect()
    (seen,) = peers.strangers
    assert (seen.device, seen.peer, seen.outcome) == ("door.1", ELSEWHERE, "refused")
    assert not peers.settle("door.1", "127.0.0.67", confirm=True)
    assert peers.settle("door.1", ELSEWHERE, confirm=True)
    assert peers.strangers == []
    await box.clock.advance(1000)
    await machine.connect()
    await machine.beat()
    assert peers.load(peers.dump()) is None
    assert peers.may_call(HERE, "", ELSEWHERE)


@pytest.mark.parametrize("home", ["silent", "answers"])
async def test_a_door_from_before_is_bound_to_where_it_calls_from(
    box: SiteBox, peers: Peers, home: str
) -> None:
    """Behind NAT, with a saved form that never named the check: it works on, unless its own address answers."""
    machine = await box.machine()
    port = await box.deploy("door_device", *five_devices(machine.port))
    machine.aim(HERE, port)
    peers.ran_before([(HERE, "")])
    machine.call_from(ELSEWHERE)
    if home == "answers":
        with pytest.raises(Refusal):
            await machine.connect()
        assert [one.outcome for one in peers.strangers] == ["refused"]
        return
    await machine.stop()
    await machine.connect()
    await machine.beat()
    assert [(one.address, one.how) for one in peers.confirmed(HERE, "")] == [(ELSEWHERE, "upgrade")]
    # The next stranger is one.
    assert (await from_address("127.0.0.67", port, "/connect", connect_body(time=1)))["code"] == 7


async def test_once_a_door_from_before_called_from_its_own_address_no_other_is_taken(peers: Peers) -> None:
    peers.ran_before([(HERE, "")])
    assert peers.is_old(HERE, "")
    peers.called_from_its_own(HERE, "")
    assert not peers.is_old(HERE, "")


async def test_off_by_choice_any_address_is_taken_and_that_is_told(box: SiteBox, peers: Peers) -> None:
    machine = await box.machine()
    port = await box.deploy("door_device", *five_devices(machine.port), checkPeer=False)
    machine.aim(HERE, port)
    machine.call_from(ELSEWHERE)
    await box.connect(machine)
    assert peers.unchecked == {f"{HERE}:0"}
    await box.supervisor.stop("door_device")
    assert peers.unchecked == set()


def test_a_flood_of_forgeries_is_one_telling_in_ten_minutes() -> None:
    clock = ManualClock()
    tellings: list[int] = []
    peers = Peers(clock, tell=lambda: tellings.append(1))
    seen = []
    for n in range(5000):
        peers.note(f"door.{n % 7}", HERE, "", f"10.0.{n // 250}.{n % 250}", "refused")
        seen.append(tuple(peers.for_cloud()))
    assert len(tellings) == 1
    assert len(set(seen)) == 1
    assert len(peers.strangers) == 200


async def test_news_are_told_again_after_ten_minutes() -> None:
    clock = ManualClock()
    peers = Peers(clock)
    peers.note("door.1", HERE, "", ELSEWHERE, "refused")
    first = peers.for_cloud()
    peers.note("door.1", HERE, "", ELSEWHERE, "refused")
    assert peers.for_cloud() == first
    await clock.advance(TELL_MS)
    assert [one.count for one in peers.for_cloud()] == [2]
    assert len(peers.for_cloud()) <= STRANGERS_MOST


async def test_two_protocols_on_one_listener_keep_their_own_choice(box: SiteBox, peers: Peers) -> None:
    """One behind NAT, the other not: the first's choice opens nothing of the second, nor to unknown machines."""
    behind_nat = await box.machine()
    port = await box.deploy("door_device", *five_devices(behind_nat.port), checkPeer=False)
    other = await box.machine(port, sn="aio-1", ip="127.0.0.3", host="127.0.0.3")
    aio = ("aio", {"ip": "127.0.0.3", "port": other.port, "abilities": ["card"]})
    assert await box.deploy("door_terminal", aio) == port
    assert await code_at(ELSEWHERE, port, ip="127.0.0.3", sn="aio-1", time=1) == 7
    assert await code_at(ELSEWHERE, port, ip=ELSEWHERE, sn="stranger", time=2) == 7
    assert await code_at(ELSEWHERE, port, ip=HERE, time=3) == 0
    assert [one.device for one in peers.strangers] == ["aio"]
    await other.connect()
    await box.supervisor.stop("door_terminal")
    assert peers.unchecked == {f"{HERE}:0"}


async def code_at(peer: str, port: int, **said: Any) -> int:
    told = await from_address(peer, port, "/connect", connect_body(**said))
    return int(told["code"])
