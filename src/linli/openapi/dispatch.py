"""From an accepted signature to the body of the answer: route, permissions, parameters, the method, the log line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter_ns
from typing import Any, Final

import msgspec

from linli.kernel import input_errors, telemetry
from linli.kernel.causes import CAUSE
from linli.kernel.db import Database, Tx
from linli.kernel.db.errors import Unstorable
from linli.kernel.errors import LinliError
from linli.kernel.masking import masked_text
from linli.openapi import answers, envelope, nonces
from linli.openapi.answers import Failure
from linli.openapi.envelope import Envelope, Unreadable
from linli.openapi.journal import Journal
from linli.openapi.keys import AppKey
from linli.openapi.masking import CODE_ANSWERED
from linli.openapi.metering import Days, Window
from linli.openapi.nonces import Mark
from linli.openapi.plans import MethodPlan
from linli.openapi.registry import Call
from linli.openapi.request_log import REQUEST_BYTES, RESPONSE_BYTES, Entry
from linli.openapi.signature import Refused, SignedRequest
from linli.openapi.slices import Slices
from linli.openapi.tokens import TokenRefused, Tokens

log = telemetry.logger(__name__)
_encode = msgspec.json.Encoder().encode

_KEPT_REQUEST: Final = REQUEST_BYTES + 1
_KEPT_RESPONSE: Final = RESPONSE_BYTES + 1
"""One byte more than is shown, so that an excerpt can tell that it was cut."""


type MorePlans = Callable[[str, str, str], Awaitable[MethodPlan | None]]
"""(tenant, path, version) -> the plan of a method in no registry: tenants bring service models of their own."""


class Exchange:
    """One accepted call on its way; the dispatcher fills in what it learns."""

    __slots__ = (
        "app_key",
        "began",
        "client_ip",
        "counted",
        "echo",
        "failure",
        "language",
        "now_ms",
        "path",
        "request_id",
        "retry_seconds",
        "version",
    )

    def __init__(
        self, app_key: AppKey, request_id: str, now_ms: int, began: int, path: str, client_ip: str
    ) -> None:
        self.app_key = app_key
        self.request_id = request_id
        self.now_ms = now_ms
        self.began = began
        """`perf_counter_ns` at the first byte seen."""
        self.path = path
        self.client_ip = client_ip
        self.echo = b""
        """JSON of the id to answer with."""
        self.language = "zh-CN"
        self.version = ""
        self.failure: Failure | None = None
        self.counted = False
        """It was let through, and counts against the limits."""
        self.retry_seconds = 0
        """After which a call over a limit may be made again."""


class Dispatcher:
    """Runs the methods of `plans`, by path and version."""

    def __init__(
        self,
        plans: Mapping[str, Mapping[str, MethodPlan]],
        *,
        db: Database,
        tokens: Tokens,
        journal: Journal,
        days: Days,
    ) -> None:
        self._plans = plans
        self._days = days
        self._slices = Slices(db)
        self._db = db
        self._tokens = tokens
        self._note = journal.note
        self._remember = journal.remember
        self._remember_failed = journal.remember_failed
        self.more_plans: MorePlans | None = None

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(self._plans)

    async def answer(self, exchange: Exchange, request: SignedRequest, mark: Mark) -> bytes:
        """The body of the answer, whatever happens. Raises Refused for a nonce that another process has seen."""
        plan: MethodPlan | None = None
        params: msgspec.Struct | None = None
        raw, data, claimed = b"", None, False
        cause = CAUSE.set(exchange.request_id)
        try:
            asked = envelope.read(request)
            raw = bytes(asked.params)
            exchange.echo = envelope.echo_of(asked)
            exchange.language = envelope.language_of(asked.request.language)
            exchange.version = asked.request.api_ver
            plan = self._route(exchange) or await self._route_further(exchange)
            if plan is not None and self._granted(plan, exchange) and await self._within(plan, exchange):
                community_id = None if plan.token == "none" else await self._community(plan, asked, exchange)
                params = envelope.params_of(asked, plan)
                arguments = plan.constants.copy()
                if plan.params_name:
                    arguments[plan.params_name] = params
                if plan.scope_name:
                    arguments[plan.scope_name] = exchange.app_key.scope_of(exchange.language, community_id)
                if plan.call_name:
                    arguments[plan.call_name] = _call(exchange, asked, community_id)
                if plan.tx_name:
                    data = await self._in_unit(plan, arguments, mark)
                    claimed = True
                else:
                    result = await plan.handler(**arguments)
                    data = _encode(result) if plan.has_data else None
        except Unreadable as unreadable:
            exchange.failure = answers.detailed(answers.WRONG_TYPE, unreadable.problem, exchange.language)
        except Unstorable as error:
            problem = input_errors.of_unstorable(error, params)
            exchange.failure = answers.detailed(answers.BAD_PARAMETER, problem, exchange.language)
        except LinliError as error:
            exchange.failure = answers.of_error(error, exchange.language)
        except Refused:
            raise
        except Exception as error:  # noqa: BLE001 - the edge of a call: any exception of a method becomes an answer
            exchange.failure = _fault(error, exchange)
        finally:
            CAUSE.reset(cause)
        if not claimed:
            (self._remember_failed if plan is not None and plan.tx_name else self._remember)(mark)
        return self._finish(exchange, plan, raw, data)

    async def _in_unit(self, plan: MethodPlan, arguments: dict[str, Any], mark: Mark) -> bytes | None:
        """Run a method with its nonce in one unit of work."""

        async def work(tx: Tx) -> bytes | None:
            if not await nonces.claim(tx, mark):
                raise replayed()
            result = await plan.handler(**{**arguments, plan.tx_name: tx})
            return _encode(result) if plan.has_data else None

        return await self._db.run(work)

    def remember(self, mark: Mark) -> None:
        """A nonce was used by a request that is no call."""
        self._remember(mark)

    def note_refusal(self, exchange: Exchange, refused: Refused) -> None:
        """A log line for a call refused before its signature counted; its key's owner can read why."""
        self._log(
            exchange, refused.status, refused.code, refused.message.decode("utf-8", "replace"), b"", b""
        )

    def _route(self, exchange: Exchange) -> MethodPlan | None:
        versions = self._plans.get(exchange.path)
        return versions.get(exchange.version) if versions is not None else None

    async def _route_further(self, exchange: Exchange) -> MethodPlan | None:
        if self.more_plans is not None:
            plan = await self.more_plans(exchange.app_key.tenant_id, exchange.path, exchange.version)
            if plan is not None:
                return plan
        exchange.failure = answers.plain(answers.NO_ROUTE, exchange.language)
        return None

    def _granted(self, plan: MethodPlan, exchange: Exchange) -> bool:
        """Whether the key may call the method."""
        if exchange.app_key.may_call(plan.service):
            return True
        forbidden = answers.plain(answers.FORBIDDEN, exchange.language)
        reason = f"the service {plan.service} is not granted to this AppKey"
        exchange.failure = msgspec.structs.replace(forbidden, reason=reason)
        return False

    async def _within(self, plan: MethodPlan, exchange: Exchange) -> bool:
        """Whether the key may call the method now. Counts the call."""
        key, now_ms = exchange.app_key, exchange.now_ms
        window = key.meter.admit(plan.path, plan.spec.rate, now_ms)
        if window is not None and window.may_ask:
            window = await self._slices.admit(
                key.meter, key.tenant_id, plan.path, plan.spec.rate, now_ms=now_ms
            )
        if window is None:
            exchange.counted = True
            return True
        key.meter.refused(plan.path, now_ms)
        too_many = answers.plain(answers.TOO_MANY, exchange.language)
        exchange.failure = msgspec.structs.replace(too_many, reason=_over(window))
        exchange.retry_seconds = 1 if window.by_second else (self._days.ends_ms - now_ms) // 1000 + 1
        return False

    async def _community(self, plan: MethodPlan, asked: Envelope, exchange: Exchange) -> int | None:
        """The community of the cloudToken; None where none is sent. Raises TokenRefused."""
        token = asked.request.cloud_token
        if not token:
            if plan.token == "required":
                raise TokenRefused()
            return None
        cloud_token = await self._tokens.find(exchange.app_key.app_key, token, exchange.now_ms)
        return cloud_token.community_id

    def _finish(self, exchange: Exchange, plan: MethodPlan | None, raw: bytes, data: bytes | None) -> bytes:
        failure = exchange.failure
        echo = exchange.echo or _encode(exchange.request_id)
        if failure is None:
            body = (
                answers.success(echo, data)
                if plan is None
                else answers.success(echo, data, beside=plan.spec.beside, message=plan.spec.message)
            )
            kept = CODE_ANSWERED if plan is not None and plan.spec.answers_code else data or b""
            self._log(exchange, 200, 200, "", raw, kept)
            return body
        if plan is not None and exchange.counted:
            exchange.app_key.meter.failed(plan.path, exchange.now_ms)
        body = answers.failed(echo, failure)
        self._log(exchange, 200, failure.code, failure.reason, raw, body)
        return body

    def _log(
        self, exchange: Exchange, status: int, code: int | str, reason: str, request: bytes, response: bytes
    ) -> None:
        key = exchange.app_key
        self._note(
            Entry(
                at_ms=exchange.now_ms,
                app_key=key.app_key,
                tenant_id=key.tenant_id,
                ca_request_id=exchange.request_id,
                call_id=exchange.echo,
                path=exchange.path,
                version=exchange.version,
                http_status=status,
                code=code,
                reason=masked_text(reason, persons=True),
                cost_us=(perf_counter_ns() - exchange.began) // 1000,
                client_ip=exchange.client_ip,
                request=request[:_KEPT_REQUEST],
                response=response[:_KEPT_RESPONSE],
            )
        )


