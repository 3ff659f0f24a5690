"""Values that stand nowhere else: what each lot has to lose, planted once, and found again in whatever comes back.

Two kinds of them. What is known of people and places is written by `plant`, spelt so that nothing else looks like it.
Secrets are not planted but overheard: `overheard` keeps the plain text of everything that the platform seals, so a new
kind of secret is a canary without anybody thinking of it.
"""

import contextlib
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest
from sqlalchemy import bindparam, select, update

from linli.databus import subscriptions
from linli.databus.subscription_rows import Filters
from linli.domains.boxes.remote.models import edge_tunnels
from linli.domains.notices import service as notices
from linli.domains.notices.schemas import Content, Publication
from linli.domains.people.models import persons
from linli.domains.people.service import accounts, invitations, joining, organisation, vehicles
from linli.domains.people.service.organisation import Hand
from linli.domains.people.service.vehicles import VehicleForm
from linli.domains.video.service.looks import Look, note_look
from linli.domains.visitors.models import visits as visit_rows
from linli.domains.visitors.rows import API
from linli.domains.visitors.schemas import Guest
from linli.domains.visitors.service import posters, visits
from linli.domains.visitors.service.visits import Stay
from linli.kernel.db import INT, Command, Query
from linli.kernel.secrets import Secrets
from linli.things.device_logs.lines import Line
from linli.things.device_logs.service import keep_lines
from linli.things.queries.devices import get_device
from tests.scope.desk import LOGINS, SOON_MS, Desk
from tests.scope.town import FILE, Lot, wall

NUMBERS = {"first": 1, "second": 2, "neighbour": 3, "foreign": 4}
PICTURE = b"\xff\xd8\xffzora-picture-"
person_no = Query(
    select(persons.c.id).where(persons.c.identity_id == bindparam("identity")), unscoped="of a lot"
)
_visit_code = Query(
    select(visit_rows.c.qr_code).where(visit_rows.c.apply_id == bindparam("visit", type_=INT)),
    unscoped="of a lot",
)
_type = Command(
    update(edge_tunnels)
    .where(edge_tunnels.c.tunnel_id == bindparam("tunnel", type_=INT))
    .values(transcript=bindparam("text")),
    unscoped="of a lot",
)


class Canary(NamedTuple):
    kind: str
    lot: str
    value: str


class Overheard(NamedTuple):
    about: str
    plain: str


@contextmanager
def overheard() -> Iterator[list[Overheard]]:
    """Every text that is sealed as long as the block lasts."""
    heard: list[Overheard] = []
    seal = Secrets.seal

    def listening(self: Secrets, plain: str, *, about: str) -> str:
        heard.append(Overheard(about, plain))
        return seal(self, plain, about=about)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Secrets, "seal", listening)
        yield heard


class Canaries:
    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        """By lot: ids of the rows that were planted, by the names that recipes read."""
        self._known: dict[str, Canary] = {}
        self._words: list[str] = []
        self._numbers: re.Pattern[str] | None = None

    def add(self, kind: str, lot: str, value: str) -> None:
        """`value` may be a number of a few digits: those are found where no other digit stands beside them."""
        assert len(value) >= 6, (kind, value)
        self._known.setdefault(value, Canary(kind, lot, value))
        self._words = [one for one in self._known if not (one.isdigit() and len(one) < 10)]
        short = [one for one in self._known if one.isdigit() and len(one) < 10]
        self._numbers = re.compile(rf"(?<![\dA-Fa-f])({'|'.join(short)})(?![\dA-Fa-f])") if short else None

    def all(self) -> list[Canary]:
        return list(self._known.values())

    def of(self, lot: str, kind: str) -> str:
        """The first one of a kind."""
        return next(one.value for one in self._known.values() if (one.lot, one.kind) == (lot, kind))

    def within(self, text: str) -> set[Canary]:
        found = {self._known[word] for word in self._words if word in text}
        if self._numbers is not None:
            found |= {self._known[match] for match in self._numbers.findall(text)}
        return found


def readable(body: bytes, kind: str) -> str:
    """What a person or a program could read in an answer: text, what it escapes, and every part of an archive."""
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            return "\n".join(f"{name}\n{readable(parts.read(name), '')}" for name in parts.namelist())
    text = body.decode("utf-8", "replace")
    if "json" in kind and "\\" in text:  # texts within texts, and \u escapes
        text += "\n" + "\n".join(_strings(json.loads(text)))
    return f"{text}\n{unquote(text)}" if "%" in text else text


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
    elif isinstance(value, str):
        yield value


def phone(prefix: int, number: int) -> str:
    """Eleven digits whose middle, which masking hides, tells the lot."""
    return f"{prefix}{number}2718{number}44"


