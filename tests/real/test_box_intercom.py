"""What an intercom begins with: accounts, groups and rooms, from the platform to the box and the machine at the door."""

import contextlib
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from linli.domains.communities.queries import spaces
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.intercom.queries import numbers, owners
from linli.domains.intercom.rows import seal_about
from linli.domains.intercom.service.openings import may_open_now
from linli.domains.people import person_rules
from linli.domains.people.schemas import Profile
from linli.domains.people.service import residents
from linli.edge.doors.caller import Refusal
from linli.edge.doors.simulator.machine import SimulatedMachine
from linli.kernel.scope import Scope
from linli.protocols import sip
from linli.sim.voip import (
    Account,
    AccountState,
    CallState,
    EdgeBoxManager,
    EndReason,
    Event,
    VoipError,
    VoipManager,
    VoipRecorder,
)
from linli.sim.voip.line import LogIn
from linli.sim.voip.sound import a_law
from tests.domains.access.platform import until as plain_until
from tests.domains.communities.builders import make_space
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer, send
from tests.domains.intercom.sip.test_device_sdk import ears
from tests.domains.intercom.sip.test_trunk import PASSWORD, USER, line, raw_sockets
from tests.domains.intercom.sip.test_unlocking import press, told
from tests.ports import free_port
from tests.real.box_site import HERE, BoxSite, box_site, until

RECORD = "iot_entrance_videointercom_record_model"
MEMBERS = {"1202": ("王伟", "李雷"), "1203": ("赵敏",)}


async def homes(site: BoxSite, scope: Scope) -> dict[str, int]:
    """Room → house, with those who live there."""
    aside = site.aside
    parent = await spaces.require_root(scope, aside.db, site.community)
    for kind, name in (("building", "9幢"), ("unit", "3单元")):
        parent = await make_space(aside.db, scope, aside.ids, parent, kind, name)
    found = {}
    for room, names in MEMBERS.items():
        house = found[room] = await make_space(aside.db, scope, aside.ids, parent, "house", room)
        for name in names:
            async with aside.db.begin() as tx:
                profile = Profile(name=name, phone=f"1380000{ord(name[0]) % 10_000:04}")
                await residents.move_in(
                    scope, tx, SpaceHouses(), house_id=house, profile=profile, type=person_rules.OWNER,
                    ids=aside.ids, now_ms=aside.clock.now_ms(),
                )  # fmt: skip
    return found


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.covers("G-C20", "G-C35")
async def test_an_intercom_begins_with_accounts_groups_and_rooms_at_the_box(tmp_path: Path) -> None:
    port = free_port()
    told_sip = {"LINLI_SIP_PORT": str(port), "LINLI_SIP_PUBLIC_HOST": HERE}
    async with box_site(tmp_path, more=told_sip) as site:
        scope, db = Scope.system(site.tenant), site.aside.db
        machine = await site.machine(3)
        await site.add("gate", "video", machine)
        await site.deploy()
        site.runs(machine)
        await site.until_states(gate="online")
        houses = await homes(site, scope)
        root = await spaces.require_root(scope, db, site.community)
        place = {"name": "gate", "direction": "ENTRANCE", "spaceId": root}
        await site.send("PUT", f"/doors/{site.iot_ids['gate']}", place)
        # Who lives there may open it.
        products = sorted({(await site.thing(name))["productKey"] for name in site.iot_ids})
        keys = {
            "provider": "邻里样机", "productKeys": products, "serviceOn": True, "freezeDoors": False
        }  # fmt: skip
        await site.send("PUT", f"/communities/{site.community}/door-settings", keys)
        serves = {"spaceIds": [root], "groupIds": []}
        await site.send("PUT", f"/doors/{site.iot_ids['gate']}/scope", serves)

        async def served() -> dict[str, str]:
            """Room → group, once the box answers the machine for both."""
            groups = {}
            for room in MEMBERS:
                with contextlib.suppress(Refusal):
                    groups[room] = await machine.group_of(f"1-9-3-{room}")
            return groups if len(groups) == len(MEMBERS) else {}

        groups = await until(served, 90)
        assert len(set(groups.values())) == len(MEMBERS), "a group for each room, and one only"
        with pytest.raises(Refusal):
            await machine.group_of("1-9-3-1204")

        # Each resident has an account, which is in the group of the room; the door has one, which it was brought.
        await until(lambda: _brought(machine))
        account = machine.memory.sip
        rung: dict[str, list[Phone]] = {}
        for room, group in groups.items():
            own = [row for row in await owners.owners_in(scope, db, [houses[room]]) if row.identity_id]
            assert len({row.identity_id for row in own}) == len(MEMBERS[room])
            inside = {row.number for row in await numbers.members_of(scope, db, group)}
            assert inside == {row.number for row in own}
            rung[room] = [await phone_of(site, scope, port, row.number) for row in own]
            for row in own:
                await until(partial(may_open, site, row.identity_id))
        assert account is not None
        door = await Phone.open(port, account.sip_number, account.password)
        assert (await door.register()).status == 200

        # The machine dials what the box named: those who live there ring, nobody else.
        invite = await door.call(groups["1202"])
        received = [await phone.request("INVITE") for phone in rung["1202"]]
        answer(rung["1202"][0], received[0], 200, body=ANSWER)
        dialog = acknowledge(door, invite, await door.response(200))
        await rung["1202"][0].request("ACK")
        await rung["1203"][0].silence()
        send(door, dialog.request("BYE"))
        rung["1202"][0].send(sip.respond(await rung["1202"][0].request("BYE"), 200))

        door.close()
        await device_sdk(site, machine, rung, tmp_path)

        # A call by the door's own gateway is told by the door only, through the box.
        await machine.opened_in_call(1, "02188886666")

        async def recorded() -> list[dict[str, Any]]:
            page = await site.ok("/data/model/data/query", "0.0.3", modelId=RECORD)
            return [row for row in page["items"] if "02188886666" in row["eventInfo"]]

        (record,) = await until(recorded)
        assert record["sourceType"] == "1"
        for each in (*rung["1202"], *rung["1203"]):
            each.close()


