"""What the video component needs of the box, in its own words."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, Protocol

from linli.protocols.edge_link import DeviceKey
from linli.protocols.onvif.events import Kind


class Uplink(Protocol):
    """A gateway instance's connection to the platform, with the devices behind it."""

    @property
    def up(self) -> bool: ...

    @property
    def why(self) -> str:
        """Why it is down; empty while it is up."""
        ...

    def answer_by(self, answers: "Answers") -> None:
        """Who answers calls of the devices' services. Before `start`."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def serve(self, keys: Mapping[str, DeviceKey], categories: Mapping[str, str]) -> None:
        """The identities that are assigned, and the categories that they are tagged with, by DeviceName.

        One that is gone is logged out.
        """
        ...

    def tell(self, device_name: str, *, online: bool) -> None:
        """Whether the device answers at the site: only then it is online in the cloud."""
        ...

    def is_online(self, device_name: str) -> bool:
        """Logged in at the platform (云端连接)."""
        ...

    def refusal(self, device_name: str) -> str:
        """Why the platform does not let it in; empty where it does."""
        ...


class CameraAlarm(NamedTuple):
    """A camera told of something by itself. `times`: how often since it was last told on."""

    device: DeviceKey
    kind: Kind
    topic: str
    at_ms: int
    times: int = 1
    picture: bytes = b""
    """A JPEG of that moment; empty: none."""


type TellsAlarms = Callable[[CameraAlarm], Awaitable[None]]
"""Returns when it is kept, or cannot be. Raises nothing."""
type Answers = Callable[[str, str, Any], Awaitable[Mapping[str, Any]]]
"""(DeviceName, service, inputs) to outputs. Raises `services.ServiceFailed`."""
type NewUplink = Callable[[DeviceKey], Uplink]
