"""The envelope of an uplink: its `params`, the method its topic stands for, and the codes of replies."""

from typing import Any, Final

import msgspec

from linli.kernel.bounded_cache import cached_short
from linli.protocols.linkkit import envelope

BAD_PARAMS: Final = 460
"""Reply code for anything wrong with a message's content (request parameter error)."""
NOT_STORED: Final = 500
UNSUPPORTED: Final = 501


class Post(envelope.Request, gc=False):
    """An uplink with its `params` decoded in the same pass."""

    params: Any = None


_posts = msgspec.json.Decoder(Post)


def read_post(payload: bytes) -> Post:
    """Raises EnvelopeError."""
    return envelope.read_as(_posts, payload)


@cached_short(4096)
def method_of(topic: str) -> str:
    """The method name that a topic stands for, for clients that send none."""
    _, _, tail = topic.partition("/thing/")
    if tail:
        return f"thing.{tail.replace('/', '.')}"
    _, _, tail = topic.partition("/combine/")
    return f"combine.{tail}" if tail else ""
