"""Charges at the stand-in provider: its page, its signed notices over HTTP, races, refunds, statements."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
import pytest

from linli.domains.payments.cashier.books import NOTICES, Cashier, NoticeBody
from linli.domains.payments.charges import queries, statements
from linli.domains.payments.charges.errors import NotBooked, NotPaid, RefundTooLarge
from linli.domains.payments.charges.events import ChargePaid
from linli.domains.payments.charges.rows import FAILED, OPEN, PAID, ChargeRow
from linli.domains.payments.charges.service import NewCharge, ask_again, open_charge, refund
from linli.domains.payments.room import PaymentsRoom
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.http import HttpServer
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs, Worker
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from tests.domains.access.platform import until

OWNER = Scope.system("t1")
DAY = 86_400_000


class Till:
    """The room with its routes on a real port, and who is told of payments."""

    def __init__(self, db: Database, clock: ManualClock, ids: Ids) -> None:
        self.db, self.clock, self.ids = db, clock, ids
        self.paid: list[ChargePaid] = []

    @property
    def cashier(self) -> Cashier:
        assert self.room.cashier is not None
        return self.room.cashier

    async def _told(self, tx: Tx, event: ChargePaid) -> None:
        tx.after_commit(lambda: self.paid.append(event))

    async def _route(self, scope: Any, receive: Any, send: Any) -> None:
        apps = self.room.prefixes()
        await apps[max((prefix for prefix in apps if scope["path"].startswith(prefix)), key=len)](
            scope, receive, send
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Till"]:
        self.db.clock = self.clock
        self.room = PaymentsRoom(
            self.db, self.clock, self.ids, Secrets.random(), cashier=True, platform_url=""
        )
        self.db.handlers.inline(ChargePaid, self._told)
        jobs = Jobs()
        self.room.register(jobs)
        server, self.worker = HttpServer(self._route), Worker(self.db, self.clock, jobs)
        await server.start()
        self.url = self.cashier.platform_url = f"http://127.0.0.1:{server.port}"
        try:
            async with httpx.AsyncClient(base_url=self.url, trust_env=False) as self.phone:
                yield self
        finally:
            await server.stop(grace_seconds=1)

    async def charge(self, *, fen: int = 900, key: str = "once") -> ChargeRow:
        new = NewCharge(
            community_id=7,
            subject="parking_stay:5",
            payer_key=key,
            title="停车费",
            fen=fen,
            return_to="/park/x",
        )
        return await open_charge(
            OWNER, self.db, new=new, collector=self.cashier, ids=self.ids, now_ms=self.clock.now_ms()
        )

    async def now(self, charge: ChargeRow) -> ChargeRow:
        return await queries.charge(OWNER, self.db, charge.charge_id)

    async def press(self, charge: ChargeRow, action: str) -> httpx.Response:
        return await self.phone.post(charge.pay_url, data={"action": action})

    async def notice(
        self, charge: ChargeRow, body: NoticeBody | None = None, **headers: str
    ) -> httpx.Response:
        number = str(charge.charge_id)
        told = body or NoticeBody(f"N{number}", number, f"T{number}", PAID, charge.fen, self.clock.now_ms())
        content = msgspec.json.encode(told)
        signed = {name: value for name, value in (self.cashier.signed(content) | headers).items() if value}
        return await self.phone.post(NOTICES, content=content, headers=signed)


@pytest.fixture
async def till(database: Database, clock: ManualClock, ids: Ids) -> AsyncIterator[Till]:
    async with Till(database, clock, ids).open() as opened:
        yield opened


async def test_a_person_pays_at_the_page_and_the_provider_says_so_by_http(till: Till) -> None:
    charge = await till.charge()
    assert (await till.charge()).charge_id == charge.charge_id  # the payer asked twice
    page = await till.phone.get(charge.pay_url, headers={"accept-language": "zh-CN"})
    assert (page.status_code, "¥9.00" in page.text, "不会产生真实扣款" in page.text) == (200, True, True)
    assert (await till.phone.get("/pay/1-x")).status_code == 404
    wrong = await till.press(charge, "give")
    assert wrong.status_code == 400

    failed = await till.press(charge, "fail")
    assert (failed.status_code, failed.headers["location"]) == (303, "/park/x")
    await till.worker.run_once()
    assert (await till.now(charge)).state == FAILED
    await till.press(charge, "pay")
    await till.worker.run_once()
    paid = await till.now(charge)
    assert (paid.state, paid.trade_no, [event.fen for event in till.paid]) == (
        PAID,
        f"T{charge.charge_id}",
        [900],
    )
    again = await till.phone.get(charge.pay_url)
    assert re.search(r'href="/park/x"', again.text)


async def test_a_late_notice_settles_and_a_charge_out_of_time_takes_no_button(till: Till) -> None:
    charge = await till.charge()
    await till.press(charge, "late")
    assert (await till.worker.run_once(), (await till.now(charge)).state) == (0, OPEN)
    await till.clock.advance(60_000)
    await till.worker.run_once()
    assert (await till.now(charge)).state == PAID
    other = await till.charge(key="other")
    await till.clock.advance(301_000)
    assert (await till.press(other, "pay")).status_code == 400
    assert await till.worker.run_once() == 0


async def test_a_notice_must_be_signed_of_now_and_of_this_charge(till: Till) -> None:
    charge = await till.charge()
    number = str(charge.charge_id)
    fits = NoticeBody(f"N{number}", number, "T1", PAID, 900, till.clock.now_ms())
    for refused in (
        await till.notice(charge, **{"x-pay-signature": "0" * 64}),
        await till.notice(charge, **{"x-pay-signature": ""}),
        await till.notice(charge, **{"x-pay-time": str(till.clock.now_ms() + 1)}),
        await till.notice(charge, msgspec.structs.replace(fits, fen=1)),
        await till.notice(charge, msgspec.structs.replace(fits, order_no="12")),
        await till.notice(charge, msgspec.structs.replace(fits, order_no="x")),
        await till.phone.post(NOTICES, content=b"{" * 9_000),
    ):
        assert refused.status_code == 400, refused.text
    content = msgspec.json.encode(fits)
    kept = till.cashier.signed(content)
    await till.clock.advance(301_000)
    assert (await till.phone.post(NOTICES, content=content, headers=kept)).status_code == 400
    assert ((await till.now(charge)).state, till.paid) == (OPEN, [])
    for _ in range(2):  # replayed while it is fresh
        assert (await till.notice(charge, fits)).status_code == 200
    assert len(till.paid) == 1
    assert (await till.phone.post("/pay/notify/other", content=b"{}")).status_code == 404


@pytest.mark.engines("sqlite", "postgresql")
async def test_fifty_notices_at_once_settle_a_charge_once(till: Till) -> None:
    charge = await till.charge()
    number = str(charge.charge_id)
    bodies = [
        NoticeBody(f"N{turn % 25}", number, f"T{turn}", PAID, 900, till.clock.now_ms()) for turn in range(50)
    ]
    answers = await asyncio.gather(*(till.notice(charge, body) for body in bodies), return_exceptions=True)
    assert {answer.status_code for answer in answers if isinstance(answer, httpx.Response)} <= {200, 500, 503}
    await until(lambda: till.paid)
    assert (len(till.paid), (await till.now(charge)).state) == (1, PAID)


@pytest.mark.engines("sqlite", "postgresql")
async def test_no_more_goes_back_than_was_paid(till: Till) -> None:
    charge = await till.charge()
    back: dict[str, Any] = {"charge_id": charge.charge_id, "ids": till.ids, "now_ms": till.clock.now_ms()}

    async def give(fen: int, reason: str = "多收") -> None:
        await till.db.run(lambda tx: refund(OWNER, tx, fen=fen, reason=reason, **back))

    with pytest.raises(NotPaid):
        await give(100)
    await till.notice(charge)
    for fen, reason in ((100, " "), (0, "多收"), (100, "长" * 201)):
        with pytest.raises(BadInput):
            await give(fen, reason)
    answers = await asyncio.gather(*(give(400) for _ in range(3)), return_exceptions=True)
    assert sorted(isinstance(answer, RefundTooLarge) for answer in answers) == [False, False, True]
    with pytest.raises(RefundTooLarge, match=r"1\.00"):
        await give(101)
    await till.worker.run_once()
    rows = (await queries.refunds_of(OWNER, till.db, [charge.charge_id]))[charge.charge_id]
    assert [(row.fen, row.state, row.reason) for row in rows] == [(400, "done", "多收")] * 2


async def test_the_statement_says_what_differs(till: Till) -> None:
    good, lost = await till.charge(), await till.charge(key="lost", fen=500)
    since = till.clock.now_ms()
    await till.press(good, "pay")
    await till.worker.run_once()
    await till.db.run(
        lambda tx: refund(
            OWNER, tx, charge_id=good.charge_id, fen=300, reason="多收", ids=till.ids, now_ms=since
        )
    )
    await till.worker.run_once()
    await till.press(lost, "late")  # booked there, not told yet
    span = {"since_ms": since, "until_ms": since + DAY}
    told = await statements.compare(OWNER, till.db, till.cashier, **span)
    assert ([line.our_fen for line in told.paid], told.refunded_fen) == ([900], 300)
    assert [line[:5] for line in told.differences] == [(statements.MISSING_HERE, lost.charge_id, 0, 0, 500)]
    (day,) = told.by_day(ZoneInfo("Asia/Shanghai"))
    assert day[1:] == (1, 900, 300, 1)
    await till.clock.advance(60_000)
    await till.worker.run_once()
    assert (await statements.compare(OWNER, till.db, till.cashier, **span)).differences == []
    elsewhere = await statements.compare(Scope.system("t2"), till.db, till.cashier, **span)
    assert elsewhere.lines == []


async def test_a_difference_is_put_right(till: Till) -> None:
    lost, other = await till.charge(key="lost", fen=500), await till.charge(key="other", fen=700)
    span = {"since_ms": till.clock.now_ms(), "until_ms": till.clock.now_ms() + DAY}

    async def kinds() -> list[tuple[str, int, int]]:
        told = await statements.compare(OWNER, till.db, till.cashier, **span)
        return [(line.kind, line.our_fen, line.their_fen) for line in told.lines]

    async def settle(charge_id: int, scope: Scope = OWNER) -> None:
        await statements.settle(scope, till.db, till.cashier, charge_id=charge_id, now_ms=till.clock.now_ms())

    await till.press(lost, "late")
    with pytest.raises(NotBooked):
        await settle(other.charge_id)  # nobody paid it
    with pytest.raises(NotFound):
        await settle(lost.charge_id, Scope.system("t2"))
    assert await kinds() == [(statements.MISSING_HERE, 0, 500)]
    await settle(lost.charge_id)
    await settle(lost.charge_id)
    assert await kinds() == [(statements.MATCHED, 500, 500)]
    await till.clock.advance(60_000)
    await till.worker.run_once()  # the notice comes after all
    assert await kinds() == [(statements.MATCHED, 500, 500)]

    back = await till.db.run(
        lambda tx: refund(
            OWNER,
            tx,
            charge_id=lost.charge_id,
            fen=200,
            reason="多收",
            ids=till.ids,
            now_ms=till.clock.now_ms(),
        )
    )
    assert (statements.WAITS, -200, 0) in await kinds()
    for _ in range(2):
        await ask_again(OWNER, till.db, till.cashier, refund_id=back.refund_id, now_ms=till.clock.now_ms())
    assert {kind for kind, _, _ in await kinds()} == {statements.MATCHED}
    with pytest.raises(NotFound):
        await ask_again(Scope.system("t2"), till.db, till.cashier, refund_id=back.refund_id, now_ms=1)
