"""The child: `python -m linli.kernel.children.entry MODULE FUNCTION MEMORY CPU FILE`, frames on its pipes.

It loads the module, then forks for each piece of work: a fork begins with all that is loaded, and ends with what it did.
"""

import gc
import importlib
import os
import select
import signal
import sys
from collections.abc import Callable
from typing import Any

from linli.kernel.children.bounds import Bounds, confine
from linli.kernel.children.channel import Channel, Ended

DONE, GONE, MEMORY, FAILED = 0, 3, 77, 70
"""How a fork ends: its work is over, the parent is gone, its memory did not do, a fault of ours."""
BY_SIGNAL = 1000
"""Added to the number of the signal that ended a fork."""


def main(arguments: list[str]) -> int:
    module, function, *bounds = arguments
    # Libraries may print: the pipe is taken away from them before any is loaded.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # openpyxl would load it where it is installed, with a thread for each core.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    work = getattr(importlib.import_module(module), function)
    channel = Channel(sys.stdin.buffer, out)
    gc.freeze()
    while True:
        select.select([0], [], [])
        child = os.fork()
        if not child:
            os._exit(_work(work, channel, Bounds(*map(int, bounds))))
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == GONE:
            return 0
        try:
            channel.end(code if code >= 0 else BY_SIGNAL - code)
        except Ended:
            return 0


def _work(work: Callable[[Channel], Any], channel: Channel, bounds: Bounds) -> int:
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    confine(bounds)
    try:
        work(channel)
        channel.receive(None)  # until the parent says that it is over
    except Ended as ended:
        return GONE if ended.code is None else DONE
    except MemoryError:
        return MEMORY
    except BaseException:  # noqa: BLE001 - the edge of the process: any effect of a hostile file on the library
        return FAILED
    return FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