async def plant(desk: Desk, secrets: list[Overheard]) -> Canaries:
    """In a town that is furnished."""
    found = Canaries()
    for name, lot in desk.town.lots.items():
        await _people(desk, found, name, lot)
        await _organisation(desk, found, name, lot)
        await _things(desk, found, name, lot)
    _secrets(desk, found, secrets)
    return found


async def _people(desk: Desk, found: Canaries, name: str, lot: Lot) -> None:
    platform, owner, caller, n = desk.town.platform, lot.project.owner, lot.project.caller, NUMBERS[name]
    ids, now_ms, x = platform.ids, platform.clock.now_ms(), lot.name

    def known(kind: str, value: str) -> str:
        found.add(kind, name, value)
        return value

    person = {
        "houseSpaceId": lot.house, "type": 1, "name": known("resident name", f"ZoraResident{x}"),
        "phoneNum": known("resident phone", phone(188, n)),
        "idNum": known("resident id number", f"ZORAID{x}3301061990"),
        "company": known("resident employer", f"ZoraEmployer{x}"),
    }  # fmt: skip
    said = await caller.ok("/solution/community/paas/house/member/save", "1.0.5", person)
    identity = str(said["identityId"])
    found.rows[name] = rows = {"person": identity}
    browser = desk.browsers["outsider" if name == "foreign" else "administrator"]
    here = f"/communities/{lot.community}"
    for kind, number in (("card", f"ZORACARD{x}"), ("ble", f"ZORABLE{x}"), ("pin", f"8{n}51{n}937")):
        wish = {
            "kind": kind,
            "personId": identity,
            "number": known(kind, number),
            "reach": "doors",
            "iotIds": [lot.door],
        }
        answer = await browser.post(f"{here}/credentials", json=wish)
        assert answer.is_success, answer.text
    code = await caller.ok("/homelink/common/qrcode/generate", "1.0.1", {"identityId": identity})
    known("qr code", code)
    right = {"qrCode": code, "iotIds": [lot.door], "identityId": identity, "expiryTime": wall(9)}
    await caller.ok("/entrance/paas/perm/qrcode/config", "1.0.1", right)
    known("qr code", lot.qr_code)
    known("card", lot.card)
    known("ble", lot.ble_card)
    wish = {
        "loginName": known("account login", f"zoralogin{x}"),
        "nickName": "n",
        "phone": known("account phone", phone(187, n)),
    }
    await caller.ok("/user/account/register", "1.0.2", wish)
    worker = {
        "name": known("employee name", f"ZoraWorker{x}"),
        "mobile": known("employee phone", phone(186, n)),
    }
    made = await caller.ok("/solution/community/org/employee/create", "1.0.0", worker)
    rows["employee"] = made["identityId"]
    async with platform.db.begin() as tx:
        form = VehicleForm(plate=known("plate", f"浙Z{n}Q7{n}X"))
        (rows["vehicle"],) = await vehicles.add(
            owner, tx, community_id=lot.community, identity_id=identity, forms=[form], ids=ids, now_ms=now_ms
        )
        guest = Guest(
            name=known("visitor name", f"ZoraVisitor{x}"), phone=known("visitor phone", phone(185, n)),
            id_no=known("visitor id number", f"ZORAGUEST{x}330106"), plate=known("visitor plate", f"浙Z{n}V8{n}Y"),
        )  # fmt: skip
        (visit,) = await visits.apply(
            owner,
            tx,
            Stay(community_id=lot.community, house_id=lot.house, starts_ms=now_ms, ends_ms=SOON_MS),
            guests=[guest],
            source=API,
            ids=ids,
            now_ms=now_ms,
        )
        rows["coming_visit"] = rows["visit"] = visit
        known("visitor link", platform.visitors.links.token(visit))
        known("visitor code", await _visit_code.scalar(tx, visit=visit))
        number = await person_no.scalar(tx, identity=identity)
        token, _ = await invitations.invite(
            owner, tx, community_id=lot.community, house_id=lot.house, person_id=number, type=2, ids=ids,
            now_ms=now_ms,
        )  # fmt: skip
        known("house invitation", token)


