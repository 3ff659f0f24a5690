"""The property's desk: today's visitors, by hand, and the history."""

import io

import msgspec
import openpyxl
import pytest

from linli.domains.visitors import queries
from linli.domains.visitors.service.visits import purge
from linli.kernel.scope import Scope
from tests.domains.visitors.conftest import HOUR, until


async def test_the_desk_announces_checks_in_and_out_and_looks_back(estate):
    at, now = f"/communities/{estate.community}/visits", estate.clock.now_ms()
    form = {
        "houseId": estate.house, "startsMs": now - HOUR, "endsMs": now + HOUR, "reason": "维修",
        "guests": [{"name": "=李师傅", "phone": "13912345678", "plate": "浙A12345", "people": 3}, {"name": "王同行"}],
    }  # fmt: skip
    made = await estate.desk.post(at, json=form)
    assert made.status_code == 201, made.text
    one, two = made.json()["ids"]
    wrong = await estate.desk.post(
        at, json={**form, "guests": [{"name": "甲"}, {"name": "乙", "plate": "1"}]}
    )
    assert (wrong.status_code, wrong.json()["field"]) == (400, "guests[1].plate")
    tomorrow = {**form, "startsMs": now + 30 * HOUR, "endsMs": now + 31 * HOUR, "houseId": estate.other_house}
    (later,) = (await estate.desk.post(at, json={**tomorrow, "guests": [{"name": "明天"}]})).json()["ids"]

    async def found(**asked):
        told = await estate.desk.get(at, params=asked)
        assert told.status_code == 200, told.text
        return [row["id"] for row in told.json()["data"]]

    assert await found() == [later, two, one]
    assert await found(untilMs=now) == [two, one]
    assert await found(sinceMs=now + 2 * HOUR) == [later]
    assert await found(today=True, sinceMs=now + 48 * HOUR) == [two, one]
    assert await found(houseId=estate.other_house) == [later]
    assert await found(q="浙A-12") == [one]
    assert await found(q="1391234") == [one]
    assert await found(q="%") == []
    assert await found(source="STAFF,API", state="expected", sort="-name") == [two, later, one]
    assert (await estate.desk.get(at, params={"state": "x"})).json()["field"] == "state"
    assert (await estate.desk.get(at, params={"sort": "x"})).json()["field"] == "sort"

    listed = (await estate.desk.get(at, params={"q": "李"})).json()["data"][0]
    full = (await estate.desk.get(f"{at}/{one}")).json()
    assert (listed["phone"], full["phone"], full["doors"]) == ("139****5678", "13912345678", [])
    assert full["hasPass"]
    assert "/v/" not in str(full)
    assert "<svg" not in str(full)
    told = (await estate.desk.post(f"{at}/{one}/pass")).json()
    assert ["<svg" in picture["svg"] for picture in told["pictures"]] == [True]
    assert told["passUrl"].startswith(f"{estate.url}/v/")
    asked = {"kind": "visit", "target": str(one)}
    looked, created = (await estate.desk.get(at.replace("visits", "history"), params=asked)).json()["data"]
    assert (looked["action"], created["action"]) == ("pass_shown", "created")
    assert (await estate.desk.get(f"/communities/4242/visits/{one}")).status_code == 404

    no_reason = await estate.desk.post(f"{at}/{two}/void", json={"reason": " "})
    assert (no_reason.status_code, no_reason.json()["field"]) == (400, "reason")
    assert (await estate.desk.post(f"{at}/{two}/void", json={"reason": "登记错误"})).status_code == 204
    assert (await estate.desk.get(f"{at}/{two}")).json()["endReason"] == "登记错误"
    assert (await estate.desk.post(f"{at}/{two}/check-in")).json()["code"] == "visit.settled"
    assert (await estate.desk.post(f"{at}/{one}/check-out")).json()["code"] == "visit.settled"
    assert (await estate.desk.post(f"{at}/{one}/check-in")).status_code == 204
    figures = (await estate.desk.get(f"{at}/figures")).json()
    assert (figures["expected"], figures["arrived"], figures["void"], figures["guests"]) == (0, 1, 1, 3)
    assert (await estate.desk.post(f"{at}/{one}/check-out")).status_code == 204
    assert await found(state="left,void") == [two, one]

    book = openpyxl.load_workbook(
        io.BytesIO((await estate.desk.get(f"{at}/export.xlsx", params={"untilMs": now})).content)
    )
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:3] == ("Name", "Phone", "Plate")
    assert [row[:6] for row in rows[1:]] == [
        ("王同行", None, None, 1, "3幢/1单元/502", None),
        ("'=李师傅", "139****5678", "浙A12345", 3, "3幢/1单元/502", None),
    ]
    await purge(estate.db, now_ms=now + 400 * 24 * HOUR, days=399)
    assert await found() == [later]


