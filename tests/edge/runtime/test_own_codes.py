"""A scanner that cannot read the standard's 32 characters: the platform makes codes of the scanner's form (G-C15).

Source: 3.5.1.1, 3.3. Calls are signed, the machine scans over its own socket, and the box decides with the line cut.
"""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from linli.delivery.queries import find_row
from linli.domains.access.code_forms import CodeForm
from linli.domains.access.service import readings
from linli.domains.access.service.kinds import QR
from linli.edge.cloud.clock import BoxClock
from linli.edge.doors.caller import Refusal
from linli.edge.runtime.compose import Box
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from tests.domains.access.platform import AccessPlatform, until
from tests.edge.runtime.town import PERSON, Town
from tests.openapi import sample_methods
from tests.openapi.house import Targets

pytestmark = pytest.mark.engines("sqlite")

TEN_DIGITS = CodeForm("own", "digits", 12, "88")


class Steady:
    """The box's time, which a test may move ahead."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def __call__(self) -> int:
        return time.monotonic_ns() // 1_000_000 + self.ahead_ms


@pytest.fixture
async def town(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[Town]:
    database.clock = clock
    platform = AccessPlatform(
        database,
        clock,
        ids,
        Secrets.random(),
        Settings(),
        Targets(),
        sample_methods,
        folder=tmp_path / "files",
    )
    await platform.start()
    town = await Town(platform, tmp_path).build()
    try:
        made = await _ask(
            town, "/entrance/paas/user/modify", "1.0.0", identityId=PERSON, name="王先生", extInfo={}
        )
        assert made["code"] == 200
        yield town
    finally:
        await town.close()
        await platform.stop()


async def _new_box(town: Town, steady: Steady) -> Box:
    await town.activate_box()
    return await town.wake(town.folder / "box", clock=BoxClock(steady_ms=steady))


async def _say(town: Town, form: CodeForm | None) -> None:
    async with town.platform.db.begin() as tx:
        await readings.say_of_door(
            town.scope, tx, iot_id=town.doors["door.qrcode"], form=form, ble_name="",
            now_ms=town.platform.clock.now_ms(),
        )  # fmt: skip


async def _ask(town: Town, path: str, version: str, **params: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await town.partner.call(
        path, version, params, cloudToken=await town.partner.token(1)
    )
    return answer


async def _new_code(town: Town, **params: Any) -> str:
    door = town.doors["door.qrcode"]
    told = await _ask(
        town, "/homelink/common/qrcode/generate", "1.0.1", identityId=PERSON, iotIds=[door], **params
    )
    assert told["code"] == 200, told
    return str(told["data"])


async def _bind(town: Town, code: str, *, seconds: int, scans: int) -> dict[str, Any]:
    """Let the code open the door for some time by the platform's clock; what became of it."""
    door, now = town.doors["door.qrcode"], town.platform.clock.now_ms()
    until_then = datetime.fromtimestamp(now / 1000, UTC) + timedelta(hours=8, seconds=seconds)
    told = await _ask(
        town, "/entrance/paas/perm/qrcode/config", "1.0.1", identityId=PERSON, qrCode=code, iotIds=[door],
        expiryTime=f"{until_then:%Y-%m-%d %H:%M:%S}", maxScanTimes=scans,
    )  # fmt: skip
    (row,) = told["data"]

    async def there() -> bool:
        await town.platform.worker.run_once()
        await town.platform.reconciler.run_once()
        found = await find_row(town.platform.db, device=door, kind=QR, credential=code)
        return found is not None and found.status == "transferred"

    if row["code"] == 200:
        await until(there)
    return dict(row)


@pytest.mark.covers("G-C15")
async def test_codes_of_the_scanners_own_form_open_once_with_the_line_cut(town: Town) -> None:
    steady = Steady()
    box = await _new_box(town, steady)
    await box.pulse.once()
    general = await _new_code(town)
    assert len(general) == 16  # encrypted for display, as nothing else is said of the door
    with pytest.raises(Refusal, match="32 bytes"):
        await town.machine.scan("881234567890")  # nobody uses such codes here: the standard's rule holds

    await _say(town, TEN_DIGITS)
    codes = [await _new_code(town) for _ in range(3)]
    assert len(set(codes)) == 3
    assert all(code.startswith("88") and code.isdigit() and len(code) == 12 for code in codes)
    once, short, never = codes
    assert (await _bind(town, once, seconds=3600, scans=1))["code"] == 200
    assert (await _bind(town, short, seconds=300, scans=-1))["code"] == 200
    refused = await _bind(town, general, seconds=300, scans=1)
    assert refused["code"] != 200  # the scanner could not read it
    assert "another form" in refused["message"]

    box.line.cut()
    town.line_cut = True
    assert await town.machine.scan(once) is not None
    assert await town.machine.scan(once) is None  # a picture of it is worth nothing now
    assert await town.machine.scan(short) is not None
    assert await town.machine.scan(never) is None  # made, but not given to this door
    guess = f"88{(int(short[2:]) + 1) % 10**10:010}"
    assert await town.machine.scan(guess) is None
    with pytest.raises(Refusal, match="32 bytes"):
        await town.machine.scan("1" * 31)
    steady.ahead_ms += 310_000
    assert await town.machine.scan(short) is None  # its time is over, by the box's own clock
    assert town.machine.memory.opened == 2

    town.line_cut = False
    box.line.mend()

    async def told() -> bool:
        return len(await town.passes()) == 6

    await until(told)
    assert [one.code for one in await town.passes()] == [102, 103, 103, 0, 104, 0]
    assert {one.identity_id for one in await town.passes() if one.code == 0} == {PERSON}


async def test_the_box_forgets_a_code_with_all_it_counted(town: Town) -> None:
    box = await _new_box(town, Steady())
    await _say(town, TEN_DIGITS)
    code, door = await _new_code(town), town.doors["door.qrcode"]
    await _bind(town, code, seconds=300, scans=1)
    assert await town.machine.scan(code) is not None
    await _ask(
        town, "/entrance/paas/perm/qrcode/remove", "1.0.1", identityId=PERSON, qrCode=code, iotIds=[door]
    )

    async def gone() -> bool:
        await town.platform.worker.run_once()
        await town.platform.reconciler.run_once()
        rows = await box.store.read(lambda c: c.execute("SELECT count(*) FROM qr_used").fetchone()[0])
        return not rows and not await box.wishes.content(["door.qrcode"], "qr", code)

    await until(gone)
    assert (
        await town.machine.scan(code) is None
    )  # of a length that is used here, so it is asked for and refused
