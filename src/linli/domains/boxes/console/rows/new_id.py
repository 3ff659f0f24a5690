"""The answer of a route that created a row."""

import msgspec


class CreatedId(msgspec.Struct, rename="camel", frozen=True):
    id: str
