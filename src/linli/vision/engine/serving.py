"""The loop of a child process that answers asks: from its standard input, in order, one at a time.

Answers go to its standard output; the first frame is its state. It ends when its input does, so it never outlives the
platform.
"""

import os
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from linli.vision.engine import frames
from linli.vision.engine.frames import Answer, Done, Failed, Unreadable
from linli.vision.engine.ports import NoPicture, State

type Work = Callable[[bytes], Any]
"""Decodes an ask and does it. Raises NoPicture."""


def serve(begin: Callable[[], tuple[State, Work]], megabytes: int) -> int:
    """Answer asks until there are no more; the exit code. `megabytes`: of memory, 0 for any.

    `begin` loads the models. Raises OSError, ValueError, ImportError where they cannot be used.
    """
    # Libraries may print: the pipe is taken away from them before any is loaded.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asks = sys.stdin.buffer
    if megabytes:
        limit = megabytes * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    try:
        state, work = begin()
    except (OSError, ValueError, ImportError) as error:
        _write(out, frames.encode(State("", 0, None, [], str(error))))
        return 1
    _write(out, frames.encode(state))
    while (body := _read(asks)) is not None:
        answer, alive = _answer(work, body)
        _write(out, frames.encode(answer))
        if not alive:
            return 1
    return 0


def _answer(work: Work, body: bytes) -> tuple[Answer, bool]:
    """The answer, and whether this process is still to be trusted."""
    try:
        return Done(frames.encode(work(body))), True
    except NoPicture as error:
        return Unreadable(error.rule), True
    except MemoryError:
        return Failed("out of memory"), False
    except Exception as error:  # noqa: BLE001 - the edge of the process: the asker gets any exception
        return Failed(f"{type(error).__name__}: {error}"), True


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
