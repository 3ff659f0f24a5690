"""A person's own data: what is held, who read it, taken along, deleted before the deadline."""

import datetime as dt
import io
import json
import re
import zipfile

import msgspec
import pytest
import sqlalchemy as sa

from linli.app.housekeeping import Housekeeping
from linli.domains.access.room import AccessRoom
from linli.domains.access.service.keys import DoorKeys
from linli.domains.accounts.service import sessions
from linli.domains.notifications.room import NotificationsRoom
from linli.domains.people.queries.residence import Resident
from linli.domains.people.service import messages
from linli.domains.people.service.sms_outbox import OutboxSms
from linli.domains.privacy.holdings import Rows
from linli.domains.privacy.service.deletion import DeletionDecidedAlready, DeletionWaits, deadline
from linli.domains.privacy.service.exports import ExportMaker, TooManyExports
from linli.domains.privacy.sheets import SHEETS
from linli.domains.privacy.topics import OTHER, Holder, holders
from linli.domains.privacy.wording import columns_of, in_reader_words
from linli.domains.visitors.room import VisitorsRoom
from linli.kernel.db import metadata
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.settings import Webhooks
from linli.ops.models import all_models
from tests.console.conftest import Browser
from tests.databus.receiver import Receiver
from tests.resident.conftest import OWNER_PHONE, STAFF_PHONE, TENANT_PHONE
from tests.resident.push_service import PushedTo

DAY_MS = 86_400_000


@pytest.fixture
def parts(parts):
    settings = msgspec.structs.replace(parts.settings, webhooks=Webhooks(allow_private=True))
    object.__setattr__(parts, "settings", settings)
    return parts


@pytest.fixture
def worker(parts) -> Worker:
    """With everything that hears of an erasure, as the platform puts it together."""

    async def signed_in(db, session_id):
        return await sessions.is_living(db, session_id, now_ms=parts.clock.now_ms())

    jobs = Jobs()
    ExportMaker(parts.db, parts.objects, "Asia/Shanghai").register(jobs)
    NotificationsRoom(parts.db, parts.secrets, parts.settings, signed_in=signed_in).register(jobs)
    messages.register(jobs, OutboxSms(parts.db, parts.secrets, parts.ids), parts.clock)
    visitors: VisitorsRoom = parts.services["visitors"]
    visitors.register(jobs)
    AccessRoom(parts.db, parts.clock, parts.ids, DoorKeys(parts.secrets)).register_events()
    return Worker(parts.db, parts.clock, jobs)


@pytest.fixture
async def desk(parts, village):
    async with Browser(parts) as browser:
        answer = await browser.post(
            "/session", json={"login": STAFF_PHONE, "password": "correct horse battery"}
        )
        assert answer.status_code == 200
        yield browser


async def _done(worker: Worker) -> None:
    while await worker.run_once():
        pass


def test_every_table_that_names_a_person_has_a_heading():
    all_models()
    found = holders()
    assert [holder.table.name for holder in found if holder.topic == OTHER] == []
    assert {"persons", "house_members", "access_passes", "visits", "console_sessions"} <= {
        one.table.name for one in found
    }


async def _live(owner, village, clock) -> dict[str, str]:
    """The owner's traces: a vehicle, a visitor, their settings."""
    base = f"/communities/{village.community}"
    assert (await owner.post(f"{base}/vehicles", json={"plate": "浙A12345"})).is_success
    now_ms = clock.now_ms()
    invite = {"houseId": village.house, "name": "来访客", "startsMs": now_ms, "endsMs": now_ms + 3_600_000}
    assert (await owner.post(f"{base}/visits", json=invite)).is_success
    assert (await owner.put("/push/settings", json={"kinds": []})).status_code == 200
    return {}


async def test_what_is_held_about_me_and_who_read_it(parts, worker, village, clock, owner, neighbour, desk):
    await _live(owner, village, clock)
    shown = (await owner.get("/my-data")).json()
    counts = {one["topic"]: one["rows"] for one in shown["topics"]}
    assert counts["houses"] == 1
    assert counts["vehicles"] == 1
    assert counts["visitors"] == 1
    assert {"profile", "sign_in", "notifications"} <= counts.keys()
    assert "other" not in counts
    (place,) = shown["knownBy"]
    assert (place["communityId"], place["asked"]) == (str(village.community), False)
    assert shown["deletionDays"] == 15
    told = (await owner.get("/my-data/topics/vehicles")).json()
    facts = {fact["label"]: fact["value"] for fact in told["tables"][0]["rows"][0]}
    assert facts["Plate"] == "浙A12345"
    profile = (await owner.get("/my-data/topics/profile")).text
    assert OWNER_PHONE in profile
    assert "argon2" not in profile
    assert (await owner.get("/my-data/topics/nothing")).status_code == 404
    assert "浙A12345" not in (await neighbour.get("/my-data/topics/vehicles")).text
    sign_in = (await owner.get("/my-data/topics/sign_in")).text
    assert "token" not in sign_in

    assert (await owner.get("/my-data/reads")).json() == []
    base = f"/communities/{village.community}/residents"
    assert (await desk.get(f"{base}/{village.owner}")).status_code == 200
    await clock.advance(1000)
    assert (await desk.post(f"{base}/{village.owner}/reveal")).status_code == 200
    await clock.advance(1000)
    assert (await desk.get(f"{base}/export.xlsx")).status_code == 200
    rows = (await owner.get("/my-data/reads")).json()
    assert [row["what"] for row in rows] == [
        "Took the list of residents along as a file", "Saw your whole ID number", "Opened your details",
    ]  # fmt: skip
    assert {row["who"] for row in rows} == {"管家"}
    assert {row["company"] for row in rows} == {"绿城物业"}
    assert (await neighbour.get("/my-data/reads")).json() == []


