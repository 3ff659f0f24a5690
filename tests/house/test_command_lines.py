"""Command lines that documents show are lines that the commands take: commands, words below them, options."""

import contextlib
import io
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from linli.cli import COMMANDS, main
from prepare import SCRIPTS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "sdk").glob("*.md"),
        *(ROOT / "deploy").iterdir(),
    ]
)
FENCED = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
OF_A_WORKING_COPY = {*SCRIPTS, "setup"}
CAMPAIGNS = {"soak": "tests/campaigns", "bench": "bench"}
OPTION = re.compile(r"--[a-z][a-z0-9-]*")
type Words = tuple[str, ...]


def command_lines(text: str) -> Iterator[Words]:
    """What stands after `linli` in code of a document, or in a line of a file that is no document."""
    fenced = [line for block in FENCED.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    for code in [*fenced, *INLINE.findall(FENCED.sub("", text))]:
        line = re.sub(r"(^|\s)#.*", "", code)
        for part in re.split(r"&&|\||;", line):
            words = _words(part)
            starts = [
                at
                for at, word in enumerate(words)
                if word in ("linli", "./linli") or word.endswith("/bin/linli")
            ]
            if starts and _is_call(words, starts[-1]):
                yield tuple(word.strip("[]…") for word in words[starts[-1] + 1 :])


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _is_call(words: list[str], at: int) -> bool:
    """A program in front, or after what runs programs; not the user or the package of that name."""
    before = words[at - 1] if at else ""
    return at + 1 < len(words) and (
        at == 0
        or before == "linli"
        or "=" in before
        or before == "sudo"
        or (words[0] in ("uvx", "sudo") and at == 3)
    )


@cache
def help_of(words: Words) -> str:
    """What `linli … --help` prints."""
    printed = io.StringIO()
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        contextlib.suppress(SystemExit),
    ):
        main([*words, "--help"])
    return printed.getvalue()


def fault(words: Words) -> str:
    """What is wrong with the line; empty: nothing."""
    command = words[0]
    if command in OF_A_WORKING_COPY or command in ("--help", "--version", "COMMAND"):
        return ""
    if command not in COMMANDS:
        return f"no such command: {command}"
    if command in CAMPAIGNS:
        name = words[1] if len(words) > 1 else "NAME"
        there = any(
            (ROOT / CAMPAIGNS[command] / f"{name.replace('-', '_')}{end}.py").exists() for end in ("", "_")
        )
        return "" if there or name.isupper() else f"no such campaign: {name}"
    below: Words = (command,)
    for word in words[1:]:
        below_it = words_below(below)
        if option := OPTION.match(word):
            if option[0] not in OPTION.findall(help_of(below)):
                return f"{' '.join(below)} has no option {option[0]}"
        elif word in below_it:
            below = (*below, word)
        elif below_it and re.fullmatch("[a-z-]+", word):
            return f"{' '.join(below)} has no {word}"
    return ""


def words_below(words: Words) -> set[str]:
    """Commands that may follow `words`; empty: none may, and what follows is a value."""
    listed = re.search(
        r"^positional arguments:\n  (?:COMMAND|\{.*\})\n((?: {4}.*\n)+)", help_of(words), re.MULTILINE
    )
    return set(re.findall(r"^ {4}([a-z][a-z-]*)\b", listed[1], re.MULTILINE)) if listed else set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_line_can_be_called(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    faults = {" ".join(words): problem for words in command_lines(text) if (problem := fault(words))}
    assert faults == {}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("linli frobnicate", "no such command"),
        ("sudo -u linli linli upgrade --fast", "upgrade has no option --fast"),
        ("./linli edge standby dance", "edge standby has no dance"),
        ("linli soak nothing --json", "no such campaign"),
        ("linli edge network apply --outside enp95s0f0 --dry-run", ""),
        ("LINLI_DATA_DIR=/tmp/try linli restore FILE --key COPY", ""),
    ],
)
def test_a_line_that_cannot_be_called_is_named(line: str, problem: str) -> None:
    (words,) = command_lines(f"```sh\n{line}   # as it is\n```")
    assert fault(words).startswith(problem)
    assert bool(fault(words)) == bool(problem)


def test_documents_show_many_lines() -> None:
    lines = {words for document in DOCUMENTS for words in command_lines(document.read_text(encoding="utf-8"))}
    assert len(lines) > 80
