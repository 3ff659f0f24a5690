"""The interface of the face engine and what can go wrong with it."""

from collections.abc import Sequence
from typing import Literal, Protocol

import msgspec

from linli.vision.looks import Hit, Look, Thresholds, Use
from linli.vision.manifest import Model


class EngineError(Exception):
    """The engine cannot answer; the text says why."""


class Off(EngineError):
    """No models are here: faces are off until an operator fetches them (`linli models`)."""


class Busy(EngineError):
    """More pictures wait than the engine takes. Trying again in a moment helps."""


class TooSlow(EngineError):
    """There was no answer in time; the child was ended and started again."""


class NoPicture(EngineError):
    """The bytes are no picture that can be read. `rule`: format, broken, pixels."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


type Cause = Literal["no_models", "stopped", "unusable"]


class State(msgspec.Struct, frozen=True, array_like=True):
    """The models of an engine. Without `model_id` it is off, and `reason` says why."""

    model_id: str
    dimensions: int
    thresholds: Thresholds | None
    models: list[Model]
    """The manifest's models, for the operator's page; also if it cannot be used."""
    reason: str = ""
    cause: Cause = "unusable"
    """Of an engine that is off; what its models are refused for stands in `reason` alone."""


class Change(msgspec.Struct, frozen=True, array_like=True):
    """One change of a library. An empty vector takes the id away."""

    id: str
    vector: bytes


class Engine(Protocol):
    """Looks at pictures and searches libraries. Every method raises EngineError."""

    @property
    def state(self) -> State: ...

    async def look(self, picture: bytes, *, use: Use = "enrol", embed: bool = True) -> Look:
        """Decode, detect, judge and, if `embed`, make the vector of the largest face. Raises NoPicture too."""
        ...

    async def embed_crop(self, picture: bytes) -> Look:
        """The vector of a picture that is a face crop already: nothing is detected or judged. Raises NoPicture too."""
        ...

    async def find(self, library: str, picture: bytes, *, crop: bool = False, limit: int = 5) -> list[Hit]:
        """The best hits of a picture's largest face in a library; none without a face. Raises NoPicture too.

        In one go, and before pictures that others have looked at: somebody stands at a door. The picture is not judged.
        `crop`: it is a face and nothing else.
        """
        ...

    async def mark(self, library: str) -> int:
        """How far the library has been fed; 0 for one that is not here, or was made with another model."""
        ...

    async def feed(self, library: str, changes: Sequence[Change], *, mark: int, afresh: bool = False) -> int:
        """Apply changes to a library in order and remember `mark`; how many ids it holds now.

        `afresh` empties it first. Changes survive a restart and a kill, or else the library's mark falls back.
        """
        ...

    async def search(self, library: str, vectors: Sequence[bytes], *, limit: int = 5) -> list[list[Hit]]:
        """The best hits of each vector in a library, best first; none in a library that is not here."""
        ...

    async def forget(self, library: str) -> None:
        """Remove a library from disk."""
        ...
