"""What the cloud wants of the site: its phones, whom rooms ring, and which doors a phone opens."""

from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from linli.calls.rows import APP, DOOR_STATION, OFF, VIDEO, VOICE, Account, Rung
from linli.protocols.edge_link import SiteAccount, SiteGroup, SiteIntercom, SiteQuiet
from linli.rules import quiet
from linli.rules.ladder import DESK, INDOOR

CLOUD: Final = "cloud"
"""Stands for all whom the cloud rings for a call of the site."""

BEYOND_S: Final = 90.0
"""How long the last step goes on while the cloud has steps of its own: family, neighbour, telephone, message."""


class Rings(NamedTuple):
    """How a call to a room goes on."""

    rungs: list[Rung]
    why_not: str = ""


class Site:
    def __init__(self, document: SiteIntercom) -> None:
        self.document = document
        self._accounts = {account.number: account for account in document.accounts}
        self._groups = {group.id: group for group in document.groups}
        self.desks = tuple(row.number for row in document.accounts if row.kind == "desk")

    def account(self, number: str, now_ms: int) -> SiteAccount | None:
        account = self._accounts.get(number)
        return account if account is not None and not 0 < account.until_ms <= now_ms else None

    def longest_s(self, *, look: bool) -> float:
        """How long a call lasts at most: a look through a door, or a talk."""
        return self.document.view_s if look else self.document.talk_s

    def group(self, number: str) -> SiteGroup | None:
        return self._groups.get(number)

    def ended(self, now_ms: int) -> list[str]:
        """Accounts whose time is over."""
        return [number for number, row in self._accounts.items() if 0 < row.until_ms <= now_ms]

    def gone_after(self, later: "Site") -> frozenset[str]:
        """Accounts that are no more in a later one, or have another password there."""
        return frozenset(
            number
            for number, row in self._accounts.items()
            if (new := later._accounts.get(number)) is None or new.sha256 != row.sha256
        )

    def may_open(self, number: str, door: str, now_ms: int) -> bool:
        account = self.account(number, now_ms)
        return account is not None and account.permission != OFF and door in account.opens

    def sees(self, number: str) -> bool:
        """Whether it may be shown what doors' cameras see."""
        account = self._accounts.get(number)
        return account is not None and account.permission == VIDEO

    def rings(self, group: SiteGroup, *, now_ms: int, again: bool, cloud: bool) -> Rings:
        """`again`: the same visitor rang a moment ago; `cloud`: it is reached now."""
        manner = self._manner(group.quiet, now_ms, again=again)
        units = tuple(number for number in group.units if self._talks(number, now_ms))
        voice = frozenset(number for number in units if self._accounts[number].permission == VOICE)
        heard = () if manner == quiet.SKIP else units
        first = (*heard, CLOUD) if cloud else heard
        silent = frozenset(heard) if manner == quiet.SILENT else frozenset[str]()
        why = "quiet" if units and not heard else ""
        rungs = [Rung(INDOOR, first, group.units_s, why, silent, voice)]
        if group.desks:
            rungs.append(Rung(DESK, self.desks, max(group.desks_s, BEYOND_S) if cloud else group.desks_s))
        return Rings(rungs, why)

    def _talks(self, number: str, now_ms: int) -> bool:
        account = self.account(number, now_ms)
        return account is not None and account.permission != OFF

    def _manner(self, hours: SiteQuiet | None, now_ms: int, *, again: bool) -> str:
        if hours is None or (again and not hours.strict):
            return ""
        at = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(self.document.zone))
        holds = quiet.holds(
            from_minute=hours.from_minute,
            to_minute=hours.to_minute,
            days=hours.days,
            weekday=at.weekday(),
            minute=at.hour * 60 + at.minute,
        )
        return hours.manner if holds else ""


def account_of(row: SiteAccount) -> Account:
    """As the call engine knows it; what proves its password stays with the site."""
    kind = DOOR_STATION if row.kind == "door" else APP
    return Account(row.number, "", "", kind, "", 0, 0)
