"""All objects of one shelf copied to another. May be broken off and begun again; the source stays as it is."""

from collections.abc import Callable
from dataclasses import dataclass

from linli.kernel.errors import NotFound
from linli.kernel.objects.shelf import Shelf, StoreUnavailable


@dataclass(slots=True)
class Moved:
    """How far it is."""

    seen: int = 0
    copied: int = 0
    copied_bytes: int = 0
    there: int = 0
    """Objects that the target had already, of the same size: keys of ours are never written with other content."""


async def copy_all(
    source: Shelf, target: Shelf, *, tell: Callable[[Moved], None] = lambda moved: None
) -> Moved:
    """Copy what `target` lacks. Raises StoreUnavailable when what arrived is of another size."""
    there = {key: size async for key, size in target.listed()}
    moved = Moved()
    async for key, size in source.listed():
        moved.seen += 1
        if there.get(key) == size:
            moved.there += 1
        else:
            try:
                async with source.open(key) as opened:
                    await target.receive(key, opened.chunks)
            except NotFound:
                continue  # deleted since it was listed
            if await target.size(key) != opened.size:
                raise StoreUnavailable(reason=f"{key} arrived with another size")
            moved.copied += 1
            moved.copied_bytes += opened.size
        tell(moved)
    return moved
