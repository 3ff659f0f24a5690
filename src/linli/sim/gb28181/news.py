"""What a simulated camera tells by subscription (GB/T 28181-2016, 9.11), and how real ones get that wrong."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linli.protocols import gb28181 as gb
from linli.protocols import sip

if TYPE_CHECKING:
    from linli.sim.gb28181.camera import Camera


@dataclass
class Subscriber:
    """Who asked for one kind of news."""

    dialog: sip.Dialog
    event: str
    command: str
    seconds: int


class News:
    """`tell` once somebody has subscribed; `asked` is what it was asked, in its order."""

    def __init__(self, camera: "Camera") -> None:
        self._camera = camera
        self.subscribers: dict[str, Subscriber] = {}
        """By command; the last one."""
        self.asked: list[tuple[str, int]] = []
        """Command and seconds."""

    def hear(self, request: sip.Request) -> None:
        faults = self._camera.faults
        message = gb.read(request.body)
        seconds = request.expires or 0
        self.asked.append((message.command, seconds))
        if faults.refuses_subscriptions == 408:
            return
        tag = request.to.tag or secrets.token_hex(6)
        status = faults.refuses_subscriptions
        before = self.subscribers.get(message.command)
        if not status and request.to.tag:
            same = before is not None and before.dialog.call_id == request.call_id
            status = 481 if faults.forgets_subscriptions or not same else 0
        if status:
            self._camera.send(bytes(sip.respond(request, status, to_tag=tag)))
            return
        granted = min(seconds, faults.grants_s) if faults.grants_s else seconds
        if not seconds:
            self.subscribers.pop(message.command, None)
        elif before is None or before.dialog.call_id != request.call_id:
            dialog = sip.Dialog.of_request(request, tag)
            self.subscribers[message.command] = Subscriber(
                dialog, request.get("event") or "", message.command, granted
            )
        fields = [("expires", str(granted))]
        if not faults.no_contact:
            fields.append(("contact", f"<sip:{self._camera.gb_id}@{self._camera.here}>"))
        self._camera.send(bytes(sip.respond(request, 200, to_tag=tag, fields=fields)))

    async def tell(
        self, command: str, body: bytes, *, state: str = "active;expires=3000", by: Subscriber | None = None
    ) -> int:
        """A NOTIFY; its status. `by`: a subscriber that is none any more."""
        subscriber = by or self.subscribers[command]
        request = subscriber.dialog.request("NOTIFY")
        camera = self._camera
        request.fields = {
            "via": [f"SIP/2.0/UDP {camera.here};rport;branch={sip.COOKIE}{secrets.token_hex(10)}"],
            **request.fields,
        }
        request.set("event", subscriber.event)
        request.set("subscription-state", state)
        request.set("content-type", "Application/MANSCDP+xml")
        request.body = body
        if state.startswith("terminated"):
            self.subscribers.pop(command, None)
        return (await camera.ask(request)).status

    async def changed(self, event: str, *items: Mapping[str, str | int], kind: str = "Notify") -> int:
        """Something happened to cameras; the status."""
        rows = [{**item, "Event": event} for item in items]
        body = gb.build(
            kind, "Catalog", secrets.randbelow(9999), self._camera.gb_id, {"SumNum": len(rows)}, rows
        )
        return await self.tell("Catalog", body)

    async def place(self, channel: str, longitude: str, latitude: str, time: str) -> int:
        """Where a camera is; the status."""
        facts = {"Time": time, "Longitude": longitude, "Latitude": latitude, "Speed": "0.0"}
        body = gb.build("Notify", "MobilePosition", secrets.randbelow(9999), channel, facts)
        return await self.tell("MobilePosition", body)
