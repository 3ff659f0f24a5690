"""The cases for the certification of a door machine, from the published protocol. Source: spec G 3-5 and 12."""

import json
import struct
import zlib
from typing import Any, Final

from linli.edge.doors.caller import Caller
from linli.edge.doors.driver import DoorDriver
from linli.edge.doors.links import Link
from linli.edge.doors.orders import ListedFaces, Orders, WantedFace
from linli.edge.doors.trial_keeper import TrialKeeper
from linli.edge.framework.certification import Case, Trial
from linli.protocols.door_http import Code, sign
from linli.protocols.door_http.messages.connection import Connect, RemoteOpen
from linli.protocols.door_http.messages.faces import CLEAR, DELETE, UPDATE, FaceEntry, UserInfo

FOR_EVER: Final = {"effectiveTime": "1589472000000", "expiryTime": "1905004800000"}
PAST: Final = {"effectiveTime": "1000", "expiryTime": "2000"}
QR: Final = "ALI5466697328cff9121c21cf59dcec4"


def _link(trial: Trial) -> Link:
    driver = trial.driver
    assert isinstance(driver, DoorDriver)
    return driver.link(trial.device)


async def _code(trial: Trial, path: str, message: Any) -> int:
    """The code of a call that goes out as it is. Raises CallFailed."""
    machine, caller = _link(trial).machine, Caller()
    try:
        port = machine.port_for(path)
        trial.expect(port is not None, "the device serves no port")
        return (await caller.post(machine.ip, port or 0, path, message)).code
    finally:
        await caller.close()


# the connection


async def two_tokens(trial: Trial) -> None:
    link = _link(trial)
    trial.expect(0 < len(link.token.encode()) <= 64, "the device's token has not 1 to 64 bytes")
    trial.expect(link.token != link.given, "the device only gave our token back")
    trial.expect(10 <= link.keepalive <= 120, "keepalive is not 10 to 120 s")
    trial.notes["clock_off_s"] = link.clock_off_s
    trial.notes["sn"] = link.sn


async def wrong_token(trial: Trial) -> None:
    code = await _code(trial, "/remoteOpen", RemoteOpen(token="not-the-token"))
    trial.expect(code == Code.TOKEN_INVALID, f"a wrong token was answered with {code}, not 4")


async def wrong_signature(trial: Trial) -> None:
    token = _link(trial).token
    now_s = trial.clock.now_ms() // 1000
    facts: dict[str, Any] = {"time": now_s, "mac": "00-00-00-00-00-01", "sn": "bench-0001", "ip": "127.0.0.1"}
    bad = sign("md5", **{**facts, "time": now_s + 1})
    code = await _code(trial, "/connect", Connect(**facts, keepalive=30, sign_method="md5", sign=bad))
    trial.expect(code == Code.BAD_SIGNATURE, f"a wrong signature was answered with {code}, not 6")
    await trial.call("remoteOpen")
    trial.expect(_link(trial).token == token, "a refused /connect ended the token")


async def heartbeat(trial: Trial) -> None:
    """Both sides beat; nothing is lost in five periods."""
    seen, states = trial.clock.now_ms(), len(trial.things.states)
    wait_ms = 5 * _link(trial).keepalive * 1000
    await trial.until(lambda: trial.clock.now_ms() - seen >= wait_ms, "time stands still", wait_ms / 500)
    trial.expect(len(trial.things.states) == states, "the device went offline while it was left alone")


async def connects_again(trial: Trial) -> None:
    """The SIP account comes again with each connection (spec G 3, A17)."""
    before = _link(trial).given
    await trial.subject.act("connect again")
    await trial.until(lambda: _link(trial).given != before, "no new /connect came")
    await trial.call("remoteOpen")


# doors


async def remote_open(trial: Trial) -> None:
    trial.expect(await trial.call("remoteOpen") == {}, "remoteOpen was not confirmed")


async def keep_open(trial: Trial) -> None:
    for wanted in (1, 0):
        await trial.call("setKeepOpen", {"keepOpen": wanted})
        got = await trial.call("getKeepOpen")
        trial.expect(got == {"keepOpen": wanted}, f"keep-open reads {got} after {wanted} was set")


async def temperature(trial: Trial) -> None:
    await trial.call("setTempCheckRule", {"isCheck": 1, "maxThreshold": "37.3", "minThreshold": "35.0"})
    await trial.call("setTempCheckRule", {"isCheck": 0})


