"""Long bodies under way: each account and company has a share, and is told before its body is read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack

import httpx
import pytest

from linli.console.parts import Parts
from linli.console.resident.app import resident_app
from linli.kernel import uploads
from linli.kernel.uploads import TooManyUploads, Uploads, UploadsBusy
from tests.campaigns import hostile_files
from tests.console.conftest import Browser

MIB = 1024 * 1024


class Slow:
    """A body that waits until it may go on."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go_on = asyncio.Event()

    async def pieces(self) -> AsyncIterator[bytes]:
        self.asked.set()
        await self.go_on.wait()
        yield b"x"


async def send(browser: Browser, slow: Slow, *, length: int | None = MIB) -> httpx.Response:
    headers = {"content-type": "multipart/form-data; boundary=b"}
    headers |= {"transfer-encoding": "chunked"} if length is None else {"content-length": str(length)}
    return await browser.post("/uploads", content=slow.pieces(), headers=headers)


@pytest.mark.parametrize("length", [MIB, None])
async def test_an_account_has_only_so_many_uploads_under_way(
    administrator: Browser, length: int | None
) -> None:
    most = uploads.OF_ACCOUNT if length else uploads.OF_ACCOUNT_BYTES // uploads.HELD_BYTES
    under_way = [Slow() for _ in range(most)]
    sending = [asyncio.create_task(send(administrator, one, length=length)) for one in under_way]
    for one in under_way:
        await one.asked.wait()
    extra = Slow()
    refused = await send(administrator, extra, length=length)
    assert (refused.status_code, refused.json()["code"]) == (429, "uploads.too_many")
    assert "as many uploads" in refused.json()["message"]
    assert not extra.asked.is_set(), "its body was not read"
    extra.go_on.set()
    assert (await send(administrator, extra, length=1000)).status_code == 400, "short ones go on"
    for one in under_way:
        one.go_on.set()
    assert {one.status_code for one in await asyncio.gather(*sending)} == {400}
    last = Slow()
    last.go_on.set()
    assert (await send(administrator, last, length=length)).status_code == 400, (
        "and once they are done, others do"
    )


async def test_without_a_session_nothing_is_read(browser: Browser, parts: Parts) -> None:
    extra = Slow()
    assert (await send(browser, extra)).status_code == 401
    assert not extra.asked.is_set()
    assert parts.upload_gate.held_bytes == 0


async def test_json_that_makes_too_much_is_refused_before_it_is_read(
    browser: Browser, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of nobody: empty lists take thirty times what they are sent as."""
    monkeypatch.setattr("linli.console.access.holds_nul", None)
    body = hostile_files.members_bomb(2 * MIB)
    refused = await browser.post("/session", content=body, headers={"content-type": "application/json"})
    assert (refused.status_code, refused.json()["field"]) == (400, "body")
    assert "250000 values" in refused.json()["message"]
    base = "http://linli.test/api/resident"
    transport = httpx.ASGITransport(resident_app(parts))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=browser.headers) as resident:
        refused = await resident.post(
            "/session/code", content=body, headers={"content-type": "application/json"}
        )
    assert (refused.status_code, refused.json()["field"]) == (400, "body"), refused.text


def test_shares() -> None:
    gate = Uploads()

    def admit(account: str, company: str, size: int | None) -> AbstractContextManager[None]:
        return gate.admit(account=account, company=company, size=size)

    with ExitStack() as under_way:
        for account, company, size in (("a", "x", 20 * MIB), ("a", "x", 8 * MIB)):
            under_way.enter_context(admit(account, company, size))
        assert gate.held_bytes == 16 * MIB, "what goes to the disk is not held"
        with pytest.raises(TooManyUploads), admit("a", "x", MIB):
            pass
        for _ in range(2):
            under_way.enter_context(admit("b", "x", 8 * MIB))
        with pytest.raises(TooManyUploads), admit("c", "x", MIB):
            pass
        for account, size in (("d", 16 * MIB), ("d", None), ("e", 8 * MIB), ("e", 8 * MIB)):
            under_way.enter_context(admit(account, f"of {account}", size))
        with pytest.raises(UploadsBusy), admit("f", "w", MIB):
            pass
        under_way.enter_context(admit("f", "w", 1000))
    assert gate.held_bytes == 0
    assert not gate._bytes
    assert not gate._count
