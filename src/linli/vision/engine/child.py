"""The child process that runs the models: `python -m linli.vision.engine.child MODELS LIBRARIES MEGABYTES`.

Reads asks from its standard input and writes answers to its standard output, in order, one at a time; the first frame
is its state. It ends when its input does, so it never outlives the platform.
"""

import os
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

from linli.vision.engine import frames
from linli.vision.engine.frames import (
    Answer,
    Ask,
    CropAsk,
    Done,
    Failed,
    FeedAsk,
    FindAsk,
    ForgetAsk,
    LookAsk,
    MarkAsk,
    SearchAsk,
    Unreadable,
)
from linli.vision.engine.local import Looker, find
from linli.vision.engine.ports import NoPicture, State
from linli.vision.index.shelf import DiskShelf, take_place


def main(arguments: list[str]) -> int:
    models, libraries, megabytes = Path(arguments[0]), Path(arguments[1]), int(arguments[2])
    # Libraries may print: the pipe is taken away from them before any is loaded.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asks = sys.stdin.buffer
    if megabytes:
        limit = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    from linli.vision import loading

    try:
        looker = loading.load(models)
        shelf = DiskShelf(take_place(libraries), looker.model_id, looker.dimensions)
    except (OSError, ValueError, ImportError) as error:
        _write(out, frames.encode(State("", 0, None, [], str(error))))
        return 1
    state = State(looker.model_id, looker.dimensions, looker.thresholds, list(looker.models))
    _write(out, frames.encode(state))
    while (body := _read(asks)) is not None:
        answer, alive = _answer(looker, shelf, frames.decode_ask(body))
        _write(out, frames.encode(answer))
        if not alive:
            return 1
    shelf.close()
    return 0


def _answer(looker: Looker, shelf: DiskShelf, ask: Ask) -> tuple[Answer, bool]:
    """The answer, and whether this process is still to be trusted."""
    try:
        return Done(frames.encode(_do(looker, shelf, ask))), True
    except NoPicture as error:
        return Unreadable(error.rule), True
    except MemoryError:
        return Failed("out of memory"), False
    except Exception as error:  # noqa: BLE001 - the edge of the process: the asker gets any exception
        return Failed(f"{type(error).__name__}: {error}"), True


def _do(looker: Looker, shelf: DiskShelf, ask: Ask) -> Any:
    match ask:
        case LookAsk(picture, use, embed):
            return looker.look(picture, use=use, embed=embed)
        case CropAsk(picture):
            return looker.embed_crop(picture)
        case FindAsk(library, picture, crop, limit):
            return find(looker, shelf, library, picture, crop=crop, limit=limit)
        case MarkAsk(library):
            return shelf.mark(library)
        case FeedAsk(library, changes, mark, afresh):
            return shelf.feed(library, changes, mark=mark, afresh=afresh)
        case SearchAsk(library, vectors, limit):
            return shelf.search(library, vectors, limit=limit)
        case ForgetAsk(library):
            return shelf.forget(library)


def _read(asks: BinaryIO) -> bytes | None:
    """The next frame; None at the end of the input."""
    head = asks.read(frames.LENGTH.size)
    if len(head) < frames.LENGTH.size:
        return None
    (length,) = frames.LENGTH.unpack(head)
    body = asks.read(length)
    return body if len(body) == length else None


def _write(out: BinaryIO, body: bytes) -> None:
    out.write(frames.frame(body))
    out.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