# credentials


async def cards(trial: Trial) -> None:
    await _card_list(trial, "syncCardPermissions", "swipe the card", "tradCard", 2)


async def ble_cards(trial: Trial) -> None:
    await _card_list(trial, "syncBlePermissions", "hold the Bluetooth card near", "bleCard", 3)


async def _card_list(trial: Trial, service: str, action: str, kind: str, alarm: int) -> None:
    """Adding twice, changing what is missing and deleting it all succeed; the device decides alone."""

    async def sync(*entries: dict[str, Any]) -> None:
        got = await trial.call(service, {"permissions": list(entries)})
        trial.expect(not got["failed"], f"{service} was refused: {got['failed']}")

    good, old = {"cardId": "777342461", **FOR_EVER}, {"cardId": "777342462", **PAST}
    await sync(
        {"type": 1, **good}, {"type": 1, **good}, {"type": 3, **old}, {"type": 2, "cardId": "1", **PAST}
    )
    await trial.subject.act(action, card="777342461")
    await trial.until(lambda: "777342461" in _passed(trial, kind), "the pass was not reported")
    for card in ("777342462", "777342463"):
        await trial.subject.act(action, card=card)
        await trial.until(lambda card=card: card in _alarms(trial, alarm), f"no alarm {alarm} with the card")  # type: ignore[misc]
        trial.expect(card not in _passed(trial, kind), "a card without a right opened the door")
    await sync({"type": 2, **good}, {"type": 2, **old})
    await trial.subject.act(action, card="777342461")
    await trial.until(lambda: "777342461" in _alarms(trial, alarm), "a deleted card still opens")


async def many_cards(trial: Trial) -> None:
    """The largest batch within its 5 s, and a second one."""
    entries = [{"type": 1, "cardId": f"{n:010d}", **FOR_EVER} for n in range(201)]
    began = trial.clock.now_ms()
    got = await trial.call("syncCardPermissions", {"permissions": entries})
    trial.notes["201_cards_ms"] = trial.clock.now_ms() - began
    trial.expect(len(got["confirmed"]) == 201, f"not all of 201 cards were taken: {got['failed']}")
    await trial.call("syncCardPermissions", {"permissions": [{**entry, "type": 2} for entry in entries]})


async def qr(trial: Trial) -> None:
    trial.supervisor.service(TrialKeeper).codes.add(QR)
    await trial.subject.act("show the QR code", code=QR)
    await trial.until(lambda: QR in _passed(trial, "qrCode"), "the code was not asked about")


def _passed(trial: Trial, kind: str) -> set[str]:
    events = trial.things.events_of(trial.device, "passEvent")
    return {event["content"] for event in events if event["type"] == kind and event["code"] == 0}


def _alarms(trial: Trial, alarm: int) -> set[str]:
    events = trial.things.events_of(trial.device, "alarmEvent")
    return {event.get("cardId", "") for event in events if event["alarmType"] == alarm}


# faces in the device


def _person(n: int, name: str = "", feature: float = 0.5) -> WantedFace:
    user = UserInfo(user_id=f"u{n}", user_name=name or f"n{n}", expiry_time=FOR_EVER["expiryTime"])
    return WantedFace(f"bench-{n:04d}", user, tuple(feature + n / 10_000 for _ in range(192)))


async def face_library(trial: Trial) -> None:
    """Faces are added, read back with the same marks, changed in each of the three ways, deleted, and all removed."""
    orders = Orders(_link(trial))
    await _all_taken(trial, await orders.sync_faces([FaceEntry(type=CLEAR)]))
    people = [_person(n) for n in range(51)]
    began = trial.clock.now_ms()
    await _all_taken(trial, await orders.compare_faces(ListedFaces(people)))
    trial.notes["51_faces_ms"] = trial.clock.now_ms() - began
    await _holds(trial, orders, people)
    people = [
        _person(0, name="x"),
        _person(1, feature=0.1),
        _person(2, name="x", feature=0.1),
        *people[3:50],
    ]
    await _all_taken(trial, await orders.compare_faces(ListedFaces(people)))
    await _holds(trial, orders, people)
    await _all_taken(trial, await orders.sync_faces([FaceEntry(type=DELETE, face_id="never-there")]))
    await _all_taken(trial, await orders.sync_faces([people[3].entry(UPDATE)]))
    await _all_taken(trial, await orders.sync_faces([FaceEntry(type=CLEAR)]))
    await _holds(trial, orders, [])


