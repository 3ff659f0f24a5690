"""Cars without a plate: the phone takes a ticket where a car waits, pays at the exit, and each barrier opens once."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.browser.qr_picture import picture_of
from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST, JPEG
from tests.domains.parking.fees.test_stays import HOUR, STAYS, Gate, gate
from tests.domains.parking.test_prepay import Town
from tests.engines import find_program

__all__ = ["gate"]
BOTH = pytest.mark.engines("sqlite", "postgresql")
"""One phone of many, one opening of many: what engines do each in their way."""
CARS = "/parking-cars-without-plate"


class Lanes(Town):
    """`entry_code` and `exit_code`: paths of the printed codes."""

    entry_code: str
    exit_code: str

    async def code(self, lane_id: int) -> str:
        answer = await self.desk.post(f"{self.lot.path}/lanes/{lane_id}/code")
        assert answer.status_code == 200, answer.text
        return "/ticket/" + str(answer.json()["url"]).rpartition("/")[2]

    async def without_plate(self, camera: Any, *, picture: bytes = b"", read: str = "") -> None:
        """A car without a plate comes to a lane, and the platform has heard of it."""
        await self._passes(camera, read, {"picture": picture})

    async def inside(self, **when: int) -> list[dict[str, Any]]:
        answer = await self.desk.get(CARS, params={"communityId": self.lot.estate.community, **when})
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()
        return rows

    def other_phone(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, trust_env=False, headers={"accept-language": "zh-CN"})

    async def takes(self, phone: httpx.AsyncClient | None = None) -> httpx.Response:
        return await (phone or self.phone).post(self.entry_code, data={"go": "1"})


@pytest.fixture
async def town(gate: Gate) -> AsyncIterator[Lanes]:
    gate.exit.lane = replace(gate.exit.lane, direction="out")
    async with Lanes(gate.lot, (gate.entry, gate.exit)).open() as opened:
        assert isinstance(opened, Lanes)
        await opened.published()
        opened.entry_code = await opened.code(opened.lot.entrance)
        opened.exit_code = await opened.code(opened.lot.exit)
        yield opened


@BOTH
async def test_a_phone_is_the_ticket_from_the_entrance_to_the_exit(town: Lanes) -> None:
    empty = await town.phone.get(town.entry_code)
    assert ("请驶近道闸" in empty.text, "<button" in empty.text) == (True, False)
    assert (await town.takes()).status_code == 409
    await town.without_plate(town.entry, picture=JPEG)
    assert "取凭证并入场" in (await town.phone.get(town.entry_code)).text
    taken = await town.takes()
    assert (taken.status_code, "HttpOnly" in taken.headers["set-cookie"]) == (303, True)
    assert "Secure" not in taken.headers["set-cookie"]  # this platform's address is http
    await until(lambda: town.entry.opened == 1, 60)
    (car,) = await town.inside()
    assert car["inPicture"].startswith("http")
    page = (await town.phone.get(town.entry_code)).text
    assert car["ticket"] in page
    again = await town.takes()
    assert (again.status_code, "一部手机只对应一辆车" in again.text) == (409, True)

    town.later(2 * HOUR)
    drive_up = (await town.phone.get(town.exit_code)).text
    assert "请驶近道闸" in drive_up
    assert (await town.phone.post(town.exit_code, data={"go": "1"})).status_code == 409
    await town.without_plate(town.exit)
    page = (await town.phone.get(town.exit_code)).text
    assert ("¥9.00" in page, "支付 9.00 元并离场" in page) == (True, True)
    to_pay = await town.phone.post(town.exit_code, data={"go": "1"})
    assert (to_pay.status_code, town.exit.opened) == (303, 0)
    back = await town.presses(to_pay.headers["location"])
    await until(lambda: town.exit.opened == 1, 60)

    async def gone() -> bool:
        return "一路平安" in (await town.phone.get(back)).text

    await until(gone, 60)
    assert await town.inside() == []
    view = (await town.desk.get(f"{STAYS}/{car['id']}")).json()
    assert (view["stay"]["state"], view["stay"]["dueFen"], view["payments"][0]["fen"]) == ("left", 0, 900)
    await town.phone.post(town.exit_code, data={"go": "1"})
    assert (town.entry.opened, town.exit.opened) == (1, 1)


async def test_by_https_the_ticket_never_travels_in_the_open(town: Lanes) -> None:
    town.links.base_url = "https://linli.example"
    await town.without_plate(town.entry)
    cookie = (await town.takes()).headers["set-cookie"]
    assert cookie.split("; ")[-1] == "Secure"
    await until(lambda: town.entry.opened == 1, 60)


@BOTH
async def test_one_ticket_a_car_however_many_scan(town: Lanes) -> None:
    town.entry.waiting = "x"  # as it says with every state
    await town.without_plate(town.entry)
    phones = [town.other_phone() for _ in range(8)]
    answers = await asyncio.gather(*(town.takes(phone) for phone in phones))
    assert sorted(answer.status_code for answer in answers) == [303, *[409] * 7]
    await until(lambda: town.entry.opened == 1, 60)
    assert len(await town.inside()) == 1
    # the same car read again at once is no second one; one that comes later is
    await town.without_plate(town.entry)
    assert (await town.takes(town.other_phone())).status_code == 409
    town.later(60_000)
    await town.without_plate(town.entry, read="ABC")
    assert (await town.takes(town.other_phone())).status_code == 303
    await until(lambda: town.entry.opened == 2, 60)
    # a car with a plate takes the place of one without
    town.later(60_000)
    await town.without_plate(town.entry)
    await town.comes(GUEST)
    assert (await town.takes(town.other_phone())).status_code == 409
    for phone in phones:
        await phone.aclose()


async def test_a_car_that_the_camera_only_feels_may_take_a_ticket_until_it_goes(town: Lanes) -> None:
    async def waits() -> bool:
        return "取凭证并入场" in (await town.phone.get(town.entry_code)).text

    async def nobody() -> bool:
        return not await waits()

    for state, check in ((1, waits), (0, nobody), (2, nobody), (1, waits)):
        town.entry.link.queue_properties({"VehicleState": state})
        await until(check, 60)
    town.later(6 * 60_000)
    assert await nobody()
    town.entry.link.queue_properties({"VehicleState": 1})
    await until(waits, 60)
    town.entry.waiting = "x"  # it goes on saying that a car stands there
    assert (await town.takes()).status_code == 303
    await until(lambda: town.entry.opened == 1, 60)
    town.entry.link.queue_properties({"VehicleState": 1})
    await until(lambda: town.entry.link.unsent == 0, 60)
    assert (await town.takes(town.other_phone())).status_code == 409
    (car,) = await town.inside()
    assert car["inPicture"] == ""


@BOTH
async def test_the_seat_knows_the_car_of_a_lost_phone_by_its_picture(town: Lanes) -> None:
    await town.without_plate(town.entry, picture=JPEG)
    await town.takes()
    await until(lambda: town.entry.opened == 1, 60)
    came_ms = (await town.inside())[0]["inMs"]
    town.later(2 * HOUR)
    assert await town.inside(sinceMs=came_ms + 1) == []
    (car,) = await town.inside(sinceMs=came_ms, untilMs=came_ms + 1)
    async with town.other_phone() as lost:
        assert "按入场图片查找" in (await lost.get(town.exit_code)).text
    at = f"{CARS}/{car['id']}/exit"
    for body, status in (
        ({"laneId": str(town.lot.exit), "reason": " "}, 400),
        ({"laneId": str(town.lot.entrance), "reason": "手机遗失"}, 409),
        ({"laneId": "x", "reason": "手机遗失"}, 400),
        ({"laneId": "1", "reason": "手机遗失"}, 404),
        ({"laneId": str(town.lot.exit), "reason": "手机遗失"}, 204),
    ):
        assert (await town.desk.post(at, json=body)).status_code == status, body
    assert town.exit.opened == 0
    paid = await town.desk.post(f"{STAYS}/{car['id']}/payments", json={"fen": 900})
    assert paid.status_code == 204, paid.text
    await until(lambda: town.exit.opened == 1, 60)
    assert (
        await town.desk.post(at, json={"laneId": str(town.lot.exit), "reason": "手机遗失"})
    ).status_code == 409
    # its phone, found by somebody, opens nothing more
    await town.without_plate(town.exit)
    await town.phone.post(town.exit_code, data={"go": "1"})
    assert town.exit.opened == 1


async def test_codes_are_renewed_muted_and_never_guessed(town: Lanes) -> None:
    await town.without_plate(town.entry)
    old = town.entry_code
    town.entry_code = await town.code(town.lot.entrance)
    assert (await town.phone.get(old)).status_code == 404
    at = f"{town.lot.path}/lanes/{town.lot.entrance}/code"
    assert (await town.desk.put(at, json={"isOn": False})).status_code == 200
    muted = await town.takes()
    assert ("此二维码已停用" in muted.text, await town.inside()) == (True, [])
    assert (await town.desk.put(at, json={"isOn": True})).status_code == 200
    huge = await town.phone.post(town.entry_code, content=b"go=" + b"x" * 20_000)
    assert huge.status_code == 400
    for cookie in ("linli_ticket=" + "A" * 32, "linli_ticket=' OR 1", "linli_ticket=" + "é" * 3):
        page = await town.phone.get(town.entry_code, headers={"cookie": cookie.encode()})
        assert ("取凭证并入场" in page.text, page.status_code) == (True, 200)
    assert (await town.phone.put(town.entry_code)).status_code == 405
    inner = await town.desk.post(f"{town.lot.path}/lanes/{town.lot.ramp}/code")
    assert (inner.status_code, inner.json()["code"]) == (400, "bad_input"), inner.text
    assert (await town.desk.delete(at)).status_code == 204
    assert (await town.desk.put(at, json={"isOn": True})).status_code == 404
    unknown = await town.phone.get(town.entry_code)
    other = await town.phone.get("/ticket/" + "B" * 22)
    assert (unknown.status_code, unknown.text) == (404, other.text)
    guesses = [(await town.phone.get(f"/ticket/{number:022}")).status_code for number in range(40)]
    assert (guesses[0], guesses[-1]) == (404, 429)
    assert (await town.phone.get(town.exit_code)).status_code == 200
    assert (await town.desk.get(at)).json()["url"] == ""


async def test_a_reader_of_codes_reads_the_printed_one(town: Lanes) -> None:
    at = f"{town.lot.path}/lanes/{town.lot.entrance}/code"
    code = (await town.desk.get(at)).json()
    done = await asyncio.to_thread(
        subprocess.run,
        [find_program("zbarimg"), "--quiet", "--raw", "-"],
        input=picture_of(code["svg"]),
        capture_output=True,
        timeout=60,
    )
    assert done.stdout.decode().strip() == code["url"], done.stderr
    assert code["url"].endswith(town.entry_code)


async def test_a_full_lot_gives_no_ticket_until_a_car_leaves(town: Lanes) -> None:
    path = f"/parking-lots/{town.lot.lot}/capacity"
    for wrong in (0, 100_001, "many"):
        refused = await town.desk.put(path, json={"capacity": wrong})
        assert (refused.status_code, refused.json()["field"]) == (400, "capacity")
    inner = await town.desk.put(f"/parking-lots/{town.lot.deck}/capacity", json={"capacity": 5})
    assert inner.status_code == 400
    assert (await town.desk.put(path, json={"capacity": 1})).status_code == 204
    await town.comes(GUEST)
    where = {"communityId": town.lot.estate.community}
    (row,) = (await town.desk.get("/parking-lots", params=where)).json()
    assert (row["capacity"], row["inside"], row["holdsUnpaid"]) == (1, 1, False)
    await town.without_plate(town.entry)
    shown = (await town.phone.get(town.entry_code)).text
    assert ("车位已满" in shown, "<button" in shown) == (True, False)
    assert (await town.takes()).status_code == 409
    assert (await town.desk.put(path, json={"capacity": None})).status_code == 204
    assert "取凭证并入场" in (await town.phone.get(town.entry_code)).text
    assert (await town.desk.put(path, json={"capacity": 2})).status_code == 204
    assert (await town.takes()).status_code == 303
    kept = {"kind": "parking_lot", "target": str(town.lot.lot)}
    rows = (await town.desk.get(f"{town.lot.estate.path}/history", params=kept)).json()["data"]
    assert len(rows) == 3
