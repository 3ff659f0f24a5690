"""Signing in with a phone and a one-time code. Spec D 1.5 (ACC-07); the numbers are ours.

A code has six digits, is valid for five minutes and five tries, and works once, in the browser that asked for it. So
nobody can use up another person's tries, and a new code voids only the last code of that browser. A phone without an
owner is answered, counted and refused like any other, so that nobody learns which phones have a log-in. A worker sends
the code after the commit; it is stored nowhere in clear.

For one address a phone gets one code a minute and five an hour. Each browser in which the phone's log-in was signed in
before gets as many. All other places together get ten for a phone, and one more each quarter of an hour. So any number
of addresses gets 106 codes a day, each with five tries: 530 guesses of a million. While strangers ask for codes all
day, the phone's owner still gets codes in a browser that signed in before. Phones without a log-in, as newcomers have,
get 300 codes in all and one more every ten seconds, because text messages cost money.
"""

import hashlib
import hmac
import secrets as system_secrets
from typing import Final, Literal, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, select, update

from linli.domains.people.models import accounts as account_table
from linli.domains.people.models import sign_in_codes
from linli.domains.people.person_rules import clean_phone, is_phone, mask_phone
from linli.domains.people.service import ownership
from linli.domains.people.service.accounts import Account, create_account, get_account
from linli.domains.people.service.ownership import NO_PASSWORD
from linli.kernel import outbox
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.errors import BadInput, TooMany, Unauthorized
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs
from linli.kernel.secrets import Secrets
from linli.kernel.sms import Sms, SmsSender

DIGITS: Final = 6
LIVES_MS: Final = 5 * 60_000
TRIES: Final = 5
GAP_MS: Final = 60_000
CLOCKS_DIFFER_MS: Final = 60_000
"""Between processes."""
HOUR_MS: Final = 3_600_000
AN_HOUR: Final = 5
STRANGERS_FREE: Final = 10
STRANGERS_EVERY_MS: Final = HOUR_MS // 4
NEWCOMERS_FREE: Final = 300
NEWCOMERS_EVERY_MS: Final = 10_000
_NEWCOMERS: Final = "newcomers"
KIND: Final = "sign_in_code"
SEND_JOB: Final = "people.send_sign_in_code"


type Purpose = Literal["sign_in", "register", "sign", "password", "phone"]
"""To sign in; to show that a phone is one's own before a log-in is made; to sign a contract; to set one's password; to
change to this phone."""


class BadCode(Unauthorized):
    """Wrong, used, expired, tried too often, or never sent: all alike."""

    code = "account.bad_code"


class CodeTooSoon(TooMany):
    """The phone was sent codes just now; `seconds` until the next."""

    code = "account.code_too_soon"


class Asker(NamedTuple):
    """The asker of a code: the only browser that may use it, and its address."""

    browser: str
    """A text that is unique."""
    address: str
    """As `network_of` tells it."""
    device: str = ""
    """The name of a browser in which the phone's log-in was signed in before; empty for any other."""


class _Row(NamedTuple):
    phone: str
    digest: str
    sent_ms: int
    expires_ms: int
    tries: int
    sent_in_hour: int
    hour_ms: int


class ToSend(msgspec.Struct, frozen=True):
    phone: str
    sealed: str
    language: str
    expires_ms: int
    purpose: Purpose = "sign_in"


_row = Query(select(sign_in_codes).where(sign_in_codes.c.phone == bindparam("phone")), _Row)
_try = Command(
    update(sign_in_codes)
    .where(
        sign_in_codes.c.phone == bindparam("of_phone"),
        sign_in_codes.c.digest != "",
        sign_in_codes.c.tries < TRIES,
        sign_in_codes.c.expires_ms > bindparam("now", type_=INT),
        # Sent later than it is now: the clock was set back, and how old it is nobody knows.
        sign_in_codes.c.sent_ms <= bindparam("now", type_=INT) + CLOCKS_DIFFER_MS,
    )
    .values(tries=sign_in_codes.c.tries + 1)
)
_use = Command(
    update(sign_in_codes)
    .where(sign_in_codes.c.phone == bindparam("of_phone"), sign_in_codes.c.digest == bindparam("of_digest"))
    .values(digest="")
)
_purge = Command(delete(sign_in_codes).where(sign_in_codes.c.expires_ms < bindparam("before", type_=INT)))
_by_phone = Query(select(account_table.c.id).where(account_table.c.phone == bindparam("phone")))


