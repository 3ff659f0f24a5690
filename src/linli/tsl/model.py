"""The thing model: a device's measurements (properties), reports (events) and functions (services)."""

from functools import cached_property
from typing import Literal

from msgspec import Struct

from linli.tsl.types import DataType, Member

EventType = Literal["info", "alert", "error"]
CallType = Literal["sync", "async"]


class Property(Struct, frozen=True):
    identifier: str
    name: str
    type: DataType
    writable: bool = True
    """`rw` in the document; a property that is not writable can only be reported."""
    required: bool = False
    desc: str | None = None


class Event(Struct, frozen=True):
    identifier: str
    name: str
    type: EventType = "info"
    output: tuple[Member, ...] = ()
    required: bool = False
    desc: str | None = None

    @property
    def method(self) -> str:
        return f"thing.event.{self.identifier}.post"


class Service(Struct, frozen=True):
    identifier: str
    name: str
    call_type: CallType = "async"
    """`sync`: the caller waits for the device's answer; `async`: the call is accepted and answered later."""
    input: tuple[Member, ...] = ()
    output: tuple[Member, ...] = ()
    required: bool = False
    desc: str | None = None

    @property
    def method(self) -> str:
        return f"thing.service.{self.identifier}"


class ThingModel(Struct, frozen=True, dict=True):
    """Identifiers are unique within each of the three lists. `document.parse` is the only checked way to make one."""

    properties: tuple[Property, ...] = ()
    events: tuple[Event, ...] = ()
    services: tuple[Service, ...] = ()

    @cached_property
    def property_by_id(self) -> dict[str, Property]:
        return {item.identifier: item for item in self.properties}

    @cached_property
    def event_by_id(self) -> dict[str, Event]:
        return {item.identifier: item for item in self.events}

    @cached_property
    def service_by_id(self) -> dict[str, Service]:
        return {item.identifier: item for item in self.services}
