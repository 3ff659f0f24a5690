"""A town where drivers pay at the exit of a box by phone: with a cashier in the cloud, codes, receipts and charges."""

import asyncio
import base64
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Self

import httpx

from linli.domains.boxes.lane_pay.pages import PREFIX
from linli.edge.cloud import load_identity
from linli.edge.runtime.compose import Box
from linli.edge.services.console.door import new_code
from tests.edge.parking.charged_town import ChargedTown
from tests.edge.parking.site_box import PORTS
from tests.edge.runtime.small_box import until
from tests.engines import find_program

HOUR_MS, MINUTE_MS = 3_600_000, 60_000
PLATE: Final = "浙A12345"


class PayTown(ChargedTown):
    """Cars came two hours ago, so that box and cloud have the same time at the exit."""

    phone: httpx.AsyncClient
    lan: httpx.AsyncClient

    def custom_of(self, name: str) -> dict[str, Any]:
        return {**super().custom_of(name), "display": "gbk_qr"}

    @asynccontextmanager
    async def with_phone(self) -> AsyncIterator[Self]:
        """Of a cloud that takes payments."""
        here = f"http://127.0.0.1:{self.platform.http.port}"
        assert self.platform.payments.cashier is not None
        self.platform.payments.cashier.platform_url = here
        self.platform.boxes.parking_calls.pay_url = here + PREFIX
        phone = httpx.AsyncClient(
            base_url=here, trust_env=False, timeout=60, headers={"accept-language": "zh-CN"}
        )
        async with phone as self.phone, httpx.AsyncClient(trust_env=False, timeout=60) as self.lan:
            yield self

    @property
    def lane_port(self) -> int:
        """Of the box's parking service."""
        return self.box.parking.port

    async def owes(self, *plates: str) -> None:
        self.clock.ahead_ms = MINUTE_MS - 2 * HOUR_MS
        for plate in plates:
            assert (await self.entry.read(plate))["info"] == "ok"
        self.clock.ahead_ms = 0

    async def cut(self) -> None:
        self.wire.cut = True
        await self.box.line.stop()

    async def wake_without_line(self) -> None:
        """The box after a power cut, while the line is down: its own port answers, cameras come again."""
        identity = load_identity(self.folder / "box")
        assert identity is not None
        self.box = Box(self.folder / "box", identity, ports=PORTS, transport=self.wire)
        self.box.parking.room.clock = self.clock
        await self.box.start()
        await until(lambda: self.box.parking.running)

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.lan.post(f"http://127.0.0.1:{self.lane_port}{path}", json=body)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def code(self, barrier: str = "out1") -> tuple[str, bytes]:
        """The path that the QR code on the screen leads to, and its picture."""
        said = await self.post("/payCodeGet", barrierId=barrier)
        assert said["resCode"] == 0, said
        return PREFIX + said["payUrl"].partition(PREFIX)[2], base64.b64decode(said["qrPng"])

    async def guard(self) -> httpx.AsyncClient:
        """At the box's own page, which needs no line."""
        lan = self.box.lan
        assert lan is not None
        here = f"http://127.0.0.1:{lan.console_port}/api/"
        word = {"word": new_code(self.folder / "box" / "console"), "newPassword": "a good password"}
        token = (await self.lan.post(f"{here}login", json=word)).json()["token"]
        headers = {"accept-language": "zh-CN", "authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=here, trust_env=False, timeout=60, headers=headers)

    async def asked_at_exit(self, plate: str = PLATE) -> str:
        """The path of the code of a car that owes."""
        assert (await self.way_out.read(plate))["info"] == "no"
        return (await self.code())[0]

    async def pays(self, path: str) -> tuple[str, str]:
        """On the phone, over its own network: the receipt and its digits."""
        return await self.receipt(await self.pays_at_till(path))

    async def pays_at_till(self, path: str) -> str:
        """The path of the receipt; with a line the box may have counted it before it is shown."""
        till = await self.phone.post(path, data={})
        assert till.status_code == 303, till.text
        back = await self.phone.post(till.headers["location"], data={"action": "pay"})
        assert back.status_code == 303, back.text
        return str(back.headers["location"])

    async def receipt(self, path: str) -> tuple[str, str]:
        async with asyncio.timeout(60):
            while 'data-testid="digits"' not in (page := (await self.phone.get(path)).text):
                await asyncio.sleep(0.05)
        digits = re.search(r'data-testid="digits">(\d{4}) (\d{4})<', page)
        picture = re.search(r'src="data:image/png;base64,([^"]+)"', page)
        assert digits
        assert picture
        return scanned(base64.b64decode(picture[1])), digits[1] + digits[2]

    async def shows(self, receipt: str, barrier: str = "out1") -> dict[str, Any]:
        return await self.post("/reportPayReceipt", barrierId=barrier, receipt=receipt)

    async def charges(self, number: int = 1, *, refunded: int = 0) -> list[dict[str, Any]]:
        async with asyncio.timeout(60):
            while True:
                answer = await self.desk.get(f"{self.at}/charges", params={"state": "paid"})
                assert answer.status_code == 200, answer.text
                rows: list[dict[str, Any]] = answer.json()["data"]
                if len(rows) == number and sum(row["refundedFen"] for row in rows) == refunded:
                    return rows
                await asyncio.sleep(0.05)


def scanned(picture: bytes) -> str:
    """As a scanner that we did not write reads it."""
    done = subprocess.run(
        [find_program("zbarimg"), "--quiet", "--raw", "-"], input=picture, capture_output=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.decode().strip()