async def _organisation(desk: Desk, found: Canaries, name: str, lot: Lot) -> None:
    """What belongs to the company and its integrators."""
    platform, owner, caller, n, x = (
        desk.town.platform,
        lot.project.owner,
        lot.project.caller,
        NUMBERS[name],
        lot.name,
    )
    ids, now_ms = platform.ids, platform.clock.now_ms()
    giver = await accounts.find_account(
        platform.db, LOGINS["outsider" if name == "foreign" else "administrator"]
    )
    assert giver is not None
    hand = Hand(owner, await accounts.rights(platform.db, giver.id), ids)

    def known(kind: str, value: str) -> str:
        found.add(kind, name, value)
        return value

    async with platform.db.begin() as tx:
        account = await organisation.add_person(
            hand, tx, name=known("staff name", f"ZoraStaff{x}"), phone=known("staff phone", phone(184, n)),
        )  # fmt: skip
        await organisation.set_rights(hand, tx, account_id=account, rights=["notices.use"])
        found.rows[name]["staff_account"] = account
        _, link = await joining.invite(
            hand, tx, note_text=known("invitation note", f"ZoraNote{x}"), role="", community_id=0, approval=True, uses=9,
            days=9, now_ms=now_ms,
        )  # fmt: skip
        known("company invitation", link)
        newcomer = await accounts.create_account(
            tx, login=known("applicant phone", phone(183, n)), password_hash="none", ids=ids, now_ms=now_ms,
            name=known("applicant name", f"ZoraApplicant{x}"),
        )  # fmt: skip
        await joining.accept(tx, token=link, account_id=newcomer, ids=ids, now_ms=now_ms)
        await subscriptions.create_webhook(
            owner, tx, app_key=lot.app_key, name=f"hook {x}", filters=Filters(), ids=ids, secrets=platform.secrets,
            url=known("webhook address", f"http://127.0.0.1:9/zora-hook-{x}"),
        )  # fmt: skip
        poster = await posters.ensure(owner, tx, community_id=lot.community, ids=ids, now_ms=now_ms)
    known("poster code", poster.code)
    known("cloud token", lot.token)
    known("code paid at an exit", lot.lane_nonce)
    known("order at a box", lot.box_order)
    row = {"parkingLotId": "P", "plateNumber": known("record", f"浙Z{n}R9{n}W")}
    target = await caller.ok("/data/model/data/upload", "0.0.1", {**FILE, "scopeId": lot.scope_id})
    put = await desk.town.client.put(
        target["url"], content=PICTURE + known("picture", f"zorapixels{x}").encode()
    )
    assert put.status_code < 300, put.text
    row[FILE["attrName"]] = target["fileName"]
    told = {"modelId": FILE["modelId"], "scopeId": lot.scope_id, "properties": row}
    lot.file_record = int(await caller.ok("/data/model/data/insert", "0.0.3", told))


async def _things(desk: Desk, found: Canaries, name: str, lot: Lot) -> None:
    """Places, devices, and what devices said."""
    platform, owner, caller, n, x = (
        desk.town.platform,
        lot.project.owner,
        lot.project.caller,
        NUMBERS[name],
        lot.name,
    )
    ids, now_ms = platform.ids, platform.clock.now_ms()

    def known(kind: str, value: str) -> str:
        found.add(kind, name, value)
        return value

    space = {"parentId": lot.root, "typeCode": "building", "name": known("space", f"ZoraBuilding{x}")}
    await caller.ok("/solution/community/paas/space/sub/create", "1.0.1", space)
    group = {"userGroupName": known("group", f"ZoraGroup{x}"), "userGroupType": "VISITOR"}
    await caller.ok("/solution/community/paas/user/group/add", "1.0.1", group)
    await caller.ok(
        "/solution/community/org/department/create", "1.0.0", {"name": known("department", f"ZoraDep{x}")}
    )
    browser = desk.browsers["outsider" if name == "foreign" else "administrator"]
    answer = await browser.put(
        f"/doors/{lot.door}", json={"name": known("door", f"ZoraDoor{x}"), "direction": "EXIT"}
    )
    assert answer.is_success, answer.text
    camera = {
        "url": known("camera address", f"rtsp://10.0.0.{n}/zora-{x}"), "username": known("camera user", f"zoracam{x}"),
        "password": f"zorapassword{x}", "manager": known("camera keeper", f"ZoraKeeper{x}"),
        "managerPhone": known("camera keeper's phone", phone(182, n)),
    }  # fmt: skip
    answer = await browser.put(f"/communities/{lot.community}/cameras/{lot.camera}", json=camera)
    assert answer.is_success, answer.text
    async with platform.db.begin() as tx:
        text = Content(
            known("notice", f"ZoraNotice{x}"),
            [Publication(known("notice", f"ZoraText{x}"))],
            6,
            7,
            0,
            [lot.building],
        )
        found.rows[name]["notice"] = number = await notices.draft(
            owner, tx, community_id=lot.community, content=text, now_ms=now_ms
        )
        await notices.publish(owner, tx, notice_id=number, now_ms=now_ms)
        device = await get_device(owner, tx, iot_id=lot.door)
        line = Line(now_ms, 4, "m", "1", "", known("device log", f"ZoraLine{x}"))
        await keep_lines(tx, device_no=device.device_no, lines=[line], ids=ids, now_ms=now_ms)
        await _type.run(tx, tunnel=lot.box_tunnel, text=known("transcript", f"ZoraScreen{x}"))
        look = Look(
            lot.camera_iot, "download", now_ms - 1_000, now_ms, known("recording reason", f"ZoraWhy{x}")
        )
        await note_look(owner, tx, look, community_id=lot.community, now_ms=now_ms)
    card = found.of(name, "card")
    passed = {"type": "tradCard", "code": 0, "message": "", "content": card, "extInfo": ""}
    lot.doors[0].link.queue_event("passEvent", passed)