async def request_code(
    db: Database,
    *,
    phone: str,
    asker: Asker,
    secrets: Secrets,
    language: str,
    now_ms: int,
    purpose: Purpose = "sign_in",
    newcomers: bool = False,
) -> None:
    """Have a code sent to a phone. Raises BadInput, CodeTooSoon.

    A sign-in code is sent only to a phone with a log-in, or to any phone where `newcomers` may sign in. A code that
    proves the ownership of a phone is sent to any phone.
    """
    phone = _phone(phone)
    key = _key(phone, purpose)
    code = "".join(system_secrets.choice("0123456789") for _ in range(DIGITS))

    async def work(tx: Tx) -> None:
        await _purge.run(tx, before=now_ms - STRANGERS_FREE * STRANGERS_EVERY_MS)
        registered = await _by_phone.scalar(tx, phone=phone) is not None
        wanted = registered or newcomers or purpose != "sign_in"
        await _count(tx, key, asker, now_ms, newcomer=wanted and not registered)
        bound = _in_browser(key, asker.browser)
        digest = _digest(secrets, bound, code) if wanted else ""
        row = _Row(bound, digest, now_ms, now_ms + LIVES_MS, tries=0, sent_in_hour=0, hour_ms=now_ms)
        await _write(tx, row)
        if wanted:
            sealed = secrets.seal(code, about=f"code:{phone}")
            await outbox.add(tx, SEND_JOB, ToSend(phone, sealed, language, row.expires_ms, purpose))

    await db.run(work)


async def _count(tx: Tx, key: str, asker: Asker, now_ms: int, *, newcomer: bool) -> None:
    """Count one code more for a phone. Raises CodeTooSoon."""
    place = f"device {asker.device}" if asker.device else f"from {asker.address}"
    own = f"{key} {place}"
    sent, hour_ms = _counted(await _row.one(tx, phone=own), now_ms)
    levels = [] if asker.device else [(key, STRANGERS_FREE, STRANGERS_EVERY_MS)]
    if newcomer:
        levels.append((_NEWCOMERS, NEWCOMERS_FREE, NEWCOMERS_EVERY_MS))
    shared = [
        _count_up(name, await _row.one(tx, phone=name), free, every_ms, now_ms)
        for name, free, every_ms in levels
    ]
    for row in (_Row(own, "", now_ms, now_ms, tries=0, sent_in_hour=sent, hour_ms=hour_ms), *shared):
        await _write(tx, row)


def _count_up(name: str, last: _Row | None, free: int, every_ms: int, now_ms: int) -> _Row:
    """The level of what several share: `free` at once, one more after each `every_ms`. Raises CodeTooSoon."""
    gone = max(0, now_ms - last.hour_ms) // every_ms if last else 0
    if last is None or gone >= last.sent_in_hour or last.sent_ms > now_ms + CLOCKS_DIFFER_MS:
        return _Row(name, "", now_ms, now_ms, tries=0, sent_in_hour=1, hour_ms=now_ms)
    level, since_ms = last.sent_in_hour - gone, last.hour_ms + gone * every_ms
    if level >= free:
        raise CodeTooSoon(seconds=_seconds(since_ms + every_ms - now_ms))
    return _Row(name, "", now_ms, now_ms, tries=0, sent_in_hour=level + 1, hour_ms=since_ms)


async def _write(tx: Tx, row: _Row) -> None:
    await tx.upsert(sign_in_codes, [row._asdict()], keys=("phone",), update=_Row._fields[1:])


def _counted(last: _Row | None, now_ms: int) -> tuple[int, int]:
    """(codes in the present hour with this one, when that hour began). Raises CodeTooSoon."""
    if last is None or last.sent_ms > now_ms + CLOCKS_DIFFER_MS:
        return 1, now_ms  # none, or the clock was set back: nobody is shut out until it has caught up
    if now_ms - last.hour_ms >= HOUR_MS:
        if now_ms - last.sent_ms < GAP_MS:
            raise CodeTooSoon(seconds=_seconds(last.sent_ms + GAP_MS - now_ms))
        return 1, now_ms
    if now_ms - last.sent_ms < GAP_MS:
        raise CodeTooSoon(seconds=_seconds(last.sent_ms + GAP_MS - now_ms))
    if last.sent_in_hour >= AN_HOUR:
        raise CodeTooSoon(seconds=_seconds(last.hour_ms + HOUR_MS - now_ms))
    return last.sent_in_hour + 1, last.hour_ms


