"""Calls of the open API with the sandbox's own key, through the open-API gateway."""

from typing import Any

import msgspec

from linli.domains.sandbox.errors import SandboxFailed
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.openapi import trial
from linli.openapi.assembly import OpenApi
from linli.openapi.registry import MethodSpec

OK = 200


class _Answer(msgspec.Struct):
    code: int | str = 0
    message: str = ""
    data: Any = None


class Partner:
    """One sandbox's key. `lent` keeps a cloudToken of its community."""

    def __init__(
        self, openapi: OpenApi, db: Database, clock: Clock, ids: Ids, key: trial.BorrowedKey, language: str
    ) -> None:
        self._openapi = openapi
        self._db = db
        self._clock = clock
        self._ids = ids
        self.key = key
        self._language = language

    @staticmethod
    async def of(
        openapi: OpenApi,
        db: Database,
        clock: Clock,
        ids: Ids,
        secrets: Secrets,
        inside: Scope,
        app_key: str,
        language: str,
    ) -> "Partner":
        """Raises NotFound."""
        key = await trial.borrow_key(inside, db, secrets, app_key=app_key)
        return Partner(openapi, db, clock, ids, key, language)

    async def token(self, community_id: int) -> str:
        """A fresh cloudToken. Raises NotFound."""
        return await trial.lend_token(self.key, self._db, self._openapi.tokens, community_id=community_id)

    async def send(
        self, spec: MethodSpec, params: dict[str, Any], *, community_id: int = 0
    ) -> trial.MethodAnswer:
        """One call. It has a cloudToken if the method takes one and `community_id` is given."""
        token = await self.token(community_id) if community_id and spec.token != "none" else None
        return await trial.call(
            self._openapi.gateway,
            self.key,
            spec,
            params,
            token=token,
            ids=self._ids,
            now_ms=self._clock.now_ms(),
            language=self._language,
        )

    async def ok(self, path: str, version: str, params: dict[str, Any], *, community_id: int = 0) -> Any:
        """`data` of a call that must succeed. Raises SandboxFailed."""
        spec = self._openapi.registry.get(path, version)
        if spec is None:
            raise SandboxFailed(call=path, reason=f"there is no version {version}")
        response = await self.send(spec, params, community_id=community_id)
        try:
            answer = msgspec.json.decode(response.body, type=_Answer)
        except msgspec.MsgspecError:
            answer = _Answer(response.status, response.body)
        if response.status != OK or answer.code != OK:
            raise SandboxFailed(call=path, reason=f"{answer.code} {answer.message}")
        return answer.data


def succeeded(response: trial.MethodAnswer) -> bool:
    """Whether the call succeeded."""
    try:
        return response.status == OK and msgspec.json.decode(response.body, type=_Answer).code == OK
    except msgspec.MsgspecError:
        return False
