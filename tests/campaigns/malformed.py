"""`linli soak malformed`: broken requests, signed and not, and broken packets, by the thousand.

None is answered with a 5xx or by the gateway's "system error", none is taken for good, the process lives on with a clean
log, and its memory stays where it was.
"""

import argparse
import asyncio
import contextlib
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import msgspec
import uvloop

from linli.app import rooms
from linli.protocols import mqtt
from linli.protocols.linkkit import topics
from tests.campaigns.caller import Answer, Caller
from tests.campaigns.kill import database_of
from tests.campaigns.mangle import Mangler
from tests.campaigns.messages import GOOD, TAILS, is_message, readable
from tests.campaigns.overload import Memory
from tests.campaigns.publisher import connect_packet
from tests.campaigns.site import PASSWORD, Site, make_site
from tests.campaigns.snapshot import snapshot
from tests.engines import free_port
from tests.real.platform import Installation

GROWTH_MB = 25
"""What memory may grow after the first pass, besides SQLite's page cache."""
CACHE_MB = 80
"""Of all connections together (`kernel.db.sqlite`)."""
SYSTEM_ERROR = 500
LOOSE = (b"x-ca-signature-headers", b"x-ca-signature-method")
"""Headers that may be spelt in more than one way."""
SHOWN = 3000
"""Characters of one finding."""
CONSOLE = (
    "/session",
    "/setup",
    "/doors",
    "/devices",
    "/qr-codes",
    "/keys",
    "/reference/try",
    "/subscriptions",
)


