"""What a page of somebody signed in asks first, answered in the page itself.

Behind a slow line each question that waits for another costs half a second; a page's data is asked for only once it is
known who is there and in which community (ADR 0090).
"""

import asyncio
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Final, cast

import msgspec

from linli.domains.accounts.cookies import COOKIE
from linli.kernel.http import ASGIApp

SESSION: Final = "/api/console/session"
COMMUNITIES: Final = "/api/console/communities?pageSize=100"
QUESTIONS: Final = (SESSION, COMMUNITIES)
"""Letter by letter what the pages ask (`web/console/early.js`); the later ones only when the first is answered."""
_SENT_ON: Final = frozenset(
    {b"cookie", b"accept-language", b"host", b"x-forwarded-for", b"x-forwarded-proto"}
)

type Message = MutableMapping[str, Any]
type Asks = Mapping[str, Iterable[str]]
"""Right → what a page asks first with it; `{community}` is the one worked in."""


class _Who(msgspec.Struct):
    rights: frozenset[str]


class _Community(msgspec.Struct):
    id: str


class _Communities(msgspec.Struct):
    data: list[_Community]


class FirstAnswers:
    """Asks the console's own application on behalf of the browser that asks for a page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def of(self, scope: Mapping[str, Any], asks: Asks) -> dict[str, msgspec.Raw]:
        """Question → answer; empty for whoever is not signed in.

        `asks` are answered for who works in one community only: which of several is chosen, the browser knows.
        """
        cookies = b";".join(value for name, value in scope["headers"] if name == b"cookie")
        if COOKIE.encode() not in cookies:
            return {}
        answers: dict[str, msgspec.Raw] = {}
        for question in QUESTIONS:
            body = await self._asked(scope, question)
            if body is None:
                return answers
            answers[question] = msgspec.Raw(body)
        if asks and not scope["query_string"]:
            more = _questions(answers, asks)
            bodies = await asyncio.gather(*(self._asked(scope, question) for question in more))
            answers |= {
                question: msgspec.Raw(body)
                for question, body in zip(more, bodies, strict=True)
                if body is not None
            }
        return answers

    async def _asked(self, scope: Mapping[str, Any], question: str) -> bytes | None:
        path, _, query = question.partition("?")
        asked = {
            **scope,
            "method": "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name, value) for name, value in scope["headers"] if name in _SENT_ON],
        }
        status, parts = 0, []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                parts.append(bytes(message.get("body", b"")))

        await self._app(cast(Any, asked), receive, send)
        return b"".join(parts) if status == 200 else None


def _questions(answers: Mapping[str, msgspec.Raw], asks: Asks) -> list[str]:
    """What the page will ask in the only community there is, with the rights its reader has."""
    communities = msgspec.json.decode(answers[COMMUNITIES], type=_Communities).data
    if len(communities) != 1:
        return []
    rights = msgspec.json.decode(answers[SESSION], type=_Who).rights
    return [
        question.replace("{community}", communities[0].id)
        for right, questions in asks.items()
        if right in rights
        for question in questions
    ]
