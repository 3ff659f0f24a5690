"""The child process that runs the face models: `python -m linli.vision.engine.child MODELS LIBRARIES MEGABYTES`."""

import sys
from pathlib import Path
from typing import Any

from linli.vision.engine import frames
from linli.vision.engine.frames import (
    Ask,
    CropAsk,
    FeedAsk,
    FindAsk,
    ForgetAsk,
    LookAsk,
    MarkAsk,
    SearchAsk,
)
from linli.vision.engine.local import Looker, find
from linli.vision.engine.ports import State
from linli.vision.engine.serving import Work, serve
from linli.vision.index.shelf import DiskShelf, take_place


def main(arguments: list[str]) -> int:
    models, libraries, megabytes = Path(arguments[0]), Path(arguments[1]), int(arguments[2])
    opened: list[DiskShelf] = []

    def begin() -> tuple[State, Work]:
        from linli.vision import loading  # after memory was limited

        looker = loading.load(models)
        shelf = DiskShelf(take_place(libraries), looker.model_id, looker.dimensions)
        opened.append(shelf)
        state = State(looker.model_id, looker.dimensions, looker.thresholds, list(looker.models))
        return state, lambda body: _do(looker, shelf, frames.decode_ask(body))

    code = serve(begin, megabytes)
    if code == 0:
        for shelf in opened:
            shelf.close()
    return code


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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