OWNERS = {
    "app_key": "SELECT projects.tenant_id, project_id FROM app_keys JOIN projects USING (project_id) WHERE app_key = ?",
    "camera": "SELECT tenant_id, community_id FROM cameras WHERE iot_id = ?",
    "device": "SELECT tenant_id, community_id FROM devices WHERE iot_id = ?",
    "edge_device": "SELECT tenant_id, community_id FROM edge_devices WHERE iot_id = ?",
    "edge_driver_root": "SELECT id, 0 FROM tenants WHERE id = ?",
    "edge_gateway": "SELECT tenant_id, community_id FROM edge_gateways WHERE gateway_id = ?",
    "edge_import": "SELECT tenant_id, community_id FROM edge_imports WHERE import_id = ?",
    "edge_node": "SELECT tenant_id, community_id FROM edge_nodes WHERE node_id = ?",
    "edge_protocol": "SELECT tenant_id, community_id FROM edge_protocols WHERE protocol_id = ?",
    "edge_deployment": "SELECT tenant_id, community_id FROM edge_deployments WHERE deployment_id = ?",
    "gb28181": "SELECT tenant_id, community_id FROM gb_devices WHERE gb_id = ?",
    "gb28181-upper": "SELECT tenant_id, community_id FROM gb_uppers WHERE upper_id = ?",
    "payee": "SELECT tenant_id, 0 FROM payee_accounts WHERE tenant_id = ?",
    "pin": "SELECT tenant_id, community_id FROM access_credentials WHERE credential = ?",
    "product": "SELECT tenant_id, 0 FROM products WHERE product_key = ?",
    "qr_key": "SELECT tenant_id, community_id FROM access_keys WHERE community_id = ?",
    "sip": "SELECT tenant_id, coalesce(community_id, project_id) FROM intercom_accounts"
    " LEFT JOIN intercom_terminals USING (number, tenant_id) WHERE number = ?",
    "sip_door": "SELECT tenant_id, community_id FROM intercom_door_numbers WHERE iot_id = ?",
    "snapshot": "SELECT tenant_id, community_id FROM security_cameras WHERE iot_id = ?",
    "subscription": "SELECT tenant_id, project_id FROM subscriptions WHERE app_key = ?",
}
"""Whose a sealed text is, by the kind of what it is sealed about: its tenant, and its community or project, or 0."""
PASSING = frozenset({"code", "sms"})
"""One-time codes and messages: sealed until they are sent, and nobody's rows."""
NO_SECRETS = {
    "edge_protocol": "a driver's settings, some of which pages show; secret ones are masked there",
    "edge_import": "rows of devices' settings, as JSON",
    "edge_device": "a device's settings, some of which pages show; secret ones are masked there",
    "edge_deployment": "a whole configuration, as JSON",
}


CODES = "SELECT qr_code, tenant_id, community_id FROM access_qr_permissions"


def _secrets(desk: Desk, found: Canaries, heard: list[Overheard]) -> None:
    """Each by the lot that what it is about belongs to."""
    places: dict[tuple[Any, Any], str] = {}
    for name, lot in reversed(desk.town.lots.items()):
        places |= {(lot.tenant, lot.community): name, (lot.tenant, lot.project_id): name}
    companies = {lot.tenant: name for name, lot in reversed(desk.town.lots.items())}
    rows = sqlite3.connect(desk.town.platform.settings.database.removeprefix("sqlite:///"))
    with contextlib.closing(rows):
        for code, *owner in rows.execute(CODES):
            if tuple(owner) in places:
                found.add("qr code", places[tuple(owner)], code)
        for about, plain in heard:
            kind, _, key = about.partition(":")
            if kind in PASSING:
                continue
            assert kind in OWNERS, f"say in OWNERS whose a secret sealed about {about!r} is"
            owner = rows.execute(OWNERS[kind], (key.partition(":")[0],)).fetchone()
            if owner is not None and kind not in NO_SECRETS and len(plain) >= 6:
                found.add(f"secret of {kind}", places.get(owner) or companies[owner[0]], plain)
