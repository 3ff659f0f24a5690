"""Why a call to a device failed, in words, and what to do. Source: spec H 3.6.2.2, 8.3.

Callers over the API get short messages (`device data format is error`, `request error.`). Here the same failure is
explained by the platform's facts: the device's state, its product's category and thing model, the caller's project.
"""

from enum import StrEnum
from typing import Any, Final

import msgspec

from linli.kernel import i18n
from linli.kernel.db import Reader
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.masking import masked_text
from linli.kernel.scope import Scope
from linli.kernel.tenancy import communities_of, find_app_key
from linli.things.catalogue.library import built_in
from linli.things.downlink.records import GET, SET
from linli.things.errors import DeviceDisabled, DeviceOffline, DeviceRefused, DeviceSilent
from linli.things.queries.devices import DeviceRow
from linli.things.queries.history import Downlink
from linli.things.queries.products import get_product
from linli.things.scripts.errors import ScriptFailed

_MOST_CATEGORIES: Final = 5


class Cause(StrEnum):
    DISABLED = "disabled"
    NEVER_CONNECTED = "never_connected"
    OFFLINE = "offline"
    SUB_OFFLINE = "sub_offline"
    """A sub-device whose gateway is away or did not log it in."""
    WRONG_CATEGORY = "wrong_category"
    """Its product's model lacks the service, and other categories have it."""
    NO_SERVICE = "no_service"
    """Its product's model lacks the service, and so does every built-in category."""
    BAD_INPUT = "bad_input"
    SILENT = "silent"
    ANSWERED = "answered"
    """The device itself refused."""
    NOT_IN_MODEL_OF_DEVICE = "unknown_to_device"
    """The device answered that it has no such service: its firmware and the thing model differ."""
    UNREADABLE = "unreadable"
    SCRIPT = "script"
    OTHER_PROJECT = "other_project"
    WAITING = "waiting"
    OTHER = "other"


class Why(msgspec.Struct, rename="camel", frozen=True):
    """A cause, in the reader's language."""

    cause: Cause
    text: str
    todo: str
    told: str
    """The text that a caller of the open API gets."""
    facts: dict[str, Any] = {}


_CALLER_TEXTS: Final = {
    Cause.WRONG_CATEGORY: "device data format is error",
    Cause.NO_SERVICE: "device data format is error",
    Cause.BAD_INPUT: "device data format is error",
}


def _why(scope: Scope, cause: Cause, **facts: Any) -> Why:
    facts = {key: masked_text(value) if isinstance(value, str) else value for key, value in facts.items()}
    shown = {key: ", ".join(value) if isinstance(value, list) else value for key, value in facts.items()}
    return Why(
        cause,
        i18n.text(f"why.{cause}", scope.language, **shown),
        i18n.text(f"todo.{cause}", scope.language, **shown),
        _CALLER_TEXTS.get(cause, ""),
        facts,
    )


async def why_failed(
    scope: Scope, db: Reader, *, device: DeviceRow, identifier: str, error: LinliError
) -> Why:
    """Why a call raised `error`."""
    match error:
        case DeviceDisabled():
            return _why(scope, Cause.DISABLED)
        case DeviceOffline():
            return _unreachable(scope, device)
        case DeviceSilent():
            return _why(scope, Cause.SILENT, seconds=error.facts.get("seconds", ""))
        case DeviceRefused():
            return _refused(scope, int(error.facts.get("answer", 0)), str(error.facts.get("message", "")))
        case ScriptFailed():
            return _why(scope, Cause.SCRIPT, reason=error.text(scope.language))
        case BadInput() if error.facts.get("field") == "identifier":
            return await _lacking(scope, db, device, identifier)
        case BadInput():
            return _why(scope, Cause.BAD_INPUT, reason=error.text(scope.language))
        case _:
            return _why(scope, Cause.OTHER, reason=error.text(scope.language))


async def why_ended(scope: Scope, db: Reader, *, device: DeviceRow, call: Downlink) -> Why | None:
    """Why a recorded call ended as it did; None if it succeeded."""
    match call.state:
        case "answered":
            return None
        case "sent":
            return _why(scope, Cause.WAITING)
        case "offline":
            return _unreachable(scope, device)
        case "timed_out":
            took = ((call.answered_ms or call.called_ms) - call.called_ms) // 1000
            return _why(scope, Cause.SILENT, seconds=took)
        case _ if call.output:
            code, message = _code_of(call.output)
            return _refused(scope, code, message or call.reason)
        case _:
            return _why(scope, Cause.SCRIPT, reason=call.reason)


async def why_not_for(
    scope: Scope, db: Reader, *, device: DeviceRow, identifier: str, app_key: str = ""
) -> Why | None:
    """The obstacle to a call before it is made, or None. `app_key`: of the integrator who would make it."""
    if app_key and not await _may_use(db, device, app_key):
        return _why(scope, Cause.OTHER_PROJECT, app_key=app_key)
    lacking = await _lacking(scope, db, device, identifier)
    if lacking.cause is not Cause.OTHER:
        return lacking
    if not device.enabled:
        return _why(scope, Cause.DISABLED)
    return None if device.online else _unreachable(scope, device)


async def _may_use(db: Reader, device: DeviceRow, app_key: str) -> bool:
    """Whether a key's project has the device or was granted its community. An unknown key may not either; the answer is
    the same for both."""
    key = await find_app_key(db, app_key)
    if key is None or key.tenant_id != device.tenant_id:
        return False
    if device.project_id == key.project_id:
        return True
    granted = await communities_of(db, tenant_id=key.tenant_id, project_id=key.project_id)
    return device.community_id in granted


def _unreachable(scope: Scope, device: DeviceRow) -> Why:
    if device.gateway_no is not None:
        return _why(scope, Cause.SUB_OFFLINE, since=device.last_offline_ms)
    if device.active_ms is None:
        return _why(scope, Cause.NEVER_CONNECTED)
    return _why(scope, Cause.OFFLINE, since=device.last_offline_ms)


async def _lacking(scope: Scope, db: Reader, device: DeviceRow, identifier: str) -> Why:
    """`OTHER` where the product has the service after all."""
    product = await get_product(scope, db, product_key=device.product_key)
    facts = {"identifier": identifier, "category": product.category_name or "–", "product": product.name}
    if identifier in (SET, GET) or identifier in product.model().service_by_id:
        return _why(scope, Cause.OTHER, reason="")
    having = [
        category.name
        for category in built_in().values()
        if category.model is not None and identifier in category.model.service_by_id
    ]
    if not having:
        return _why(scope, Cause.NO_SERVICE, **facts)
    return _why(scope, Cause.WRONG_CATEGORY, **facts, categories=having[:_MOST_CATEGORIES])


def _refused(scope: Scope, code: int, message: str) -> Why:
    if code == 0:
        return _why(scope, Cause.UNREADABLE, reason=message)
    cause = Cause.NOT_IN_MODEL_OF_DEVICE if code == 404 else Cause.ANSWERED
    return _why(scope, cause, code=code, message=message)


class _Output(msgspec.Struct):
    code: int = 0
    message: str = ""


def _code_of(output: str) -> tuple[int, str]:
    try:
        read = msgspec.json.decode(output, type=_Output, strict=False)
    except msgspec.MsgspecError:
        return 0, output[:200]
    return read.code, read.message
