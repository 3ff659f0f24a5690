"""Vectors of pictures: by the box's own models, or by the service of a door's maker (spec G 3.7)."""

import struct
from typing import Final

from linli.edge.algorithm import AlgorithmClient, AlgorithmFailed
from linli.protocols.face_data import LibraryCode
from linli.vision.engine.ports import Engine, EngineError, NoPicture
from linli.vision.looks import COUNT, SIZE

type Address = tuple[str, int]

OUTSIDE: Final = "outside:"
"""Begins the name of a model that runs elsewhere. Such a service tells no version; `changed` finds a new one out."""
_UNREADABLE: Final = {
    "format": LibraryCode.FORMAT_UNSUPPORTED,
    "pixels": LibraryCode.PIXELS_UNSUPPORTED,
}
_SAME: Final = 0.999
"""Cosine of two vectors that one model made of one picture; the same picture gives the same vector."""


class Refused(Exception):
    """No vector came of a picture. `final`: another try with the same picture would end the same way."""

    def __init__(self, code: LibraryCode, *, final: bool = True) -> None:
        super().__init__(code.name)
        self.code = code
        self.final = final


class Features:
    """The name says which model is asked: the engine's own, or `outside:host:port`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._clients: dict[Address, AlgorithmClient] = {}

    async def close(self) -> None:
        for client in self._clients.values():
            await client.close()
        self._clients.clear()

    def model_for(self, address: Address | None) -> str:
        """Empty while the box's own models are off."""
        return self._engine.state.model_id if address is None else f"{OUTSIDE}{address[0]}:{address[1]}"

    async def make(self, model: str, picture: bytes) -> bytes:
        """The vector, little-endian float32. Raises Refused."""
        if model.startswith(OUTSIDE):
            return await self._ask(model, picture)
        try:
            look = await self._engine.look(picture)
        except NoPicture as error:
            raise Refused(_UNREADABLE.get(error.rule, LibraryCode.PARSE_FAILED)) from None
        except EngineError:  # off, busy or restarted
            raise Refused(LibraryCode.EXTRACTION_TIMED_OUT, final=False) from None
        if look.good:
            return look.vector
        if not look.faces:
            raise Refused(LibraryCode.NO_FACE)
        codes = {COUNT: LibraryCode.MULTIPLE_FACES, SIZE: LibraryCode.TOO_SMALL}
        raise Refused(codes.get(look.reasons[0], LibraryCode.EXTRACTION_FAILED))

    async def _ask(self, model: str, picture: bytes) -> bytes:
        host, _, port = model.removeprefix(OUTSIDE).rpartition(":")
        address = host, int(port)
        client = self._clients.get(address)
        if client is None:
            client = self._clients[address] = AlgorithmClient(*address)
        try:
            values = await client.vector(picture)
        except AlgorithmFailed as error:
            if error.bad_file:
                raise Refused(LibraryCode.PARSE_FAILED) from None
            if error.answered:
                raise Refused(LibraryCode.EXTRACTION_FAILED) from None
            raise Refused(LibraryCode.EXTRACTION_TIMED_OUT, final=False) from None
        return struct.pack(f"<{len(values)}f", *values)

    async def changed(self, model: str, picture: bytes, vector: bytes) -> bool:
        """Whether a service now makes another vector of a picture than it did. Raises Refused."""
        return not _alike(await self.make(model, picture), vector)


def _alike(content: bytes, other: bytes) -> bool:
    if len(content) != len(other):
        return False
    first, second = memoryview(content).cast("f"), memoryview(other).cast("f")
    dot = sum(a * b for a, b in zip(first, second, strict=True))
    lengths = sum(a * a for a in first) * sum(b * b for b in second)
    return lengths > 0 and dot * abs(dot) >= _SAME * _SAME * lengths
