"""Reads of notifications: settings and browsers of accounts."""

from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from linli.domains.notifications.kinds import BY_NAME, Kind
from linli.domains.notifications.models import notification_settings, push_keys, push_subscriptions
from linli.kernel.db import INT, Query, Reader, any_of


class PushKey(NamedTuple):
    public: str
    sealed: str


class Browser(NamedTuple):
    """A row of `push_subscriptions` as its owner sees it."""

    subscription_id: int
    account_id: int
    front: str
    session_id: int
    language: str
    agent: str
    created_ms: int
    sent_ms: int


class Sealed(NamedTuple):
    subscription_id: int
    session_id: int
    sealed: str


class Choices(NamedTuple):
    """The choices of one account on one front."""

    account_id: int
    choices: str = "{}"
    quiet_from: int = -1
    quiet_to: int = -1
    language: str = ""

    @property
    def chosen(self) -> dict[str, list[str]]:
        return msgspec.json.decode(self.choices, type=dict[str, list[str]])

    def channels(self, kind: Kind) -> tuple[str, ...]:
        return tuple(self.chosen.get(kind.name, kind.usual))


_s, _c = push_subscriptions.c, notification_settings.c
_key = Query(select(push_keys.c.public, push_keys.c.sealed).where(push_keys.c.key_no == 1), PushKey)
_by_id = Query(
    select(_s.subscription_id, _s.session_id, _s.sealed).where(
        _s.subscription_id == bindparam("subscription_id", type_=INT)
    ),
    Sealed,
)
_browsers = Query(
    select(*(_s[name] for name in Browser._fields))
    .where(any_of(_s.account_id, "account_ids"), _s.front == bindparam("front"))
    .order_by(_s.created_ms, _s.subscription_id),
    Browser,
)
_choices = Query(
    select(*(_c[name] for name in Choices._fields)).where(
        any_of(_c.account_id, "account_ids"), _c.front == bindparam("front")
    ),
    Choices,
)
_everybody = Query(
    select(_s.account_id)
    .where(_s.front == bindparam("front"))
    .union(select(_c.account_id).where(_c.front == bindparam("front")))
)


async def key(db: Reader) -> PushKey | None:
    """The installation's own key; None until it is first needed."""
    return await _key.one(db)


async def sealed(db: Reader, subscription_id: int) -> Sealed | None:
    return await _by_id.one(db, subscription_id=subscription_id)


async def browsers(db: Reader, account_ids: list[int], front: str) -> list[Browser]:
    """The browsers of these accounts, oldest first."""
    return await _browsers.all(db, account_ids=account_ids, front=front) if account_ids else []


async def choices(db: Reader, account_ids: list[int], front: str) -> dict[int, Choices]:
    """The choices of these accounts; an account without choices gets the defaults."""
    rows = await _choices.all(db, account_ids=account_ids, front=front) if account_ids else []
    choices_by_account = {row.account_id: row for row in rows}
    return {account_id: choices_by_account.get(account_id, Choices(account_id)) for account_id in account_ids}


async def hearing(db: Reader, front: str) -> set[int]:
    """Accounts that have a browser or have made a choice. Others can be skipped."""
    return {int(account_id) for (account_id,) in await _everybody.all(db, front=front)}


def current_kinds(chosen: dict[str, list[str]]) -> dict[str, list[str]]:
    """Choices about kinds that still exist."""
    return {name: channels for name, channels in chosen.items() if name in BY_NAME}
