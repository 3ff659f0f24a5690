"""Upper platforms by GB/T 28181: where this platform registers, and which cameras it shows there."""

import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, update

from linli.domains.communities.queries import spaces
from linli.domains.video.errors import UppersFull, UpperTaken
from linli.domains.video.models import gb_upper_cameras, gb_uppers
from linli.domains.video.queries import cameras as cameras_queries
from linli.domains.video.queries import masks as masks_queries
from linli.domains.video.queries import uppers as queries
from linli.domains.video.queries.gb28181 import channels_of
from linli.domains.video.upper_rows import EDITIONS, TRANSPORTS, Upper, UpperCamera, upper_seal
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols import gb28181 as gb

HISTORY: Final = "upper_platform"
MOST_UPPERS: Final = 16
MOST_CAMERAS: Final = 2_000
MOST_MEDIA_HOSTS: Final = 8
_HOST: Final = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.:-]{0,251}[0-9A-Za-z])?")
_DOMAIN: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,63}")
_NUMBERS: Final = {
    "port": (1, 65_535),
    "register_s": (60, 86_400),
    "keepalive_s": (5, 3_600),
    "most_streams": (1, 64),
}
_LONGEST_PASSWORD: Final = 64
_PLACE: Final = ("host", "port", "server_id", "domain")
"""Where its proof is sent: for another place the password is given anew, so that nobody leads it to his own."""
_NOTED: Final = (
    "name", "host", "port", "server_id", "domain", "gb_id", "transport", "edition", "register_s", "keepalive_s",
    "most_streams", "steers", "alarms", "off", "media_hosts",
)  # fmt: skip
"""Of a row, in its history."""

_u = gb_uppers.c
_edited = Command(
    update(gb_uppers)
    .where(_u.upper_id == bindparam("row", type_=INT), in_scope(gb_uppers))
    .values(
        {
            column.name: bindparam(f"new_{column.name}", type_=column.type)
            for column in gb_uppers.c
            if column.name not in ("upper_id", "tenant_id", "community_id", "created_ms")
        }
    )
)
_delete = Command(delete(gb_uppers).where(_u.upper_id == bindparam("row", type_=INT), in_scope(gb_uppers)))
_delete_cameras = Command(
    delete(gb_upper_cameras).where(
        gb_upper_cameras.c.upper_id == bindparam("row", type_=INT), in_scope(gb_upper_cameras)
    )
)
_forget = Command(
    delete(gb_upper_cameras).where(
        gb_upper_cameras.c.iot_id == bindparam("iot"),
        gb_upper_cameras.c.community_id != bindparam("stays", type_=INT),
        in_scope(gb_upper_cameras),
    )
)


_take_back = Command(
    update(gb_upper_cameras)
    .where(gb_upper_cameras.c.iot_id == bindparam("iot"), in_scope(gb_upper_cameras))
    .values(unmasked=0)
)


class UpperValues(NamedTuple):
    """What people fill in, without the password."""

    name: str
    host: str
    port: int
    server_id: str
    domain: str
    gb_id: str
    transport: str
    edition: str
    register_s: int
    keepalive_s: int
    most_streams: int
    steers: bool
    alarms: bool
    off: bool
    media_hosts: str


class Choice(NamedTuple):
    camera_id: int
    code: str
    """Empty: one is given."""
    unmasked: bool = False
    """It goes out without the masks that it has."""


def _media_hosts(text: str) -> str:
    """Addresses in their usual form. Raises BadInput."""
    words = text.replace(",", " ").replace("，", " ").split()
    if len(words) > MOST_MEDIA_HOSTS:
        raise BadInput(field="mediaHosts", rule="at_most", limit=MOST_MEDIA_HOSTS)
    try:
        addresses = [ipaddress.ip_address(word) for word in words]
    except ValueError as error:
        raise BadInput(field="mediaHosts", rule="format", example="10.0.0.6 10.0.0.7") from error
    return " ".join(map(str, addresses))