async def test_everything_is_taken_along(parts, worker, village, clock, owner, neighbour):
    await _live(owner, village, clock)
    made = (await owner.post("/my-data/exports")).json()
    (row,) = (await owner.get("/my-data/exports")).json()
    assert (row["id"], row["state"], row["url"]) == (made["id"], "making", "")
    await _done(worker)
    (row,) = (await owner.get("/my-data/exports")).json()
    assert row["state"] == "ready"
    key = parts.objects.key_of(row["url"].split("?")[0]) or row["url"].split("/files/")[1].split("?")[0]
    with zipfile.ZipFile(io.BytesIO(await parts.objects.get(key))) as archive:
        data = json.loads(archive.read("data.json"))
        page = archive.read("index.html").decode()
    tables = {one["table"]: one for one in data["tables"]}
    assert tables["resident_vehicles"]["rows"][0]["plate"] == "浙A12345"
    assert tables["visits"]["rows"][0]["name"] == "来访客"
    assert data["phone"] == OWNER_PHONE
    assert "浙A12345" in page
    assert "password_hash" not in page + json.dumps(data)
    assert (await neighbour.get("/my-data/exports")).json() == []
    for _ in range(4):
        assert (await owner.post("/my-data/exports")).status_code == 202
    many = await owner.post("/my-data/exports")
    assert many.json()["code"] == TooManyExports.code
    await clock.advance(8 * DAY_MS)
    keeper = Housekeeping(parts.db, clock, parts.settings.retention, parts.objects, parts.ids)
    await keeper.run()
    assert await parts.objects.size(key) is None
    await owner.sign_in(OWNER_PHONE)
    assert (await owner.get("/my-data/exports")).json() == []


def _a_row(holder: Holder, who: dict[str, object]) -> dict[str, object]:
    """A row of the table that tells of the person, with a code in every text."""
    row: dict[str, object] = {}
    for column in holder.table.c:
        kind = dict(holder.keys).get(column.name)
        if kind is not None:
            row[column.name] = who[kind]
        elif column.name.endswith("_ms"):
            row[column.name] = 1_770_000_000_000
        elif isinstance(column.type, sa.LargeBinary):
            row[column.name] = b""
        elif isinstance(column.type, sa.Integer | sa.Float):
            row[column.name] = -1
        else:
            row[column.name] = "some_code"
    return row | {"by_kind": "staff", "fields": '{"phone": ["1", "2"], "some_code": [1, 2]}', "schedule": ""}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_the_export_speaks_words_in_every_table(parts, language: str):
    """Of a person with a row in every table: no name of a table or column, no code, no id as it is kept."""
    all_models()
    found = [one for one in holders() if one.topic != OTHER]
    assert {one.table.name for one in found} == set(SHEETS)
    who = Resident(7, "13900000000", "王伟", language, {}, ())
    ids = {"person": 11, "identity": "some_code", "account": 7, "phone": "13900000000"}
    tables = [Rows(one.topic, one.table.name, "some_code", 1, [_a_row(one, ids)]) for one in found]
    for rows in tables:
        columns = metadata.tables[rows.table].c
        assert {name for name, _ in columns_of(rows.table)} <= set(columns.keys()), rows.table
    worded = await in_reader_words(parts.db, tables, who, language=language, zone="Asia/Shanghai")
    free = {
        name for name, kind in (pair for t in SHEETS for pair in columns_of(t)) if kind in ("text", "code")
    }
    names = {column.name for one in found for column in one.table.c if "_" in column.name}
    forbidden = (
        names | {one.table.name for one in found if "_" in one.table.name} | {"privacy.", "-1", "staff:"}
    )
    for rows, words in zip(tables, worded, strict=True):
        said = [words.title, *words.labels]
        cells = zip(columns_of(rows.table), words.rows[0], strict=True)
        said += [cell for (name, _), cell in cells if name not in free]
        for one in said:
            assert "some_code" not in one, (rows.table, said)
            assert not [bad for bad in forbidden if bad in one], (rows.table, said)
            if language == "zh-CN":
                assert not re.search("[a-z]{4}", one.replace("KB", "")), (rows.table, one)
            else:
                assert not re.search("[一-鿿]", one.replace("王伟", "")), (rows.table, one)


