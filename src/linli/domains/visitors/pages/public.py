"""`/v/<link>`: a visitor's pass. `/r/<code>`: the form behind the registration QR. Open to everybody.

Wrong links are not counted, because they cannot be guessed. A pass has 128 random bits: 5·10²⁶ years at 10,000 tries a
second, and a wrong try costs a digest and no database access. A poster has 131 bits, an older one 119: 10²⁰ years with
10,000 communities. A count would only lock out people who share an address with a guesser. Registrations write rows, so
they are counted, by address and by community.

The pages are rendered here and not by the web applications. People open them once, on any phone, often inside another
program and on a slow line (ADR 0035).
"""

from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

from linli.domains.communities.queries import communities, spaces
from linli.domains.communities.service.lifecycle import RUNNING
from linli.domains.visitors import queries
from linli.domains.visitors.pages import form_page, html, pass_page
from linli.domains.visitors.rows import Visit
from linli.domains.visitors.service import limits, visits
from linli.domains.visitors.service.links import PassLinks
from linli.domains.visitors.service.passes import Passes
from linli.domains.visitors.service.visits import Stay
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, LinliError, NotFound, TooMany
from linli.kernel.http import Callers, Receive, Send, network_of
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.zones import zone_of

FORM_BYTES: Final = 8 * 1024
SHOWN_AFTER_MS: Final = 24 * 3_600_000
"""How long after its end a pass shows that it is over. After that the link is not found."""
_HOUR_MS: Final = 3_600_000


class VisitorPages:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        links: PassLinks,
        passes: Passes,
        callers: Callers,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._links = links
        self._passes = passes
        self._callers = callers

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        language = i18n.pick(headers.get(b"accept-language", b"").decode("latin-1"))
        kind, _, name = str(scope["path"]).strip("/").partition("/")
        method, address = scope["method"], self._address(scope, headers)
        try:
            if method not in ("GET", "HEAD", "POST") or (method == "POST" and kind != "r"):
                await _answer(send, 405, b"", ((b"allow", b"GET, HEAD"),))
            elif kind == "v":
                await _answer(send, 200, await self._pass(name, language), head=method == "HEAD")
            elif method == "POST":
                form = _fields(await _body(receive))
                status, body, to = await self._register(name, form, language, address)
                await _answer(send, status, body, ((b"location", to.encode()),) if to else ())
            else:
                community = await self._open_gate(name)
                await _answer(
                    send,
                    200,
                    form_page.render(community[1], {"people": "1"}, language),
                    head=method == "HEAD",
                )
        except NotFound:
            await _answer(send, 404, html.message("nothing", language))
        except LinliError as error:
            await _answer(send, 400, html.message("refused", language, said=error.text(language)))

    async def _pass(self, token: str, language: str) -> bytes:
        """Raises NotFound."""
        apply_id, now_ms = self._links.read(token), self._clock.now_ms()
        visit = await queries.of_pass(self._db, apply_id) if apply_id is not None else None
        if visit is None or visit.ends_ms + SHOWN_AFTER_MS < now_ms:
            raise NotFound(what="visit")
        pictures = await self._passes.pictures(visit) if visit.holds_pass(now_ms) else []
        return pass_page.render(visit, await self._place(visit), pictures, language, now_ms)

    async def _place(self, visit: Visit) -> pass_page.Place:
        scope = Scope.system(visit.tenant_id, "visitors")
        community = await communities.community(scope, self._db, visit.community_id)
        houses = await spaces.houses_by_id(scope, self._db, [visit.house_id])
        return pass_page.Place(
            community.name,
            houses[visit.house_id].location if visit.house_id in houses else "",
            community.phone,
            await zone_of(self._db, visit.community_id),
        )

    async def _open_gate(self, code: str) -> tuple[Scope, str, int]:
        """(scope, name, id) of the poster's community.

        Raises NotFound, also for a closed poster and for a community whose service does not run.
        """
        poster = await queries.poster_of_code(self._db, code)
        if poster is None or not poster.is_open:
            raise NotFound(what="poster")
        scope = Scope(poster.tenant_id, Caller("system", "poster"), frozenset((poster.community_id,)))
        community = await communities.community(scope, self._db, poster.community_id)
        if community.service_state != RUNNING:
            raise NotFound(what="poster")
        return scope, community.name, community.community_id

    async def _register(
        self, code: str, form: dict[str, str], language: str, address: str
    ) -> tuple[int, bytes, str]:
        """(status, page, address of the next page)."""
        scope, name, community_id = await self._open_gate(code)
        if form.get(form_page.TRAP):
            return 200, html.message("thanks", language), ""
        now_ms = self._clock.now_ms()
        try:
            filled = await form_page.read(scope, self._db, community_id, form, language)
            await limits.count(self._db, limits.ASKS_OF_ADDRESS, address, now_ms=now_ms)
            await limits.count(self._db, limits.ASKS_OF_COMMUNITY, str(community_id), now_ms=now_ms)
            async with self._db.begin() as tx:
                apply_id = await visits.ask(
                    scope,
                    tx,
                    Stay(
                        community_id=community_id,
                        house_id=filled.house_id,
                        reason=filled.reason,
                        starts_ms=now_ms,
                        ends_ms=now_ms + filled.stay_h * _HOUR_MS,
                    ),
                    guest=filled.guest,
                    host_name=filled.host_name,
                    ids=self._ids,
                    now_ms=now_ms,
                )
        except BadInput as error:
            return 400, form_page.render(name, form, language, problem=error), ""
        except TooMany as error:
            return 429, form_page.render(name, form, language, notice=error.text(language)), ""
        return 303, b"", f"/v/{self._links.token(apply_id)}"

    def _address(self, scope: MutableMapping[str, Any], headers: dict[bytes, bytes]) -> str:
        client = scope.get("client")
        forwarded = headers.get(b"x-forwarded-for", b"").decode("latin-1")
        return network_of(self._callers.address(str(client[0]) if client else "", forwarded))


def _fields(body: bytes) -> dict[str, str]:
    """Raises BadInput for a body that is no form."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=32)
    except (ValueError, UnicodeDecodeError):
        raise BadInput(field="body", rule="form") from None
    if "\0" in body.decode("utf-8") or any("\0" in value for _, value in pairs):
        raise BadInput(field="body", rule="no_nul")
    return {name: value[:256] for name, value in pairs}


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise BadInput(field="body", rule="required")
        parts += message.get("body", b"")
        if len(parts) > FORM_BYTES:
            raise BadInput(field="body", rule="too_long", limit=FORM_BYTES)
        if not message.get("more_body"):
            return bytes(parts)


async def _answer(
    send: Send, status: int, body: bytes, more: tuple[tuple[bytes, bytes], ...] = (), *, head: bool = False
) -> None:
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"content-security-policy", html.POLICY),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
