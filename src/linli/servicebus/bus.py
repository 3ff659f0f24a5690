"""The bus: the provider of a method for a project, the call, and the meaning of its answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.servicebus import changes, documents
from linli.servicebus.call_log import CallLog, Line
from linli.servicebus.carriers import Carrier
from linli.servicebus.documents import Method, ServiceModel
from linli.servicebus.errors import BadAnswer, NobodyServes, ServiceRefused
from linli.servicebus.queries import ProviderRow, everything

log = telemetry.logger(__name__)

SUCCESS: Final = frozenset({0, 200, "0", "200"})
"""Both mean success in the parking model (spec F 0.2)."""
FRESH_MS: Final = 30_000
"""How long the memory counts without being told: signals are no durable messages."""

type StandIn = Callable[[str, ServiceModel, Method], Awaitable[Any]]
"""Answers (tenant id, model, method) where nobody serves. None: it does not stand in for this tenant."""


type RoomServes = Callable[[Scope, str, dict[str, Any]], Awaitable[Any]]
"""A room of the platform: (caller's scope, method, parameters) to `data`. Raises ServiceRefused."""


class ProviderAnswer(msgspec.Struct):
    code: int | str = 200
    message: str | None = None
    localized: str | None = msgspec.field(default=None, name="localizedMsg")
    data: msgspec.Raw = msgspec.Raw(b"null")


class Caller(NamedTuple):
    """For the log, and for the envelope that goes on."""

    tenant_id: str
    project_id: str
    app_key: str
    request_id: str
    call_id: str


class Answered(NamedTuple):
    """The result for a test page."""

    data: msgspec.Raw
    provider: str
    took_ms: int


_answers = msgspec.json.Decoder(ProviderAnswer)
_encode = msgspec.json.Encoder().encode


class ServiceBus:
    """One per process. `serve` and `start` before its first call.

    Calls go in turn to several providers of a project. A project's own providers come before the tenant's common ones;
    rooms of the platform come last.
    """

    def __init__(self, db: Database, clock: Clock, ids: Ids, carriers: Mapping[str, Carrier]) -> None:
        self._db = db
        self._clock = clock
        self._carriers = carriers
        self.log = CallLog(db, clock, ids)
        self.stand_in: StandIn | None = None
        self._rooms: dict[str, RoomServes] = {}
        self._models: dict[tuple[str, str], dict[str, ServiceModel]] = {}
        """(tenant, model id) -> version -> model; tenants' own."""
        self._providers: dict[tuple[str, str], list[ProviderRow]] = {}
        self._turns: dict[tuple[str, str | None, str], int] = {}
        self._read_ms = 0
        self._stale = True
        self._reading = asyncio.Lock()
        self._unfollow: Callable[[], None] | None = None

    async def start(self) -> None:
        self._unfollow = changes.follow(self._db, self._forget)
        self.log.start()
        await self._refresh()

    async def stop(self) -> None:
        if self._unfollow is not None:
            self._unfollow()
        await self.log.stop()
        for carrier in self._carriers.values():
            await carrier.close()

    def serve(self, model_id: str, room: RoomServes) -> None:
        """A room that answers where no application does."""
        self._rooms[model_id] = room

    # what is known

    async def model(self, tenant_id: str, model_id: str, version: str | None = None) -> ServiceModel | None:
        """A built-in model or the tenant's own; of several versions the newest unless one is named."""
        built_in = documents.built_in().get(model_id)
        if built_in is not None:
            return built_in
        await self._refresh()
        service_models = self._models.get((tenant_id, model_id), {})
        return (
            service_models.get(version)
            if version is not None
            else next(reversed(service_models.values()), None)
        )

    async def method(self, tenant_id: str, path: str, api_version: str) -> tuple[ServiceModel, Method] | None:
        """The method behind `/{model}/{method}` for a caller of this tenant, and version.

        `apiVer` is the method's own version, or that of its model (spec F 3.8 has 1.0 for methods of 1.0.0).
        """
        _, model_id, name = path.split("/") if path.count("/") == 2 else ("", "", "")
        if not model_id or not name:
            return None
        await self._refresh()
        for model in reversed(self._models.get((tenant_id, model_id), {}).values()):
            method = model.method(name)
            if method is not None and api_version in (method.version, model.version):
                return model, method
        return None

    # calls

    async def call(
        self,
        scope: Scope,
        caller: Caller,
        model_id: str,
        method: str,
        version: str,
        params: dict[str, Any],
        *,
        only: int | None = None,
    ) -> Answered:
        """Ask the provider. Raises NobodyServes, ProviderDown, BadAnswer, ServiceRefused.

        `only`: this provider, enabled or not, for trials.
        """
        begun = time.perf_counter()
        at_ms = self._clock.now_ms()
        line = Line(at_ms, caller, model_id, method, _encode(params))
        try:
            data = await self._ask(scope, caller, model_id, method, version, params, line, only)
            line.response = bytes(data)
            line.code = "200"
        except LinliError as error:
            line.code = str(error.api_code if error.api_code is not None else error.code)
            line.reason = str(error.facts.get("why") or error.text("en"))
            raise
        except Exception as error:
            line.code, line.reason = "500", f"{type(error).__name__}: {error}"
            raise
        finally:
            line.took_ms = round((time.perf_counter() - begun) * 1000)
            self.log.note(line)
        return Answered(data, line.provider, line.took_ms)

    async def _ask(
        self,
        scope: Scope,
        caller: Caller,
        model_id: str,
        method: str,
        version: str,
        params: dict[str, Any],
        line: Line,
        only: int | None,
    ) -> msgspec.Raw:
        await self._refresh()
        provider = self._provider(caller, model_id, only)
        if provider is None:
            if only is None and (data := await self._stood_in(caller, model_id, method)) is not None:
                line.provider = "linli"
                return msgspec.Raw(_encode(data))
            room = self._rooms.get(model_id) if only is None else None
            if room is not None:
                line.provider = "linli"
                return msgspec.Raw(_encode(await room(scope, method, params)))
            raise NobodyServes(why=f"no application serves {model_id} for the project {caller.project_id}")
        line.provider, line.provider_no = provider.name, provider.provider_no
        envelope = _encode(
            {
                "id": caller.call_id or caller.request_id,
                "version": "1.0",
                "request": {"apiVer": version},
                "params": params,
            }
        )
        answer = await self._carriers[provider.kind].carry(provider, method, envelope)
        line.response = answer
        return _understood(provider, answer)

    async def _stood_in(self, caller: Caller, model_id: str, name: str) -> Any:
        if self.stand_in is None:
            return None
        model = await self.model(caller.tenant_id, model_id)
        method = None if model is None else model.method(name)
        if model is None or method is None:
            return None
        return await self.stand_in(caller.tenant_id, model, method)

    def _provider(self, caller: Caller, model_id: str, only: int | None) -> ProviderRow | None:
        providers = self._providers.get((caller.tenant_id, model_id), [])
        if only is not None:
            candidates = [provider for provider in providers if provider.provider_no == only]
        else:
            candidates = [p for p in providers if p.enabled and p.project_id == caller.project_id]
            candidates = candidates or [p for p in providers if p.enabled and p.project_id is None]
        if not candidates:
            return None
        turn = (caller.tenant_id, candidates[0].project_id, model_id)
        self._turns[turn] = at = self._turns.get(turn, -1) + 1
        return candidates[at % len(candidates)]

    # memory

    def _forget(self) -> None:
        self._stale = True

    async def _refresh(self) -> None:
        if not self._stale and self._clock.now_ms() - self._read_ms < FRESH_MS:
            return
        async with self._reading:
            if not self._stale and self._clock.now_ms() - self._read_ms < FRESH_MS:
                return
            self._stale = False
            models, providers = await everything(self._db)
            self._read_ms = self._clock.now_ms()
            self._models = {}
            for row in models:
                try:
                    document = documents.read(row.document)
                except BadInput:
                    log.exception("service model %s of %s cannot be read", row.model_id, row.tenant_id)
                    continue
                self._models.setdefault((row.tenant_id, row.model_id), {})[row.version] = document
            self._providers = {}
            for provider in providers:
                self._providers.setdefault((provider.tenant_id, provider.model_id), []).append(provider)


def _understood(provider: ProviderRow, answer: bytes) -> msgspec.Raw:
    """`data` of a provider's answer. Raises BadAnswer, ServiceRefused."""
    try:
        answer.decode()
        read = _answers.decode(answer)
        if bytes(read.data) != b"null":
            msgspec.json.decode(read.data)  # a broken part would break the caller's envelope
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadAnswer(provider=provider.name, why=str(error)) from error
    if read.code not in SUCCESS:
        raise ServiceRefused(
            answer=read.code, message=read.message or str(read.code), localized=read.localized or ""
        )
    return read.data
