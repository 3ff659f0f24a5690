"""What the video component needs of the box, in its own words."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from linli.protocols.edge_link import DeviceKey


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


type Answers = Callable[[str, str, Any], Awaitable[Mapping[str, Any]]]
"""(DeviceName, service, inputs) to outputs. Raises `services.ServiceFailed`."""
type NewUplink = Callable[[DeviceKey], Uplink]
