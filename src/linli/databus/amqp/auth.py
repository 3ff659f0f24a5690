"""RabbitMQ's questions: may this appKey log in, and may it read this queue (rabbitmq_auth_backend_http).

The user is the appKey. The password is `name|timestamp=<ms>|<hex>`, where hex is the HMAC-SHA256 of `name<ms>` with the
appSecret: the client id of MQTT and the password of MQTT in one, since SASL PLAIN carries no client id (design 4.8). As
there, it is good for five minutes around its time, and once.
A key may read its own queues; it may neither make, change nor write any. The platform's own user is RabbitMQ's own.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from linli.kernel import telemetry, tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.http import Receive, Send
from linli.kernel.secrets import Secrets
from linli.things.apps import STALE, USED
from linli.things.connections import freshness

log = telemetry.logger(__name__)

PREFIX: Final = "/rabbitmq/auth/"
MOST_BODY: Final = 16_384
_PASSWORD = re.compile(r"(?P<name>[^|]{0,256})\|timestamp=(?P<at>\d{1,20})\|(?P<proof>[0-9a-fA-F]{64})")
_FORWARDED = frozenset({b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via"})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


def password(app_secret: str, *, name: str, timestamp_ms: int) -> str:
    """The password of an appKey for AMQP."""
    proof = hmac.digest(app_secret.encode(), f"{name}{timestamp_ms}".encode(), hashlib.sha256).hex()
    return f"{name}|timestamp={timestamp_ms}|{proof}"


def proves(app_secret: str, given: str) -> int | None:
    """When a password was made with the secret, UTC ms; None: it was not."""
    match = _PASSWORD.fullmatch(given)
    if match is None:
        return None
    wanted = hmac.digest(app_secret.encode(), f"{match['name']}{match['at']}".encode(), hashlib.sha256)
    right = hmac.compare_digest(wanted.hex(), match["proof"].lower())
    return freshness.signed_ms(match["at"]) if right else None


class RabbitAuth:
    """The ASGI application under PREFIX. With a `token` it answers at `/rabbitmq/auth/<token>/user` and so on;
    without, callers from this machine only."""

    def __init__(self, db: Database, secrets: Secrets, clock: Clock, *, token: str = "") -> None:
        self._db = db
        self._clock = clock
        self._secrets = secrets
        self._token = token

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        allowed = False
        question = scope["path"].removeprefix(PREFIX)
        if self._token:
            given, _, question = question.partition("/")
            trusted = hmac.compare_digest(given.encode(), self._token.encode())
        else:
            client = scope.get("client")
            forwarded = any(name in _FORWARDED for name, _ in scope["headers"])
            trusted = client is not None and client[0] in _LOOPBACK and not forwarded
        if not trusted or scope["method"] != "POST":
            await _answer(send, 404, b"")
            return
        asked = await _form(receive)
        if asked is not None:
            allowed = await self.allows(question, asked)
        await _answer(send, 200, b"allow" if allowed else b"deny")

    async def allows(self, question: str, asked: Mapping[str, str]) -> bool:
        """Whether to say yes to one question of the plugin."""
        key = await tenancy.find_app_key(self._db, asked.get("username", ""))
        if key is None or not key.enabled:
            return False
        match question:
            case "user":
                # Without a password RabbitMQ only asks whether somebody it knows already may still be there.
                if "password" not in asked:
                    return True
                secret = self._secrets.open(key.secret, about=f"app_key:{key.app_key}")
                return await self._lets_in(key.app_key, secret, asked["password"])
            case "vhost":
                return True
            case "resource":
                return (
                    asked.get("resource") == "queue"
                    and asked.get("permission") == "read"
                    and asked.get("name", "").startswith(f"{key.app_key}.")
                )
        return False

    async def _lets_in(self, app_key: str, secret: str, given: str) -> bool:
        signed = proves(secret, given)
        if signed is None:
            return False
        now_ms = self._clock.now_ms()
        reason = "" if freshness.is_fresh(signed, now_ms) else STALE
        if not reason and not await freshness.use_once(self._db, given, now_ms):
            reason = USED
        if reason:
            log.info("AMQP log-in refused", extra={"facts": {"app_key": app_key, "reason": reason}})
        return not reason


async def _form(receive: Receive) -> dict[str, str] | None:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if len(body) > MOST_BODY:
            return None
        if not message.get("more_body", False):
            break
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError:
        return None


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
