"""The built web pages and manuals as ASGI apps: hashed assets are kept a year, the pages themselves never."""

import base64
import gzip
import hashlib
import html
import mimetypes
import re
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from linli.console.first_answers import Asks, FirstAnswers
from linli.kernel import i18n

HERE: Final = Path(__file__).parent / "static"
RESIDENT_PAGES: Final = Path(__file__).parent / "static_resident"
TERMINAL_PAGES: Final = Path(__file__).parent / "static_terminal"
STAFF_PAGES: Final = Path(__file__).parent / "static_staff"
MANUALS: Final = Path(__file__).parent / "static_help"
_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'{scripts}",
        "style-src 'self' 'unsafe-inline'",  # positions that the component library writes into style attributes
        "img-src 'self' data: blob:{tiles}",
        "media-src 'self' blob:",  # pictures of cameras come in pieces, put together by the page
        "connect-src 'self'{tiles}",
        "font-src 'self' data:",  # the phone components' few icons are a font inside their style sheet
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_COMMON: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_OF_PARTS: Final = _COMMON[:1]
"""Of scripts and styles, which are never a document: a first visit brings thirty of them."""
_PACKED: Final = frozenset({".js", ".css", ".html", ".svg", ".json", ".txt", ".webmanifest"})
_NOT_BUILT: Final = (
    "<!doctype html><meta charset=utf-8><title>Linli</title>"
    "<p>网页尚未构建，请运行 <code>./linli setup</code>。"
    "<p lang=en>The web pages are not built yet: run <code>./linli setup</code>."
).encode()

FIRST: Final = "/first.json"
"""Path → what early.js is told of its page; "": of any other. Written by `web/shared/vite/early.ts`."""
_PLACE: Final = b'<meta name="linli-page" content="{}">'
_ANSWERS: Final = b'<meta name="linli-answers" content="{}">'
_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)

type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


def policy(tiles: str = "", scripts: str = "") -> str:
    """The sources that the pages may load: their own, and tiles of the server at the address `tiles`.

    `scripts`: the hashes of what runs inside the page itself.
    """
    parts = urlsplit(tiles)
    origin = f" {parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""
    return _POLICY.format(tiles=origin.replace("{s}", "*"), scripts=scripts)


class _File(NamedTuple):
    body: bytes
    packed: bytes | None
    """By gzip."""
    smaller: bytes | None
    """By Brotli, as the build left it beside the file."""
    kind: str
    immutable: bool
    is_part: bool = False
    """A script or a style of a page: browsers ask for it as nothing else."""
    scripts: str = ""
    """The hashes of the scripts inside it, as they stand in a policy."""
    keep: bytes = b"no-cache"


class Pages:
    """Serves the files of one folder from memory (about a megabyte, each read once and again when it changed).

    Any path that is no file answers with `index.html`, since the pages route by themselves.

    `base` is the path that the folder stands at: `/m/assets/x.js` is `assets/x.js` in it. `tiles` is the address of
    the map tiles that its pages may load. `answers` puts into a page what it would ask first.
    """

    def __init__(
        self, folder: Path = HERE, *, base: str = "", tiles: str = "", answers: FirstAnswers | None = None
    ) -> None:
        self._folder = folder.resolve()
        self._base = base
        self._tiles = tiles
        self._answers = answers

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await _respond(send, 405, _File(b"", None, None, "text/plain", False), {}, head=False)
            return
        headers = dict(scope["headers"])
        path = str(scope["path"]).removeprefix(self._base)
        if (
            not path
        ):  # scripts and the service worker of the pages are found beside the folder, not beside its name
            await _redirect(send, f"{self._base}/")
            return
        file = self._find(path)
        if file is None and path.startswith("/assets/"):
            # An asset of an older build: answering with the page would be run as a script.
            await _respond(send, 404, _File(b"", None, None, "text/plain", False), headers, head=False)
            return
        if file is None:
            needs = self._needs(path)
            file = self._page(needs) or _File(_NOT_BUILT, None, None, "text/html", False)
            if self._answers is not None and _ANSWERS in file.body and scope["method"] == "GET":
                file = _answered(file, await self._answers.of(scope, _asks(needs or b"{}")))
        rules = b"" if file.is_part else policy(self._tiles, file.scripts).encode()
        await _respond(send, 200, file, headers, head=scope["method"] == "HEAD", policy=rules)

    def _find(self, path: str) -> _File | None:
        return _find(self._folder, path)

    def _needs(self, path: str) -> bytes | None:
        """Which files and answers a path needs first, if the build has said so (`FIRST`)."""
        if (first := self._find(FIRST)) is None:
            return None
        needs = _first(first.body)
        return needs.get(path.rstrip("/") or "/") or needs.get("", b"{}")

    def _page(self, needs: bytes | None) -> _File | None:
        page = self._find("/index.html")
        return page if page is None or needs is None else _placed(page.body, needs)