class BoxDoor:
    """The machine, as the device SDK needs it."""

    def __init__(self, machine: SimulatedMachine) -> None:
        self._machine = machine

    async def connect(self) -> None:
        """Its firmware has connected already where it runs: a heartbeat says whether that holds."""
        await (self._machine.beat() if self._machine.token else self._machine.connect())

    def sip_account(self) -> Account | None:
        kept = self._machine.memory.sip
        if kept is None:
            return None
        return Account(kept.sip_number, kept.password, kept.sip_server_addr, int(kept.sip_server_port))

    async def group_of(self, room: str) -> str:
        return await self._machine.group_of(room)

    async def opened_in_call(self, kind: int, number: str) -> None:
        await self._machine.opened_in_call(kind, number)


async def device_sdk(
    site: BoxSite, machine: SimulatedMachine, rung: dict[str, list[Phone]], folder: Path
) -> None:
    """What a maker builds into a door: by the box, and a telephone by an IPPBX that is not ours (SIPp)."""
    voip = VoipManager()
    box = EdgeBoxManager(voip, BoxDoor(machine))
    with pytest.raises(VoipError):
        await box.login_edge_box()
    voip.init()
    events: list[tuple[Event, str]] = []
    voip.set_on_event_received_listener(lambda event, number: events.append((event, number)))
    states: list[AccountState] = []
    account = await box.login_edge_box("gate")
    account.set_account_state_callback(states.append)
    with pytest.raises(Refusal):
        await box.call_room_id("1-9-3-1204")

    # A room is called; a resident answers, opens and hangs up. Pictures and sound come from outside.
    voip.enable_camera_wrapper(64, 48)
    voip.put_image(bytes(range(16, 208)) * (64 * 48 * 3 // 2 // 192))
    recorder = voip.recorder = VoipRecorder()
    call = await box.call_room_id("1-9-3-1202")
    course: list[tuple[CallState, EndReason]] = []
    call.set_call_state_callback(lambda state, reason: course.append((state, reason)))
    phone = rung["1202"][0]
    received = await phone.request("INVITE")
    assert b"m=video" in received.body
    voice, video, body, wires = await ears()
    answer(phone, received, 200, body=body)
    await phone.request("ACK")
    await plain_until(lambda: call.state is CallState.CONNECTED and recorder.is_recording)
    sound = b"\x10\x20" * 160
    recorder.put_stream(sound)
    await plain_until(lambda: any(packet.endswith(a_law(sound)) for packet in voice.packets))
    await plain_until(lambda: len(video.packets) > 5)
    press(phone, sip.Dialog.of_request(received, "callee"), b'{"req":"unlock","reqsn":7}')
    assert (await told(phone))[:2] == (7, 200)
    assert [event for event, _ in events] == [Event.UNLOCK_BY_APP]
    await box.report_open_door(Event.CLOUD_UNLOCK, phone.number)
    call.hangup()
    phone.send(sip.respond(await phone.request("BYE"), 200))
    assert [state for state, _ in course] == [CallState.OUTGOING, CallState.CONNECTED, CallState.END]
    for wire in wires:
        wire.close()

    async def passed() -> bool:
        rows = (await site.get("/passes", kind="CALL"))["data"]
        return any(row["doorName"] == "gate" for row in rows)

    await until(passed)

    # Who is declined.
    call = await box.call_room_id("1-9-3-1203")
    answer(rung["1203"][0], await rung["1203"][0].request("INVITE"), 603)
    await call.ended.wait()
    assert call.reason is EndReason.REJECTED

    # A telephone, by the IPPBX; who answers there opens by a key.
    if shutil.which("sipp") and raw_sockets():
        port = free_port()
        async with line(folder, "line_hung_up", port, calls=2) as provider:
            ippbx = await voip.login_ippbx(LogIn(USER, PASSWORD, "127.0.0.1", port))
            assert ippbx.state is AccountState.ONLINE
            call = await voip.call_phone_number("13800001111")
            await plain_until(lambda: events[-1][0] is Event.UNLOCK_BY_PHONE)
            call.hangup()
            await provider.ended()
        await box.report_open_door(Event.FIXED_UNLOCK, "13800001111")
        ippbx.line.cut()
    await box.logout_edge_box()
    assert states == [AccountState.ONLINE, AccountState.NONE]
    await voip.de_init()


async def may_open(site: BoxSite, identity_id: str) -> bool:
    return await may_open_now(
        site.aside.db,
        tenant_id=site.tenant,
        community_id=site.community,
        identity_id=identity_id,
        iot_id=site.iot_ids["gate"],
        now_ms=site.aside.clock.now_ms(),
    )


async def _brought(machine: Any) -> bool:
    return machine.memory.sip is not None


async def phone_of(site: BoxSite, scope: Scope, port: int, number: str) -> Phone:
    """A resident's, logged in at the platform."""
    row = await numbers.account(scope, site.aside.db, number)
    phone = await Phone.open(port, number, site.aside.secrets.open(row.password, about=seal_about(number)))
    assert (await phone.register()).status == 200
    return phone
