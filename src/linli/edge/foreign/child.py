"""The process of a foreign driver: it changes the user, opens the pipes, then runs the driver's `index.py` without a
time limit.

    python -m linli.edge.foreign.child CODE_FOLDER [USER_NUMBER]

Without a number it keeps its user. A function `handler` that the source demands in `index.py` is never called.
"""

import importlib
import os
import sys
import threading
from pathlib import Path

from linli.edge.foreign import confinement, leda


def main(folder: str, uid: int | None = None) -> None:
    # What the driver prints must not fall among the protocol's lines: it goes to the log.
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    if uid is not None:
        # The way to the code leads through the box's folder, which this user may not enter.
        code = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        os.fchdir(code)
        confinement.become(uid, Path(leda.__file__))
        folder = f"/proc/self/fd/{code}"
    sys.modules["leda"] = leda
    sys.path.insert(0, folder)
    leda.open_link(sys.stdin.buffer, outgoing)
    importlib.import_module("index")
    # Drivers that only answer have nothing left to do here; those with threads go on in them.
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else None)
