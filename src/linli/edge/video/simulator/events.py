"""Events of a simulated camera: pull points as ONVIF has them, with what real ones do wrong."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from linli.protocols.onvif import Node, escaped
from linli.protocols.onvif.events import NOTICES_MOST

_KEPT_S: Final = 60.0


@dataclass
class EventFaults:
    by_reference: bool = False
    """All pull points have one address; a reference tells them apart."""
    forgets: bool = False
    """Knows no pull point any more, as after a restart."""
    renews: bool = True
    hasty: bool = False
    """Never waits for an event."""


@dataclass
class _Point:
    until: float
    waiting: list[str] = field(default_factory=list)


class SimulatedEvents:
    """`answer` in place of the camera for what is of events."""

    def __init__(self) -> None:
        self.faults = EventFaults()
        self.points: dict[str, _Point] = {}
        self._states: dict[tuple[str, str], str] = {}
        self._made = 0
        self._news = asyncio.Event()

    def tell(self, topic: str, token: str, name: str = "State", value: str = "true") -> None:
        """Of a condition that lasts (`name` and `value`), or of a moment (`name` empty). `topic` with its prefix."""
        if name:
            self._states[topic, token] = _message(topic, token, "Initialized", name, value)
        for point in self.points.values():
            point.waiting.append(_message(topic, token, "Changed" if name else "", name or "ObjectId", value))
        self._news.set()

    async def answer(self, action: Node, envelope: Node, path: str, base: str) -> str | None:
        """None: it is not of events. Raises KeyError for a pull point that is gone."""
        now = asyncio.get_running_loop().time()
        self.points = {name: point for name, point in self.points.items() if point.until > now}
        if self.faults.forgets:
            self.points.clear()
        if action.name == "CreatePullPointSubscription":
            return self._create(base, now)
        if action.name not in ("PullMessages", "Renew", "Unsubscribe"):
            return None
        name = path.rpartition("/")[2]
        if self.faults.by_reference:
            reference = envelope.child("Header", "SubscriptionId")
            name = reference.text if reference is not None else ""
        point = self.points[name]
        if action.name == "Unsubscribe":
            del self.points[name]
            return "<wsnt:UnsubscribeResponse/>"
        if action.name == "Renew":
            if not self.faults.renews:
                raise KeyError(name)
            point.until = now + _KEPT_S
            return "<wsnt:RenewResponse/>"
        return await self._pull(point, action, now)

    def _create(self, base: str, now: float) -> str:
        self._made += 1
        name = str(self._made)
        self.points[name] = _Point(now + _KEPT_S, list(self._states.values()))
        address, parameters = f"{base}/onvif/events/{name}", ""
        if self.faults.by_reference:
            address = f"{base}/onvif/events"
            own = f'<acme:SubscriptionId xmlns:acme="http://www.acme.test/event">{name}</acme:SubscriptionId>'
            parameters = f"<wsa:ReferenceParameters>{own}</wsa:ReferenceParameters>"
        reference = f"<wsa:Address>{escaped(address)}</wsa:Address>{parameters}"
        return (
            "<tev:CreatePullPointSubscriptionResponse>"
            f"<tev:SubscriptionReference>{reference}</tev:SubscriptionReference>"
            "<wsnt:CurrentTime>2026-12-01T00:00:00Z</wsnt:CurrentTime>"
            "<wsnt:TerminationTime>2026-12-01T00:01:00Z</wsnt:TerminationTime>"
            "</tev:CreatePullPointSubscriptionResponse>"
        )

    async def _pull(self, point: _Point, action: Node, now: float) -> str:
        until = now + float(action.words("Timeout").removeprefix("PT").removesuffix("S"))
        while not point.waiting and not self.faults.hasty and asyncio.get_running_loop().time() < until:
            self._news.clear()
            try:
                async with asyncio.timeout_at(until):
                    await self._news.wait()
            except TimeoutError:
                break
            if self.faults.forgets:
                raise KeyError
        sent, point.waiting = point.waiting[:NOTICES_MOST], point.waiting[NOTICES_MOST:]
        point.until = asyncio.get_running_loop().time() + _KEPT_S
        return f"<tev:PullMessagesResponse>{''.join(sent)}</tev:PullMessagesResponse>"

    def restart(self) -> None:
        """Its pull points are gone."""
        self.points.clear()
        self.faults.forgets = True
        self._news.set()


def _message(topic: str, token: str, operation: str, name: str, value: str) -> str:
    how = f' PropertyOperation="{operation}"' if operation else ""
    source = f'<tt:SimpleItem Name="VideoSourceConfigurationToken" Value="{token}"/>' if token else ""
    return (
        '<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
        f'{topic}</wsnt:Topic><wsnt:Message><tt:Message UtcTime="2026-12-01T00:00:00Z"{how}>'
        f'<tt:Source>{source}</tt:Source><tt:Data><tt:SimpleItem Name="{name}" Value="{value}"/></tt:Data>'
        "</tt:Message></wsnt:Message></wsnt:NotificationMessage>"
    )
