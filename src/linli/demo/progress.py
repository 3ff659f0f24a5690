"""The terminal's output while the demo gets ready: a line for each step that took over a second, and tables."""

import sys
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from linli.kernel import i18n

SHOWN_FROM_SECONDS: Final = 1.0


class Terminal:
    """Prints in one language; every line leaves at once, also into a pipe."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._began = time.monotonic()

    def text(self, key: str, **facts: object) -> str:
        return i18n.text(f"demo.{key}", self.language, **facts)

    def say(self, key: str, **facts: object) -> None:
        print(self.text(key, **facts), flush=True)

    def complain(self, key: str, **facts: object) -> None:
        print(f"linli: {self.text(key, **facts)}", file=sys.stderr, flush=True)

    def ask(self, key: str, **facts: object) -> bool:
        """Whether the answer is yes; no answer at all is no."""
        try:
            return input(self.text(key, **facts)).strip().lower() in ("y", "yes", "是")
        except EOFError:
            return False

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Around one step of getting ready."""
        began = time.monotonic()
        yield
        took = time.monotonic() - began
        if took >= SHOWN_FROM_SECONDS:
            self.say("step", what=self.text(f"step.{name}"), seconds=f"{took:.1f}")

    @property
    def seconds(self) -> float:
        """Since the command began."""
        return time.monotonic() - self._began

    def table(self, keys: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns padded to their width on the screen, where Chinese characters take two places."""
        head = [self.text(f"column.{key}") for key in keys]
        lines = [head, *rows]
        widths = [max(_width(line[n]) for line in lines) for n in range(len(keys))]
        for line in lines:
            cells = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
            print("  " + "  ".join(cells).rstrip(), flush=True)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
