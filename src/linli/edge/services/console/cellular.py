"""What the page asks of the box's modem: look, connect, disconnect."""

from typing import Final

import msgspec

from linli.edge.services.cellular import CellularKeeper, SettingsChange
from linli.edge.services.console.parts import Parts
from linli.edge.services.console.requests import Handler, Refusal, Request, read
from linli.kernel import i18n


async def _cellular(parts: Parts, request: Request) -> object:
    """How the modem is; no secret of its settings. Empty where this box looks after none."""
    if parts.cellular is None:
        return {}
    view = parts.cellular.view()
    text = i18n.text(f"edge.cellular.why_{view.why}", request.language) if view.why else ""
    return msgspec.to_builtins(view) | {"text": text}


async def _connect(parts: Parts, request: Request) -> object:
    change = read(request.data, SettingsChange)
    try:
        await _keeper(parts).connect(change)
    except OSError as error:
        raise Refusal(409, "cellular_unsaved", why=str(error)) from None
    return {}


async def _disconnect(parts: Parts, request: Request) -> object:
    try:
        await _keeper(parts).disconnect()
    except OSError as error:
        raise Refusal(409, "cellular_unsaved", why=str(error)) from None
    return {}


def _keeper(parts: Parts) -> CellularKeeper:
    if parts.cellular is None:
        raise Refusal(404, "no_such_call")
    return parts.cellular


HANDLERS: Final[dict[tuple[str, str], Handler]] = {
    ("GET", "cellular"): _cellular,
    ("POST", "cellular/connect"): _connect,
    ("POST", "cellular/disconnect"): _disconnect,
}
