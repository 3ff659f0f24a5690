"""A page that is an indoor terminal, as its routes are called; and its seat without a stream."""

from typing import Any

import httpx

from linli.console.parts import Parts
from linli.console.terminal.app import terminal_app
from linli.domains.intercom.answering import Answering
from linli.domains.intercom.guard_desks import Seat
from tests.domains.access.platform import until
from tests.domains.intercom.sip.house import House
from tests.domains.intercom.sip.pages import PAGE, browser_answer


class TerminalPage(httpx.AsyncClient):
    """`async with`; keeps its cookie."""

    def __init__(self, parts: Parts, *, address: str = "192.0.2.44", page: dict[str, str] = PAGE) -> None:
        transport = httpx.ASGITransport(terminal_app(parts), client=(address, 50000))  # type: ignore[arg-type]
        super().__init__(
            transport=transport,
            base_url="http://linli.test/api/terminal",
            headers={"x-linli-request": "1", "accept-language": "en"},
        )
        self.parts = parts
        self.page = page
        self.moves = 0
        self.seat: Seat | None = None

    async def code(self) -> str:
        shown = await self.post("/session/code")
        assert shown.status_code == 200, shown.text
        return str(shown.json()["code"])

    async def state(self) -> str:
        return str((await self.get("/session")).json()["state"])

    async def enter(self) -> dict[str, Any]:
        entered = await self.post("/session")
        assert entered.status_code == 204, entered.text
        return dict((await self.get("/place")).json())

    def sit(self, place: dict[str, Any], community_id: int) -> None:
        """Its live line opens."""
        answering = self.parts.services["answering"]
        assert isinstance(answering, Answering)
        self.seat = Seat(community_id, place["number"], self.page["page"], self._moved)
        answering.terminals.sit(self.seat)

    def _moved(self) -> None:
        self.moves += 1

    async def calls(self) -> dict[str, Any]:
        answered = await self.get("/calls", params=self.page)
        assert answered.status_code == 200, answered.text
        return dict(answered.json())

    async def rings(self) -> str:
        """The id of the only call."""

        async def there() -> bool:
            return len((await self.calls())["calls"]) == 1

        await until(there)
        return str((await self.calls())["calls"][0]["id"])

    async def ask(self, path: str, status: int = 204) -> Any:
        answered = await self.post(path, json=self.page)
        assert answered.status_code == status, (path, answered.text)
        return answered.json() if answered.content else None

    async def look(self, path: str) -> None:
        """Join a call or a look through a door, as a browser does."""
        offer = (await self.ask(path if path.endswith("view") else f"{path}/join", 200))["description"]
        body = {**self.page, "description": browser_answer(offer)}
        seen = await self.put(f"{path}/picture", json=body)
        assert seen.status_code == 204, seen.text


async def at_home(house: House, terminal: TerminalPage, owner: Any = None) -> dict[str, Any]:
    """Bound by the owner's phone, entered, and its line open."""
    if owner is None:
        async with house.estate.phone() as phone:
            return await at_home(house, terminal, phone)
    body = {"code": await terminal.code(), "nickname": "客厅"}
    bound = await owner.post(f"/houses/{house.estate.houses[0]}/terminals", json=body)
    assert bound.status_code == 204, bound.text
    return await _entered(house, terminal)


async def at_office(house: House, terminal: TerminalPage) -> dict[str, Any]:
    """Bound by staff, entered, and its line open."""
    body = {"code": await terminal.code(), "nickname": "前台"}
    bound = await house.estate.desk.post(f"{house.estate.path}/terminals", json=body)
    assert bound.status_code == 204, bound.text
    return await _entered(house, terminal)


async def _entered(house: House, terminal: TerminalPage) -> dict[str, Any]:
    assert await terminal.state() == "bound"
    place = await terminal.enter()
    terminal.sit(place, house.estate.community)
    return place
