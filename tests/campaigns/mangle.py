"""Ways to break bytes and values, by a seeded chance."""

import random
import string
from typing import Any

from msgspec import inspect
from msgspec.inspect import Type

ODD_TEXTS = (
    "",
    " ",
    "\0",
    "é\ud7ff",
    "'; DROP TABLE spaces; --",
    "../../etc/passwd",
    "%s%n",
    "𝕏" * 50,
    "A" * 5000,
    "null",
)
USUAL_TEXTS = (
    "1", "101", "house", "area", "桂花城", "13800138000", "2026-01-01", "2030-01-01 00:00:00", "9999-12-31 23:59:59", "0",
    "Heartbeat", "iot_park_pass_record", "plateNumberImage", "PK_AND_DN", "IOT_ID", "OWNED", "picture", "COMMUNITY_FILE",
    "project", "DEVICE", "SHARE", "gmt_create", "desc", '{"a":1}', "[]", "id", "eq", "like", "50ac", "%_%", "-",
)  # fmt: skip
"""Texts that get past the first checks."""
ODD_NUMBERS = (0, -1, 1, 2**31, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**40, 0.5, 1e308)
JSON_BITS = (
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"NaN",
    b"1e999",
    b"\xff",
    b"\0",
)


class Mangler:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def value(self, depth: int = 0) -> Any:
        """Anything JSON can say, mostly odd."""
        kind = self.chance.randrange(9 if depth < 3 else 6)
        match kind:
            case 0:
                return self.chance.choice(ODD_TEXTS)
            case 1:
                return self.chance.choice(ODD_NUMBERS)
            case 2:
                return None
            case 3:
                return self.chance.random() < 0.5
            case 4:
                return self.text(self.chance.randrange(30))
            case 5:
                return self.chance.randrange(-1000, 1000)
            case 6:
                return [self.value(depth + 1) for _ in range(self.chance.randrange(4))]
            case 7:
                return [self.chance.choice(ODD_NUMBERS)] * 300
            case _:
                return {self.text(5): self.value(depth + 1) for _ in range(self.chance.randrange(4))}

    def typed(self, kind: Type) -> Any:
        """A value of the right type that is odd all the same."""
        match kind:
            case inspect.UnionType():
                return self.typed(self.chance.choice(kind.types))
            case inspect.Metadata():
                return self.typed(kind.type)
            case inspect.StructType():
                return {
                    field.encode_name: self.typed(field.type)
                    for field in kind.fields
                    if field.required or self.chance.random() < 0.6
                }
            case inspect.ListType():
                length = self.chance.choice((0, 1, 1, 2, 250))
                item = self.typed(kind.item_type)
                return [item] * length if length > 2 else [self.typed(kind.item_type) for _ in range(length)]
            case inspect.DictType():
                return {self.odd_text(): self.typed(kind.value_type) for _ in range(self.chance.randrange(3))}
            case inspect.IntType() | inspect.FloatType():
                return self.chance.choice((*ODD_NUMBERS[:10], 1, 1, 2, 3, 10, 100))
            case inspect.BoolType():
                return self.chance.random() < 0.5
            case inspect.NoneType():
                return None
            case inspect.LiteralType():
                return self.chance.choice(kind.values)
            case inspect.AnyType() | inspect.RawType():
                return self.value()
            case _:
                return self.odd_text()

    def described(self, schema: dict[str, Any], depth: int = 0) -> Any:
        """A value of a JSON schema's outer shape, with odd values inside."""
        for alternatives in ("oneOf", "anyOf"):
            if alternatives in schema:
                return self.described(self.chance.choice(schema[alternatives]), depth)
        if "enum" in schema and self.chance.random() < 0.8:
            return self.chance.choice(schema["enum"])
        match schema.get("type"):
            case "object" if depth < 5:
                members = schema.get("properties", {})
                needed = schema.get("required", ())
                return {
                    name: self.described(inner, depth + 1)
                    for name, inner in members.items()
                    if self.chance.random() < (0.95 if name in needed else 0.6)
                }
            case "array" if depth < 5:
                count = self.chance.choice((0, 1, 2))
                return [self.described(schema.get("items", {}), depth + 1) for _ in range(count)]
            case "string":
                return self.odd_text()
            case "integer" | "number":
                return self.chance.choice(ODD_NUMBERS)
            case "boolean":
                return self.chance.random() < 0.5
            case _:
                return self.value(depth + 1)

    def odd_text(self) -> str:
        return self.chance.choice(USUAL_TEXTS if self.chance.random() < 0.6 else ODD_TEXTS[1:])

    def text(self, length: int) -> str:
        return "".join(self.chance.choices(string.printable + "房屋", k=length))

    def raw(self, most: int = 200) -> bytes:
        return self.chance.randbytes(self.chance.randrange(most))

    def wound(self, good: bytes) -> bytes:
        """`good` with one to four wounds: bits turned, pieces cut, doubled, put in or swapped."""
        broken = bytearray(good)
        for _ in range(self.chance.randint(1, 4)):
            at = self.chance.randrange(len(broken) + 1)
            match self.chance.randrange(6):
                case 0 if broken and at < len(broken):
                    broken[at] ^= 1 << self.chance.randrange(8)
                case 1:
                    del broken[at : at + self.chance.randrange(1, 9)]
                case 2:
                    broken[at:at] = self.raw(12)
                case 3:
                    broken[at:at] = self.chance.choice(JSON_BITS)
                case 4:
                    del broken[at:]
                case _:
                    piece = broken[at : at + self.chance.randrange(1, 40)]
                    broken[at:at] = piece
        return bytes(broken)

    def nested(self) -> bytes:
        """JSON nested deeper than anybody needs."""
        depth = self.chance.choice((100, 2000, 20_000))
        opening, closing = self.chance.choice(((b"[", b"]"), (b'{"a":', b"}")))
        return opening * depth + b"1" + closing * self.chance.choice((depth, depth - 1, 0))
