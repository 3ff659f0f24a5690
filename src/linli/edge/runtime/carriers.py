"""The services of a door for each kind of desired row, and the read-back of its list (spec G 3.3-3.5, F4, F7)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec

from linli.edge.framework import DeviceOffline, DeviceUnknown, DriverFailed, ServiceUnknown
from linli.edge.runtime import lift_rules
from linli.edge.runtime.desired_rows import BLE, CARD, FOREIGN, LINKED, RULE, Kept
from linli.kernel.errors import LinliError, TimedOut
from linli.protocols.door_http.messages import permissions, rules
from linli.sync import ABSENT, UNKNOWN, Delivery, Outcome, Result

type Content = dict[str, Any]


class Calls(Protocol):
    """The supervisor's interface."""

    async def call(self, device: str, service: str, params: Mapping[str, Any]) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class ListCarrier:
    """A list of a door that is changed by entries and may be read back."""

    kind: str
    service: str
    field: str
    entry: Callable[[str, Content | None], Content]
    """(credential, content or None where it must go) -> the entry."""
    read_back: str
    parse: Callable[[Mapping[str, Any]], dict[str, Content]]
    """The answer of `read_back` -> contents by credential."""
    same: Callable[[Content, Content], bool]
    """(wanted, reported)"""
    calls: Calls
    most: int = 200
    compared: bool = True
    """Whether it is compared as all lists are; else by a part of its own."""

    @property
    def kinds(self) -> Sequence[str]:
        return (self.kind,)

    def _entry(self, delivery: Delivery) -> Content:
        return self.entry(delivery.item.credential, _content(delivery))

    async def carry(self, device: str, batch: Sequence[Delivery]) -> Mapping[tuple[str, str], Outcome]:
        entries = [self._entry(delivery) for delivery in batch]
        keys = [(self.kind, delivery.item.credential) for delivery in batch]
        try:
            answer = await self.calls.call(device, self.service, {self.field: entries})
        except LinliError as error:
            return dict.fromkeys(keys, outcome_of(error))
        done = {(self.kind, key): Outcome(Result.DONE) for key in answer["confirmed"]}
        for failed in answer["failed"]:
            kind = Result.TIMED_OUT if failed["timedOut"] else Result.REFUSED
            for key in failed["keys"]:
                done[self.kind, key] = Outcome(kind, "edge.door", failed["why"])
        return done

    async def marks(self, device: str, kept: Sequence[Kept]) -> dict[str, str] | None:
        """The door's state of these rows, as marks; None: it cannot tell. Raises what the call raises."""
        try:
            reported = self.parse(await self.calls.call(device, self.read_back, {}))
        except ServiceUnknown:
            return None
        marks = {}
        for item, content in kept:
            there = reported.get(item.credential)
            if there is not None:
                same = bool(content) and self.same(msgspec.json.decode(content), there)
                marks[item.credential] = item.wanted if same else FOREIGN
        return marks


class LinkedCarrier(ListCarrier):
    """Rules that lifts keep for our linkages: what is there already is changed, not added (A28, types 1 and 3)."""

    __slots__ = ()

    def _entry(self, delivery: Delivery) -> Content:
        entry = self.entry(delivery.item.credential, _content(delivery))
        there = delivery.item.reported not in (ABSENT, UNKNOWN)
        return {**entry, "type": rules.UPDATE} if entry["type"] == rules.ADD and there else entry


@dataclass(frozen=True, slots=True)
class PlainCarrier:
    """Something that is one call with its whole content, such as a switch; it cannot be taken back, only changed."""

    kind: str
    service: str
    calls: Calls
    most: int = 1
    read_back: str = ""
    """Empty: it cannot be read."""
    field: str = ""
    """Of the answer of `read_back`, and of the content."""
    compared: bool = True

    @property
    def kinds(self) -> Sequence[str]:
        return (self.kind,)

    async def marks(self, device: str, kept: Sequence[Kept]) -> dict[str, str] | None:
        """As of a list. Raises what the call raises."""
        if not self.read_back or not kept:
            return None
        try:
            there = (await self.calls.call(device, self.read_back, {})).get(self.field)
        except ServiceUnknown:
            return None
        ((item, content),) = kept
        same = bool(content) and msgspec.json.decode(content).get(self.field) == there
        return {item.credential: item.wanted if same else FOREIGN}

    async def carry(self, device: str, batch: Sequence[Delivery]) -> Mapping[tuple[str, str], Outcome]:
        outcomes = {}
        for delivery in batch:
            content = _content(delivery)
            try:
                if content is not None:
                    await self.calls.call(device, self.service, content)
                outcome = Outcome(Result.DONE)
            except LinliError as error:
                outcome = outcome_of(error)
            outcomes[self.kind, delivery.item.credential] = outcome
        return outcomes


