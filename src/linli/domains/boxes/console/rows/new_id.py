"""What a route answers that made something."""

import msgspec


class CreatedId(msgspec.Struct, rename="camel", frozen=True):
    id: str
