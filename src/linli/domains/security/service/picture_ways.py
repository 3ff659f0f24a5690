"""How a camera gives a picture of now by its maker's interface (H 3.5.3.3.1). Kept sealed: it has a password."""

from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from linli.databus import address
from linli.domains.security.models import cameras
from linli.domains.security.queries import boxes
from linli.domains.video.queries.cameras import of_device
from linli.kernel import history
from linli.kernel.db import Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols import maker_pictures

HISTORY: Final = "camera_picture"
PATH_MOST: Final = 256
_WORD_MOST: Final = 64


class Way(NamedTuple):
    """Without the password."""

    maker: str
    host: str
    port: int
    tls: bool
    channel: int
    """At a recorder; of a known maker."""
    path: str
    """Path and query; of another maker as it was entered."""
    user: str

    @property
    def path_shown(self) -> str:
        """Another maker's query may have a password in it."""
        return self.path if self.maker in maker_pictures.PATHS else self.path.partition("?")[0]


async def picture_way(
    scope: Scope, db: Reader, secrets: Secrets, *, community_id: int, iot_id: str
) -> Way | None:
    """None: none is set. Raises NotFound."""
    await _require(scope, db, community_id, iot_id)
    url = await _url(scope, db, secrets, iot_id)
    return _way_of(url) if url else None


async def set_way(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    iot_id: str,
    way: Way,
    password: str | None,
    secrets: Secrets,
    now_ms: int,
) -> None:
    """`password`: None: as it is; for another place or name it is given anew. Raises NotFound, BadInput."""
    await _require(scope, tx, community_id, iot_id)
    way = _checked(way)
    before = await _url(scope, tx, secrets, iot_id)
    old = _way_of(before) if before else None
    if password is None:
        if way.user and (old is None or _place(old) != _place(way)):
            # Nobody leads a stored password to a place of his own.
            raise BadInput(field="password", rule="required")
        password = unquote(urlsplit(before).password or "") if before else ""
    if len(password) > _WORD_MOST or not password.isprintable():
        raise BadInput(field="password", rule="too_long", limit=_WORD_MOST)
    await _keep(scope, tx, secrets, community_id, iot_id, _url_of(way, password))
    await _note(scope, tx, iot_id, community_id, now_ms, old, way)


async def drop_way(
    scope: Scope, tx: Tx, *, community_id: int, iot_id: str, secrets: Secrets, now_ms: int
) -> None:
    """Pictures come from the stream again. Raises NotFound."""
    await _require(scope, tx, community_id, iot_id)
    if before := await _url(scope, tx, secrets, iot_id):
        await _keep(scope, tx, secrets, community_id, iot_id, "")
        await _note(scope, tx, iot_id, community_id, now_ms, _way_of(before), None)


def _checked(way: Way) -> Way:
    host, user, path = way.host.strip().strip("[]"), way.user.strip(), way.path.strip()
    if not user.isprintable() or len(user) > _WORD_MOST:
        raise BadInput(field="user", rule="too_long", limit=_WORD_MOST)
    if way.maker in maker_pictures.PATHS:
        path = maker_pictures.path_of(way.maker, way.channel)
    elif not path.startswith("/") or len(path) > PATH_MOST or not path.isascii() or "#" in path:
        raise BadInput(field="path", rule="format", example="/picture.jpg")
    checked = way._replace(host=host, user=user, path=path)
    if not host or any(mark in host for mark in "/@?#\\ "):
        raise BadInput(field="host", rule="format", example="192.168.1.64")
    try:
        address.parse(_url_of(checked._replace(user=""), ""))
    except BadInput as error:
        raise BadInput(
            **{**error.facts, "field": "path" if way.maker == maker_pictures.OTHER else "host"}
        ) from error
    return checked


def _place(way: Way) -> tuple[str, int, bool, str]:
    return way.host, way.port, way.tls, way.user


def _url_of(way: Way, password: str) -> str:
    host = f"[{way.host}]" if ":" in way.host else way.host
    named = f"{quote(way.user, safe='')}:{quote(password, safe='')}@" if way.user else ""
    return f"{'https' if way.tls else 'http'}://{named}{host}:{way.port}{way.path}"


def _way_of(url: str) -> Way:
    parts = urlsplit(url)
    tls = parts.scheme == "https"
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    maker, channel = maker_pictures.maker_of(path)
    port = parts.port or (443 if tls else 80)
    return Way(maker, parts.hostname or "", port, tls, channel, path, unquote(parts.username or ""))


async def _require(scope: Scope, db: Reader, community_id: int, iot_id: str) -> None:
    scope.allow(community_id)
    if all(row.community_id != community_id for row in await of_device(scope, db, iot_id)):
        raise NotFound(what="camera", id=iot_id[:64])


async def _url(scope: Scope, db: Reader, secrets: Secrets, iot_id: str) -> str:
    row = await boxes.camera_of(scope, db, iot_id)
    return (
        secrets.open(row.snapshot_url, about=_about(iot_id)) if row is not None and row.snapshot_url else ""
    )


async def _keep(scope: Scope, tx: Tx, secrets: Secrets, community_id: int, iot_id: str, url: str) -> None:
    row: dict[str, Any] = {
        "iot_id": iot_id,
        "tenant_id": scope.tenant,
        "community_id": community_id,
        "snapshot_url": secrets.seal(url, about=_about(iot_id)) if url else "",
    }
    await tx.upsert(cameras, [row], keys=("iot_id",), update=("snapshot_url", "community_id"))


def _about(iot_id: str) -> str:
    return f"snapshot:{iot_id}"


async def _note(
    scope: Scope, tx: Tx, iot_id: str, community_id: int, now_ms: int, old: Way | None, new: Way | None
) -> None:
    record = history.Record(HISTORY, iot_id, community_id)
    await history.note(
        scope, tx, record, "changed", now_ms=now_ms, before={"way": _words(old)}, after={"way": _words(new)}
    )  # fmt: skip


def _words(way: Way | None) -> str:
    """For the history: without what may be a password in a query."""
    if way is None:
        return ""
    return f"{way.maker}, {way.host}:{way.port}, {way.channel or way.path_shown}"