def outcome_of(error: LinliError) -> Outcome:
    if isinstance(error, DeviceOffline | DriverFailed | DeviceUnknown):
        return Outcome(Result.OFFLINE, "edge.offline", str(error))
    if isinstance(error, TimedOut):
        return Outcome(Result.TIMED_OUT, "edge.silent", str(error))
    return Outcome(Result.REFUSED, "edge.door", str(error))


def missing(_: object) -> Outcome:
    """The door's driver gave no result for a row."""
    return Outcome(Result.TIMED_OUT, "edge.silent", "")


def _content(delivery: Delivery) -> Content | None:
    deletes = delivery.item.wanted == ABSENT or not delivery.content
    return None if deletes else msgspec.json.decode(delivery.content, type=dict[str, Any])


# cards, and phones by Bluetooth


def _card(credential: str, content: Content | None) -> Content:
    if content is None:
        return {"type": permissions.DELETE, "cardId": credential, "effectiveTime": "0", "expiryTime": "0"}
    return {"type": permissions.ADD, "cardId": credential, **content}


def _reported_cards(answer: Mapping[str, Any]) -> dict[str, Content]:
    return {card["cardId"]: card for card in answer.get("permissions", [])}


def _same_card(wanted: Content, reported: Content) -> bool:
    window = all(wanted[name] == reported.get(name) for name in ("effectiveTime", "expiryTime"))
    return window and reported.get("userId") in (None, wanted.get("userId"))


# lift rules


def _rule(credential: str, content: Content | None) -> Content:
    if content is None:
        return {"type": rules.DELETE, "ruleId": credential}
    return {**content, "type": rules.ADD, "ruleId": credential}


def reported_rules(answer: Mapping[str, Any]) -> dict[str, Content]:
    return {rule["ruleId"]: rule for rule in answer.get("rules", [])}


STANDING: Final = {
    "setKeepOpen": "keepOpen",
    "setTempCheckRule": "temperature",
    "SyncSipNumber": "sip",
    "SetElevatorRuleState": "liftRuleState",
}
"""Services whose last call is to hold, also after the door lost it; by their kind."""
_READ_BACK: Final = {"SetElevatorRuleState": ("GetElevatorRuleState", "Availability")}


def list_carriers(calls: Calls, linked: Calls) -> tuple[ListCarrier, ...]:
    """`linked`: for the rules of linkages."""
    return (
        ListCarrier(
            kind=CARD,
            service="syncCardPermissions",
            field="permissions",
            entry=_card,
            read_back="queryCardPermissions",
            parse=_reported_cards,
            same=_same_card,
            calls=calls,
        ),
        # Bluetooth lists cannot be read back: the source has no call for it.
        ListCarrier(
            kind=BLE,
            service="syncBlePermissions",
            field="permissions",
            entry=_card,
            read_back="queryBlePermissions",
            parse=_reported_cards,
            same=_same_card,
            calls=calls,
        ),
        ListCarrier(
            kind=RULE,
            service="syncElevatorRules",
            field="rules",
            entry=_rule,
            read_back="queryElevatorRules",
            parse=reported_rules,
            same=lift_rules.same,
            calls=calls,
        ),
        LinkedCarrier(
            kind=LINKED,
            service="syncElevatorRules",
            field="rules",
            entry=_rule,
            read_back="queryElevatorRules",
            parse=reported_rules,
            same=lift_rules.same,
            calls=linked,
            compared=False,
        ),
    )


def plain_carriers(calls: Calls) -> tuple[PlainCarrier, ...]:
    return tuple(
        PlainCarrier(kind, service, calls, 1, *_READ_BACK.get(service, ()))
        for service, kind in STANDING.items()
    )
