"""The box's one SQLite file: tables by rooms, many small writes in one durable commit.

A room declares its tables as named `Step`s; the composing function of the box lists them. A write returns after its
commit is on the disk (`synchronous=FULL`), so what a driver was told is kept survives `kill -9` and a power cut.
"""

from linli.edge.store.file import Store, StoreBroken
from linli.edge.store.steps import Step

__all__ = ["Step", "Store", "StoreBroken"]