async def _all_taken(trial: Trial, results: list[Any]) -> None:
    failed = [result.why for result in results if result.why]
    trial.expect(not failed, f"a batch of faces was refused: {'; '.join(failed)}")


async def _holds(trial: Trial, orders: Orders, people: list[WantedFace]) -> None:
    wanted = {(person.face_id, person.user_md5, person.feature_md5) for person in people}
    rows = set(map(tuple, await orders.query_faces()))
    trial.expect(rows == wanted, f"the library differs in {len(rows ^ wanted)} rows from what was sent")


async def face_pass(trial: Trial) -> None:
    await _all_taken(trial, await Orders(_link(trial)).sync_faces([_person(1).entry(1)]))
    await trial.subject.act("show a known face", face="bench-0001", photo=_photo())
    await trial.until(lambda: "bench-0001" in _passed(trial, "face"), "the pass was not reported")


def _photo() -> bytes:
    """The head of a PNG of 120 by 120, which is all that the box reads of a pass photo."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 120, 120, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


# intercom and lifts


async def sip(trial: Trial) -> None:
    account = {
        "sipNumber": "bench",
        "password": "bench-secret",
        "sipServerAddr": "127.0.0.1",
        "sipServerPort": "6050",
    }
    await trial.call("SyncSipNumber", account)


async def lifts(trial: Trial) -> None:
    info = await trial.call("QueryElevatorInfo")
    trial.expect(info["ElevatorMode"] in ("SINGLE", "GROUP", "ALL"), "the lift's mode is unknown")
    floor, lift = info["FloorRoomInfo"][0]["Floor"], info["ElevatorInfo"][0]["ElevatorID"]
    for service, params in (
        ("CloudCallElevator", {"ElevatorID": lift, "StartFloor": floor}),
        ("releaseFloors", {"floorRoomList": [{"floor": floor}]}),
        ("activateFloor", {"floorRoomList": [{"floor": floor}]}),
        ("QueryElevatorStatus", {}),
    ):
        got = await trial.call(service, params)
        trial.expect(got.get("code", 0) == 0, f"{service} was refused: {got}")


async def lift_rules(trial: Trial) -> None:
    info = (await trial.call("QueryElevatorInfo"))["FloorRoomInfo"][0]
    target = {"floor": info["Floor"]} | ({"roomNumber": info["RoomNumber"]} if info["RoomNumber"] else {})
    rule = {
        "ruleId": "bench-1",
        "userId": "bench-user",
        "controlMode": "RELEASE_ONLY",
        "elevatorId": info["ElevatorID"],
        "targetFloorRoomList": [target],
        **FOR_EVER,
    }
    got = await trial.call("syncElevatorRules", {"rules": [{"type": 4}, {"type": 1, **rule}]})
    trial.expect(not got["failed"], f"the rule was refused: {json.dumps(got['failed'])}")
    answer = await trial.call("queryElevatorRules")
    trial.expect([rule["ruleId"] for rule in answer["rules"]] == ["bench-1"], "the rule is not read back")
    for wanted in ("disable", "enable"):
        await trial.call("SetElevatorRuleState", {"Availability": wanted})
        got = await trial.call("GetElevatorRuleState")
        trial.expect(got.get("Availability") == wanted, f"the switch reads {got} after {wanted}")
    await trial.call("syncElevatorRules", {"rules": [{"type": 2, "ruleId": "bench-1"}]})


async def many_lift_rules(trial: Trial) -> None:
    """The largest batch within its 10 s and a second one, read back whole; a change, and what is not there deleted."""
    info = (await trial.call("QueryElevatorInfo"))["FloorRoomInfo"][0]
    room = {"startRoom": info["RoomNumber"]} if info["RoomNumber"] else {}
    rule = {
        "controlMode": "CALL_ONLY", "startFloor": info["Floor"], "elevatorId": info["ElevatorID"], **room, **FOR_EVER
    }  # fmt: skip
    wanted = {f"bench-{n:03d}": {**rule, "userId": f"bench-user-{n}"} for n in range(201)}

    async def sync(*entries: dict[str, Any]) -> None:
        got = await trial.call("syncElevatorRules", {"rules": list(entries)})
        trial.expect(not got["failed"], f"rules were refused: {json.dumps(got['failed'])}")

    async def holds(rules: dict[str, dict[str, Any]], what: str) -> None:
        answer = await trial.call("queryElevatorRules")
        reported = {row["ruleId"]: row.get("userId") for row in answer["rules"]}
        trial.expect(reported == {key: row["userId"] for key, row in rules.items()}, what)

    began = trial.clock.now_ms()
    await sync({"type": 4}, *({"type": 1, "ruleId": key, **row} for key, row in wanted.items()))
    trial.notes["201_lift_rules_ms"] = trial.clock.now_ms() - began
    await holds(wanted, "the rules are not read back whole")
    wanted["bench-000"] = {**rule, "userId": "bench-other"}
    await sync(
        {"type": 3, "ruleId": "bench-000", **wanted["bench-000"]}, {"type": 2, "ruleId": "never-there"}
    )
    await holds(wanted, "a changed rule is not read back as it was sent")
    await sync({"type": 4})
    await holds({}, "rules are left after all were deleted")


async def lift_rule_report(trial: Trial) -> None:
    """Whose card has a rule is served by the device itself, which tells of it; switched off, it does not."""
    info = (await trial.call("QueryElevatorInfo"))["FloorRoomInfo"][0]
    room = {"startRoom": info["RoomNumber"]} if info["RoomNumber"] else {}
    rule = {
        "ruleId": "bench-2", "userId": "bench-user", "controlMode": "CALL_ONLY", "startFloor": info["Floor"],
        "elevatorId": info["ElevatorID"], **room, **FOR_EVER,
    }  # fmt: skip
    card = {"cardId": "777342464", "userId": "bench-user", **FOR_EVER}
    await trial.call("syncCardPermissions", {"permissions": [{"type": 1, **card}]})
    await trial.call("syncElevatorRules", {"rules": [{"type": 4}, {"type": 1, **rule}]})
    await trial.call("SetElevatorRuleState", {"Availability": "enable"})
    await trial.subject.act("swipe the card", card=card["cardId"])

    def reports() -> list[dict[str, Any]]:
        events = trial.things.events_of(trial.device, "elevatorRuleEvent")
        return [event for event in events if event["ruleId"] == "bench-2"]

    await trial.until(lambda: bool(reports()), "the device told nothing of its rule")
    (report,) = reports()
    answer = {name: report.get(name) for name in ("userId", "authType", "authContent", "controlMode")}
    trial.expect(
        answer
        == {
            "userId": "bench-user",
            "authType": "card",
            "authContent": card["cardId"],
            "controlMode": "CALL_ONLY",
        },
        f"the report says {json.dumps(answer)}",
    )
    await trial.call("syncElevatorRules", {"rules": [{"type": 4}]})
    await trial.call("syncCardPermissions", {"permissions": [{**card, "type": 2}]})


def _case(name: str, source: str, run: Any, *needs: str) -> Case:
    return Case(name, f"3.5.1.2.2, {source}", run, frozenset(needs))


CASES: Final = (
    _case("two_tokens", "2.1", two_tokens),
    _case("wrong_token", "appendix, 4", wrong_token),
    _case("wrong_signature", "appendix, 6", wrong_signature),
    _case("heartbeat", "2.2", heartbeat),
    _case("remote_open", "2.3", remote_open),
    _case("keep_open", "2.5-2.6", keep_open, "card"),
    _case("temperature", "2.7", temperature, "face"),
    _case("cards", "5.1-5.2", cards, "card"),
    _case("many_cards", "5.1", many_cards, "card"),
    _case("ble_cards", "6.1-6.2", ble_cards, "bluetooth"),
    _case("qr", "4.1", qr, "qrcode"),
    _case("face_library", "3.2-3.3", face_library, "device_face"),
    _case("face_pass", "3.4", face_pass, "device_face"),
    _case("sip", "7.1", sip, "video"),
    _case("lifts", "8.2-8.6", lifts, "elevator"),
    _case("lift_rules", "9.1-9.5", lift_rules, "elevator"),
    _case("many_lift_rules", "9.1-9.2", many_lift_rules, "elevator"),
    _case("lift_rule_report", "9.3", lift_rule_report, "elevator", "card"),
    _case("connects_again", "2.1", connects_again),
)
