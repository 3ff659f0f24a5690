"""The way of one message or call through the house, hop by hop: put together from what the rooms keep anyway.

Up: front → checked → committed → acknowledged → handlers → records → pushed to each subscription. Down: the asker →
routed → the device → its reply. A request of the open API: refused or answered, and what it led to.
"""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from linli.databus import trace as databus
from linli.databus.console.subscription_shapes import reason_text
from linli.databus.feed.messages import KINDS as STREAMED
from linli.kernel.db import Database
from linli.kernel.db.partitions import DAY_MS
from linli.kernel.errors import NotFound
from linli.kernel.masking import masked_text
from linli.kernel.scope import Scope
from linli.openapi import request_log
from linli.openapi.request_log import LoggedRequest
from linli.things.console.message_rows import shown
from linli.things.debugging import trace as things
from linli.things.debugging.refused_uplinks import RefusedUplink, cause_of, find_refused
from linli.things.debugging.wire import down_qos, down_topic, up_topic
from linli.things.inbox.commits import Commits
from linli.things.inbox.messages import batch_id
from linli.things.queries.devices import DeviceRow, get_device

AFTER_MS = 60_000
"""How long after its arrival a message's effects are looked for, unless its handlers were later."""

HopState = Literal["ok", "waiting", "failed", "skipped"]
Step = Literal[
    "received", "checked", "refused", "committed", "acknowledged", "handled", "record", "told", "pushed",
    "asked", "routed", "sent", "replied", "answered", "called",
]  # fmt: skip


class Hop(msgspec.Struct, rename="camel", frozen=True):
    """One hop. `facts` differ from step to step; pages put them into words."""

    step: Step
    state: HopState
    at_ms: int | None
    """Null: not known, as of a commit in the half second before a crash."""
    facts: dict[str, Any] = {}
    reason: str = ""


class Trace(msgspec.Struct, rename="camel", frozen=True):
    """All hops of one message, call or request."""

    id: str
    kind: Literal["up", "down", "request", "refused", "told"]
    title: str
    """Kind and identifier, or path and version."""
    at_ms: int
    iot_id: str
    device_name: str
    payload: str
    answer: str
    hops: list[Hop]


@dataclass(frozen=True)
class Sight:
    """The asker's scope. `requests` None: neither the request log nor subscriptions."""

    devices: Scope
    requests: Scope | None
    app_keys: tuple[str, ...] = ()


async def trace_of(sight: Sight, db: Database, commits: Commits, *, number: str) -> Trace:
    """Find what a number names: a batchId, a message id of a call, a request id, or `change-N` of a push log.

    Raises NotFound.
    """
    trace: Trace | None = None
    if (pair := things.read_batch_id(number)) is not None:
        trace = await _of_uplink(sight, db, commits, *pair)
    elif number.startswith("change-") and number[7:].isascii() and number[7:].isdigit() and len(number) < 24:
        trace = await _of_change(sight, db, commits, int(number[7:]))
    elif number.isascii() and number.isdigit() and len(number) <= 16:
        trace = await _of_call(sight, db, int(number))
    elif request_log.time_of(number) is not None:
        trace = await _of_request(sight, db, number)
    if trace is None:
        raise NotFound(what="message", id=number)
    return trace


async def _device(sight: Sight, db: Database, device_no: int) -> DeviceRow | None:
    iot_id = await things.iot_id_of(db, device_no)
    try:
        return await get_device(sight.devices, db, iot_id=iot_id) if iot_id else None
    except NotFound:
        return None


# up


async def _of_uplink(sight: Sight, db: Database, commits: Commits, device_no: int, seq: int) -> Trace | None:
    device = await _device(sight, db, device_no)
    if device is None:
        return None
    row = await things.find_uplink(db, device_no=device_no, seq=seq)
    if row is None:
        refused = await find_refused(sight.devices, db, device_no=device_no, seq=seq)
        return None if refused is None else _refusal(device, refused)
    cause = batch_id(device_no, seq)
    topic = up_topic(device.product_key, device.device_name, row.kind, row.identifier)
    hops = [Hop("received", "ok", row.received_ms, {"topic": topic, "bytes": len(row.payload)})]
    if row.kind != "status":
        hops.append(Hop("checked", "ok", row.received_ms, {"note": row.note}))
    commit = await commits.find(db, seq)
    at_ms = commit.at_ms if commit else None
    hops.append(Hop("committed", "ok", at_ms, {"messages": commit.messages if commit else None}))
    if row.kind != "status":
        hops.append(Hop("acknowledged", "ok", at_ms, {"code": 200}))
    hops.append(_handling(row))
    low, high = row.received_ms - 1_000, max(row.received_ms + AFTER_MS, (row.done_ms or 0) + 2_000)
    hops += await _effects(sight, db, cause=cause, low_ms=low, high_ms=high)
    if sight.requests is not None and row.kind in STREAMED:
        streams = await databus.streams_of(
            sight.requests,
            db,
            community_id=device.community_id,
            project_id=device.project_id or "",
            seq=seq,
            at_ms=row.received_ms,
        )
        hops += [_push(push, sight.requests.language) for push in streams]
    return Trace(
        id=cause,
        kind="up",
        title=f"{row.kind} {row.identifier}".strip(),
        at_ms=row.received_ms,
        iot_id=device.iot_id,
        device_name=_name(device),
        payload=shown(row.payload),
        answer="",
        hops=hops,
    )


