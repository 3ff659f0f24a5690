"""The server's side of Modbus for the simulator: TCP (MBAP) and RTU frames. Pure.

Sources: MODBUS Application Protocol V1.1b3, 6.1-6.6; Messaging on TCP/IP V1.0b, 3.1.3; Serial Line V1.02, 2.5.1.
Written without the driver's library, so that one tests the other.
"""

import struct
from typing import Final, NamedTuple

READ_COILS: Final = 1
READ_DISCRETE: Final = 2
READ_HOLDING: Final = 3
READ_INPUT: Final = 4
WRITE_COIL: Final = 5
WRITE_REGISTER: Final = 6
TABLES: Final = {READ_COILS: "coil", READ_DISCRETE: "discrete", READ_HOLDING: "holding", READ_INPUT: "input"}
_SHORT: Final = (READ_COILS, READ_DISCRETE, READ_HOLDING, READ_INPUT, WRITE_COIL, WRITE_REGISTER)
ILLEGAL_FUNCTION: Final = 1
ILLEGAL_ADDRESS: Final = 2
ILLEGAL_VALUE: Final = 3


class Request(NamedTuple):
    """`transaction` 0 on a serial line."""

    transaction: int
    unit: int
    pdu: bytes


def take_request(buffer: bytes, *, rtu: bool) -> tuple[Request | None, bytes]:
    """(request, rest); (None, buffer) while bytes are missing. Raises ValueError for what can be no frame."""
    return _take_rtu(buffer) if rtu else _take_tcp(buffer)


def answer_frame(request: Request, pdu: bytes, *, rtu: bool) -> bytes:
    if rtu:
        body = bytes([request.unit]) + pdu
        return body + struct.pack("<H", crc(body))
    return struct.pack(">HHHB", request.transaction, 0, len(pdu) + 1, request.unit) + pdu


def refusal(request: Request, code: int) -> bytes:
    return bytes([request.pdu[0] | 0x80, code])


def bits_answer(function: int, bits: list[int]) -> bytes:
    data = bytearray((len(bits) + 7) // 8)
    for index, bit in enumerate(bits):
        data[index // 8] |= (bit & 1) << index % 8
    return bytes([function, len(data)]) + bytes(data)


def words_answer(function: int, words: list[int]) -> bytes:
    return struct.pack(f">BB{len(words)}H", function, 2 * len(words), *words)


def crc(data: bytes) -> int:
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value


def _take_tcp(buffer: bytes) -> tuple[Request | None, bytes]:
    if len(buffer) < 8:
        return None, buffer
    transaction, protocol, length, unit = struct.unpack_from(">HHHB", buffer)
    if protocol or not 2 <= length <= 254:
        raise ValueError("no Modbus frame")
    if len(buffer) < 6 + length:
        return None, buffer
    return Request(transaction, unit, buffer[7 : 6 + length]), buffer[6 + length :]


def _take_rtu(buffer: bytes) -> tuple[Request | None, bytes]:
    if len(buffer) < 8:
        return None, buffer
    size = 8 if buffer[1] in _SHORT else 9 + buffer[6]
    if len(buffer) < size:
        return None, buffer
    if struct.unpack_from("<H", buffer, size - 2)[0] != crc(buffer[: size - 2]):
        raise ValueError("no Modbus frame")
    return Request(0, buffer[0], buffer[1 : size - 2]), buffer[size:]
