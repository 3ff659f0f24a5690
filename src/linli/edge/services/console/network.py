"""The actions of the network page: show, check, write, try, undo."""

import asyncio
from typing import Final

import msgspec

from linli.edge.services.console.parts import Parts
from linli.edge.services.console.requests import Handler, Refusal, Request, read
from linli.edge.services.network import (
    Fault,
    NetworkRefused,
    NothingToUndo,
    Plan,
    Trial,
    TrialRuns,
    warnings,
)
from linli.kernel import i18n

ANSWERED_S: Final = 1.0
"""The page gets its answer before its address may go."""


async def _network(parts: Parts, request: Request) -> object:
    def look() -> object:
        return {
            "cards": [
                {
                    **msgspec.to_builtins(card),
                    "device": card.device,
                    "method": card.method,
                    "defaultRoute": default,
                    "routes": routes,
                }
                for card, default, routes in parts.network.cards()
            ],
            "undoable": parts.network.undoable,
            "present": parts.network.present,
            "writable": parts.network.writable,
            "canTry": parts.trial is not None,
            "trial": _trial_out(parts.trial, request.language),
        }

    try:
        return await asyncio.to_thread(look)
    except OSError as error:
        raise Refusal(409, "network_unreadable", why=str(error)) from None


def _trial_out(trial: Trial | None, language: str) -> object:
    record = trial.record if trial is not None else None
    if record is None:
        return None
    state = record.state if record.ended or record.state == "asking" else "bringing"
    return {
        "state": state,
        "untilMs": record.until_ms,
        "endedMs": record.ended_ms,
        "why": i18n.text(f"edge.network.why_{record.reason}", language) if record.reason else "",
        "detail": record.detail,
    }


async def _check_network(parts: Parts, request: Request) -> object:
    """A dry run: the faults by field, else the changes."""
    plan = read(request.data, Plan)
    try:
        changes = await asyncio.to_thread(parts.network.changes, plan)
    except NetworkRefused as refused:
        return {
            "faults": [_fault_out(fault, request.language) for fault in refused.faults],
            "changes": [],
            "notes": [],
        }
    except OSError as error:
        raise Refusal(409, "network_elsewhere", why=str(error)) from None
    return {
        "faults": [],
        "changes": [{"name": change.name, "diff": change.diff()} for change in changes],
        "notes": [_fault_out(warning, request.language) for warning in warnings(plan)],
    }


async def _apply_network(parts: Parts, request: Request) -> object:
    plan = read(request.data, Plan)
    _refuse_while_on(parts)
    try:
        changes = await asyncio.to_thread(parts.network.apply, plan)
    except NetworkRefused as refused:
        raise Refusal(400, "network_faulty", field=refused.faults[0].field) from None
    except OSError as error:
        raise Refusal(409, "network_elsewhere", why=str(error)) from None
    return {"written": [change.name for change in changes]}


async def _try_network(parts: Parts, request: Request) -> object:
    """Write it and bring it into force once this is answered; the cloud decides whether it stays."""
    plan = read(request.data, Plan)
    if parts.trial is None:
        raise Refusal(404, "no_such_call")
    try:
        changes = await asyncio.to_thread(parts.trial.begin, plan)
    except TrialRuns:
        raise Refusal(409, "network_on_trial") from None
    except NetworkRefused as refused:
        raise Refusal(400, "network_faulty", field=refused.faults[0].field) from None
    except OSError as error:
        raise Refusal(409, "network_elsewhere", why=str(error)) from None
    if changes:
        parts.trial.aside(parts.trial.go_on, after_s=ANSWERED_S)
    return {"written": [change.name for change in changes]}


async def _undo_network(parts: Parts, request: Request) -> object:
    _refuse_while_on(parts)
    try:
        return {"written": await asyncio.to_thread(parts.network.undo)}
    except NothingToUndo:
        raise Refusal(409, "nothing_to_undo") from None
    except OSError as error:
        raise Refusal(409, "network_elsewhere", why=str(error)) from None


def _refuse_while_on(parts: Parts) -> None:
    if parts.trial is not None and parts.trial.unfinished:
        raise Refusal(409, "network_on_trial")


def _fault_out(fault: Fault, language: str) -> dict[str, str]:
    return {
        "field": fault.field,
        "text": i18n.text(f"edge.network.{fault.rule}", language),
        "value": fault.value,
    }


HANDLERS: Final[dict[tuple[str, str], Handler]] = {
    ("GET", "network"): _network,
    ("POST", "network/check"): _check_network,
    ("POST", "network/apply"): _apply_network,
    ("POST", "network/try"): _try_network,
    ("POST", "network/undo"): _undo_network,
}
