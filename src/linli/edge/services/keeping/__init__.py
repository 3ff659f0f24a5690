"""Keeping a box: backups, moving to other hardware, a cold standby that is always nearly ready. Source: spec D 1.6, 5.9.

`seal` is the encrypted container, `archive` what goes in and comes out, `floors` which versions a box must have, `moving`
puts an archive into a box's folder so that a cut in the middle can be finished, `standby` pulls and takes over.
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
