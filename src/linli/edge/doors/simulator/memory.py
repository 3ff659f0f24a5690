"""The flash memory of a simulated door machine, and the effect of the box's calls on it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Final

from linli.protocols.door_http import Answer, Code, Refused
from linli.protocols.door_http.messages import connection, elevators, faces, intercom, permissions, rules
from linli.rules.credentials import Decision, check_ble_card, check_card

_LINKAGE: Final = ("/elevator/rule/sync", "/elevator/rule/get")
PAGE: Final = 200
"""The most entries in one answer."""


@dataclass(slots=True)
class HeldCard:
    """Times are UTC ms, as `rules` wants them."""

    card_id: str
    user_id: str | None
    starts_ms: int
    ends_ms: int
    schedule: str = ""
    """The local protocol has no field for hours: such machines are given the stretch that holds."""
    zone: str = ""


@dataclass(slots=True)
class Memory:
    """The state of one machine. `most_faces` is how many its library takes."""

    most_faces: int = 20_000
    page: int = PAGE
    library: dict[str, faces.FaceEntry] = field(default_factory=dict)
    cards: dict[str, HeldCard] = field(default_factory=dict)
    ble_cards: dict[str, HeldCard] = field(default_factory=dict)
    lift_rules: dict[str, rules.Rule] = field(default_factory=dict)
    keep_open: int = 0
    temperature: connection.TemperatureRule = field(
        default_factory=lambda: connection.TemperatureRule(is_check=0)
    )
    sip: intercom.SyncSipNumber | None = None
    phones: dict[str, int] = field(default_factory=dict)
    """Result by phone number, as the box sent it."""
    lifts: elevators.Elevators | None = None
    run_states: list[elevators.RunState] = field(default_factory=list)
    linkage: str = "enable"
    keeps_rules: bool = True
    """Whether it supports linkage; a machine that does not has the switch at most."""
    told_rules: list[str] = field(default_factory=list)
    """A28 as it came: the type and the ruleId of each change, such as `1 r1`."""
    opened: int = 0
    released: list[elevators.ReleaseFloors] = field(default_factory=list)
    lit: list[elevators.ActivateFloor] = field(default_factory=list)
    calls: list[elevators.CallElevator] = field(default_factory=list)
    own_released: list[elevators.ReleaseFloors] = field(default_factory=list)
    own_lit: list[elevators.ActivateFloor] = field(default_factory=list)
    own_calls: list[elevators.CallElevator] = field(default_factory=list)
    """By its own rules, as of the three above by the box."""

    def card(self, card_id: str, now_ms: int) -> Decision:
        return check_card(self.cards.get(card_id), now_ms=now_ms)

    def ble_card(self, card_id: str, now_ms: int) -> Decision:
        return check_ble_card(self.ble_cards.get(card_id), now_ms=now_ms)

    def serve(self, path: str, message: Any) -> Answer:
        """Raises Refused."""
        if path in _LINKAGE and not self.keeps_rules:
            raise Refused(Code.OTHER, "no such interface")
        return _SERVES[path](self, message)

    # doors

    def remote_open(self, message: connection.RemoteOpen) -> Answer:
        self.opened += 1
        return Answer()

    def set_keep_open(self, message: connection.SetKeepOpen) -> Answer:
        self.keep_open = message.keep_open
        return Answer()

    def get_keep_open(self, message: connection.GetKeepOpen) -> Answer:
        return connection.KeepOpenAnswer(data=connection.KeepOpen(keep_open=self.keep_open))

    def set_temperature(self, message: connection.SetTemperatureRule) -> Answer:
        self.temperature = message.data
        return Answer()

    # faces

    def sync_faces(self, message: faces.SyncFaces) -> Answer:
        """All or nothing, as a batch is answered with one code."""
        face_entries = dict(self.library)
        for entry in message.faces:
            _apply_face(face_entries, entry)
        if len(face_entries) > self.most_faces:
            raise Refused(Code.OTHER, "face library is full")
        self.library = face_entries
        return Answer()

    def query_faces(self, message: faces.QueryFaces) -> Answer:
        rows = [
            (key, face_entry.user_info_md5 or "", face_entry.feature_md5 or "")
            for key, face_entry in self.library.items()
        ]
        page, size, count, part = self._page(rows, *message.page)
        return faces.QueryFacesAnswer(
            data=faces.FaceLibraryPage(
                current_page=page, page_count=count, page_size=size, total=len(rows), face_info=part
            )
        )

    def _page[R](
        self, rows: Sequence[R], page: int | None, size: int | None
    ) -> tuple[int, int, int, list[R]]:
        """(page, size, pages, rows). Without a page all, or as much as goes at once."""
        at, most = page or 1, min(size or self.page, self.page)
        return at, most, max(ceil(len(rows) / most), 1), list(rows[(at - 1) * most : at * most])

    # cards

    def sync_cards(self, message: permissions.SyncPermissions) -> Answer:
        _apply_cards(self.cards, message)
        return Answer()

    def sync_ble(self, message: permissions.SyncPermissions) -> Answer:
        _apply_cards(self.ble_cards, message)
        return Answer()

    def query_cards(self, message: permissions.QueryPermissions) -> Answer:
        rows = [
            permissions.HeldPermission(
                card_id=card.card_id,
                user_id=card.user_id,
                effective_time=str(card.starts_ms),
                expiry_time=str(card.ends_ms),
            )
            for card in self.cards.values()
        ]
        page, size, count, part = self._page(rows, *message.page)
        return permissions.QueryPermissionsAnswer(
            data=permissions.PermissionPage(
                current_page=page, page_count=count, page_size=size, total=len(rows), permissions=part
            )
        )

    # intercom

    def sync_sip(self, message: intercom.SyncSipNumber) -> Answer:
        self.sip = message
        return Answer()

    def phone_result(self, message: intercom.VerifyPhoneResult) -> Answer:
        self.phones[message.phone_number] = message.result
        return Answer()

    # lifts

    def info(self, message: elevators.GetInfo) -> Answer:
        return elevators.InfoAnswer(data=self._lifts())

    def _lifts(self) -> elevators.Elevators:
        if self.lifts is None:
            raise Refused(Code.OTHER, "no lift is connected")
        return self.lifts

    def run_state(self, message: elevators.GetRunState) -> Answer:
        wanted = message.elevators
        states = [
            run_state for run_state in self.run_states if wanted is None or run_state.elevator_id in wanted
        ]
        return elevators.RunStateAnswer(data=states)

    def release(self, message: elevators.ReleaseFloors) -> Answer:
        self.released.append(message)
        return Answer()

    def light(self, message: elevators.ActivateFloor) -> Answer:
        self.lit.append(message)
        return Answer()

    def call_lift(self, message: elevators.CallElevator) -> Answer:
        self.calls.append(message)
        return Answer()

    def sync_rules(self, message: rules.SyncRules) -> Answer:
        lift_rules = dict(self.lift_rules)
        for entry in message.rules:
            if self.lifts is not None and entry.type != rules.DELETE:
                try:
                    rules.check_rooms(entry, self.lifts)
                except ValueError as error:
                    raise Refused(Code.BAD_PARAMETER, str(error)) from None
            _apply_rule(lift_rules, entry)
        self.lift_rules = lift_rules
        self.told_rules += [f"{entry.type or rules.ADD} {entry.rule_id or '*'}" for entry in message.rules]
        return Answer()

    def query_rules(self, message: rules.GetRules) -> Answer:
        page, size, count, part = self._page(list(self.lift_rules.values()), *message.page)
        return rules.RulesAnswer(
            data=rules.RulePage(current_page=page, page_count=count, page_size=size, user_data=part)
        )

    def set_linkage(self, message: rules.SetAvailability) -> Answer:
        self.linkage = message.availability
        return Answer()

    def get_linkage(self, message: rules.GetAvailability) -> Answer:
        return rules.AvailabilityAnswer(data=rules.AvailabilityData(availability=self.linkage))  # type: ignore[arg-type]


def _apply_face(face_entries: dict[str, faces.FaceEntry], entry: faces.FaceEntry) -> None:
    key = entry.face_id or ""
    if entry.type == faces.CLEAR:
        face_entries.clear()
    elif entry.type == faces.DELETE:
        face_entries.pop(key, None)
    else:
        old = face_entries.get(key)
        face_entries[key] = faces.FaceEntry(
            type=faces.UPDATE,
            face_id=key,
            user_info=entry.user_info or (old.user_info if old else None),
            user_info_md5=entry.user_info_md5 or (old.user_info_md5 if old else None),
            feature=entry.feature or (old.feature if old else None),
            feature_md5=entry.feature_md5 or (old.feature_md5 if old else None),
        )


def _apply_cards(cards: dict[str, HeldCard], message: permissions.SyncPermissions) -> None:
    for permission in message.permissions:
        if permission.type == permissions.DELETE:
            cards.pop(permission.card_id, None)
        else:
            cards[permission.card_id] = HeldCard(
                permission.card_id,
                permission.user_id,
                int(permission.effective_time),
                int(permission.expiry_time),
            )


def _apply_rule(lift_rules: dict[str, rules.Rule], entry: rules.Rule) -> None:
    key = entry.rule_id or ""
    if entry.type == rules.CLEAR:
        lift_rules.clear()
    elif entry.type == rules.DELETE:
        lift_rules.pop(key, None)
    else:
        lift_rules[key] = without_change(entry)


def without_change(rule: rules.Rule) -> rules.Rule:
    """The rule as it is read back, without the `type` of a change."""
    return rules.Rule(
        rule_id=rule.rule_id,
        user_id=rule.user_id,
        elevator_id=rule.elevator_id,
        control_mode=rule.control_mode,
        start_floor=rule.start_floor,
        start_room=rule.start_room,
        target_floor_room_list=rule.target_floor_room_list,
        delay_seconds=rule.delay_seconds,
        effective_time=rule.effective_time,
        expiry_time=rule.expiry_time,
    )


_SERVES: Final[dict[str, Callable[[Memory, Any], Answer]]] = {
    "/remoteOpen": Memory.remote_open,
    "/setKeepOpen": Memory.set_keep_open,
    "/getKeepOpen": Memory.get_keep_open,
    "/setTempCheckRule": Memory.set_temperature,
    "/faceAC/syncFaces": Memory.sync_faces,
    "/faceAC/queryFaces": Memory.query_faces,
    "/cardAC/syncPermissions": Memory.sync_cards,
    "/cardAC/queryPermissions": Memory.query_cards,
    "/bleAC/syncPermissions": Memory.sync_ble,
    "/visualIntercom/syncSipNumber": Memory.sync_sip,
    "/visualIntercom/verifyPhoneResult": Memory.phone_result,
    "/elevator/getRunState": Memory.run_state,
    "/elevator/releaseFloors": Memory.release,
    "/elevator/activateFloor": Memory.light,
    "/elevator/call": Memory.call_lift,
    "/elevator/info/get": Memory.info,
    "/elevator/rule/sync": Memory.sync_rules,
    "/elevator/rule/get": Memory.query_rules,
    "/elevator/rule/setAvailability": Memory.set_linkage,
    "/elevator/rule/getAvailability": Memory.get_linkage,
}
