"""Binding terminals (室内对讲终端) to houses and to the property's office. Source: spec A 2.7 and 3.

A terminal shows a code, good once and for minutes; who scans it binds the terminal. With the binding it gets an account
of its own, which rings as the house's indoor unit or the property's desk does; with the end of the binding, from
whichever end, the account ends.
"""

import hashlib
import re
import string
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, update

from linli.domains.communities import space_rules
from linli.domains.communities.queries import communities, spaces
from linli.domains.communities.service.lifecycle import RUNNING
from linli.domains.intercom.errors import TerminalBound, TerminalCodeRefused, TooManyTerminals
from linli.domains.intercom.models import terminal_codes, terminals
from linli.domains.intercom.queries import terminals as queries
from linli.domains.intercom.rows import Terminal, TerminalCode
from linli.domains.intercom.service.ending import end_accounts
from linli.domains.intercom.service.fixed_phones import set_up_terminal
from linli.kernel import history
from linli.kernel.db import INT, Command, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

DEVICE_TYPE: Final = "TMALL_GENIE"
"""Of a terminal that names none."""
CODE_MS: Final = 5 * 60_000
MOST_AT_HOME: Final = 5
MOST_AT_OFFICE: Final = 20
MOST_NICKNAME: Final = 64
_MOST_ID, _MOST_TYPE = 64, 32
_KEPT_MS: Final = 86_400_000
"""For which a code is still told as used or expired."""
_SIGNS: Final = "".join(sorted(set(string.ascii_uppercase + string.digits) - set("01IO")))
"""None that is taken for another: codes are typed, too."""
_CODE_LENGTH: Final = 12
_NICKNAME: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fffA-Za-z0-9_.-]+")
_CHANGING: Final = ("tenant_id", "code_hash", "made_ms", "expires_ms", "used_ms")

_use = Command(
    update(terminal_codes)
    .where(
        terminal_codes.c.code_hash == bindparam("of_hash"),
        terminal_codes.c.used_ms == 0,
        terminal_codes.c.expires_ms > bindparam("now", type_=INT),
    )
    .values(used_ms=bindparam("now", type_=INT)),
    unscoped="who knows the code of a terminal stands before it",
)
_forget = Command(
    delete(terminal_codes).where(terminal_codes.c.expires_ms < bindparam("before", type_=INT)),
    unscoped="codes that bind nothing any more, of every company",
)
_rename = Command(
    update(terminals)
    .where(terminals.c.bind_id == bindparam("of_bind"), in_scope(terminals))
    .values(nickname=bindparam("to_name"), changed_ms=bindparam("now", type_=INT))
)


class Shown(NamedTuple):
    """What a terminal shows to be bound by; told once."""

    code: str
    expires_ms: int


class Wish(NamedTuple):
    """Where a terminal goes. Whoever asks for it was checked."""

    community_id: int
    space_id: int | None
    """None: the property's office."""
    nickname: str
    identity_id: str = ""
    """The member who binds it; empty: staff."""
    name_field: str = "nickname"
    """How the caller names the nickname, and the code."""
    code_field: str = "code"


def check_device(device_id: str, device_type: str | None) -> tuple[str, str]:
    """(id, type). Raises BadInput."""
    for field, value, limit in (
        ("deviceId", device_id, _MOST_ID),
        ("deviceType", device_type or DEVICE_TYPE, _MOST_TYPE),
    ):
        if not value.strip():
            raise BadInput(field=field, rule="blank")
        if len(value) > limit:
            raise BadInput(field=field, rule="too_long", limit=limit)
    return device_id, device_type or DEVICE_TYPE


async def show_code(
    scope: Scope, tx: Tx, *, device_type: str, device_id: str, ids: Ids, now_ms: int
) -> Shown:
    """A fresh code of a terminal of the caller's application, in place of the one that it showed."""
    return await put_code(
        tx,
        project=scope.project_id or "",
        tenant_id=scope.tenant,
        device=(device_type, device_id),
        ids=ids,
        now_ms=now_ms,
    )


async def put_code(
    tx: Tx, *, project: str, tenant_id: str, device: tuple[str, str], ids: Ids, now_ms: int
) -> Shown:
    """The same for a (kind, id) of device within a project; `tenant_id` empty: who scans the code says whose it is."""
    await _forget.run(tx, before=now_ms - _KEPT_MS)
    shown = Shown(ids.token(_CODE_LENGTH, _SIGNS), now_ms + CODE_MS)
    row = TerminalCode(project, *device, tenant_id, _hashed(shown.code), now_ms, shown.expires_ms, 0)
    keys = ("app_project", "device_type", "device_id")
    await tx.upsert(terminal_codes, [row._asdict()], keys=keys, update=_CHANGING)
    return shown


