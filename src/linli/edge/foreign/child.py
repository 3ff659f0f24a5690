"""What a foreign driver's process runs: the pipes, then the driver's `index.py`, which works as long as it likes.

    python -m linli.edge.foreign.child CODE_FOLDER

A function `handler` that the source demands in `index.py` is never called.
"""

import importlib
import os
import sys
import threading

from linli.edge.foreign import leda


def main(folder: str) -> None:
    # What the driver prints must not fall among the protocol's lines: it goes to the log.
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    sys.modules["leda"] = leda
    sys.path.insert(0, folder)
    leda.open_link(sys.stdin.buffer, outgoing)
    importlib.import_module("index")
    # Drivers that only answer have nothing left to do here; those with threads go on in them.
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