@pytest.mark.engines("sqlite", "postgresql")
async def test_who_did_what_with_a_visit_is_told_without_its_codes(estate):
    at, now = f"/communities/{estate.community}", estate.clock.now_ms()
    form = {
        "houseId": estate.house,
        "startsMs": now,
        "endsMs": now + 4 * HOUR,
        "guests": [{"name": "李师傅", "phone": "13912345678"}, {"name": "王同行"}],
    }
    come, void = (await estate.desk.post(f"{at}/visits", json=form)).json()["ids"]

    async def told(visit):
        asked = {"kind": "visit", "target": visit}
        answer = await estate.desk.get(f"{at}/history", params=asked)
        return answer.json()["data"], answer.text

    for step in ("check-in", "check-out"):
        assert (await estate.desk.post(f"{at}/visits/{come}/{step}")).status_code == 204
    await estate.desk.post(f"{at}/visits/{void}/void", json={"reason": "登记错误"})
    rows, text = await told(come)
    assert [row["action"] for row in rows] == ["left", "arrived", "created"]
    assert {row["byKind"] for row in rows} == {"staff"}
    assert [change["field"] for change in rows[-1]["fields"]] == ["starts_ms", "ends_ms"]
    async with estate.db.begin() as tx:
        visit = await queries.visit(Scope.system(estate.partner.tenant_id), tx, int(come))
    for secret in (visit.qr_code, "李师傅", "13912345678"):
        assert secret
        assert secret not in text
    (ended, _), _ = await told(void)
    assert (ended["action"], ended["reason"], ended["restorable"]) == ("void", "登记错误", False)
    await purge(estate.db, now_ms=now + 400 * 24 * HOUR, days=399)
    assert (await told(come))[0] == []


async def test_the_desk_sends_a_pass_again(estate):
    at, now = f"/communities/{estate.community}/visits", estate.clock.now_ms()
    form = {
        "houseId": estate.house,
        "startsMs": now,
        "endsMs": now + HOUR,
        "guests": [{"name": "李师傅", "phone": "13912345678"}, {"name": "王同行"}],
    }
    one, two = (await estate.desk.post(at, json=form)).json()["ids"]
    shown = (await estate.desk.post(f"{at}/{one}/pass")).json()
    assert shown["sendsMessages"] is False
    off = await estate.desk.post(f"{at}/{one}/pass/message")
    assert (off.status_code, off.json()["code"]) == (409, "visit.messages_off")

    msgspec.structs.force_setattr(estate.platform.settings.sms, "provider", "http")
    assert (await estate.desk.post(f"{at}/{one}/pass")).json()["sendsMessages"] is True
    silent = await estate.desk.post(f"{at}/{two}/pass/message")
    assert (silent.status_code, silent.json()["code"]) == (409, "visit.no_phone")
    before = len([words for words in await estate.texts() if "/v/" in words])
    for _ in range(5):
        sent = await estate.desk.post(f"{at}/{one}/pass/message")
        assert (sent.status_code, sent.json()) == (200, {"phone": "139****5678"})
    again = await estate.desk.post(f"{at}/{one}/pass/message")
    assert (again.status_code, again.json()["code"]) == (429, "visit.too_many_tries")
    await until(lambda: _texts(estate, before + 5))
    asked = {"kind": "visit", "target": one}
    rows = (await estate.desk.get(at.replace("visits", "history"), params=asked)).json()["data"]
    assert [row["action"] for row in rows].count("pass_sent") == 5
    assert (await estate.desk.post(f"{at}/{one}/void", json={"reason": "不来了"})).status_code == 204
    over = await estate.desk.post(f"{at}/{one}/pass/message")
    assert (over.status_code, over.json()["code"]) in {(409, "visit.settled"), (429, "visit.too_many_tries")}


async def _texts(estate, count: int) -> bool:
    return len([words for words in await estate.texts() if "/v/" in words]) >= count
