"""Rows as the queries of this room read them. Times are UTC ms."""

from typing import NamedTuple


class Door(NamedTuple):
    iot_id: str
    tenant_id: str
    community_id: int
    product_key: str
    device_name: str
    name: str
    space_id: int | None
    direction: str
    """ENTRANCE or EXIT."""
    sn: str
    ext_info: str
    created_ms: int
    changed_ms: int
    call_space_id: int | None = None


class DoorPerson(NamedTuple):
    tenant_id: str
    project_id: str
    identity_id: str
    name: str
    ext_info: str
    created_ms: int
    changed_ms: int


class QrCode(NamedTuple):
    qr_code: str
    tenant_id: str
    project_id: str
    identity_id: str
    shared_used: int
    created_ms: int
    source: str = ""
    community_id: int | None = None
    ended_ms: int | None = None


class QrPermissionRow(NamedTuple):
    qr_code: str
    iot_id: str
    tenant_id: str
    community_id: int
    identity_id: str
    starts_ms: int
    ends_ms: int
    max_scans: int
    shared: int
    used: int
    live: int
    end_reason: str
    created_ms: int
    changed_ms: int
    way: str = ""
    """Which ways its uses are counted by; empty: scans are counted."""
    point: str = ""
    """The door's place on a way."""


class Card(NamedTuple):
    iot_id: str
    card_id: str
    tenant_id: str
    community_id: int
    project_id: str
    identity_id: str
    starts_ms: int
    ends_ms: int
    live: int
    created_ms: int
    changed_ms: int
    end_reason: str = ""
    """Why it ended; empty while it lives."""


class Pass(NamedTuple):
    id: int
    day: int
    tenant_id: str
    community_id: int
    iot_id: str
    door_name: str
    type: str
    code: int
    message: str
    credential: str
    identity_id: str
    name: str
    direction: str
    remaining: int | None
    ext_info: str
    passed_ms: int
    received_ms: int


class AlarmSource(NamedTuple):
    """What raises an alarm: a door, another device of the community, or a box, which is `box:` and its number."""

    iot_id: str
    tenant_id: str
    community_id: int
    name: str


class DoorAlarm(NamedTuple):
    id: int
    tenant_id: str
    community_id: int
    iot_id: str
    door_name: str
    kind: str
    """One of `service.alarms.KINDS`."""
    temperature: float | None
    times: int
    raised_ms: int
    last_ms: int
    over_ms: int | None
    """None: it goes on."""
    received_ms: int
    taken_by: str = ""
    """The person who handles it, as `staff:12`."""
    taken_ms: int | None = None
    closed_by: str = ""
    closed_ms: int | None = None
    outcome: str = ""
    """The verdict: real, false, work, test or other; empty until it is closed."""
    outcome_note: str = ""

    @property
    def handling(self) -> str:
        """open, taken or closed."""
        if self.closed_ms is not None:
            return "closed"
        return "open" if self.taken_ms is None else "taken"


class RemoteOpen(NamedTuple):
    id: int
    tenant_id: str
    community_id: int
    iot_id: str
    caller: str
    reason: str
    result: str
    asked_ms: int
    answered_ms: int | None
    picture: str = ""
    """Object key of what the door saw then; empty: it sent none."""


class Settings(NamedTuple):
    community_id: int
    tenant_id: str
    provider: str = ""
    provider_products: str = ""
    """productKeys by comma."""
    service_on: int = 0
    freeze_doors: int = 0
    pin_salt: str = ""
    changed_ms: int = 0
    ble_order: str = ""
    """The secret from which the Bluetooth keys of its doors are made; empty: none."""

    @property
    def product_keys(self) -> list[str]:
        return [key for key in self.provider_products.split(",") if key]

    def takes(self, product_key: str) -> bool:
        """Whether a device of a product may be a door here: one provider a community, no mixing."""
        return not self.provider_products or product_key in self.product_keys


class DoorReading(NamedTuple):
    """Settings of one door's reader, or of the readers of all doors of a product in the community."""

    community_id: int
    kind: str
    ref: str
    tenant_id: str
    form: str = ""
    alphabet: str = ""
    length: int = 0
    prefix: str = ""
    ble_name: str = ""
    changed_ms: int = 0


class DoorScope(NamedTuple):
    iot_id: str
    kind: str
    """`space` or `group`."""
    ref: str
    tenant_id: str
    community_id: int
    created_ms: int
    schedule: str = ""
    """When the door serves them (`linli.rules.schedules`); empty: always."""


class Credential(NamedTuple):
    id: int
    tenant_id: str
    community_id: int
    project_id: str
    kind: str
    credential: str
    identity_id: str
    reach: str
    """`home`, `all` or `doors`."""
    label: str
    starts_ms: int
    ends_ms: int
    sealed: str
    max_uses: int
    used: int
    live: int
    end_reason: str
    made_by: str
    created_ms: int
    changed_ms: int
    schedule: str = ""
    digits: int = 0
    """Of a PIN; 0: given before lengths were kept."""


class PinGuesses(NamedTuple):
    """Wrong PINs at a door, or (without iotId) at all doors of a community together."""

    community_id: int
    iot_id: str
    tenant_id: str
    owed_until_ms: int
    tries: int
    """For the running series, or the last one."""
    first_ms: int
    last_ms: int
    told_ms: int
