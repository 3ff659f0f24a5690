"""A small integrator's app: it calls the open API over HTTP with the sample's key, and takes records at a webhook.

What the integrators' pages show of calls and deliveries is its traffic; some of it goes wrong, as with every app.
"""

import asyncio
import random
from typing import Any, Final

import httpx
import msgspec

from linli.app.platform import Platform
from linli.databus import subscription_rows, subscriptions
from linli.databus.subscription_rows import Filters
from linli.databus.topics import Kind
from linli.databus.webhook import signing
from linli.demo import sample
from linli.demo.place import Place
from linli.kernel import telemetry
from linli.kernel.db import Tx
from linli.kernel.http import HttpServer, Receive, Send
from linli.kernel.http.client import Client
from linli.openapi import trial

log = telemetry.logger(__name__)

NAME: Final = "示例应用的通行记录"
_TOKEN: Final = "/solution/community/paas/token/get"
_CALLS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("/solution/community/paas/community/query", "1.0.2", {"pageNo": 1, "pageSize": 20}),
    ("/solution/community/paas/household/query", "1.0.5", {"pageNo": 1, "pageSize": 20}),
    ("/solution/community/paas/household/query", "1.0.5", {"pageNo": 1, "pageSize": 20, "type": 0}),
    ("/solution/community/paas/household/query", "1.0.5", {"pageNo": 1, "pageSize": 1000}),
)
"""Path, version, params; the last asks for more than a page holds, and is refused."""
_WEIGHTS: Final = (3, 5, 3, 1)
_PAUSE_S: Final = (10.0, 25.0)
_REFUSED: Final = 0.05
"""Share of the messages that its receiver refuses once, as one does that is being restarted."""
_MOST_BYTES: Final = 1 << 20


class Integrator:
    """`start` and `stop`; between them it lives. It holds nothing that the platform waits for."""

    def __init__(self, platform: Platform, site: Place, *, port: int) -> None:
        """`port`: of the open API."""
        self._port = port
        self._platform = platform
        self._site = site
        self._random = random.Random(sample.SEED)
        self._receiver = HttpServer(self._receive)
        self._secret = ""
        self._work: asyncio.Task[None] | None = None
        self.calls = 0
        """Those that were answered with what they asked for."""
        self.taken = 0
        """Messages that its receiver took."""

    async def start(self) -> None:
        await self._receiver.start()
        await self._platform.db.run(self._subscribe)
        self._work = asyncio.create_task(self._call_now_and_then(), name="demo integrator")

    async def stop(self) -> None:
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        await self._receiver.stop(grace_seconds=0.2)

    async def _subscribe(self, tx: Tx) -> None:
        """Its webhook, at the port that its receiver has this time. Where somebody deleted or stopped it, it stays so."""
        url = f"http://127.0.0.1:{self._receiver.port}/records"
        app_key, secrets = self._site.app.caller.id, self._platform.secrets
        row = await subscription_rows.find_named(
            tx, app_key=app_key, kind=subscription_rows.WEBHOOK, name=NAME
        )
        if row is not None:
            self._secret = secrets.open(row.secret, about=row.about)
            await subscriptions.change_subscription(
                self._site.tenant, tx, subscription_id=row.id, secrets=secrets, url=url
            )
            return
        _, self._secret = await subscriptions.create_webhook(
            self._site.tenant,
            tx,
            app_key=app_key,
            name=NAME,
            url=url,
            filters=Filters(kinds=(Kind.DATA,)),
            ids=self._platform.ids,
            secrets=secrets,
        )

    async def _call_now_and_then(self) -> None:
        platform = self._platform
        key = await trial.borrow_key(
            self._site.tenant, platform.db, platform.secrets, app_key=self._site.app.caller.id
        )
        base = f"http://127.0.0.1:{self._port}"
        async with Client(base_url=base, trust_env=False, timeout=30) as client:

            async def call(path: str, version: str, params: dict[str, Any], **request: str) -> Any:
                nonce = platform.ids.request_id()
                envelope = {"apiVer": version, "language": "zh-CN", **request}
                body = msgspec.json.encode(
                    {"id": nonce, "version": "1.0", "request": envelope, "params": params}
                )
                headers = trial.signed_headers(key, path, body, nonce=nonce, now_ms=platform.clock.now_ms())
                answer = await client.post(path, content=body, headers=list(headers.items()))
                reply = answer.json() if answer.status_code == 200 else {}
                done = reply.get("code") == 200
                self.calls += done
                return reply.get("data") if done else None

            token: Any = None
            while True:
                try:
                    if not token:
                        got = await call(_TOKEN, "1.0.0", {"communityId": self._site.community.community_id})
                        token = (got or {}).get("cloudToken")
                    path, version, params = self._random.choices(_CALLS, _WEIGHTS)[0]
                    await call(path, version, params, **({"cloudToken": token} if token else {}))
                except (httpx.HTTPError, ValueError) as error:
                    log.warning("demo: the sample app's call fails: %s", error)
                await asyncio.sleep(self._random.uniform(*_PAUSE_S))

    async def _receive(self, scope: Any, receive: Receive, send: Send) -> None:
        """Take a message if its signature is the subscription's."""
        body = b""
        while len(body) <= _MOST_BYTES:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        headers = dict(scope["headers"])
        genuine = signing.verify(
            self._secret,
            headers.get(b"x-linli-timestamp", b"").decode("latin-1"),
            body,
            headers.get(b"x-linli-signature", b"").decode("latin-1"),
            now_ms=self._platform.clock.now_ms(),
        )
        first = headers.get(b"x-linli-attempt") == b"1"
        if not genuine:
            status, text = 401, b"the signature does not fit"
        elif first and self._random.random() < _REFUSED:
            status, text = 503, b"restarting"
        else:
            status, text = 200, b"ok"
            self.taken += 1
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(text))],
            }
        )
        await send({"type": "http.response.body", "body": text})
