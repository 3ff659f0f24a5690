"""Subscriptions that an upper platform has here: to the catalogue, and to alarms. Source: GB/T 28181-2016, 9.11."""

import secrets as system_secrets
from typing import Final

from linli.domains.video.cascade.link import CONTENT, Link
from linli.kernel.clock import Clock
from linli.kernel.sip.exchange import Incoming
from linli.protocols import sip

LONGEST_S: Final = 86_400
_USUAL_S: Final = 3_600


class _Served:
    def __init__(self, dialog: sip.Dialog, event: str, until_ms: int) -> None:
        self.dialog = dialog
        self.event = event
        self.until_ms = until_ms


class Served:
    """One of each command; a new one takes the place of the old one."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock
        self._all: dict[str, _Served] = {}

    def clear(self) -> None:
        self._all.clear()

    @property
    def commands(self) -> list[str]:
        """What it is subscribed to now."""
        now_ms = self._clock.steady_ms()
        return sorted(command for command, each in self._all.items() if each.until_ms > now_ms)

    def take(self, incoming: Incoming, command: str) -> bool:
        """A SUBSCRIBE; whether it is a new one. Raises Malformed."""
        request = incoming.request
        seconds = min(_USUAL_S if request.expires is None else request.expires, LONGEST_S)
        before = self._all.get(command)
        tag = request.to.tag
        if tag and (before is None or before.dialog.key != sip.key_of_request(request)):
            incoming.answer(481)
            return False
        if before is not None and tag:
            if (status := before.dialog.take(request)) is not None:
                incoming.answer(status)
                return False
            dialog = before.dialog
        else:
            tag = system_secrets.token_hex(8)
            if not request.contacts:
                flow = incoming.flow
                host = f"[{flow.host}]" if ":" in flow.host else flow.host
                request.set("contact", f"<sip:{self._link.upper.server_id}@{host}:{flow.port}>")
            dialog = sip.Dialog.of_request(request, tag)
        fields = [("expires", str(seconds)), ("contact", self._link.contact)]
        incoming.respond(sip.respond(request, 200, to_tag=tag, fields=fields))
        if not seconds:
            self._all.pop(command, None)
            return False
        until_ms = self._clock.steady_ms() + seconds * 1000
        self._all[command] = _Served(dialog, request.get("event") or "presence", until_ms)
        return before is None or dialog is not before.dialog

    async def tell(self, command: str, body: bytes) -> bool:
        """A NOTIFY. False: nobody subscribed, or there is no answer."""
        served, now_ms = self._all.get(command), self._clock.steady_ms()
        if served is None or served.until_ms <= now_ms:
            self._all.pop(command, None)
            return False
        request = served.dialog.request("NOTIFY")
        request.set("contact", self._link.contact)
        request.set("event", served.event)
        request.set("subscription-state", f"active;expires={(served.until_ms - now_ms) // 1000}")
        request.set("content-type", CONTENT)
        request.body = body
        response = await self._link.ask(request, 8.0)
        if response is not None and response.status == 481 and self._all.get(command) is served:
            del self._all[command]
        return response is not None and response.status < 300
