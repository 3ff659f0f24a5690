"""Backups of a box, moving it to other hardware, and a cold standby. Source: spec D 1.6, 5.9.

`seal` is the encrypted container, `archive` its contents, `floors` the lowest versions of a box. `moving` puts an
archive into a box's folder and can finish after an interruption. `standby` pulls backups and takes over.
"""

from linli.edge.services.keeping.archive import BoxFacts, Manifest, back_up
from linli.edge.services.keeping.floors import Obstacle, obstacles
from linli.edge.services.keeping.moving import MoveRefused, Progress, finish, progress, restore, take_moved
from linli.edge.services.keeping.seal import Sealed, SealFailed

__all__ = [
    "BoxFacts",
    "Manifest",
    "MoveRefused",
    "Obstacle",
    "Progress",
    "SealFailed",
    "Sealed",
    "back_up",
    "finish",
    "obstacles",
    "progress",
    "restore",
    "take_moved",
]
