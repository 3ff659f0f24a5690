"""`linli soak fuzz`: broken MQTT conversations (3.1.1, 5, over WebSocket), calls, subscriptions, console bodies, and what
phones say (SIP, descriptions, STUN, DTLS, RTP), by the hundred thousand.

No crash, no 5xx, no growing memory, a clean log; what is stored came from whole messages, and well-behaved devices and
callers are served all the while. The seed that the report names makes the same run again.

Memory is judged twice, after a warm-up (`ASIDE`). Blocks that Python holds after a full collection, as
`/metrics?collect` tells them, may rise by `KEPT_BLOCKS` a packet in what follows: caches of bounded size still
fill (256 thing models, 512 header lists, 1000 refusals), and one object kept for each packet would be one block at least.
And resident memory: what it grew besides SQLite's pages (at most `CACHE_MB`) stays under `GROWN_MB` in all and under
`LATE_MB` in the second half, which leaves room for the gaps that malloc keeps between what lives and what went.
"""

import argparse
import asyncio
import base64
import contextlib
import json
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx
import uvloop

from linli.console.schema import document
from tests.campaigns.caller import Caller
from tests.campaigns.kill import database_of
from tests.campaigns.malformed import CACHE_MB, Malformed
from tests.campaigns.overload import Memory
from tests.campaigns.phone_lines import PhoneLines, phone_numbers
from tests.campaigns.publisher import Publisher
from tests.campaigns.site import PASSWORD, make_site
from tests.campaigns.streams import Streams, websocket_frames
from tests.engines import free_port

DOCUMENT = document()
ROUTES = DOCUMENT["paths"]
SPARED = (
    "session", "setup", "keys", "account", "member", "role", "restart", "service/end", "service/halt",
    "organisation/end", "erase", "agreements",
)  # fmt: skip
"""What could lock the campaign out of the console or the gateway."""
REFUSING = (501, 502, 503, 504)
"""Told by routes that need something this installation lacks: a device online, a broker."""
SHARES = ((12, "streams"), (2, "sockets"), (4, "calls"), (1, "headers"), (2, "subscriptions"), (2, "console"),
          (2, "phones"), (3, "media"))  # fmt: skip
"""How the things to send are shared out."""
ASIDE = 0.3
"""Of the count, sent before memory is first looked at."""
LOOKS = 8
"""How often memory is looked at from then on: what grows for ever grows as much in the second half as in the first."""
GROWN_MB, LATE_MB = 40, 18
KEPT_BLOCKS = 0.6
ENOUGH = 50_000
"""Things sent, from which on blocks tell a leak from warming up."""


