"""Voices as telephones send them: A-law of 8,000 samples a second. Source: ITU-T G.711."""

import math
import struct
from typing import Final

RATE: Final = 8_000
SAMPLES: Final = 160
"""Of one packet: 20 ms."""
_TONE_HZ: Final = 400
_LOUD: Final = 6_000
_ON, _PERIOD = 25, 100
"""Packets: half a second of two."""


def _coded(sample: int) -> int:
    """Of 13 bits with sign."""
    mask = 0xD5 if sample >= 0 else 0x55
    size = sample if sample >= 0 else ~sample
    segment = max(size.bit_length() - 5, 0)
    return (segment << 4 | size >> max(segment, 1) & 0x0F) ^ mask


_CODES: Final = bytes(_coded(sample - 4_096) for sample in range(8_192))
SILENCE: Final = bytes((_CODES[4_096],)) * SAMPLES


def a_law(samples: bytes) -> bytes:
    """Of 16-bit samples in the order of the machine's network side (little endian)."""
    return bytes(_CODES[(value >> 3) + 4_096] for (value,) in struct.iter_unpack("<h", samples))


def tone(packet: int) -> bytes:
    """What a door without a microphone says: a short sign every two seconds."""
    if packet % _PERIOD >= _ON:
        return SILENCE
    first = packet * SAMPLES
    values = (
        int(_LOUD * math.sin(2 * math.pi * _TONE_HZ * (first + at) / RATE)) >> 3 for at in range(SAMPLES)
    )
    return bytes(_CODES[value + 4_096] for value in values)