class Malformed:
    """`count` things of each kind."""

    meters = 2
    watched: tuple[str, ...] = ("meter-1",)
    """Devices of which only whole messages may be stored."""

    def __init__(self, folder: Path, database: str, *, count: int, seed: int) -> None:
        more = {"LINLI_DEVICE_AUTH_PORT": str(free_port())}
        self.installation = Installation(folder / "data", database, more=more)
        self._count = count
        self._mangler = Mangler(random.Random(seed))
        self.chance = self._mangler.chance
        self.wrong: list[str] = []
        self.answers: Counter[str] = Counter()

    async def run(self) -> dict[str, Any]:
        began = time.monotonic()
        async with AsyncExitStack() as parts:
            self._site: Site = await make_site(self.installation, meters=self.meters)
            parts.callback(self.installation.stop)
            await asyncio.to_thread(self.installation.start)
            assert self.installation.process is not None
            memory = Memory(self.installation.process.pid)
            self._client = await parts.enter_async_context(
                httpx.AsyncClient(base_url=self.installation.url, trust_env=False, timeout=20)
            )
            self._caller = Caller(self._client, self._site.app_key, self._site.secret)
            await self._renew_token()
            kinds = (
                self._signed,
                self._unsigned,
                self._raw_http,
                self._console,
                self._packets,
                self._posts,
                self._auth,
            )
            for kind in kinds:
                await self._some(kind, self._count // 4)
            before, stored = memory.sample(), self._database_mb()
            for kind in kinds:
                await self._some(kind, self._count)
            await asyncio.sleep(0.3)
            after = memory.sample()
            await self._look(after - before - min(self._database_mb() - stored, CACHE_MB))
        return {
            "seconds": round(time.monotonic() - began, 1),
            "sent": self._count * 5 // 4 * len(kinds),
            "answers": dict(sorted(self.answers.items())),
            "memory_mb": {"before": round(before), "after": round(after)},
            "wrong": self.wrong,
        }

    async def _some(self, kind: Callable[[], Awaitable[None]], count: int) -> None:
        for _ in range(count):
            await kind()
            if len(self.wrong) > 20:
                return

    async def _renew_token(self) -> None:
        told = await self._caller.ok(
            "/solution/community/paas/token/get", "1.0.0", {"communityId": self._site.community_id}
        )
        self._caller.cloud_token = told["cloudToken"]

    # the gateway

    async def _signed(self) -> None:
        """Rightly signed, wrongly filled: every method, any value for its parameters."""
        spec = self.chance.choice(METHODS)
        fields = [field.encode_name for field in msgspec.structs.fields(spec.params)] if spec.params else []
        params = {name: self._mangler.value() for name in fields if self.chance.random() < 0.8}
        if spec.params is not None and self.chance.random() < 0.7:
            params = self._mangler.typed(KINDS[spec.params])
        body = self._caller.sign(spec.path, spec.version, params).body
        how = self.chance.random()
        if how < 0.25:
            body = self._mangler.wound(body)
        elif how < 0.3:
            body = self._mangler.nested()
        answer = await self._caller.send(self._caller.sign_body(spec.path, body))
        self._note("signed", answer)
        if answer.status != 200 or answer.code == SYSTEM_ERROR:
            self._wrong(f"{spec.path} {spec.version}: {answer} to {body[:2000]!r}")
        if answer.ok and not readable(body):
            self._wrong(f"{spec.path} {spec.version}: accepted {body[:2000]!r}")
        if answer.code == 401:
            await self._renew_token()  # a broken call may have asked for a new one

    async def _unsigned(self) -> None:
        """A good call with one header or its body broken after it was signed."""
        path, version = "/solution/community/paas/space/sub/query", "1.0.1"
        signed = self._caller.sign(path, version, {"pageNo": 1, "pageSize": 5, "typeCode": "house"})
        headers = {name.encode(): value.encode() for name, value in signed.headers.items()}
        body = signed.body
        name = self.chance.choice([*headers, b"body"])
        if name == b"body":
            body = self._mangler.wound(body)
            broken = body != signed.body
        else:
            good, headers[name] = headers[name], _one_line(self._mangler.wound(headers[name]))
            broken = headers[name] != good and name not in LOOSE
        reply = await self._client.post(path, content=body, headers=headers)
        answer = Answer(reply.status_code, reply.headers.get("x-ca-error-code", ""), {})
        self._note("unsigned", answer)
        if reply.status_code >= 500 or (reply.status_code == 200 and broken):
            self._wrong(f"{name!r} broken: {reply.status_code} to {headers} {body!r}")

    async def _raw_http(self) -> None:
        """Bytes that are hardly HTTP."""
        body = b'{"id":"1"}'
        good = (
            b"POST /solution/community/paas/space/get HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n"
            b"X-Ca-Key: 1\r\nConnection: close\r\n\r\n" % len(body)
        ) + body
        how = self.chance.random()
        sent = self._mangler.wound(good) if how < 0.8 else self._mangler.raw(2000)
        said = await self._talk(self.installation.http_port, sent)
        status = said[9:12].decode("latin-1") if said.startswith(b"HTTP/1.") else "none"
        self.answers[f"raw {status}"] += 1
        if status.startswith("5") and status not in ("501", "505"):
            self._wrong(f"raw: {said[:100]!r} to {sent!r}")

    async def _console(self) -> None:
        path = self.chance.choice(CONSOLE)
        content = (
            self._mangler.nested()
            if self.chance.random() < 0.1
            else json.dumps(self._mangler.value()).encode()
        )
        if self.chance.random() < 0.3:
            content = self._mangler.wound(content)
        headers = {"x-linli-request": "1", "content-type": "application/json"}
        reply = await self._client.post(f"/api/console{path}", content=content, headers=headers)
        self.answers[f"console {reply.status_code}"] += 1
        if reply.status_code >= 500 or reply.is_success:
            self._wrong(f"console {path}: {reply.status_code} {reply.text} to {content[:2000]!r}")

    async def _auth(self) -> None:
        """The listener where devices register."""
        body = b"productKey=a1&deviceName=d&random=1&sign=x&signMethod=hmacsha256"
        good = (
            b"POST /auth/register/device HTTP/1.1\r\nHost: x\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n" % len(body)
        ) + body
        said = await self._talk(
            int(self.installation.more["LINLI_DEVICE_AUTH_PORT"]), self._mangler.wound(good)
        )
        status = said[9:12].decode("latin-1") if said.startswith(b"HTTP/1.") else "none"
        self.answers[f"auth {status}"] += 1
        if status.startswith("5") and status not in ("501", "505"):
            self._wrong(f"auth: {said[:100]!r}")

    # the MQTT listener

    async def _packets(self) -> None:
        """A device's conversation with wounds in it."""
        triple = self._site.triples["meter-0"]
        topic = topics.sys_topic(triple.product_key, triple.device_name, "thing/event/property/post")
        whole = b"".join(
            mqtt.encode(packet)
            for packet in (
                connect_packet(triple, clean=True),
                mqtt.Publish(topic, b"{}", 1, 7),
                mqtt.Subscribe(8, ((topic + "_reply", 0),)),
                mqtt.Pingreq(),
                mqtt.Disconnect(),
            )
        )
        sent = self._mangler.wound(whole) if self.chance.random() < 0.9 else self._mangler.raw(500)
        said = await self._talk(self.installation.mqtt_port, sent)
        self.answers[f"mqtt {said[:1].hex() or 'closed'}"] += 1

    async def _posts(self) -> None:
        """Messages of a well-behaved session with broken payloads: acknowledged, and refused in the reply."""
        triple = self._site.triples["meter-1"]
        payloads = [self._payload() for _ in range(10)]
        stream = b""
        for number, payload in enumerate(payloads, 1):
            tail = self.chance.choice(TAILS)
            topic = topics.sys_topic(triple.product_key, triple.device_name, tail)
            stream += mqtt.encode(mqtt.Publish(topic, payload, 1, number))
        reader, writer = await asyncio.open_connection("127.0.0.1", self.installation.mqtt_port)
        writer.write(mqtt.encode(connect_packet(triple, clean=True)))
        await reader.readexactly(4)
        writer.write(stream)
        decoder, acknowledged = mqtt.Decoder("client"), 0
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(5):
                while acknowledged < len(payloads) and (piece := await reader.read(65_536)):
                    acknowledged += sum(isinstance(packet, mqtt.Puback) for packet in decoder.feed(piece))
        writer.transport.abort()
        self.answers["posts acknowledged"] += acknowledged
        if acknowledged != len(payloads):
            self._wrong(f"posts: {acknowledged} PUBACKs for {payloads}")

    def _payload(self) -> bytes:
        good = self.chance.choice(GOOD)
        match self.chance.randrange(5):
            case 0:
                return self._mangler.nested()
            case 1:
                return json.dumps({**good, "params": {"Energy": self._mangler.value()}}).encode()
            case 2:
                return json.dumps(
                    {**good, "params": self._mangler.value(), "data": self._mangler.value()}
                ).encode()
            case 3:
                return json.dumps(self._mangler.value()).encode()
            case _:
                return self._mangler.wound(json.dumps(good).encode())

    async def _talk(self, port: int, sent: bytes) -> bytes:
        """Send, half-close, and read what is said before the line ends or nothing more comes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        writer.write_eof()
        said = await _read(reader, 0.5)
        writer.transport.abort()
        return said

    # the end

    def _wrong(self, what: str) -> None:
        self.wrong.append(what[:SHOWN])

    def _database_mb(self) -> float:
        """Size of an embedded database."""
        file = self.installation.folder / "linli.db"
        return file.stat().st_size / 1024 / 1024 if file.exists() else 0

    def _note(self, kind: str, answer: Answer) -> None:
        self.answers[f"{kind} {answer.refusal or answer.code or answer.status}"] += 1

    async def _look(self, grown: float) -> None:
        if grown > GROWTH_MB:
            self._wrong(f"memory grew by {grown:.0f} MB")
        process = self.installation.process
        if process is None or process.poll() is not None:
            self._wrong(f"the process ended: {process and process.returncode}")
            return
        told = await self._caller.call(
            "/solution/community/paas/space/sub/query",
            "1.0.1",
            {"pageNo": 1, "pageSize": 5, "typeCode": "house"},
        )
        if not told.ok:
            self._wrong(f"a good call afterwards: {told}")
        answer = await self._client.post(
            "/api/console/session",
            json={"login": self._site.login, "password": PASSWORD},
            headers={"x-linli-request": "1"},
        )
        if answer.status_code != 200:
            self._wrong(f"signing in afterwards: {answer.status_code} {answer.text}")
        async with snapshot(self._site.database_url) as held:
            names = ", ".join(f"'{name}'" for name in self.watched)
            rows = await held.rows(
                "SELECT i.kind, i.identifier, i.payload FROM inbox i JOIN devices d ON d.device_no = i.device_no"
                f" WHERE d.device_name IN ({names}) AND i.kind NOT IN ('status', 'raw', 'user')"
                " AND i.identifier NOT LIKE '%shadow%'"  # no envelope: kept as it came, answered with an error
            )
        self.answers["posts stored"] = len(rows)
        for kind, identifier, payload in rows:
            if not is_message(kind, identifier, bytes(payload)):
                self._wrong(f"stored as {kind}: {bytes(payload)!r}")
        log = (self.installation.folder.parent / f"{self.installation.folder.name}.log").read_text(
            errors="replace"
        )
        if "Traceback" in log:
            at = log.index("Traceback")
            self._wrong(f"the log has a traceback: {log[max(0, at - 300) : at + 3000]}")


async def _read(
    reader: asyncio.StreamReader, seconds: float, *, done: Callable[[bytes], bool] = lambda said: False
) -> bytes:
    """What is said until `done`, the end of the line, or the time is over."""
    said = b""
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(seconds):
            while not done(said) and (piece := await reader.read(65_536)):
                said += piece
    return said


METHODS = list(rooms.registry())
KINDS = {spec.params: msgspec.inspect.type_info(spec.params) for spec in METHODS if spec.params is not None}


def _one_line(value: bytes) -> bytes:
    """As httpx sends header values: no control characters."""
    return bytes(byte for byte in value if byte >= 32 and byte != 127).strip()


def run(engine: str = "sqlite", *, count: int, seed: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="linli-malformed-") as folder, database_of(engine) as database:
        found = uvloop.run(Malformed(Path(folder), database, count=count, seed=seed).run())
    return {"engine": engine, "seed": seed, **found}


def main() -> int:
    parser = argparse.ArgumentParser(prog="linli soak malformed", description=__doc__)
    parser.add_argument("--count", type=int, default=5000, help="of each kind")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    found = {"name": "malformed", **run(words.engine, count=words.count, seed=words.seed)}
    print(json.dumps(found, ensure_ascii=False, indent=None if words.json else 2))
    return 1 if found["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
