"""Visitors register themselves at the gate, and somebody lets them come, or not (PM-13)."""

import math
import re
import string

import pytest
from sqlalchemy import update

from linli.domains.visitors.models import visit_posters
from linli.domains.visitors.pages.form_page import TRAP
from linli.kernel.db import Command
from tests.domains.visitors.conftest import HOUR, until

FORM = {
    "house": "3幢1单元502室", "host": "王户主", "name": "李访客", "phone": "13912345678", "people": "2", "stay": "4",
    "plate": "浙a12345", "reason": "送货",
}  # fmt: skip


@pytest.fixture
async def gate(estate):
    """(path of the form, path of the console's visits)."""
    poster = (await estate.desk.get(f"/communities/{estate.community}/visitor-poster")).json()
    assert poster["isOpen"]
    assert "<svg" in poster["svg"]
    return poster["url"].removeprefix(estate.url), f"/communities/{estate.community}/visits"


async def test_a_visitor_registers_and_is_let_in(estate, gate):
    form, visits = gate
    empty = await estate.client.get(form)
    assert empty.status_code == 200
    assert "桂花城" in empty.text
    sent = await estate.client.post(form, data=FORM)
    assert sent.status_code == 303, sent.text
    mine = sent.headers["location"]
    waiting = await estate.client.get(mine)
    assert ("待确认" in waiting.text, 'http-equiv="refresh"' in waiting.text, "<svg" in waiting.text) == (
        True,
        True,
        False,
    )
    (row,) = (await estate.desk.get(visits, params={"state": "asked"})).json()["data"]
    assert (row["name"], row["people"], row["hostName"], row["reason"], row["houseLocation"], row["source"]) == (
        "李访客", 2, "王户主", "送货", "3幢/1单元/502", "QRCODE",
    )  # fmt: skip
    assert row["endsMs"] - row["startsMs"] == 4 * HOUR
    query = {"startTime": "2020-01-01 00:00:00", "endTime": "2099-01-01 00:00:00", "pageNo": 1, "pageSize": 9}
    path = "/solution/community/house/visitor/apply"
    assert (await estate.ok(f"{path}/query", "1.0.0", query))["total"] == 0  # nobody agreed yet
    assert (await estate.call(f"{path}/get", "1.0.0", {"applyId": row["id"]}))["code"] == 403
    assert (await estate.desk.post(f"{visits}/{row['id']}/admit")).status_code == 204
    assert (await estate.desk.post(f"{visits}/{row['id']}/admit")).json()["code"] == "visit.settled"
    assert (await estate.ok(f"{path}/query", "1.0.0", query))["total"] == 1
    shown = await estate.client.get(mine)
    assert ("待到访" in shown.text, "<svg" in shown.text) == (True, True)
    await until(estate.texts)


async def test_a_visitor_who_is_refused_reads_why(estate, gate):
    form, visits = gate
    mine = (await estate.client.post(form, data=FORM)).headers["location"]
    (row,) = (await estate.desk.get(visits)).json()["data"]
    assert (
        await estate.desk.post(f"{visits}/{row['id']}/refuse", json={"reason": "主人不在"})
    ).status_code == 204
    shown = await estate.client.get(mine)
    assert ("已拒绝" in shown.text, "主人不在" in shown.text) == (True, True)
    assert await estate.texts() == []


async def test_a_form_that_does_not_fit_says_where(estate, gate):
    form, visits = gate
    for field, wrong in (
        ("house", ""), ("house", "9-9-999"), ("house", "1单元"), ("name", ""), ("name", "长" * 65), ("phone", ""),
        ("phone", "12"), ("people", "0"), ("people", "many"), ("plate", "123"), ("reason", "长" * 101),
    ):  # fmt: skip
        told = await estate.client.post(form, data={**FORM, field: wrong})
        assert told.status_code == 400, (field, wrong)
        assert f'id="{field}-error"' in told.text, (field, wrong)
        assert "李访客" in told.text or field == "name"
    hostile = await estate.client.post(form, data={**FORM, "name": "<script>alert(1)</script>", "phone": "1"})
    assert "<script" not in hostile.text
    assert "&lt;script" in hostile.text
    assert (await estate.client.post(form, content=b"\xff=\xfe")).status_code == 400
    assert (await estate.client.post(form, data={**FORM, "name": "a\0b"})).status_code == 400
    assert (await estate.client.post(form, data={**FORM, "reason": "x" * 9000})).status_code == 400
    trapped = await estate.client.post(form, data={**FORM, TRAP: "http://spam"})
    assert trapped.status_code == 200
    assert (await estate.desk.get(visits)).json()["total"] == 0


async def test_abuse_is_limited(estate, gate):
    form, visits = gate
    for _ in range(3):
        assert (await estate.client.post(form, data=FORM)).status_code == 303
    waiting = await estate.client.post(form, data=FORM)
    assert (waiting.status_code, "等待确认" in waiting.text) == (429, True)
    for number in range(20 - 4):
        assert (
            await estate.client.post(form, data={**FORM, "phone": f"1391234{number:04}"})
        ).status_code == 303
    too_many = await estate.client.post(form, data={**FORM, "phone": "13900000000"})
    assert (too_many.status_code, "频繁" in too_many.text) == (429, True)
    assert (await estate.desk.get(visits)).json()["total"] == 19
    estate.jump(HOUR)
    assert (await estate.client.post(form, data={**FORM, "phone": "13900000000"})).status_code == 303


async def test_a_poster_is_closed_and_renewed(estate, gate):
    form, _ = gate
    at = f"/communities/{estate.community}/visitor-poster"
    closed = await estate.desk.put(at, json={"isOpen": False})
    assert (closed.status_code, closed.json()["isOpen"]) == (200, False)
    assert (await estate.client.get(form)).status_code == 404
    assert (await estate.client.post(form, data=FORM)).status_code == 404
    assert (await estate.desk.put(at, json={"isOpen": True})).status_code == 200
    assert (await estate.client.get(form)).status_code == 200
    fresh = (await estate.desk.post(f"{at}/renew")).json()["url"]
    assert not fresh.endswith(form)
    assert (await estate.client.get(form)).status_code == 404
    assert re.search("桂花城", (await estate.client.get(fresh)).text)
    asked = {"kind": "poster", "target": str(estate.community)}
    past = await estate.desk.get(f"/communities/{estate.community}/history", params=asked)
    told = [(row["action"], [change["after"] for change in row["fields"]]) for row in past.json()["data"]]
    assert told == [("code_renewed", []), ("changed", ["1"]), ("changed", ["0"])]
    for url in (form, fresh):
        assert url.rpartition("/")[2] not in past.text


async def test_a_posters_address_holds_128_bits_and_shorter_ones_of_old_stay_good(estate, gate):
    form, _ = gate
    letters = string.ascii_letters + string.digits
    code = form.removeprefix("/r/")
    assert set(code) <= set(letters)
    assert len(code) * math.log2(len(letters)) >= 128
    printed = "a1B2c3D4e5F6g7H8i9J0"
    older = Command(update(visit_posters).values(code=printed), unscoped="the one poster of this test")
    async with estate.db.begin() as tx:
        await older.run(tx)
    assert (await estate.client.get(f"/r/{printed}")).status_code == 200
    shown = (await estate.desk.get(f"/communities/{estate.community}/visitor-poster")).json()["url"]
    assert shown.endswith(f"/r/{printed}")
