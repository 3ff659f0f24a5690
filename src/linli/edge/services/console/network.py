"""The actions of the network page: show, check, write, try, undo."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from linli.edge.services.console.parts import Parts
from linli.edge.services.console.requests import Handler, Refusal, Request, read
from linli.edge.services.network import (
    Fault,
    NetworkRefused,
    NothingToUndo,
    Plan,
    TrialRecord,
    TrialRuns,
    warnings,
)
from linli.edge.services.network.hand import Hand, NoTrial
from linli.edge.services.network.helped import hand_of
from linli.kernel import i18n


async def _network(parts: Parts, request: Request) -> object:
    try:
        now = await asyncio.to_thread(_hand(parts).look)
    except OSError as error:
        raise Refusal(409, "network_unreadable", why=str(error)) from None
    return {
        "cards": [
            {
                **msgspec.to_builtins(each.card),
                "device": each.card.device,
                "method": each.card.method,
                "defaultRoute": each.default_route,
                "routes": each.routes,
            }
            for each in now.cards
        ],
        "undoable": now.undoable,
        "present": now.present,
        "writable": now.writable,
        "canTry": now.can_try,
        "trial": _trial_out(now.trial, request.language),
    }


def _trial_out(record: TrialRecord | None, language: str) -> object:
    """The last trial of a person's change; one of the modem's while others must wait for it."""
    if record is None or (record.subject == "modem" and record.ended):
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
        changes = await asyncio.to_thread(_hand(parts).check, plan)
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
        "changes": msgspec.to_builtins(changes),
        "notes": [_fault_out(warning, request.language) for warning in warnings(plan)],
    }


async def _apply_network(parts: Parts, request: Request) -> object:
    plan = read(request.data, Plan)
    return {"written": await _changed(partial(_hand(parts).apply, plan))}


async def _try_network(parts: Parts, request: Request) -> object:
    """Write it and bring it into force once this is answered; the cloud decides whether it stays."""
    plan = read(request.data, Plan)
    return {"written": await _changed(partial(_hand(parts).try_out, plan))}


async def _undo_network(parts: Parts, request: Request) -> object:
    return {"written": await _changed(_hand(parts).undo)}


async def _changed(change: Callable[[], list[str]]) -> list[str]:
    """The names of the files."""
    try:
        return await asyncio.to_thread(change)
    except NoTrial:
        raise Refusal(404, "no_such_call") from None
    except TrialRuns:
        raise Refusal(409, "network_on_trial") from None
    except NothingToUndo:
        raise Refusal(409, "nothing_to_undo") from None
    except NetworkRefused as refused:
        raise Refusal(400, "network_faulty", field=refused.faults[0].field) from None
    except OSError as error:
        raise Refusal(409, "network_elsewhere", why=str(error)) from None


def _hand(parts: Parts) -> Hand:
    return hand_of(parts.network, parts.trial, parts.helped)


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
