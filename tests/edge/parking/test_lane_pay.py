"""A driver pays at an exit whose box has no line: code on the screen, charge in the cloud, receipt at the lane, once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from linli.domains.boxes.lane_pay.pages import PREFIX
from linli.edge.framework.errors import DeviceUnknown
from linli.edge.parking.receipts import TRIES, TRIES_MS
from linli.protocols.edge_link import PARKING_PAYMENTS, PaymentCounted, PaymentsCounted
from linli.rules.pay_codes import PayCode, digits_of, read_code, write_code
from tests.edge.parking.charged_town import tariff
from tests.edge.parking.pay_town import HOUR_MS, PLATE, PayTown, scanned
from tests.edge.parking.site_box import LOT
from tests.edge.runtime.small_box import until
from tests.servicebus.conftest import opened

SQLITE = pytest.mark.engines("sqlite")
BOTH = pytest.mark.engines("sqlite", "postgresql")
"""Where the cloud counts a payment once: what engines do each in their way."""


@pytest.fixture
async def town(database_url: str, tmp_path: Path) -> AsyncIterator[PayTown]:
    async with opened(database_url, tmp_path, cashier=True) as bench:
        town = PayTown(bench, tmp_path).with_lot()
        async with town.with_phone():
            await town.build()
            await town.open_desk()
            await town.publish(tariff(500), 900)
            await town.wake()
            await town.held()
            yield town
            await town.stop()


@BOTH
async def test_a_receipt_opens_a_lane_without_a_line_once_and_is_settled_once(town: PayTown) -> None:
    await town.owes(PLATE, "浙B22222")
    await town.cut()
    assert (await town.way_out.read(PLATE))["info"] == "no"
    path, picture = await town.code()
    assert scanned(picture).endswith(path)
    words, address = town.way_out.shown[-2:]
    assert (words.decode("gbk"), address.decode().endswith(path)) == (f"{PLATE} 请缴费9元", True)
    assert (await town.way_out.read(PLATE))["info"] == "no"
    assert (await town.code())[0] == path, "the same while it is good"
    form = (await town.phone.get(path)).text
    assert ("¥9.00" in form, PLATE in form, "望月府" in form) == (True, True, True)
    receipt, digits = await town.pays(path)
    assert "浙A" not in receipt
    assert (await town.shows(receipt, "out1"))["resMsg"] == "已缴费 9.00 元，请通行"
    await until(lambda: town.way_out.barrier == "open")
    for again in (receipt, digits):
        said = await town.shows(again)
        assert (said["code"], said["resMsg"]) == ("edge.receipt_used", "凭证已使用过")
    # The lane's own scanner reads the next one; what it reports of no receipt is nothing.
    town.way_out.barrier = "close"
    scan, _ = await town.pays(await town.asked_at_exit("浙B22222"))
    await town.box.reports.event("lane.in", "QrCodeRead", {"qrContent": scan})
    await town.box.reports.event("lane.out", "QrCodeRead", {"qrContent": f"{scan[:-1]}!"})
    assert town.way_out.barrier == "close"
    await town.box.reports.event("lane.out", "QrCodeRead", {"qrContent": scan})
    await until(lambda: town.way_out.barrier == "open")
    # What a kill at this moment leaves on the disk: used stays used.
    home = town.folder / "box"
    copytree(home, town.folder / "killed")
    await town.stop_box()
    home.rename(town.folder / "ended")
    (town.folder / "killed").rename(home)
    await town.wake_without_line()
    assert (await town.shows(receipt))["code"] == "edge.receipt_used"
    await town.stop_box()
    town.wire.cut = False
    await town.wake()
    orders = await town.rows("orders", 2, status="paid")
    assert {row["plate"]: (row["fen"], row["waivedFen"]) for row in orders} == {
        PLATE: (900, 0), "浙B22222": (900, 0),
    }  # fmt: skip
    assert [(row["fen"], row["refundedFen"]) for row in await town.charges(2)] == [(900, 0)] * 2
    # What a box says of payments that are none of its own, or counted already, changes nothing.
    code = read_code(path.removeprefix(PREFIX))
    lies = [PaymentCounted(nonce=nonce, kept_fen=0) for nonce in ("0" * 16, code.nonce.hex())]
    await town.box.cloud.post(PARKING_PAYMENTS, PaymentsCounted(payments=lies))
    assert len(await town.charges(2)) == 2
    async with asyncio.timeout(60):
        while "请通行" not in (await town.phone.get(path)).text:
            await asyncio.sleep(0.05)


@SQLITE
async def test_each_refusal_at_the_lane_has_its_words(town: PayTown) -> None:
    await town.owes(PLATE, "浙B22222")
    await town.cut()
    path = await town.asked_at_exit()
    receipt, digits = await town.pays(path)
    english = await town.shows("LR1" + "A" * 32)
    assert (english["resMsg"], english["message"]) == (
        "凭证无效：不是本车场发出的", "This receipt is not one of this car park",
    )  # fmt: skip
    assert (await town.shows(receipt, "in1"))["resMsg"] == "凭证属于其他车道：北大门出口"
    assert (await town.shows(digits, "in1"))["code"] == "edge.receipt_other_lane"
    assert (await town.shows(receipt, "nowhere"))["code"] == "302"
    for body in (
        {"barrierId": "out1"},
        {"barrierId": "out1", "receipt": "x" * 65},
        {"barrierId": 1, "receipt": digits},
    ):
        said = await town.post("/reportPayReceipt", **body)
        assert (said["resCode"], said["code"]) == (1, "1002"), said
    # Guessing: five wrong digits at a lane, then not even the right ones for ten minutes; the QR code still opens.
    for guess in range(TRIES):
        wrong = f"{(int(digits) + guess + 1) % 10**8:08}"
        assert (await town.shows(wrong))["code"] == "edge.receipt_forged"
    barred = await town.shows(digits)
    assert (barred["code"], "10 分钟后" in barred["resMsg"]) == ("edge.digits_barred", True)
    # Another car is read at this lane meanwhile: what was paid counts, and nobody is let out by it.
    other = await town.asked_at_exit("浙B22222")
    late = await town.shows(receipt)
    assert (late["code"], "9.00 元" in late["resMsg"]) == ("edge.receipt_too_late", True)
    assert town.way_out.barrier == "close"
    assert (await town.way_out.read(PLATE))["info"] == "ok", "it has paid"
    # The other one stands there again, and its digits are good once the wait is over.
    assert await town.asked_at_exit("浙B22222") == other
    _, digits = await town.pays(other)
    assert (await town.shows(digits))["code"] == "edge.digits_barred"
    town.clock.ahead_ms = TRIES_MS
    async with await town.guard() as guard:
        lanes = (await guard.get("parking")).json()["lanes"]
        (lane,) = [each for each in lanes if each["car"]]
        assert (lane["name"], lane["car"]["plate"], lane["car"]["fen"]) == (
            "北大门出口", "浙B22222", 1_100,
        ), "its code is over, and the next one is of what it owes now"  # fmt: skip
        assert lane["car"]["qr"].startswith("data:image/svg+xml;base64,")
        wrong = await guard.post("parking/receipt", json={"barrierId": "out1", "receipt": "1234567"})
        assert (wrong.status_code, wrong.json()["message"]) == (409, "凭证无效：不是本车场发出的")
        right = await guard.post(
            "parking/receipt", json={"barrierId": "out1", "receipt": f"{digits[:4]} {digits[4:]}"}
        )
        assert (right.status_code, right.json()) == (200, {"plate": "浙B22222", "fen": 900})
    await until(lambda: town.way_out.barrier == "open")


@SQLITE
async def test_a_fee_that_grew_is_asked_for_and_what_was_paid_counts(town: PayTown) -> None:
    await town.owes(PLATE)
    await town.cut()
    path = await town.asked_at_exit()
    receipt, _ = await town.pays(path)
    town.clock.ahead_ms = HOUR_MS
    grew = await town.shows(receipt)
    assert grew["resMsg"] == "已收到 9.00 元，停留超时又产生 4.00 元，请扫屏幕上的新二维码补缴"
    assert town.way_out.barrier == "close"
    town.clock.ahead_ms = 0
    more, _ = await town.code()
    assert more != path
    refused = await town.phone.get(more)
    assert (refused.status_code, "车道时钟不准" in refused.text) == (400, True), (
        "signed an hour ahead of the cloud"
    )
    assert (await town.shows(receipt))["code"] == "edge.receipt_used"


@SQLITE
async def test_the_cloud_takes_codes_of_boxes_alone_and_bears_ten_minutes_of_wrong_clocks(
    town: PayTown,
) -> None:
    await town.owes(PLATE)
    await town.cut()
    path = await town.asked_at_exit()
    forged = f"{path[:-1]}{'A' if path[-1] != 'A' else 'B'}"
    for wrong in (forged, f"{PREFIX}x", f"{PREFIX}{'A' * 500}", PREFIX, f"{path}/x"):
        answer = await town.phone.post(wrong, data={})
        assert (answer.status_code, "二维码无效" in answer.text) == (404, True), wrong
    foreign = write_code(PayCode(1, 1, "0" * 32, 1, 1, b"8" * 8, "out1", PLATE), b"k" * 32)
    assert (await town.phone.get(PREFIX + foreign)).status_code == 404
    given = town.box.parking.room.given
    number, key = next(iter(given.pay_keys.items()))
    now_s = town.platform.clock.now_ms() // 1000

    def signed(minutes: int) -> str:
        """By a box whose clock is wrong by these."""
        nonce, until_s = bytes((128 + minutes,) * 8), now_s + 600 + minutes * 60
        code = PayCode(number, given.rules.pay_node, "0" * 32, 100, until_s, nonce, "out1", PLATE)
        return PREFIX + write_code(code, key)

    for minutes, words in (
        (-10, "支付 1.00 元"),
        (10, "支付 1.00 元"),
        (-40, "已过期"),
        (40, "车道时钟不准"),
    ):
        page = await town.phone.get(signed(minutes))
        assert words in page.text, minutes
        assert page.status_code == (200 if abs(minutes) == 10 else 400)
    assert digits_of(signed(0).removeprefix(PREFIX), key) not in (await town.phone.get(signed(0))).text, (
        "not before paying"
    )


@BOTH
async def test_with_a_line_it_opens_by_itself_and_money_that_came_twice_goes_back(town: PayTown) -> None:
    await town.owes(PLATE, "浙B22222")
    path = await town.asked_at_exit()
    assert "道闸自动抬起" in (await town.phone.get(path)).text
    till = await town.phone.post(path, data={})
    await town.phone.post(till.headers["location"], data={"action": "pay"})
    await until(lambda: town.way_out.barrier == "open")
    async with asyncio.timeout(60):
        while "已收到 9.00 元，请通行" not in (await town.phone.get(path)).text:
            await asyncio.sleep(0.05)
    (paid,) = await town.rows("orders", 1, status="paid")
    assert (paid["plate"], paid["fen"]) == (PLATE, 900)
    order = f"{town.at}/edge-parking/orders/{paid['nodeId']}/{paid['number']}"
    assert (await town.desk.get(order)).json() == paid
    (charge,) = (await town.desk.get(f"{order}/charges")).json()
    assert (charge["orderNumber"], charge["nodeId"], charge["fen"]) == (paid["number"], paid["nodeId"], 900)
    assert (await town.desk.get(f"{order}x/charges")).status_code == 404
    # Paid without a line, and taken in cash before the line is back: the box's order has it, and it goes back.
    path = await town.asked_at_exit("浙B22222")
    (due,) = await town.rows("orders", 1, status="unpaid")
    await town.cut()
    await town.pays(path)
    number = {"orderNumber": due["number"], "parkingLotId": LOT, "payStatus": 2}
    params = {"id": "1", "version": "1.0", "request": {"apiVer": "1.0"}, "params": number}
    said = await town.post("/iotx_parking_service_model/parkingLotVehicleOrderCompleted", **params)
    assert said["code"] == 200, said
    await town.stop_box()
    town.wire.cut = False
    await town.wake()
    await town.charges(2, refunded=900)
    async with asyncio.timeout(60):
        while "自动退回" not in (await town.phone.get(path)).text:
            await asyncio.sleep(0.05)


@SQLITE
async def test_a_car_that_paid_and_is_shut_in_is_put_before_a_person_until_it_is_out(town: PayTown) -> None:
    await town.owes(PLATE, "浙B22222")
    await town.cut()
    receipt, _ = await town.pays(await town.asked_at_exit())
    await town.way_out.stop()  # the barrier's camera fetches no order
    assert (await town.shows(receipt))["resCode"] == 0
    async with await town.guard() as guard:

        async def shut() -> str:
            lanes = (await guard.get("parking")).json()["lanes"]
            return next(str(lane["paidShut"]) for lane in lanes if lane["barrierId"] == "out1")

        async with asyncio.timeout(60):
            while await shut() != PLATE:
                await asyncio.sleep(0.05)
        said = await town.shows(receipt)
        assert (said["code"], "请值班人员开闸" in said["resMsg"]) == ("edge.receipt_paid_shut", True)
        await town.way_out.start()
        opens = {"barrierId": "out1", "command": "open"}
        params = {"id": "1", "version": "1.0", "request": {"apiVer": "1.0"}, "params": opens}
        done = await town.post("/iotx_parking_service_model/parkingBarrierOperate", **params)
        assert done["code"] == 200, done
        await until(lambda: town.way_out.barrier == "open", 60)
        async with asyncio.timeout(60):
            while await shut():
                await asyncio.sleep(0.05)
    assert (await town.shows(receipt))["code"] == "edge.receipt_used"
    # The next one is shut in too, and another car is read there: it went.
    receipt, _ = await town.pays(await town.asked_at_exit("浙B22222"))
    await town.way_out.stop()
    assert (await town.shows(receipt))["resCode"] == 0
    async with asyncio.timeout(60):
        while (await town.shows(receipt))["code"] != "edge.receipt_paid_shut":
            await asyncio.sleep(0.05)
    assert (await town.way_out.read("浙C33333"))["info"] == "no"
    assert (await town.shows(receipt))["code"] == "edge.receipt_used"
    await town.stop_box()
    town.wire.cut = False
    await town.wake()
    cars = [row for row in await town.rows("cars", 10) if row["plate"] == PLATE and row["way"] == "out"]
    assert [(row["opened"], row["reason"]) for row in cars] == [
        (False, "fee_due"), (True, "settled"), (False, "paid_shut"), (True, "by_hand"),
    ]  # fmt: skip
    passes = await town.records("iot_park_pass_record", 5)
    assert [row["plateNumber"] for row in passes if row["direction"] == 1] == [PLATE, "浙B22222", "浙C33333"]


@SQLITE
async def test_an_opening_that_was_paid_for_waits_for_its_driver(town: PayTown) -> None:
    await town.owes(PLATE)
    await town.cut()
    receipt, _ = await town.pays(await town.asked_at_exit())
    room = town.box.parking.room
    call, starting = room.call, iter(range(3))
    assert call is not None

    async def driver(device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        if next(starting, None) is not None:
            raise DeviceUnknown(device)
        return await call(device, service, params)

    room.call = driver
    assert (await town.shows(receipt))["resCode"] == 0
    await until(lambda: town.way_out.barrier == "open", 60)
    assert (next(starting, None), await room.paid_shut()) == (None, {})
    assert (await town.shows(receipt))["code"] == "edge.receipt_used"


@SQLITE
async def test_a_car_that_paid_and_is_shut_in_is_in_the_control_rooms_list_until_it_is_out(
    town: PayTown,
) -> None:
    await town.owes(PLATE)
    path = await town.asked_at_exit()

    async def whys(*wanted: str) -> None:
        async with asyncio.timeout(60):
            while True:
                needs = await town.told("GET", f"{town.at}/edge-parking/attention")
                if [row["why"] for row in needs if row["barrierId"] == "out1"] == list(wanted):
                    return
                await asyncio.sleep(0.05)

    await whys("fee_due")
    await town.way_out.stop()  # the barrier's camera fetches no order
    await town.pays_at_till(path)
    await whys("paid_shut")
    await town.way_out.start()
    assert (await town.way_out.read(PLATE))["info"] == "ok"
    await whys()
