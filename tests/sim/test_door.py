"""A simulated door: published codes and outcomes with its own clock, its fault, and its flash."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from linli.protocols import door_permissions
from linli.protocols.door_permissions import CardPermission, Entry, PermissionFile, QrPermission
from linli.rules import PassCode
from linli.sim.door import SimulatedDoor
from linli.sim.link import CallFailed, Triple

PROTOCOLS = Path(__file__).parent.parent / "protocols"
QR_VECTORS = json.loads((PROTOCOLS / "qr_rsa" / "vectors.json").read_text())
OUTCOMES = json.loads((Path(__file__).parent.parent / "rules" / "vectors.json").read_text())
PICTURES = {code["name"]: code["text"] for code in QR_VECTORS["codes"]}
CODE = QR_VECTORS["codes"][0]["code"]
FAR = 4_000_000_000_000


class Wrist:
    """A clock that shows what it is set to."""

    def __init__(self) -> None:
        self.now = 1_600_000_000_000

    def __call__(self) -> int:
        return self.now


def new_door(state: Path | None = None, clock: Wrist | None = None) -> SimulatedDoor:
    return SimulatedDoor(Triple("pk", "door", "secret"), "127.0.0.1", 1, state=state, now_ms=clock or Wrist())


async def set_key(door: SimulatedDoor) -> None:
    await door._set({"RSAPublicKey": QR_VECTORS["public_key"]})


def hold(door: SimulatedDoor, *entries: Entry[QrPermission]) -> None:
    door.permissions.apply(PermissionFile(qr=entries))


@pytest.mark.parametrize("case", OUTCOMES["cases"], ids=lambda case: case["name"])
async def test_published_codes_have_their_published_outcome_offline(case: dict[str, Any]) -> None:
    clock = Wrist()
    clock.now = int(datetime.fromisoformat(case["now"]).timestamp() * 1000)
    door = new_door(clock=clock)
    await set_key(door)
    if case.get("held", True):
        right = OUTCOMES["right"]
        hold(door, Entry.put(QrPermission(CODE, right["starts_ms"], right["ends_ms"], right["max_scans"])))
    decision = door.scan(PICTURES[case["picture"]])
    assert decision.code == case["code"]
    assert door.opened == (1 if case["code"] == 0 else 0)
    ((topic, payload),) = [m for m in door.link.pending() if m[0].endswith("/passEvent/post")]
    assert topic == "/sys/pk/door/thing/event/passEvent/post"
    event = json.loads(payload)["params"]
    assert (event["code"], event["type"], event["content"]) == (case["code"], "qrCode", CODE)
    assert json.loads(event["extInfo"])["eventTime"] == str(clock.now // 1000)


async def test_a_text_that_is_no_code_is_unknown() -> None:
    door = new_door()
    await set_key(door)
    assert door.scan("https://example.com").code is PassCode.QR_UNKNOWN
    assert door.scan(CODE).code is PassCode.QR_UNKNOWN  # the plain code, without the seal


def test_cards_open_within_their_window() -> None:
    clock = Wrist()
    door = new_door(clock=clock)
    door.permissions.apply(
        PermissionFile(cards=(Entry.put(CardPermission("0451", clock.now, clock.now + 1000)),))
    )
    assert door.swipe("0451").opens
    assert door.swipe("0452").code is PassCode.CARD_UNKNOWN
    clock.now += 1001
    assert door.swipe("0451").code is PassCode.CARD_EXPIRED


async def test_scans_list_key_and_unsent_events_outlive_a_power_cut(tmp_path: Path) -> None:
    state, clock = tmp_path / "door.json", Wrist()
    clock.now = 1_590_000_000_000
    before = new_door(state, clock)
    await set_key(before)
    hold(before, Entry.put(QrPermission(CODE, 0, FAR, 2)))
    assert before.scan(PICTURES["GV-8"]).remaining == 1
    # No stop(): the power just went.
    after = new_door(state, clock)
    assert after.permissions == before.permissions
    assert after.link.pending() == before.link.pending()
    assert after.scan(PICTURES["GV-8"]).remaining == 0
    assert new_door(state, clock).scan(PICTURES["GV-8"]).code is PassCode.QR_USED_UP


async def test_a_door_with_a_storage_fault_refuses_files() -> None:
    door = new_door()
    door.refuse_files = True
    with pytest.raises(CallFailed, match="storage fault"):
        await door._sync_permissions({"permissionUrl": "http://127.0.0.1:1/x.json"})
    door.refuse_files = False
    with pytest.raises(CallFailed, match="download failed"):
        await door._sync_permissions({"permissionUrl": "http://127.0.0.1:1/x.json"})
    with pytest.raises(CallFailed, match="permissionUrl"):
        await door._sync_permissions({})


async def test_the_count_of_a_removed_code_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = new_door()
    await set_key(door)
    hold(door, Entry.put(QrPermission(CODE, 0, FAR, 1)))
    door._now_ms = lambda: 1_590_000_000_000
    assert door.scan(PICTURES["GV-8"]).opens

    async def gone(url: str) -> bytes:
        return door_permissions.encode(PermissionFile(qr=(Entry.delete(CODE),)))

    monkeypatch.setattr(door, "_download", gone)
    await door._sync_permissions({"permissionUrl": "http://files/x"})
    assert door.used == {}
    assert door.permissions.qr == {}