async def bind(
    scope: Scope, tx: Tx, *, code: str, wish: Wish, ids: Ids, secrets: Secrets, now_ms: int
) -> Terminal:
    """Bind the terminal that shows this code; the code is used up.

    Raises BadInput, NotFound, TerminalCodeRefused, TerminalBound, TooManyTerminals, HouseUnbound.
    """
    nickname = _checked_name(wish.nickname, wish.name_field)
    await _check_place(scope, tx, wish)
    shown = await _take_code(scope, tx, code, wish.code_field, now_ms)
    if await queries.is_bound(tx, shown):
        raise TerminalBound()
    most = MOST_AT_OFFICE if wish.space_id is None else MOST_AT_HOME
    there = await queries.count_at(scope, tx, community_id=wish.community_id, space_id=wish.space_id)
    if there >= most:
        raise TooManyTerminals(most)
    bind_id = ids.hex(32)
    number = await set_up_terminal(
        scope,
        tx,
        community_id=wish.community_id,
        space_id=wish.space_id,
        bind_id=bind_id,
        ids=ids,
        secrets=secrets,
        now_ms=now_ms,
    )
    row = Terminal(
        bind_id, scope.tenant, wish.community_id, wish.space_id, shown.app_project, shown.device_type,
        shown.device_id, nickname, wish.identity_id, number, now_ms, now_ms,
    )  # fmt: skip
    await tx.insert(terminals, row._asdict())
    return row


async def rename(
    scope: Scope, tx: Tx, *, terminal: Terminal, nickname: str, now_ms: int, field: str = "nickname"
) -> None:
    """`field`: how the caller names it. Raises BadInput."""
    name = _checked_name(nickname, field)
    await _rename.run(tx, scope, of_bind=terminal.bind_id, to_name=name, now=now_ms)
    before, after = {"terminal": terminal.nickname}, {"terminal": name}
    await history.note(scope, tx, _record(terminal), "changed", before=before, after=after, now_ms=now_ms)


async def unbind(scope: Scope, tx: Tx, *, terminal: Terminal, now_ms: int) -> None:
    """The terminal's phone is logged out, and nothing of the house is told it any more."""
    await end_accounts(tx, tenant_id=terminal.tenant_id, numbers=[terminal.number], now_ms=now_ms)
    after = {"terminal": terminal.nickname}
    await history.note(scope, tx, _record(terminal), "deleted", before=after, now_ms=now_ms)


def _record(terminal: Terminal) -> history.Record:
    if terminal.space_id is None:
        return history.Record("call_settings", str(terminal.community_id), terminal.community_id)
    return history.Record("house_calls", str(terminal.space_id), terminal.community_id)


async def _check_place(scope: Scope, tx: Reader, wish: Wish) -> None:
    """Raises NotFound."""
    system = Scope.system(scope.tenant, "intercom")
    place = (await communities.by_id(system, tx, [wish.community_id])).get(wish.community_id)
    if place is None or not scope.allows(wish.community_id) or place.service_state != RUNNING:
        raise NotFound(what="community", id=wish.community_id)
    if wish.space_id is not None:
        house = await spaces.space(scope, tx, wish.space_id)
        if house.kind != space_rules.HOUSE or house.community_id != wish.community_id:
            raise NotFound(what="house", id=wish.space_id)


async def _take_code(scope: Scope, tx: Tx, code: str, field: str, now_ms: int) -> TerminalCode:
    """Use a code up; of two who scan it at once the first has it. Raises BadInput, TerminalCodeRefused."""
    typed = code.strip().upper().replace("-", "").replace(" ", "")
    if not typed:
        raise BadInput(field=field, rule="blank")
    shown = await queries.code_of_hash(tx, _hashed(typed[: 2 * _CODE_LENGTH]))
    if shown is None or shown.tenant_id not in ("", scope.tenant):
        raise TerminalCodeRefused("unknown")
    if not await _use.run(tx, of_hash=shown.code_hash, now=now_ms):
        raise TerminalCodeRefused("expired" if shown.expires_ms <= now_ms else "used")
    return shown


def _checked_name(nickname: str, field: str) -> str:
    """Raises BadInput."""
    name = nickname.strip()
    if not name:
        raise BadInput(field=field, rule="blank")
    if len(name) > MOST_NICKNAME:
        raise BadInput(field=field, rule="too_long", limit=MOST_NICKNAME)
    if not _NICKNAME.fullmatch(name):
        raise BadInput(field=field, rule="terminal_name")
    return name


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