def _checked(values: UpperValues) -> dict[str, Any]:
    """Columns. Raises BadInput."""
    row = values._asdict() | {
        "name": " ".join(values.name.split()), "host": values.host.strip().strip("[]"),
        "server_id": values.server_id.strip(), "gb_id": values.gb_id.strip(),
    }  # fmt: skip
    if len(row["name"]) > 64:
        raise BadInput(field="name", rule="too_long", limit=64)
    if _HOST.fullmatch(row["host"]) is None:
        raise BadInput(field="host", rule="format", example="10.0.0.5")
    for field, name in (("serverId", "server_id"), ("gbId", "gb_id")):
        if not gb.is_code(row[name]):
            raise BadInput(field=field, rule="gb28181.code")
    row["domain"] = values.domain.strip() or row["server_id"][:10]
    if _DOMAIN.fullmatch(row["domain"]) is None:
        raise BadInput(field="domain", rule="format", example="3402000000")
    for field, allowed in (("transport", TRANSPORTS), ("edition", EDITIONS)):
        if row[field] not in allowed:
            raise BadInput(field=field, rule="one_of", allowed=", ".join(allowed))
    for name, (low, high) in _NUMBERS.items():
        if not low <= row[name] <= high:
            head, *rest = name.split("_")
            raise BadInput(field=head + "".join(map(str.title, rest)), rule="range", low=low, high=high)
    row["media_hosts"] = _media_hosts(values.media_hosts)
    row["name"] = row["name"] or row["server_id"]
    return row | {name: int(row[name]) for name in ("steers", "alarms", "off")}


def _check_password(password: str) -> None:
    """Raises BadInput."""
    if not 0 < len(password) <= _LONGEST_PASSWORD or not password.isascii() or not password.isprintable():
        raise BadInput(field="password", rule="gb28181.password", low=1, high=_LONGEST_PASSWORD)