class Manuals:
    """Serves the built manuals: `base`/ leads to the reader's language, `base`/en/doors is the file `en/doors.html`."""

    def __init__(self, folder: Path = MANUALS, *, base: str = "/help") -> None:
        self._folder = folder.resolve()
        self._base = base
        self._policy = policy().encode()

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            await _respond(send, 405, _File(b"", None, None, "text/plain", False), {}, head=False)
            return
        headers = dict(scope["headers"])
        path = str(scope["path"]).removeprefix(self._base)
        if path in ("", "/"):
            language = i18n.pick(headers.get(b"accept-language", b"").decode("latin-1"))
            await _redirect(send, f"{self._base}/{language}/", status=302, vary=b"accept-language")
            return
        if path.strip("/") in i18n.LANGUAGES and not path.endswith("/"):
            await _redirect(send, f"{self._base}{path}/")
            return
        inside = f"{path}index.html" if path.endswith("/") else path
        file = _find(self._folder, inside) or _find(self._folder, f"{inside}.html")
        status = 200 if file else 404
        if file is None:
            file = _find(self._folder, "/404.html") or _File(_NOT_BUILT, None, None, "text/html", False)
        await _respond(send, status, file, headers, head=scope["method"] == "HEAD", policy=self._policy)


def _find(folder: Path, path: str) -> _File | None:
    relative = path.lstrip("/")
    if not relative or any(part.startswith(".") for part in relative.split("/")) or "\\" in relative:
        return None
    file = folder / relative
    try:
        if not file.resolve().is_relative_to(folder) or not file.is_file():
            return None
        return _load(file, file.stat().st_mtime_ns, kept="assets" in file.relative_to(folder).parts)
    except (OSError, ValueError):
        return None


async def _redirect(send: Send, where: str, *, status: int = 308, vary: bytes = b"") -> None:
    fields = [(b"location", where.encode()), (b"content-length", b"0"), *_COMMON]
    if vary:
        fields += [(b"vary", vary), (b"cache-control", b"no-cache")]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": b""})


@lru_cache(maxsize=512)
def _load(file: Path, _changed: int, *, kept: bool) -> _File:
    """`kept`: its name says what is in it, so browsers may keep it for good."""
    body = file.read_bytes()
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    if file.suffix == ".js":
        kind = "text/javascript"
    if file.suffix == ".webmanifest":
        kind = "application/manifest+json"
    packed = gzip.compress(body, 9, mtime=0) if file.suffix in _PACKED and len(body) > 1000 else None
    beside = file.with_name(f"{file.name}.br")
    # A name that says what is in it: what stands beside the file cannot be older.
    smaller = beside.read_bytes() if packed is not None and kept and beside.is_file() else None
    is_part = file.suffix in (".js", ".css") and "worker" not in file.name
    scripts = _hashes(body) if file.suffix == ".html" else ""
    return _File(body, packed, smaller, kind, kept, is_part, scripts)


@lru_cache(maxsize=8)
def _first(body: bytes) -> dict[str, bytes]:
    return {path: bytes(raw) for path, raw in msgspec.json.decode(body, type=dict[str, msgspec.Raw]).items()}


class _Needs(msgspec.Struct):
    ask: dict[str, list[str]] = {}
    bring: dict[str, list[str]] = {}
    """Not worth a request of its own before the scripts are there."""


@lru_cache(maxsize=256)
def _asks(needs: bytes) -> Asks:
    both = msgspec.json.decode(needs, type=_Needs)
    rights = both.ask.keys() | both.bring.keys()
    return {right: [*both.ask.get(right, ()), *both.bring.get(right, ())] for right in rights}


@lru_cache(maxsize=256)
def _placed(page: bytes, what: bytes) -> _File:
    """A page with what it is told in its place."""
    content = html.escape(what.decode()).encode()
    body = page.replace(_PLACE, _PLACE.replace(b"{}", content), 1)
    return _File(body, gzip.compress(body, 9, mtime=0), None, "text/html", False, scripts=_hashes(body))


def _answered(page: _File, answers: dict[str, msgspec.Raw]) -> _File:
    """A page with what it would ask, for one person: no browser and no proxy may keep it."""
    if not answers:
        return page
    content = html.escape(msgspec.json.encode(answers).decode()).encode()
    body = page.body.replace(_ANSWERS, _ANSWERS.replace(b"{}", content), 1)
    return page._replace(body=body, packed=gzip.compress(body, 6, mtime=0), keep=b"no-store")


def _hashes(page: bytes) -> str:
    """Of the scripts inside a page: its policy lets these run and no others."""
    digests = [hashlib.sha256(script).digest() for script in _SCRIPT.findall(page)]
    return "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _packed(file: _File, headers: dict[bytes, bytes]) -> tuple[bytes, bytes]:
    """(content encoding, body) for a browser: the smallest that it reads; an empty encoding: as it is."""
    reads = {part.split(b";")[0].strip() for part in headers.get(b"accept-encoding", b"").split(b",")}
    if file.smaller is not None and b"br" in reads:
        return b"br", file.smaller
    if file.packed is not None and b"gzip" in reads:
        return b"gzip", file.packed
    return b"", file.body


async def _respond(
    send: Send, status: int, file: _File, headers: dict[bytes, bytes], *, head: bool, policy: bytes = b""
) -> None:
    encoding, body = _packed(file, headers)
    kind = file.kind + ("; charset=utf-8" if file.kind.startswith("text/") else "")
    fields = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"public, max-age=31536000, immutable" if file.immutable else file.keep),
        *(_OF_PARTS if file.is_part else _COMMON),
    ]
    if encoding:
        fields.append((b"content-encoding", encoding))
    if file.packed is not None:
        fields.append((b"vary", b"accept-encoding"))
    if (
        policy
    ):  # also of assets: a picture may be opened by itself, a worker lives under its own file's policy
        fields.append((b"content-security-policy", policy))
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": b"" if head else body})
