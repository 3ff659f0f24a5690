"""Questions to devices, and their answers: several messages, late, in part, or none. Commands too."""

import asyncio
import secrets as system_secrets
from collections.abc import Callable, Mapping
from typing import Final, Literal

from linli.domains.video.gb28181.line import Line
from linli.kernel.settings import Gb28181
from linli.kernel.sip.exchange import Exchange
from linli.kernel.sip.flows import Flow
from linli.protocols import gb28181 as gb
from linli.protocols import sip

ANSWER_S: Final = 10.0
"""For the first part of an answer."""
PAUSE_S: Final = 4.0
"""Between two parts of one answer."""
_MOST_ITEMS: Final = 20_000
_SILENCE: Final = 408
CONTENT: Final = "Application/MANSCDP+xml"


class _Asked:
    def __init__(self) -> None:
        self.answers: list[gb.Message] = []
        self.items = 0
        self.news = asyncio.Event()
        self.refused = 0


class Questions:
    def __init__(self, settings: Gb28181, exchange: Exchange, flow_of: Callable[[Line], Flow | None]) -> None:
        self._settings = settings
        self._exchange = exchange
        self._flow_of = flow_of
        self._asked: dict[tuple[str, str, str], _Asked] = {}

    async def ask(
        self,
        line: Line,
        command: str,
        *,
        channel: str = "",
        fields: Mapping[str, str | int] | None = None,
        answer_s: float = ANSWER_S,
        refused: Callable[[int], None] | None = None,
        kind: Literal["Query", "Control", "Notify"] = "Query",
    ) -> list[gb.Message]:
        """All parts that came; empty: none did, and `refused` hears the status (408: silence). A Notify names its device
        in `fields`."""
        line.number += 1
        key = (line.device.gb_id, command, str(line.number))
        asked = self._asked[key] = _Asked()
        whose = "" if kind == "Notify" else channel or line.device.gb_id
        body = gb.build(kind, command, line.number, whose, fields)

        def heard(status: int) -> None:
            if not 200 <= status < 300:
                asked.refused = status
                asked.news.set()

        try:
            if not self.send(line, body, channel=channel, heard=heard):
                return []
            wait_s = answer_s
            while not asked.refused and (not asked.answers or asked.items < asked.answers[-1].total):
                asked.news.clear()
                async with asyncio.timeout(wait_s):
                    await asked.news.wait()
                wait_s = PAUSE_S
        except TimeoutError:
            pass
        finally:
            self._asked.pop(key, None)
            if refused is not None and not asked.answers:
                refused(asked.refused or _SILENCE)
        return asked.answers

    def answered(self, line: Line, message: gb.Message) -> None:
        asked = self._asked.get((line.device.gb_id, message.command, message.number))
        if asked is not None and asked.items < _MOST_ITEMS:
            asked.answers.append(message)
            asked.items += len(message.items)
            asked.news.set()

    def send(
        self, line: Line, body: bytes, *, channel: str = "", heard: Callable[[int], None] | None = None
    ) -> bool:
        """A message of ours; `heard`: its status, 408 when none came. False: there is no way to the device."""
        flow = self._flow_of(line)
        if flow is None:
            return False
        request = self.request(line, "MESSAGE", channel or line.device.gb_id)
        request.set("content-type", CONTENT)
        request.body = body

        def on_response(response: sip.Response) -> None:
            if heard is not None and response.status >= 200:
                heard(response.status)

        def on_failure() -> None:
            if heard is not None:
                heard(408)

        self._exchange.send(request, flow, on_response, on_failure)
        return True

    def request(self, line: Line, method: str, channel: str) -> sip.Request:
        server, domain = self._settings.server_id, self._settings.domain
        request = sip.Request(method, f"sip:{channel}@{line.host}:{line.port}")
        tag = system_secrets.token_hex(8)
        request.set("max-forwards", "70")
        request.set("from", f"<sip:{server}@{domain}>;tag={tag}")
        request.set("to", f"<sip:{channel}@{domain}>")
        request.set("call-id", system_secrets.token_hex(16))
        request.set("cseq", f"1 {method}")
        request.set("user-agent", "Linli")
        return request
