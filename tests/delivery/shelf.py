"""A device in memory that stores what it is sent, can lose its link, keep silent, refuse, and be read back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from linli.delivery.schemas import Parcel
from linli.delivery.service import content_hash
from linli.kernel.errors import Unavailable
from linli.kernel.scope import Scope
from linli.sync import Outcome, Result
from linli.things.errors import CallCutOff, DeviceOffline, DeviceSilent

KIND = "test.right"


class Killed(BaseException):
    """The process dies: nothing that catches errors catches this."""


@dataclass
class Shelf:
    """Many devices; `stored` is by (device, credential)."""

    kinds: tuple[str, ...] = (KIND,)
    whole: bool = True
    most: int = 100
    stored: dict[tuple[str, str], str] = field(default_factory=dict)
    offline: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    poison: set[str] = field(default_factory=set)
    kill_after_store: bool = False
    cut_off: set[str] = field(default_factory=set)
    """Devices whose line breaks after they stored and before they answer."""
    batches: list[tuple[str, list[str]]] = field(default_factory=list)

    async def carry(self, device: str, batch: Sequence[Parcel]) -> Mapping[tuple[str, str], Outcome]:
        self.batches.append((device, [parcel.item.credential for parcel in batch]))
        if device in self.offline:
            raise DeviceOffline()
        if any(parcel.item.credential in self.poison for parcel in batch):
            return {(KIND, p.item.credential): Outcome(Result.REFUSED, "refused", "bad entry") for p in batch}
        for parcel in batch:
            key = (device, parcel.item.credential)
            if parcel.item.deleting:
                self.stored.pop(key, None)
            else:
                self.stored[key] = parcel.content
        if self.kill_after_store:
            raise Killed
        if device in self.cut_off:
            raise CallCutOff()
        if device in self.silent:
            raise DeviceSilent()
        return {(KIND, parcel.item.credential): Outcome(Result.DONE) for parcel in batch}

    async def read_back(self, device: str, scope: Scope) -> Mapping[tuple[str, str], str]:
        if device in self.offline:
            raise Unavailable()
        if device in self.silent:
            raise DeviceSilent()
        return {
            (KIND, credential): content_hash(c) for (d, credential), c in self.stored.items() if d == device
        }

    def fingerprint(self, kind: str, content: str) -> str:
        return content_hash(content)

    def held_by(self, device: str) -> set[str]:
        return {credential for owner, credential in self.stored if owner == device}