def _handling(row: things.TracedUplink) -> Hop:
    facts = {"tries": row.tries or 0, "handlers": row.handlers or "", "tookUs": row.took_us}
    if row.state == "parked":
        return Hop("handled", "failed", row.parked_ms, facts, masked_text(row.reason or ""))
    if row.state is not None:
        return Hop("handled", "waiting", None, facts)
    return Hop("handled", "ok" if row.done_ms is not None else "skipped", row.done_ms, facts)


def _refusal(device: DeviceRow, row: RefusedUplink) -> Trace:
    cause = cause_of(row.reason)
    hops = [
        Hop("received", "ok", row.at_ms, {"topic": row.topic, "bytes": len(row.payload)}),
        Hop("refused", "failed", row.at_ms, {"cause": cause}, masked_text(row.reason)),
    ]
    if cause != "topic":  # there the front refuses, by the protocol's own codes
        code = 501 if cause == "unsupported" else 460
        hops.append(Hop("acknowledged", "ok", row.at_ms, {"code": code}))
    return Trace(
        id=batch_id(row.device_no, row.seq),
        kind="refused",
        title=row.topic,
        at_ms=row.at_ms,
        iot_id=device.iot_id,
        device_name=_name(device),
        payload=shown(row.payload),
        answer="",
        hops=hops,
    )


async def _effects(sight: Sight, db: Database, *, cause: str, low_ms: int, high_ms: int) -> list[Hop]:
    """Records and messages that follow from a cause, each with its subscriptions."""
    scope = sight.devices
    hops: list[Hop] = []
    for message in await databus.messages_because(scope, db, cause=cause, low_ms=low_ms, high_ms=high_ms):
        hops += await _message_hops(sight, db, message)
    return hops


async def _message_hops(sight: Sight, db: Database, message: databus.LoggedMessage) -> list[Hop]:
    change = message.change
    facts = {
        "changeId": str(change.id),
        "kind": change.kind,
        "modelId": change.model_id,
        "operate": change.operate,
        "ids": [str(record) for record in message.records],
    }
    hops = [Hop("record" if message.records else "told", "ok", change.created_ms, facts)]
    if sight.requests is not None:
        pushes = await databus.pushes_of(sight.requests, db, change=change)
        hops += [_push(push, sight.requests.language) for push in pushes]
    return hops


def _push(push: databus.Pushed, language: str) -> Hop:
    states: dict[databus.PushState, HopState] = {
        "delivered": "ok",
        "waiting": "waiting",
        "retry": "waiting",
        "failed": "failed",
        "off": "skipped",
    }
    to = push.subscription
    facts = {
        "subscriptionId": str(to.id),
        "name": to.name,
        "kind": to.kind,
        "appKey": to.app_key,
        "fate": push.state,
        "attempts": push.attempts,
        "status": push.status,
        "latencyMs": push.latency_ms,
    }
    return Hop(
        "pushed", states[push.state], push.at_ms, facts, reason_text(push.reason, push.status, language)
    )


async def _of_change(sight: Sight, db: Database, commits: Commits, change_id: int) -> Trace | None:
    """The trace of what a pushed message follows from, or of the push alone."""
    message = await databus.find_message(sight.devices, db, change_id=change_id)
    if message is None:
        return None
    if message.cause:
        try:
            return await trace_of(sight, db, commits, number=message.cause)
        except NotFound:
            pass  # what it follows from is out of sight, or no longer kept
    change = message.change
    hops = await _message_hops(sight, db, message)
    return Trace(
        id=f"change-{change.id}",
        kind="told",
        title=f"{change.kind} {change.model_id or change.operate}".strip(),
        at_ms=change.created_ms,
        iot_id=change.iot_id,
        device_name=change.device_name,
        payload=shown(change.message()),
        answer="",
        hops=hops,
    )


