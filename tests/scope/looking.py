"""What comes back, looked through: which canaries an answer holds, and whether who asked may see them."""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import httpx

from tests.scope.canaries import Canaries, Canary, readable
from tests.scope.cases import Chosen
from tests.scope.desk import Ask
from tests.scope.routes import RECIPES
from tests.scope.sight_callers import Person
from tests.scope.sights import COMMUNITY, KEY_ALONE, KEY_NEVER, KNOWN_LEAKS, RESIDENTS, SIGHTS
from tests.scope.town import Lot, Town

_FILE = re.compile(r"/files/([^?\"\s<>]+)\?([^\"\s<>\\]+)")
SIGNED_IN = "signed_in"


class Leak(NamedTuple):
    kind: str
    where: str
    lot: str
    who: str

    def __str__(self) -> str:
        return f"{self.who} sees {self.kind} of {self.lot} at {self.where}"


@dataclass
class Looking:
    """Everything seen in one town."""

    town: Town
    canaries: Canaries
    leaks: set[Leak] = field(default_factory=set)
    known: set[tuple[str, str]] = field(default_factory=set)
    """(kind, where) of all leaks that were looked at."""
    seen: set[tuple[str, str]] = field(default_factory=set)
    """(kind, right, route or surface) that really showed it."""
    _bodies: dict[tuple[bytes, str], frozenset[Canary]] = field(default_factory=dict)
    _files: dict[str, frozenset[Canary]] = field(default_factory=dict)

    async def within(self, body: bytes, media: str) -> frozenset[Canary]:
        """Canaries in a body, and in the files whose signed addresses stand in it."""
        if (body, media) not in self._bodies:
            text = readable(body, media)
            found = self.canaries.within(text)
            for name, query in _FILE.findall(text):
                found |= await self._file(name, query.replace("&amp;", "&"))
            self._bodies[body, media] = frozenset(found)
        return self._bodies[body, media]

    async def _file(self, name: str, query: str) -> frozenset[Canary]:
        """What a file shows to whoever follows the address; opened once, it is not fetched with each signature."""
        key = name if "signature=" in query else f"{name}?{query}"
        if key not in self._files:
            answer = await self.town.client.get(f"/files/{name}?{query}")
            text = (
                readable(answer.content, answer.headers.get("content-type", "")) if answer.is_success else ""
            )
            self._files[key] = frozenset(self.canaries.within(text))
        return self._files[key]

    async def answer(self, answer: httpx.Response) -> frozenset[Canary]:
        head = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        inside = await self.within(answer.content, answer.headers.get("content-type", ""))
        return inside | self.canaries.within(head)

    def judge(self, person: Person, route: str, right: str, found: frozenset[Canary], own: str = "") -> None:
        """What came back at the console. `own`: what the caller sent, or is: it may come back to them."""
        for canary in found:
            if canary.value and canary.value in own:
                continue
            sight, lot = SIGHTS[canary.kind], self.town.lots[canary.lot]
            held = person.held(lot, company=sight.company)
            if person.alone:
                self.seen |= {(canary.kind, one) for one in sight.rights if one in held}
            if not held.isdisjoint(sight.rights):
                continue
            if route in sight.routes and right in person.held(lot, company=True):
                self.seen.add((canary.kind, route))
                continue
            self.leaks.add(Leak(canary.kind, route, canary.lot, person.name))

    def judge_resident(self, home: str, route: str, found: frozenset[Canary], own: str = "") -> None:
        """`home`: the lot whose house the caller lives in; empty for none."""
        here = self.town.lots[home].community if home else 0
        for canary in found:
            reach, _ = RESIDENTS.get(canary.kind, ("", ""))
            near = self.town.lots[canary.lot].community == here
            if canary.value in own or (reach and canary.lot == home) or (reach == COMMUNITY and near):
                self.seen.add((canary.kind, "residents"))
            else:
                self.leaks.add(Leak(canary.kind, route, canary.lot, f"resident of {home or 'nowhere'}"))

    def judge_key(self, mine: Lot, where: str, found: frozenset[Canary], own: str = "") -> None:
        """A key sees what its project was granted."""
        for canary in found:
            lot = self.town.lots[canary.lot]
            if lot.project is mine.project and canary.kind not in KEY_NEVER:
                self.seen.add((canary.kind, "keys"))
            elif lot.project is mine.project and (canary.kind, where) in KEY_ALONE:
                self.seen.add((canary.kind, where))
            elif canary.value not in own:
                self.leaks.add(Leak(canary.kind, where, canary.lot, f"key of {mine.name}"))

    def judge_outside(
        self, where: str, found: frozenset[Canary], allowed: frozenset[tuple[str, str]], own: str = ""
    ) -> None:
        """Who shows nothing but a link sees (kind, lot) that are `allowed`."""
        for canary in found:
            if (canary.kind, canary.lot) in allowed:
                self.seen.add((canary.kind, where))
            elif canary.value not in own:
                self.leaks.add(Leak(canary.kind, where, canary.lot, "nobody"))

    def check(self) -> None:
        """Nothing leaked since the last look but what is known to."""
        new = sorted(str(leak) for leak in self.leaks if (leak.kind, leak.where) not in KNOWN_LEAKS)
        self.known |= {(leak.kind, leak.where) for leak in self.leaks}
        self.leaks.clear()
        assert not new, "\n".join(["what may not be seen came back:", *new])

    def lot(self, name: str) -> Chosen:
        """A lot whose rows are those that were planted."""
        return Chosen(self.town.lots[name], **self.canaries.rows[name])


def asks(route: str, chosen: Any) -> list[Ask]:
    """How a route is asked: with its recipes, and each list once more without its filters."""
    if route not in RECIPES:
        return [Ask(path=dict.fromkeys(re.findall(r"{(\w+)}", route), 1))]
    found = []
    for recipe in RECIPES[route]:
        ask = recipe(chosen)
        found.append(ask)
        if route.startswith("GET ") and ask.query.keys() - {"communityId"}:
            kept = {name: value for name, value in ask.query.items() if name == "communityId"}
            found.append(Ask(ask.path, kept))
    return found


async def send(browser: httpx.AsyncClient, route: str, ask: Ask) -> httpx.Response:
    method, _, template = route.partition(" ")
    return await ask.send(browser, method, template)