class Fuzz(Malformed):
    """`count` packets and bodies in all."""

    meters = 4
    watched = ("meter-1", "meter-2", "meter-3")
    """`meter-0` is the well-behaved one."""

    def __init__(self, folder: Path, database: str, *, count: int, seed: int) -> None:
        super().__init__(folder, database, count=count, seed=seed)
        first, ports = free_port(), {"SIP_PORT": free_port(), "MEDIA_BROWSER_PORT": free_port()}
        ports |= {"MEDIA_FIRST_PORT": first, "MEDIA_LAST_PORT": first + 400}
        self.installation.more |= {f"LINLI_{name}": str(port) for name, port in ports.items()}
        self.installation.more["LINLI_MEDIA_ENABLED"] = "true"

    async def run(self) -> dict[str, Any]:
        began = time.monotonic()
        self._sent = {name: 0 for _, name in SHARES}
        async with AsyncExitStack() as parts:
            self._site = await make_site(self.installation, meters=self.meters)
            numbers = await phone_numbers(self._site)
            parts.callback(self.installation.stop)
            await asyncio.to_thread(self.installation.start)
            assert self.installation.process is not None
            memory = Memory(self.installation.process.pid)
            self._client = await parts.enter_async_context(
                httpx.AsyncClient(base_url=self.installation.url, trust_env=False, timeout=20)
            )
            self._staff = await parts.enter_async_context(
                httpx.AsyncClient(base_url=self.installation.url, trust_env=False, timeout=20)
            )
            self._caller = Caller(self._client, self._site.app_key, self._site.secret)
            await self._renew_token()
            await self._sign_in()
            triples = self._site.triples
            self._over_tcp = Streams(self._mangler, triples["meter-2"])
            self._over_websocket = Streams(self._mangler, triples["meter-3"])
            self._good = Publisher(triples["meter-0"], self.installation.mqtt_port)
            self._good.start()
            parts.push_async_callback(self._good.stop)
            await self._build_routes()
            self._phones = PhoneLines(
                self._mangler, self.answers, self._wrong, sip=int(self.installation.more["LINLI_SIP_PORT"]),
                http=self.installation.http_port,
            )  # fmt: skip
            parts.push_async_callback(self._phones.close)
            await self._phones.open(numbers)
            await self._send_all(ASIDE)
            looks = [await self._sample(memory)]
            for step in range(1, LOOKS + 1):
                await self._send_all(ASIDE + (1 - ASIDE) * step / LOOKS)
                await self._still_served()
                looks.append(await self._sample(memory))
            await self._good.stop()
            kept = self._judge(looks)
            await self._look(0)
            if "media child ended" in self.installation.log():
                self._wrong("the media child ended")
        return {
            "seconds": round(time.monotonic() - began, 1),
            "sent": sum(self._sent.values()),
            "by_kind": self._sent,
            "answers": dict(sorted(self.answers.items())),
            **kept,
            "wrong": self.wrong,
        }

    # memory

    async def _sample(self, memory: Memory) -> "_Look":
        told = (await self._client.get("/metrics?collect")).text
        blocks = next(line for line in told.splitlines() if line.startswith("linli_python_blocks"))
        return _Look(sum(self._sent.values()), memory.sample(), self._database_mb(), float(blocks.split()[1]))

    def _judge(self, looks: list["_Look"]) -> dict[str, Any]:
        """What the report tells of memory; what is too much of it goes among the wrongs."""
        first, middle, last = looks[0], looks[len(looks) // 2], looks[-1]
        grown, grown_late = _grown(first, last), _grown(middle, last)
        # A leak goes on: it shows in all of it and in the second half, where pools and caches that fill show in one.
        kept = min((last.blocks - one.blocks) / (last.sent - one.sent) for one in (first, middle))
        if grown > GROWN_MB:
            self._wrong(f"memory grew by {grown:.0f} MB")
        if grown_late > LATE_MB:
            self._wrong(f"memory grew by {grown_late:.0f} MB in the second half")
        if last.sent >= ENOUGH and kept > KEPT_BLOCKS:
            self._wrong(f"{kept:.2f} blocks of memory are kept for each thing sent")
        return {
            "memory_mb": {
                "course": [round(look.resident) for look in looks],
                "grew_besides_pages": round(grown, 1),
                "second_half_besides_pages": round(grown_late, 1),
                "database_grew": round(last.database - first.database, 1),
            },
            "blocks": {
                "course": [round(look.blocks) for look in looks],
                "kept_a_packet": round(kept, 3),
            },
        }

    async def _send_all(self, share: float) -> None:
        """Go on until this share of all is sent, in turns: what one kind left behind meets the next."""
        kinds: dict[str, Callable[[], Awaitable[int]]] = {
            "streams": self._stream, "sockets": self._socket, "calls": self._call, "headers": self._header,
            "subscriptions": self._subscription, "console": self._route,
            "phones": self._phones.signalling, "media": self._phones.media,
        }  # fmt: skip
        whole = sum(part for part, _ in SHARES)
        last = time.monotonic()
        while (behind := [
            name for part, name in SHARES if self._sent[name] < self._count * share * part / whole
        ]) and len(self.wrong) <= 20:  # fmt: skip
            for name in behind:
                self._sent[name] += await kinds[name]()
            if time.monotonic() - last > 2:
                last = time.monotonic()
                await self._still_served()

    # devices

    async def _stream(self) -> int:
        stream = self._over_tcp.next()
        said = await self._converse(self.installation.mqtt_port, stream.connect, stream.wire)
        self.answers[f"mqtt {_first(said)}"] += 1
        return stream.packets

    async def _converse(self, port: int, first: bytes, rest: bytes) -> bytes:
        """Send, wait for an answer, send the rest, and read until the line ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        said = b""
        with contextlib.suppress(OSError):
            if first:
                writer.write(first)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.3):
                        said = await reader.read(65_536)
            if said or not first:
                writer.write(rest)
                writer.write_eof()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5):
                        while piece := await reader.read(65_536):
                            said += piece
        writer.transport.abort()
        return said

    async def _socket(self) -> int:
        stream = self._over_websocket.next()
        key = base64.b64encode(self.chance.randbytes(16)).decode()
        head = (
            "GET /mqtt HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
        ).encode()
        if self.chance.random() < 0.1:
            head = self._mangler.wound(head)
        said = await self._talk(
            self.installation.http_port, head + websocket_frames(self.chance, stream.wire)
        )
        status = said[9:12].decode("latin-1") if said.startswith(b"HTTP/1.") else "none"
        self.answers[f"websocket {status}"] += 1
        if status.startswith("5") and status not in ("501", "505"):
            self._wrong(f"websocket: {said[:100]!r} to {head!r}")
        return stream.packets

    async def _still_served(self) -> None:
        """A device that does nothing wrong is acknowledged, and a good call answered."""
        self._good.post({"Energy": 1.5}, number="1")
        try:
            async with asyncio.timeout(10):
                while self._good.backlog:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            self._wrong("a well-behaved device waits more than 10 s for its acknowledgement")

    # callers

    async def _call(self) -> int:
        await self._signed()
        return 1

    async def _header(self) -> int:
        await self._unsigned()
        return 1

    async def _subscription(self) -> int:
        """Subscriptions made and changed with odd values, event streams opened with odd addresses and tickets."""
        if self.chance.random() < 0.5:
            number = self.chance.choice(("0", "1", "2", "9" * 20, "x", "%00", "-1", "1/events/events"))
            odd = quote(self._mangler.text(20), safe="&=+;")
            query = odd if self.chance.random() < 0.5 else f"ticket={odd}"
            headers = {"last-event-id": self.chance.choice(("0", "-1", "9" * 30, "x", ""))}
            reply = await self._client.get(f"/subscriptions/{number}/events?{query}", headers=headers)
            self.answers[f"event stream {reply.status_code}"] += 1
            if reply.status_code >= 500 or reply.is_success:
                self._wrong(f"event stream {number} {query!r}: {reply.status_code} {reply.text}")
            return 1
        name = self.chance.choice(
            ("create", "create", "update", "replay", "ack", "ticket/get", "dead/list", "delete")
        )
        params: dict[str, Any] = {
            "kind": self.chance.choice(("webhook", "sse", "mqtt", "amqp", self._mangler.odd_text())),
            "name": self._mangler.odd_text(), "url": self.chance.choice(URLS),
            "subscriptionId": self.chance.choice((1, 0)),
            "kinds": self.chance.choice((["data"], ["x"], [])), "since": self._mangler.value(),
            "lastEventId": self._mangler.value(),
        }  # fmt: skip
        for odd in self.chance.sample(sorted(params), k=2):
            params[odd] = self._mangler.value()
        if name == "create" and params["kind"] in ("webhook", "sse", "mqtt", "amqp"):
            params["name"] = self._mangler.value()  # refused mostly: thousands of rows show nothing more
        answer = await self._caller.call(f"/message/subscription/{name}", "1.0.0", params)
        self._note("subscription", answer)
        if answer.status != 200 or answer.code == 500:
            self._wrong(f"/message/subscription/{name}: {answer} to {params}")
        return 1

    # staff

    async def _sign_in(self) -> None:
        answer = await self._staff.post(
            "/api/console/session",
            json={"login": self._site.login, "password": PASSWORD},
            headers={"x-linli-request": "1"},
        )
        assert answer.status_code == 200, answer.text

    async def _build_routes(self) -> None:
        """Have every console route asked once: a room's routes are built at the first request, and kept.

        Workbooks as well: their library comes with the first one, and is no leak wherever chance asks for it.
        """
        for name in ("vehicles", "employees", "spaces", "serials"):
            workbook = await self._staff.get(f"/api/console/{name}/template.xlsx")
            assert workbook.status_code == 200, workbook.text
        for path in sorted({path for _, path in CONSOLE}):
            await self._client.options("/".join(self._segment(part) for part in path.split("/")))

    async def _route(self) -> int:
        """Any console route, signed in, with any body."""
        method, path = self.chance.choice(CONSOLE)
        filled = "/".join(self._segment(part) for part in path.split("/"))
        content = json.dumps(self._body(method, path)).encode()
        if self.chance.random() < 0.2:
            content = self._mangler.wound(content)
        headers = {"x-linli-request": "1", "content-type": "application/json"}
        reply = await self._staff.request(method, filled, content=content, headers=headers)
        self.answers[f"console {reply.status_code}"] += 1
        if reply.status_code >= 500 and reply.status_code not in REFUSING:
            self._wrong(f"console {method} {filled}: {reply.status_code} {reply.text} to {content[:2000]!r}")
        if reply.status_code == 401:
            await self._sign_in()
        return 1

    def _segment(self, part: str) -> str:
        if not part.startswith("{"):
            return part
        if "community_id" in part:
            return str(self._site.community_id)
        # The other devices are left alone: a disabled one would be refused, and nothing more be tried on it.
        return self.chance.choice(
            (self._site.iot_ids["meter-1"], "0", "1", "-1", "9" * 25, "x", "%00", "%2e%2e")
        )

    def _body(self, method: str, path: str) -> Any:
        content = ROUTES[path][method.lower()].get("requestBody", {}).get("content", {})
        schema = next(iter(content.values()), {}).get("schema", {})
        if "$ref" in schema:
            schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return self._mangler.described(schema) if self.chance.random() < 0.8 else self._mangler.value()


URLS = (
    "http://127.0.0.1:9/x", "ftp://a", "http://", "http://[::1", "javascript:1", "http://a\n.b", "https://例子.测试/",
    "x" * 3000,
)  # fmt: skip
CONSOLE = [
    (method.upper(), path)
    for path, item in ROUTES.items()
    for method in item
    if method in ("get", "post", "put", "patch", "delete")
    and not any(word in path for word in (*SPARED, "live"))
]


def _first(said: bytes) -> str:
    """How the conversation began, by the server: CONNACK's code, or nothing."""
    if said[:1] == b"\x20" and len(said) > 3:
        return f"connack {said[3]}"
    return said[:1].hex() or "closed"


class _Look(NamedTuple):
    """Memory at one moment; MB, where nothing else is said."""

    sent: int
    resident: float
    database: float
    blocks: float


def _grown(before: _Look, after: _Look) -> float:
    """Besides pages of the embedded database: the writer and the reader each hold what is new."""
    pages = min(2 * max(after.database - before.database, 0), CACHE_MB)
    return after.resident - before.resident - pages


def run(engine: str = "sqlite", *, count: int, seed: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="linli-fuzz-") as folder, database_of(engine) as database:
        found = uvloop.run(Fuzz(Path(folder), database, count=count, seed=seed).run())
    return {"engine": engine, "seed": seed, **found}


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="packets and bodies in all")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    found = {"name": "fuzz", **run(words.engine, count=words.count, seed=words.seed)}
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
