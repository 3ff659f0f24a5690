"""Names that the web's TypeScript and Vue files give, and the words of their file names. `name_checks` says which are
refused."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

SUFFIXES = (".ts", ".vue")
GENERATED = frozenset({"schema.d.ts", "components.d.ts"})
MACROS = frozenset({"defineProps", "defineEmits"})
"""Vue's macros whose type argument declares props or events."""
DECLARING = frozenset({"const", "let", "var"})
BEFORE_PATTERN = frozenset("(,=:[!&|?{};") | {"=>", "return"}
"""After these tokens a slash begins a regular expression; after all others it divides."""

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")
      | (?P<word>[A-Za-z_$][\w$]*)
      | (?P<number>\d[\w.]*)
      | (?P<sign>=>|\?\.(?!\d)|\.\.\.|.)""",
    re.VERBOSE | re.DOTALL,
)
_PATTERN: Final = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/\w*")
_TEMPLATE_TEXT: Final = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*", re.DOTALL)
_SCRIPT: Final = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL)
_MARKUP: Final = re.compile(r"<template\b.*</template>", re.DOTALL)
_HTML_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_EXPRESSION: Final = re.compile(r"""\s(?:v-|[:@#])[\w:.\[\]-]*="([^"]*)"|\{\{(.*?)\}\}""", re.DOTALL)
_WORD_OF_NAME: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


class Token(NamedTuple):
    text: str
    """Empty for a text, a number or a regular expression."""
    line: int
    """From 1."""
    bracket: str
    """The bracket that the token stands in: `(`, `[`, `{`, `$` in a template literal; empty outside."""


def web_files(root: Path) -> Iterator[tuple[str, Path]]:
    """(path from `root`, file) of each hand-written source file of the web."""
    for folder in ("src", "tests", "vite"):
        for file in sorted((root / "web").glob(f"*/{folder}/**/*")):
            if file.suffix in SUFFIXES and file.name not in GENERATED:
                yield file.relative_to(root).as_posix(), file


def words_of_file(file: Path) -> list[str]:
    """`useBoxDevices.ts`: use, box, devices."""
    name = file.name.partition(".")[0]
    return [word.lower() for word in _WORD_OF_NAME.findall(name)] or [name]


def given_names(source: str, *, vue: bool) -> Iterator[tuple[int, str]]:
    """(line from 1, name) of each name that `source` gives to a variable, function, type, parameter, prop or event.

    A variable's uses come as well, for whoever uses a name has given it before. Fields of objects and types are left
    out: they have the names of the wire.
    """
    for start, code in _code_of(source) if vue else [(1, source)]:
        yield from _given(list(tokens(code, start)))


def tokens(code: str, line: int = 1) -> Iterator[Token]:
    """The tokens of TypeScript, without spaces and comments. `line` is the number of the first line."""
    brackets: list[str] = []
    before = "("
    at = 0
    while at < len(code):
        bracket = brackets[-1] if brackets else ""
        ends_insertion = code[at] == "}" and bracket == "$"
        if code[at] == "`" or ends_insertion:
            if ends_insertion:
                brackets.pop()
            text = _TEMPLATE_TEXT.match(code, at + 1)
            end = text.end() if text else at + 1
            if code.startswith("${", end):
                brackets.append("$")
                before, stop = "(", end + 2
            else:
                before, stop = "`", end + 1
                yield Token("", line, bracket)
        elif pattern := code[at] == "/" and before in BEFORE_PATTERN and _PATTERN.match(code, at):
            before, stop = "/", pattern.end()
            yield Token("", line, bracket)
        else:
            match = _TOKEN.match(code, at)
            if match is None:
                raise ValueError(f"line {line}: not TypeScript")
            stop = match.end()
            text = match[0]
            if match.lastgroup in {"word", "sign"}:
                if text in ")]}" and brackets:
                    brackets.pop()
                yield Token(text, line, brackets[-1] if brackets else "")
                if text in "([{":
                    brackets.append(text)
            elif match.lastgroup != "space":
                yield Token("", line, bracket)
            if match.lastgroup != "space":
                before = text
        line += code.count("\n", at, stop)
        at = stop


def _code_of(source: str) -> Iterator[tuple[int, str]]:
    """(number of its first line, code) of the scripts and of each expression in the template of a Vue file."""
    for match in _SCRIPT.finditer(source):
        yield _line(source, match.start(1)), match[1]
    markup = _MARKUP.search(source)
    if markup is None:
        return
    shown = _HTML_COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), markup[0])
    for match in _EXPRESSION.finditer(shown):
        group = 1 if match[1] is not None else 2
        yield _line(source, markup.start() + match.start(group)), match[group]


def _line(source: str, at: int) -> int:
    return source.count("\n", 0, at) + 1


def _given(code: Sequence[Token]) -> Iterator[tuple[int, str]]:
    depth = 0
    """Of curly brackets, counted from the type argument of a macro; 0 outside of one."""
    for at, token in enumerate(code):
        before = code[at - 1].text if at else ""
        after = [later.text for later in code[at + 1 : at + 3]]
        if token.text == "{":
            depth += depth > 0 or (before == "<" and at > 1 and code[at - 2].text in MACROS)
        elif token.text == "}" and depth:
            depth -= 1
        elif _is_word(token.text) and before not in {".", "?."} and after[:1] != ["as"]:
            is_key = token.bracket == "{" and (after[:1] == [":"] or after == ["?", ":"])
            if not is_key or depth == 1 or before in DECLARING:
                yield token.line, token.text


def _is_word(text: str) -> bool:
    return bool(text) and (text[0].isalpha() or text[0] in "_$")
