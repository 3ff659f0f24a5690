"""Forms of codes that scanners read: said by product and door at the desk, shown on the resident's key page (G-C15)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from linli.domains.access.code_forms import SEALED_FORM, STANDARD_FORM, CodeForm, form_for_all
from linli.domains.access.errors import CodeFormsDiffer
from linli.domains.access.queries import permissions
from linli.domains.access.service.code_retention import KEPT_DAYS, forget_ended_codes
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from tests.domains.access.estate import NEIGHBOUR_PHONE, Estate, open_estate
from tests.domains.access.platform import until

DIGITS = CodeForm("own", "digits", 12, "88")
OWN = {"form": "own", "alphabet": "digits", "length": 12, "prefix": "88"}


@pytest.fixture
async def estate(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Estate]:
    async with open_estate(database, clock, ids, tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("form", "field"),
    [
        (CodeForm("round"), "form"),
        (CodeForm("own", "hieroglyphs", 12), "alphabet"),
        (CodeForm("own", "digits", 9), "length"),
        (CodeForm("own", "digits", 11, "88"), "length"),
        (CodeForm("own", "capitals", 43), "length"),
        (CodeForm("own", "capitals", 30, "123456789"), "prefix"),
        (CodeForm("own", "capitals", 20, "a:b"), "prefix"),
    ],
)
def test_bad_forms_name_the_field(form: CodeForm, field: str) -> None:
    with pytest.raises(BadInput) as bad:
        form.checked()
    assert bad.value.field == field


def test_codes_fit_the_scanner_and_are_left_to_chance(ids: Ids) -> None:
    codes = {DIGITS.new_code(ids) for _ in range(500)}
    assert len(codes) == 500
    assert all(DIGITS.reads(code) for code in codes)
    assert not any(DIGITS.reads(code) for code in ("88123456789", "991234567890", "88123456789A"))
    assert len(STANDARD_FORM.new_code(ids)) == 32
    assert CodeForm("sealed", "digits", 5, "x").checked() == SEALED_FORM


def test_one_code_for_several_doors() -> None:
    assert form_for_all([]) == SEALED_FORM
    assert form_for_all([SEALED_FORM, STANDARD_FORM]) == STANDARD_FORM
    assert form_for_all([SEALED_FORM, DIGITS, STANDARD_FORM]) == DIGITS
    with pytest.raises(CodeFormsDiffer):
        form_for_all([DIGITS, DIGITS._replace(length=14)])


async def _say(estate: Estate, path: str, body: dict[str, Any]) -> None:
    answer = await estate.desk.put(path, json=body)
    assert answer.status_code == 204, answer.text


@pytest.mark.covers("G-C15")
async def test_a_resident_shows_a_code_that_the_scanner_can_read(estate: Estate) -> None:
    await estate.switch()
    iot_id, door = await estate.new_door("SN-1", "1幢门")
    await estate.serve(iot_id, estate.buildings[0])
    door.reads_plain = True
    await until(lambda: len(door.permissions.qr) == 1)
    here = f"/communities/{estate.community}"
    own = f"{here}/doors/{iot_id}/code"
    async with estate.phone() as owner, estate.phone(NEIGHBOUR_PHONE) as neighbour:
        (mine,) = (await owner.get(f"{here}/doors")).json()
        assert (mine["ownCode"], mine["bluetooth"]) == (False, False)
        sealed = await owner.post(own)
        assert (sealed.status_code, sealed.json()["code"]) == (
            404,
            "access.no_key",
        )  # encrypted codes are read there

        await _say(estate, f"{here}/door-readings/products/{estate.product_key}", {"form": OWN})
        (mine,) = (await owner.get(f"{here}/doors")).json()
        assert mine["ownCode"]
        made = (await owner.post(own)).json()
        assert (len(made["text"]), made["text"][:2], made["text"].isdigit()) == (12, "88", True)
        assert made["expiresMs"] == estate.now + 300_000
        assert (await owner.post(own)).json()["text"] == made["text"]  # the page asks as often as it likes
        assert (await neighbour.post(own)).status_code == 404
        assert (await neighbour.get(own)).status_code == 404

        async def ready() -> bool:
            return bool((await owner.get(own)).json()["ready"])

        await until(ready)
        assert door.scan(made["text"]).opens
        assert door.scan(made["text"]).code == 104  # replayed

        async def used() -> bool:
            return bool((await owner.get(own)).json()["used"])

        await until(used)
        second = (await owner.post(own)).json()["text"]
        assert second != made["text"]
        third = (await owner.post(own, params={"renew": True})).json()["text"]
        assert third not in (second, made["text"])
        await until(ready)
        await until(lambda: door.scan(second).code == 103)  # one is out at a time
        await estate.platform.clock.advance(301_000)
        assert door.scan(third).code == 102
        assert (await owner.get(own)).status_code == 404
        assert (
            len((await owner.post(f"{here}/key")).json()["text"]) == 88
        )  # a code for one scan is nobody's key


async def test_ended_codes_are_forgotten_once_no_door_has_them(estate: Estate) -> None:
    await estate.switch()
    iot_id, door = await estate.new_door("SN-1", "1幢门")
    await estate.serve(iot_id, estate.buildings[0])
    door.reads_plain = True
    here = f"/communities/{estate.community}"
    await _say(estate, f"{here}/door-readings/products/{estate.product_key}", {"form": OWN})
    await until(lambda: len(door.permissions.qr) == 1)
    (key,) = door.permissions.qr
    db, later = estate.platform.db, estate.now + (KEPT_DAYS + 1) * 86_400_000
    async with estate.phone() as owner:

        async def another() -> str:
            made = await owner.post(f"{here}/doors/{iot_id}/code", params={"renew": True})
            return str(made.json()["text"])

        first, second = await another(), await another()
        await until(lambda: set(door.permissions.qr) == {key, second})

        async def forgotten() -> bool:
            return await forget_ended_codes(db, now_ms=later) == 1

        assert await forget_ended_codes(db, now_ms=estate.now) == 0  # ended, but of today
        assert await forget_ended_codes(db, now_ms=later, chunks=0) == 0
        await until(forgotten)  # once the door has said that the first is gone
        async with db.begin() as tx:
            left = [await permissions.code_exists(tx, qr_code=code) for code in (first, second, key)]
        assert left == [False, True, True]  # the second's time is over, too, but the door has it
        third = await another()
        await until(forgotten)
        assert set(door.permissions.qr) <= {key, third}


async def test_a_door_may_differ_from_its_product(estate: Estate) -> None:
    await estate.switch()
    iot_id, _ = await estate.new_door("SN-1", "1幢门", online=False)
    here, path = f"/communities/{estate.community}", f"/doors/{iot_id}/reading"
    await _say(estate, f"{here}/door-readings/products/{estate.product_key}", {"form": OWN})
    told = (await estate.desk.get(path)).json()
    assert (told["own"], told["product"], told["productName"]) == (None, OWN, told["productName"])
    await _say(estate, path, {"own": {"form": "standard"}, "bleName": "SRE1001000100001"})
    told = (await estate.desk.get(path)).json()
    assert told["own"] == {"form": "standard", "alphabet": "letters", "length": 32, "prefix": ""}
    assert told["bleName"] == "SRE1001000100001"
    assert told["product"] == OWN
    for body, field in (
        ({"own": {**OWN, "length": 9}}, "length"),
        ({"own": None, "bleName": "SRE1"}, "bleName"),
    ):
        bad = await estate.desk.put(path, json=body)
        assert (bad.status_code, bad.json()["field"]) == (400, field)
    bad = await estate.desk.put(f"{here}/door-readings/bluetooth", json={"bleOrder": "DZP2020011703700X"})
    assert (bad.status_code, bad.json()["field"]) == (400, "bleOrder")