def test_the_deadline_counts_working_days():
    shanghai = dt.timezone(dt.timedelta(hours=8))
    friday = dt.datetime(2026, 11, 27, 23, 30, tzinfo=shanghai)

    def due(days: int) -> str:
        end = deadline(int(friday.timestamp() * 1000), days, "Asia/Shanghai")
        return dt.datetime.fromtimestamp(end / 1000, shanghai).strftime("%m-%d %H:%M")

    assert (due(1), due(5), due(6), due(15)) == ("11-30 23:59", "12-04 23:59", "12-07 23:59", "12-18 23:59")


async def test_a_request_is_withdrawn_refused_and_carried_out(
    parts, worker, village, clock, owner, neighbour, tenant, desk
):
    await _live(owner, village, clock)
    async with Receiver(lambda _: 201) as service:
        phone, guard = PushedTo(service, "owner"), PushedTo(service, "desk")
        await owner.post("/push/subscription", json=phone.json)
        await desk.post("/push/subscription", json=guard.json)
        ask = {"communityId": village.community, "words": "我要搬走了"}
        assert (await neighbour.post("/my-data/deletion-requests", json=ask)).status_code == 404
        long = await owner.post("/my-data/deletion-requests", json={**ask, "words": "字" * 501})
        assert (long.status_code, long.json()["field"]) == (400, "words")
        first = (await owner.post("/my-data/deletion-requests", json=ask)).json()["id"]
        twice = await owner.post("/my-data/deletion-requests", json=ask)
        assert (twice.status_code, twice.json()["code"]) == (409, DeletionWaits.code)
        assert (await neighbour.post(f"/my-data/deletion-requests/{first}/withdraw")).status_code == 404
        assert (await owner.post(f"/my-data/deletion-requests/{first}/withdraw")).status_code == 204
        again = await owner.post(f"/my-data/deletion-requests/{first}/withdraw")
        assert again.json()["code"] == DeletionDecidedAlready.code

        second = (await owner.post("/my-data/deletion-requests", json=ask)).json()["id"]
        base = f"/communities/{village.community}/deletion-requests"
        page = (await desk.get(base, params={"state": "waiting"})).json()
        (row,) = page["data"]
        assert (row["id"], row["name"], row["words"], row["houses"]) == (second, "王伟", "我要搬走了", 1)
        assert 18 <= row["daysLeft"] <= 23
        assert (await desk.post(f"{base}/{second}/refuse", json={"reason": " "})).json()["field"] == "reason"
        refused = await desk.post(f"{base}/{second}/refuse", json={"reason": "物业费未结清"})
        assert refused.status_code == 204
        assert (await desk.post(f"{base}/{second}/execute")).json()["code"] == DeletionDecidedAlready.code
        (mine, _) = (await owner.get("/my-data/deletion-requests")).json()
        assert (mine["state"], mine["reason"]) == ("refused", "物业费未结清")
        await _done(worker)
        assert "物业费未结清" in phone.told[-1]["body"]
        assert phone.told[-1]["path"] == "my-data"
        assert guard.told[-1]["path"] == "deletions"

        third = (await owner.post("/my-data/deletion-requests", json=ask)).json()["id"]
        keeper = Housekeeping(parts.db, clock, parts.settings.retention, parts.objects, parts.ids)
        await _done(worker)
        seen = len(guard.told)
        for days in (15, 4, 4):  # waits; three days before; over
            await clock.advance(days * DAY_MS)
            await desk.post("/session", json={"login": STAFF_PHONE, "password": "correct horse battery"})
            await desk.post("/push/subscription", json=guard.json)
            await keeper.run()
            await keeper.run()
            await _done(worker)
        titles = [one["title"] for one in guard.told[seen:]]
        assert titles == ["A deletion request is due", "A deletion request is overdue"]
        (row, *_) = (await desk.get(base)).json()["data"]
        assert (row["id"], row["daysLeft"] < 0) == (third, True)
        assert (await desk.post(f"{base}/{third}/execute")).status_code == 204
        await _done(worker)

    await owner.sign_in(OWNER_PHONE)
    await tenant.sign_in(TENANT_PHONE)
    shown = (await owner.get("/my-data")).json()
    counts = {one["topic"]: one["rows"] for one in shown["topics"]}
    assert shown["knownBy"] == []
    assert not {"houses", "vehicles", "keys", "groups"} & counts.keys()
    everything = "".join([(await owner.get(f"/my-data/topics/{topic}")).text for topic in counts])
    assert "浙A12345" not in everything
    (done, *_) = (await owner.get("/my-data/deletion-requests")).json()
    assert (done["state"], done["words"]) == ("done", "")
    assert (await desk.get(f"/communities/{village.community}/residents/{village.owner}")).status_code == 404
    assert (await owner.get(f"/communities/{village.community}/notices")).status_code == 404
    # Who lives with them stays.
    assert (await tenant.get(f"/communities/{village.community}/notices")).status_code == 200
