"""What a route answers that made something."""

import msgspec


class Made(msgspec.Struct, rename="camel", frozen=True):
    id: str
