"""What is told without being asked again: the live stream of the console, event streams and topics of an app key."""

import asyncio
import base64
import contextlib
import hashlib
import hmac
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from linli.console.live_topics import RIGHTS
from tests.scope.canaries import Canaries
from tests.scope.town import Lot, Project, Town

TOPICS = sorted(RIGHTS)


class Heard:
    """Everything that one open stream said."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.text = ""
        self.came = asyncio.Event()

    async def until(self, word: str, seconds: float = 60) -> None:
        async with asyncio.timeout(seconds):
            while word not in self.text:
                self.came.clear()
                await self.came.wait()


@asynccontextmanager
async def listening(
    browser: httpx.AsyncClient, path: str, headers: dict[str, str] | None = None, **query: str
) -> AsyncIterator[Heard]:
    """A stream as long as the block lasts; where it is refused, what the refusal says."""
    async with browser.stream("GET", path, params=query or None, headers=headers) as answer:
        heard = Heard(answer.status_code)
        if answer.status_code != 200:
            heard.text = f"{answer.headers}\n{(await answer.aread()).decode()}"
            yield heard
            return

        async def read() -> None:
            async for piece in answer.aiter_text():
                heard.text += piece
                heard.came.set()

        task = asyncio.create_task(read())
        try:
            yield heard
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError):
                await task


def live_word(topic: str, lot: Lot) -> str:
    return f"zoralive-{topic}-{lot.name}"


def passed_word(lot: Lot) -> str:
    """What a door says beside the card, by which the pass is known where the card's number is masked."""
    return f"zorapassed-{lot.name}"


def plant_live(found: Canaries, town: Town) -> None:
    """A word for each topic and lot, which `tell` says."""
    for name, lot in town.lots.items():
        for topic in TOPICS:
            found.add(f"live {topic}", name, live_word(topic, lot))


async def tell(town: Town) -> None:
    """An event of every topic in every lot, and a pass at every door, which is told as message and as pass."""
    for lot in town.lots.values():
        for topic in TOPICS:
            place = {"tenant_id": lot.tenant, "community_id": lot.community}
            town.platform.live.publish(topic, {"word": live_word(topic, lot)}, **place)
        event = {
            "type": "tradCard",
            "code": 0,
            "message": "",
            "content": f"ZORACARD{lot.name}",
            "extInfo": "",
        }
        lot.doors[0].link.queue_event("passEvent", {**event, "message": passed_word(lot)})


def signed(project: Project, target: str) -> dict[str, str]:
    """Headers of a GET of the open API."""
    headers = {
        "accept": "text/event-stream", "x-ca-key": project.app_key, "x-ca-nonce": str(uuid.uuid4()),
        "x-ca-timestamp": str(project.caller.now_ms()), "x-ca-signature-method": "HmacSHA256",
    }  # fmt: skip
    names = sorted(name for name in headers if name.startswith("x-ca-"))
    text = "\n".join(
        ["GET", headers["accept"], "", "", "", *(f"{name}:{headers[name]}" for name in names), target]
    )
    headers["x-ca-signature-headers"] = ",".join(names)
    digest = hmac.digest(project.secret.encode(), text.encode(), hashlib.sha256)
    return {**headers, "x-ca-signature": base64.b64encode(digest).decode()}
