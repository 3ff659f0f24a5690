"""One round with one device: claim due rows, carry them, settle each. The same on cloud and edge."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from linli.sync.items import Item, Outcome


@dataclass(frozen=True, slots=True)
class Delivery:
    """One claimed row with what should hold on the device."""

    item: Item
    content: str
    """JSON text of the kind's own shape; empty when the credential must go."""


class Store[D: Delivery](Protocol):
    """The store of the rows. Each method is one durable step."""

    async def claim(self, device: str, kinds: Sequence[str], *, most: int) -> list[D]:
        """Lease one batch of the device's due rows and mark them as sending; empty when another holds the device."""
        ...

    async def settle(self, device: str, results: Sequence[tuple[Item, Outcome]]) -> None:
        """Write the results and give the device free. Items are as claimed."""
        ...


class Carrier[D: Delivery](Protocol):
    """Brings rows of some kinds to a device, in the way that device understands."""

    @property
    def kinds(self) -> Sequence[str]: ...
    @property
    def most(self) -> int:
        """Rows a device takes at once."""
        ...

    async def carry(self, device: str, batch: Sequence[D]) -> Mapping[tuple[str, str], Outcome]:
        """Send the batch; an outcome by (kind, credential) for each row. Waits for the device's confirmation."""
        ...


async def serve_device[D: Delivery](
    store: Store[D], carrier: Carrier[D], device: str, missing: Callable[[Item], Outcome]
) -> int:
    """Carry one batch. Returns how many rows were sent; 0 when none was due or the device is being served.

    `missing` gives the outcome of a row that the carrier left out of its answer.
    """
    batch = await store.claim(device, carrier.kinds, most=carrier.most)
    if not batch:
        return 0
    outcomes = await carrier.carry(device, batch)
    results = []
    for delivery in batch:
        item = delivery.item
        outcome = outcomes.get((item.kind, item.credential))
        results.append((item, outcome if outcome is not None else missing(item)))
    await store.settle(device, results)
    return len(batch)
