"""Browsers that allow push messages, and the key by which they know this installation."""

import hashlib
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.databus import address
from linli.domains.notifications import queries
from linli.domains.notifications.kinds import Endpoint
from linli.domains.notifications.models import push_keys, push_subscriptions
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols.web_push import message
from linli.protocols.web_push.message import PushKeyError

BROWSERS_MAX: Final = 20
"""Browsers of one account on one front. A further one replaces the oldest."""
AGENT_MAX: Final = 300
_ABOUT_KEY: Final = "push_key"

_drop = Command(
    delete(push_subscriptions).where(
        push_subscriptions.c.endpoint_hash == bindparam("hash"),
        push_subscriptions.c.account_id == bindparam("account", type_=INT),
        push_subscriptions.c.front == bindparam("of_front"),
    )
)
_drop_endpoint = Command(
    delete(push_subscriptions).where(push_subscriptions.c.endpoint_hash == bindparam("hash"))
)
_drop_row = Command(
    delete(push_subscriptions).where(push_subscriptions.c.subscription_id == bindparam("row", type_=INT))
)
_sent = Command(
    update(push_subscriptions)
    .where(push_subscriptions.c.subscription_id == bindparam("row", type_=INT))
    .values(sent_ms=bindparam("at_ms", type_=INT))
)


def _hash(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def about(subscription_id: int) -> str:
    return f"push:{subscription_id}"


async def public_key(db: Database, *, secrets: Secrets) -> str:
    """The public key that browsers subscribe with. It is created at the first call."""
    if (push_key := await queries.key(db)) is not None:
        return push_key.public
    new_key = message.new_key()
    row = {
        "key_no": 1,
        "public": message.encode(message.public_bytes(new_key.public_key())),
        "sealed": secrets.seal(message.encode(message.private_bytes(new_key)), about=_ABOUT_KEY),
        "created_ms": db.clock.now_ms(),
    }
    # Of two at once the first wins.
    await db.run(lambda tx: tx.upsert(push_keys, [row], keys=("key_no",)))
    push_key = await queries.key(db)
    assert push_key is not None
    return push_key.public


async def private_key(db: Database, *, secrets: Secrets) -> bytes:
    """The private number of the installation's key."""
    await public_key(db, secrets=secrets)
    push_key = await queries.key(db)
    assert push_key is not None
    return message.decode(secrets.open(push_key.sealed, about=_ABOUT_KEY))


async def check(endpoint: Endpoint, *, allow_private: bool) -> None:
    """Raises BadInput for invalid keys, and for an address that messages must not be sent to."""
    try:
        message.receiver(message.decode(endpoint.p256dh), message.decode(endpoint.auth))
    except PushKeyError as error:
        raise BadInput(field="keys", rule="push_keys") from error
    try:
        target = await address.check(endpoint.url, allow_private=allow_private)
    except BadInput as error:
        raise BadInput(field="endpoint", rule=str(error.facts["rule"]), **_facts(error)) from error
    if target.scheme != "https" and not allow_private:
        raise BadInput(field="endpoint", rule="format", example="https://push.example.com/…")


def _facts(error: BadInput) -> dict[str, object]:
    return {name: value for name, value in error.facts.items() if name not in ("field", "rule")}


class SignedInBrowser(msgspec.Struct, frozen=True, kw_only=True):
    """The browser that subscribes, and who is signed in there."""

    account_id: int
    front: str
    session_id: int
    language: str
    agent: str


async def save(
    tx: Tx, *, browser: SignedInBrowser, endpoint: Endpoint, secrets: Secrets, ids: Ids, now_ms: int
) -> None:
    """Store a browser that passed `check`. It belongs to this account from now on, even if another account had it
    before."""
    await _drop_endpoint.run(tx, hash=_hash(endpoint.url))
    browsers = await queries.browsers(tx, [browser.account_id], browser.front)
    for row in browsers[: max(0, len(browsers) - BROWSERS_MAX + 1)]:
        await drop_row(tx, row.subscription_id)
    number = ids.number()
    await tx.insert(
        push_subscriptions,
        {
            "subscription_id": number,
            "account_id": browser.account_id,
            "front": browser.front,
            "session_id": browser.session_id,
            "endpoint_hash": _hash(endpoint.url),
            "sealed": secrets.seal(msgspec.json.encode(endpoint).decode(), about=about(number)),
            "language": browser.language,
            "agent": browser.agent[:AGENT_MAX],
            "created_ms": now_ms,
        },
    )


async def drop(tx: Tx, *, account_id: int, front: str, url: str) -> None:
    """Delete a browser of this account. An unknown one is no error."""
    await _drop.run(tx, hash=_hash(url), account=account_id, of_front=front)


async def drop_row(tx: Tx, subscription_id: int) -> None:
    await _drop_row.run(tx, row=subscription_id)


async def note_sent(tx: Tx, subscription_id: int, *, now_ms: int) -> None:
    await _sent.run(tx, row=subscription_id, at_ms=now_ms)
