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

from linli.domains.access.queries.ways import find as find_ways
from linli.domains.communities.queries import communities, spaces
from linli.domains.communities.service.lifecycle import RUNNING
from linli.domains.visitors import queries
from linli.domains.visitors.pages import form_page, html, pass_page
from linli.domains.visitors.ports import VisitorLifts, WayDown
from linli.domains.visitors.rows import ARRIVED, Visit
from linli.domains.visitors.service import limits, visits
from linli.domains.visitors.service.links import PassLinks
from linli.domains.visitors.service.passes import Passes
from linli.domains.visitors.service.visits import Stay
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, LinliError, NotFound, TooMany
from linli.kernel.http import Callers, Receive, Send, network_of
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.phone_pages import answer, body_of, fields
from linli.kernel.scope import Caller, Scope
from linli.kernel.zones import zone_of
from linli.rules.lifts import DOWN_AFTER_MS

SHOWN_AFTER_MS: Final = 24 * 3_600_000
"""How long after its end a pass shows that it is over. After that the link is not found."""
_HOUR_MS: Final = 3_600_000
_DOWN: Final = "/down"


class VisitorPages:
    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        links: PassLinks,
        passes: Passes,
        callers: Callers,
        lifts: VisitorLifts | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._links = links
        self._passes = passes
        self._callers = callers
        self._lifts = lifts

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        language = i18n.pick(headers.get(b"accept-language", b"").decode("latin-1"))
        kind, _, name = str(scope["path"]).strip("/").partition("/")
        method, address = scope["method"], network_of(self._callers.of(scope))
        try:
            down = kind == "v" and name.endswith(_DOWN)
            if method not in ("GET", "HEAD", "POST") or (method == "POST" and kind != "r" and not down):
                await answer(send, 405, b"", ((b"allow", b"GET, HEAD"),))
            elif method == "POST" and down:
                form = fields(await body_of(receive))
                status, body, to = await self._call_down(name.removesuffix(_DOWN), form, language)
                await answer(send, status, body, ((b"location", to.encode()),) if to else ())
            elif kind == "v":
                called = scope.get("query_string") == b"called"
                body = await self._pass(name, language, is_coming=called)
                await answer(send, 200, body, head=method == "HEAD")
            elif method == "POST":
                form = fields(await body_of(receive))
                status, body, to = await self._register(name, form, language, address)
                await answer(send, status, body, ((b"location", to.encode()),) if to else ())
            else:
                community = await self._open_gate(name)
                await answer(
                    send,
                    200,
                    form_page.render(community[1], {"people": "1"}, language),
                    head=method == "HEAD",
                )
        except NotFound:
            await answer(send, 404, html.message("nothing", language))
        except LinliError as error:
            await answer(send, 400, html.message("refused", language, said=error.text(language)))

    async def _visit(self, token: str) -> Visit:
        """Raises NotFound."""
        apply_id, now_ms = self._links.read(token), self._clock.now_ms()
        visit = await queries.of_pass(self._db, apply_id) if apply_id is not None else None
        if visit is None or visit.ends_ms + SHOWN_AFTER_MS < now_ms:
            raise NotFound(what="visit")
        return visit

    async def _pass(self, token: str, language: str, notice: str = "", *, is_coming: bool = False) -> bytes:
        """Raises NotFound."""
        visit, now_ms = await self._visit(token), self._clock.now_ms()
        pictures = await self._passes.pictures(visit) if visit.holds_pass(now_ms) else []
        uses = await self._uses(visit, now_ms) if visit.holds_pass(now_ms) else None
        notice = text("visit.page.down.called", language) if is_coming else notice
        ways = [way for _, way in await self._ways_down(visit)]
        lifts = pass_page.Lifts(token, ways, notice, is_coming=is_coming)
        place = await self._place(visit)
        return pass_page.render(visit, place, pictures, language, now_ms, uses=uses, lifts=lifts)

    async def _ways_down(self, visit: Visit) -> list[tuple[Scope, WayDown]]:
        """Of a visitor who is inside, also for a while after the visit's end; of nobody else."""
        inside = visit.state == ARRIVED and self._clock.now_ms() < visit.ends_ms + DOWN_AFTER_MS
        if self._lifts is None or not inside:
            return []
        scope = Scope(visit.tenant_id, Caller("system", "visitor"), frozenset((visit.community_id,)))
        return [(scope, way) for way in await self._lifts.ways_down(scope, self._db, visit)]

    async def _call_down(self, token: str, form: dict[str, str], language: str) -> tuple[int, bytes, str]:
        """As `_register`. Raises NotFound for a lift or exit that is not offered now."""
        visit = await self._visit(token)
        ways = await self._ways_down(visit)
        chosen = form.get("way", "")
        if self._lifts is None or not (chosen.isdecimal() and len(chosen) < 4 and int(chosen) < len(ways)):
            raise NotFound(what="lift")
        scope, way = ways[int(chosen)]
        try:
            await limits.count(
                self._db, limits.LIFTS_OF_VISIT, str(visit.apply_id), now_ms=self._clock.now_ms()
            )
            await self._lifts.call_down(scope, way)
        except LinliError as error:
            status = 429 if isinstance(error, TooMany) else 409
            return status, await self._pass(token, language, error.text(language)), ""
        return 303, b"", f"/v/{token}?called"

    async def _uses(self, visit: Visit, now_ms: int) -> pass_page.Uses | None:
        if not visit.way:
            return None
        row = (await find_ways(self._db, [visit.way])).get(visit.way)
        if row is None:
            return pass_page.Uses(visit.uses, visit.uses, over=False)
        return pass_page.Uses(row.left(), row.most, row.walked.is_over(row.most, now_ms))

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