# down


async def _of_call(sight: Sight, db: Database, call_no: int) -> Trace | None:
    call = await things.find_call(db, call_no=call_no)
    device = None if call is None else await _device(sight, db, call.device_no)
    if call is None or device is None:
        return None
    hops = [Hop("asked", "ok", call.called_ms, {"caller": call.caller})]
    if call.cause and (request := await _request(sight, db, call.cause)) is not None:
        hops.insert(0, _asked(request))
    return Trace(
        id=str(call_no),
        kind="down",
        title=call.identifier,
        at_ms=call.called_ms,
        iot_id=device.iot_id,
        device_name=_name(device),
        payload=masked_text(call.input),
        answer=masked_text(call.output or ""),
        hops=hops + _way_down(device, call),
    )


def _way_down(device: DeviceRow, call: things.TracedCall) -> list[Hop]:
    asked = call.called_ms
    if call.state == "offline":
        return [Hop("routed", "failed", asked, {"cause": "offline"})]
    if call.state == "refused" and call.output is None:
        return [Hop("routed", "failed", asked, {"cause": "script"}, call.reason)]
    topic = down_topic(device.product_key, device.device_name, call.identifier, call.call_type)
    facts = {"topic": topic, "qos": down_qos(call.call_type), "callType": call.call_type}
    hops = [Hop("routed", "ok", asked), Hop("sent", "ok", asked, facts)]
    took = None if call.answered_ms is None else call.answered_ms - asked
    states: dict[str, HopState] = {"answered": "ok", "refused": "failed", "timed_out": "failed"}
    code = _code_of(call.output)
    replied = {"outcome": call.state, "tookMs": took, "code": code}
    return [
        *hops,
        Hop(
            "replied", states.get(call.state, "waiting"), call.answered_ms, replied, masked_text(call.reason)
        ),
    ]


class _Reply(msgspec.Struct):
    code: int | None = None


def _code_of(output: str | None) -> int | None:
    try:
        return msgspec.json.decode(output or "{}", type=_Reply, strict=False).code
    except msgspec.MsgspecError:
        return None


# requests


async def _request(sight: Sight, db: Database, number: str) -> LoggedRequest | None:
    at_ms = request_log.time_of(number)
    if sight.requests is None or at_ms is None:
        return None
    wanted = request_log.Search(sight.app_keys, at_ms - DAY_MS, at_ms + DAY_MS, request_id=number, limit=1)
    logged_requests = await request_log.search(sight.requests, db, wanted)
    return logged_requests[0] if logged_requests else None


def _asked(request: LoggedRequest) -> Hop:
    facts = {
        "requestId": request.ca_request_id,
        "path": request.path,
        "version": request.version,
        "appKey": request.app_key,
        "clientIp": request.client_ip,
    }
    return Hop("asked", "ok", request.at_ms, facts)


async def _of_request(sight: Sight, db: Database, number: str) -> Trace | None:
    request = await _request(sight, db, number)
    if request is None:
        return None
    took_ms = request.cost_us // 1000
    end_ms = request.at_ms + took_ms
    good = request.http_status == 200 and request.code == "200"
    hops = [_asked(request)]
    calls = await things.calls_because(
        db, cause=request.ca_request_id, low_ms=request.at_ms - 1_000, high_ms=end_ms + 1_000
    )
    for call in calls:
        device = await _device(sight, db, call.device_no)
        if device is not None:
            facts = {
                "callId": str(call.call_no),
                "identifier": call.identifier,
                "iotId": device.iot_id,
                "device": _name(device),
            }
            hops.append(Hop("called", "ok", call.called_ms, facts))
            hops += _way_down(device, call)
    hops += await _effects(
        sight, db, cause=request.ca_request_id, low_ms=request.at_ms - 1_000, high_ms=end_ms + 2_000
    )
    answer_facts = {"http": request.http_status, "code": request.code, "tookMs": request.cost_us / 1000}
    hops.append(
        Hop(
            "answered",
            "ok" if good else "failed",
            end_ms,
            answer_facts,
            masked_text(request.reason, persons=True),
        )
    )
    return Trace(
        id=request.ca_request_id,
        kind="request",
        title=f"{request.path} {request.version}",
        at_ms=request.at_ms,
        iot_id="",
        device_name="",
        payload=masked_text(request.request, persons=True),
        answer=masked_text(request.response, persons=True),
        hops=hops,
    )


def _name(device: DeviceRow) -> str:
    return device.nickname or device.device_name
