"""The facts of one refused pass or failed remote opening as they were then, explained by `linli.rules.refusals`."""

from typing import NamedTuple

from linli.delivery import service as delivery
from linli.delivery.past import PastWindow, window_at
from linli.delivery.queries import rows_of_subject
from linli.domains.access.entry_facts import Shown
from linli.domains.access.queries import credentials
from linli.domains.access.rows import Door, Pass, RemoteOpen
from linli.domains.access.service.kinds import BLE, CARD, PIN, QR
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.rules.codes import PassCode
from linli.rules.entry import EntryFacts, Finding, cause_of, explain
from linli.rules.refusals import Refusal, Window, explain_refusal
from linli.sync import State

KINDS = {"QRCODE": QR, "CARD": CARD, "BleCARD": BLE, "PASSWORD": PIN, "FACE": "door.face"}
"""Type in passes → kind of desired rows."""
_ASKED, _OPENED = "asked", "opened"
_SILENT = frozenset((_ASKED, "device.silent", "timed_out"))


class ShownThen(NamedTuple):
    """A credential at a pass: whose it is, and why it was refused."""

    shown: Shown
    identity_id: str
    """Empty: nobody's, then and now."""
    reason: Finding


async def shown_at(scope: Scope, db: Reader, *, door: Door, row: Pass) -> ShownThen:
    """What was shown to the door at a refused pass, and the reason by what was so at that time."""
    here = scope.narrowed(door.community_id)
    kind = KINDS[row.type]
    shown, window = await _credential_of(here, db, door, row, kind)
    owner = row.identity_id or await _owner_now(here, db, door, shown)
    refusal = Refusal(
        at_ms=row.passed_ms,
        kind=shown.short,
        code=row.code,
        owned=bool(row.identity_id),
        window=_window(window),
        hold=await _hold_then(here, db, door, owner, row.passed_ms),
        zone=await zone_of(db, door.community_id),
    )
    return ShownThen(shown, owner, explain_refusal(refusal))


def explain_opening(row: RemoteOpen) -> Finding:
    """Why a remote opening did or did not come to its end."""
    if row.result == _OPENED:
        return Finding("pass", "remote_opened", True)
    if row.result in _SILENT:
        return Finding("pass", "remote_silent", False)
    offline = row.result in ("device.offline", "device.cut_off")
    code = "remote_offline" if offline else "remote_refused"
    return Finding("pass", code, False, facts={"reason": "" if offline else row.result})


def findings_now(facts: EntryFacts, shown: Shown | None, owner: str) -> tuple[Finding, list[Finding]]:
    """(cause, findings) of now for what was shown; without an owner, or from afar, the door's own alone."""
    findings = explain(facts)
    if owner:
        return cause_of(findings, facts.shown_kind), findings
    of_door = [finding for finding in findings if finding.step in ("clock", "network")]
    if shown is None:
        if not facts.online:
            offline = next(finding for finding in of_door if finding.step == "network")
            return Finding("network", "remote_not_now", False, "check_network", offline.facts), of_door
        return Finding("", "remote_again", True, "show_again"), of_door
    code = f"{shown.short}_nobodys" if shown.short in ("face", "pin") else "credential_nobodys"
    nobodys = Finding("credential", code, False, "give_key", {"kind": shown.short})
    return nobodys, [nobodys, *of_door]


async def _credential_of(
    scope: Scope, db: Reader, door: Door, row: Pass, kind: str
) -> tuple[Shown, PastWindow | None]:
    async def stood(credential: str) -> PastWindow | None:
        return await window_at(
            scope, db, device=door.iot_id, kind=kind, credential=credential, at_ms=row.passed_ms
        )

    if row.credential:
        return Shown(kind, row.credential), await stood(row.credential)
    if not row.identity_id:
        return Shown(kind, ""), None
    # Passes by PIN do not say which: of several it is the one that was refused for its window.
    rows = await rows_of_subject(scope, db, community_id=door.community_id, subject=row.identity_id)
    mine = [desired.credential for desired in rows if desired.device == door.iot_id and desired.kind == kind]
    for credential in mine:
        window = await stood(credential)
        if window is not None and not window.starts_ms <= row.passed_ms <= window.ends_ms:
            return Shown(kind, credential), window
    if mine:
        return Shown(kind, mine[0]), await stood(mine[0])
    return Shown(kind, ""), None


async def _owner_now(scope: Scope, db: Reader, door: Door, shown: Shown) -> str:
    if shown.kind not in (CARD, BLE) or not shown.credential:
        return ""
    credential = await credentials.live(
        scope, db, community_id=door.community_id, kind=shown.kind, credential=shown.credential
    )
    return credential.identity_id if credential else ""


async def _hold_then(scope: Scope, db: Reader, door: Door, identity_id: str, at_ms: int) -> str:
    if not identity_id:
        return ""
    for hold in await delivery.holds_on(scope, db, community_id=door.community_id, subject=identity_id):
        if hold.since_ms <= at_ms and (hold.lifted_ms is None or at_ms < hold.lifted_ms):
            return hold.source
    return ""


def _window(past: PastWindow | None) -> Window | None:
    if past is None:
        return None
    return Window(
        given_ms=past.given_ms,
        starts_ms=past.starts_ms,
        ends_ms=past.ends_ms,
        ended_ms=past.ended_ms,
        end_reason=past.end_reason,
        wanted=past.state not in ("", State.REMOVED),
        has_it=past.state == State.HELD,
        schedule=past.schedule,
    )


def is_refused(row: Pass) -> bool:
    return row.code != PassCode.SUCCESS and row.type in KINDS