async def add_upper(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    values: UpperValues,
    password: str,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> Upper:
    """Raises NotFound, BadInput, UpperTaken, UppersFull."""
    scope.allow(community_id)
    await spaces.require_root(scope, tx, community_id)
    row = _checked(values)
    _check_password(password)
    if await queries.at_place(tx, row["host"], row["port"], row["gb_id"]) is not None:
        raise UpperTaken(id=row["gb_id"])
    if len(await queries.of_community(scope, tx, community_id)) >= MOST_UPPERS:
        raise UppersFull(most=MOST_UPPERS)
    upper_id = ids.number()
    upper = Upper(
        upper_id=upper_id, tenant_id=scope.tenant, community_id=community_id,
        password_sealed=secrets.seal(password, about=upper_seal(upper_id)),
        created_ms=now_ms, changed_ms=now_ms, **row,
    )  # fmt: skip
    await tx.insert(gb_uppers, upper._asdict())
    await _note(scope, tx, upper, "created", before={}, after=_values(upper), now_ms=now_ms)
    return upper


async def change_upper(
    scope: Scope,
    tx: Tx,
    upper: Upper,
    *,
    values: UpperValues,
    password: str,
    secrets: Secrets,
    now_ms: int,
) -> None:
    """An empty password stays as it is where the place does. Raises BadInput, UpperTaken."""
    row = _checked(values)
    sealed = upper.password_sealed
    if password or any(row[name] != getattr(upper, name) for name in _PLACE):
        _check_password(password)
        sealed = secrets.seal(password, about=upper_seal(upper.upper_id))
    same = await queries.at_place(tx, row["host"], row["port"], row["gb_id"])
    if same is not None and same.upper_id != upper.upper_id:
        raise UpperTaken(id=row["gb_id"])
    changed = upper._replace(password_sealed=sealed, changed_ms=max(now_ms, upper.changed_ms + 1), **row)
    binds = {
        f"new_{name}": value
        for name, value in changed._asdict().items()
        if name not in ("upper_id", "tenant_id", "community_id", "created_ms")
    }
    await _edited.run(tx, scope, row=upper.upper_id, **binds)
    await _note(scope, tx, upper, "changed", before=_values(upper), after=_values(changed), now_ms=now_ms)


async def remove_upper(scope: Scope, tx: Tx, upper: Upper, *, now_ms: int) -> None:
    """This platform leaves it; it sees nothing more."""
    await _delete_cameras.run(tx, scope, row=upper.upper_id)
    await _delete.run(tx, scope, row=upper.upper_id)
    await _note(scope, tx, upper, "deleted", before=_values(upper), after={}, now_ms=now_ms)


async def choose(scope: Scope, tx: Tx, upper: Upper, choices: Iterable[Choice], *, now_ms: int) -> None:
    """The cameras that it sees from now on, and no others. One that has masks needs a yes that it goes out without them.
    Raises NotFound, BadInput."""
    wanted = list(choices)
    if len(wanted) > MOST_CAMERAS:
        raise BadInput(field="cameras", rule="too_many_items", limit=MOST_CAMERAS)
    numbers = [choice.camera_id for choice in wanted]
    if len(set(numbers)) != len(numbers):
        raise BadInput(field="cameras", rule="taken")
    here = scope.narrowed(upper.community_id)
    present = await cameras_queries.all_of_community(here, tx, upper.community_id)
    rows = {row.camera_id: row for row in present if row.camera_id in set(numbers)}
    if missing := [number for number in numbers if number not in rows]:
        raise NotFound(what="camera", id=missing[0])
    channels = await channels_of(here, tx, [row.iot_id for row in rows.values()])
    if any(row.iot_id not in channels for row in rows.values()):
        raise BadInput(field="cameras", rule="video.no_pictures")
    masked = await masks_queries.masked(scope, tx, upper.community_id)
    unmasked = {rows[each.camera_id].iot_id for each in wanted if each.unmasked} & masked
    if refused := [rows[number].name for number in numbers if rows[number].iot_id in masked - unmasked]:
        raise BadInput(field="cameras", rule="video.unmasked", name=refused[0])
    chosen = await queries.chosen(scope, tx, upper.upper_id)
    before = {row.iot_id: row.code for row in chosen}
    usual = {iot_id: channel.channel for iot_id, channel in channels.items()}
    asked = [(rows[choice.camera_id].iot_id, choice.code.strip()) for choice in wanted]
    codes = _codes(upper, asked, before, usual)
    await _delete_cameras.run(tx, scope, row=upper.upper_id)
    await tx.insert_many(
        gb_upper_cameras,
        [
            UpperCamera(
                upper_id=upper.upper_id, iot_id=iot_id, tenant_id=upper.tenant_id,
                community_id=upper.community_id, code=code, unmasked=int(iot_id in unmasked),
            )._asdict()
            for iot_id, code in codes.items()
        ],
    )  # fmt: skip
    names = {row.iot_id: row.name for row in present}
    await _note(
        scope, tx, upper, "changed",
        before=_worded(names, before, {row.iot_id for row in chosen if row.unmasked}),
        after=_worded(names, codes, unmasked), now_ms=now_ms,
    )  # fmt: skip


def _worded(names: Mapping[str, str], codes: Mapping[str, str], unmasked: Collection[str]) -> dict[str, Any]:
    """For the history: which cameras, and which of them go out without their masks."""
    bare = ", ".join(sorted(f"{names.get(iot_id, '')} {codes[iot_id]}" for iot_id in unmasked))[:2_000]
    return {"cameras": _listed(names, codes), **({"unmasked": bare} if bare else {})}


def _listed(names: Mapping[str, str], codes: Mapping[str, str]) -> str:
    return ", ".join(sorted(f"{names.get(iot_id, '')} {code}" for iot_id, code in codes.items()))[:2_000]


def _codes(
    upper: Upper, asked: list[tuple[str, str]], before: Mapping[str, str], usual: Mapping[str, str]
) -> dict[str, str]:
    """iotId → code: as asked, else as before, else its own, else a free one. Raises BadInput."""
    codes: dict[str, str] = {}
    taken = {upper.gb_id, upper.server_id}
    for iot_id, code in asked:
        if not code:
            continue
        if not gb.is_code(code):
            raise BadInput(field="code", rule="gb28181.code")
        if code in taken:
            raise BadInput(field="code", rule="taken")
        taken.add(code)
        codes[iot_id] = code
    number = 0
    for iot_id, code in asked:
        if code:
            continue
        code = next(
            (
                each
                for each in (before.get(iot_id, ""), usual[iot_id])
                if gb.is_code(each) and each not in taken
            ),
            "",
        )
        while not code or code in taken:
            number += 1
            code = f"{upper.gb_id[:10]}1320{number:06d}"
        taken.add(code)
        codes[iot_id] = code
    return {iot_id: codes[iot_id] for iot_id, _ in asked}


async def take_back(scope: Scope, tx: Tx, iot_id: str) -> list[str]:
    """Masks were drawn: the yes was for others, and it goes to no upper platform before another one. The names of those
    that see it no more."""
    chosen = await queries.of_camera(scope, tx, iot_id)
    await _take_back.run(tx, scope, iot=iot_id)
    return [name for name, _ in chosen]


async def forget(tx: Tx, *, tenant_id: str, iot_id: str, stays_in: int | None) -> None:
    """A device that left its community, or was deleted."""
    await _forget.run(tx, Scope.system(tenant_id, "video"), iot=iot_id, stays=stays_in or 0)


def _values(upper: Upper) -> dict[str, Any]:
    row = upper._asdict()
    return {name: row[name] for name in _NOTED}


async def _note(
    scope: Scope,
    tx: Tx,
    upper: Upper,
    action: str,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    now_ms: int,
) -> None:
    record = history.Record(HISTORY, str(upper.upper_id), upper.community_id)
    await history.note(scope, tx, record, action, before=before, after=after, now_ms=now_ms)
