"""A made-up meter: binary frames over TCP. `AA | function | length | data | sum`; values are 32-bit, big-endian."""

CODEC = '''
"""AA | function | length | data | sum of all before, mod 256. Function 1 reads (power in W, energy in Wh), 2 resets."""

import struct

MOST = 64


class AnswerError(ValueError):
    """No frame of this meter."""


def frame(function: int, data: bytes = b"") -> bytes:
    head = bytes((0xAA, function, len(data))) + data
    return head + bytes((sum(head) & 0xFF,))


READ = frame(1)
RESET = frame(2)


def take_answer(buffer: bytes) -> tuple[bytes | None, bytes]:
    if buffer and buffer[0] != 0xAA:
        raise AnswerError(f"begins with {buffer[:1].hex()}")
    if len(buffer) < 3 or len(buffer) < 4 + buffer[2]:
        return None, buffer
    end = 4 + buffer[2]
    if sum(buffer[: end - 1]) & 0xFF != buffer[end - 1]:
        raise AnswerError("wrong sum")
    return buffer[:end], buffer[end:]


def read_values(answer: bytes) -> dict[str, float]:
    if answer[1] != 1 or answer[2] != 8:
        raise AnswerError("not a reading")
    watts, watt_hours = struct.unpack(">II", answer[3:11])
    return {"power": watts / 1000, "energy": watt_hours / 1000}


def is_confirmed(answer: bytes) -> bool:
    return answer == frame(2)
'''

SERVE = """
    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readexactly(4)
        if self.nonsense:
            writer.write(b"\\xaa\\x01\\x08" + bytes(9))
        elif request == codec.READ:
            values = (round(self.values[name] * 1000) for name in ("power", "energy"))
            writer.write(codec.frame(1, struct.pack(">II", *values)))
        elif request == codec.RESET:
            self.values["energy"] = 0.0
            writer.write(codec.frame(2))
        await writer.drain()
        writer.close()
"""