async def redeem(
    db: Database, *, phone: str, code: str, browser: str, secrets: Secrets, now_ms: int
) -> Account:
    """The log-in of the phone, for the code that was sent to it. Raises BadInput, BadCode."""
    phone = _phone(phone)
    key = _in_browser(phone, browser)
    digest = await _tried(db, key, code, secrets, now_ms)

    async def spend(tx: Tx) -> Account:
        await _spend(tx, key, digest)
        holder = await _by_phone.scalar(tx, phone=phone)
        if holder is None:
            raise BadCode(field="code")
        return await _owned(tx, int(holder), now_ms)

    return await db.run(spend)


async def _owned(tx: Tx, account_id: int, now_ms: int) -> Account:
    await ownership.prove(tx, account_id=account_id, now_ms=now_ms)
    return await get_account(tx, account_id)


async def prove(
    db: Database, *, phone: str, code: str, browser: str, secrets: Secrets, now_ms: int, purpose: Purpose
) -> str:
    """Spend the code that was sent to a phone for a purpose; the phone, cleaned. Raises BadInput, BadCode."""
    phone = _phone(phone)
    key = _in_browser(_key(phone, purpose), browser)
    digest = await _tried(db, key, code, secrets, now_ms)
    await db.run(lambda tx: _spend(tx, key, digest))
    return phone


async def redeem_or_join(
    db: Database, *, phone: str, code: str, browser: str, secrets: Secrets, ids: Ids, now_ms: int
) -> Account:
    """The log-in of the phone as `redeem` gives it; a phone without one gets a log-in that no password opens.

    Raises BadInput, BadCode.
    """
    phone = _phone(phone)
    key = _in_browser(phone, browser)
    digest = await _tried(db, key, code, secrets, now_ms)

    async def spend(tx: Tx) -> Account:
        await _spend(tx, key, digest)
        holder = await _by_phone.scalar(tx, phone=phone)
        if holder is None:
            holder = await create_account(
                tx,
                login=phone,
                password_hash=NO_PASSWORD,
                name=mask_phone(phone),
                ids=ids,
                now_ms=now_ms,
                proven=True,
            )
        return await _owned(tx, int(holder), now_ms)

    return await db.run(spend)


async def _tried(db: Database, key: str, code: str, secrets: Secrets, now_ms: int) -> str:
    """The digest of a code that is right. Raises BadCode.

    A try is counted and committed before the code is looked at: many at once cannot slip past.
    """
    counted = await db.run(lambda tx: _try.run(tx, of_phone=key, now=now_ms))
    row = await _row.one(db, phone=key)
    digest = _digest(secrets, key, code.strip())
    if not counted or row is None or not hmac.compare_digest(row.digest, digest):
        raise BadCode(field="code")
    return digest


async def _spend(tx: Tx, key: str, digest: str) -> None:
    """Raises BadCode when somebody was faster with the same code."""
    if not await _use.run(tx, of_phone=key, of_digest=digest):
        raise BadCode(field="code")


def register(jobs: Jobs, sender: SmsSender, secrets: Secrets, clock: Clock) -> None:
    """Workers send codes; a code that could not be sent in its five minutes is deleted."""

    async def send(wanted: ToSend) -> None:
        if wanted.expires_ms <= clock.now_ms():
            return
        code = secrets.open(wanted.sealed, about=f"code:{wanted.phone}")
        words = text(f"sms.{wanted.purpose}_code", wanted.language, code=code, minutes=LIVES_MS // 60_000)
        await sender.send(Sms(wanted.phone, words, KIND, code, wanted.expires_ms))

    jobs.on(SEND_JOB, ToSend, send)


def _phone(phone: str) -> str:
    phone = clean_phone(phone)
    if not is_phone(phone):
        raise BadInput(field="phone", rule="format", example="13800138000")
    return phone


def _key(phone: str, purpose: Purpose) -> str:
    """The key of a code: a code for one purpose is not valid for another."""
    return phone if purpose == "sign_in" else f"{phone} {purpose}"


def _in_browser(key: str, browser: str) -> str:
    """The key under which a browser's code is stored."""
    return f"{key} in {hashlib.sha256(browser.encode()).hexdigest()[:32]}"


def _digest(secrets: Secrets, phone: str, code: str) -> str:
    key = secrets.derived("sign-in codes")
    return hmac.new(key, f"{phone}:{code}".encode(), hashlib.sha256).hexdigest()


def _seconds(ms: int) -> int:
    return -(-ms // 1000)