def replayed() -> Refused:
    return Refused(403, "S403NU", "Nonce Used")


def _over(window: Window) -> str:
    """The limit that a call exceeded, for the request log."""
    whose = "this AppKey on this method" if window.place.path else "this AppKey in all"
    if window.of_company:
        whose = "all AppKeys of the company"
    return f"over the limit of {window.limit} calls a {window.place.span} of {whose}"


def _call(exchange: Exchange, asked: Envelope, community_id: int | None) -> Call:
    key = exchange.app_key
    return Call(
        id=envelope.id_text(exchange.echo),
        request_id=exchange.request_id,
        app_key=key.app_key,
        project_id=key.project_id,
        tenant_id=key.tenant_id,
        community_id=community_id,
        language=exchange.language,
        cloud_token=asked.request.cloud_token or "",
        client_ip=exchange.client_ip,
    )


def _fault(error: Exception, exchange: Exchange) -> Failure:
    """The answer to what no method should raise."""
    log.error(
        "open API %s %s failed, request %s",
        exchange.path,
        exchange.version,
        exchange.request_id,
        exc_info=error,
    )
    failure = answers.plain(answers.SYSTEM_ERROR, exchange.language)
    return msgspec.structs.replace(failure, reason=f"{type(error).__name__}, see the server's log")
