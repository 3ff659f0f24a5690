"""Checks that read files of the tree: texts in both languages, lock files without addresses, file and signature sizes."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

LANGUAGES = ("zh-CN", "en")
MOST_LINES = 400
MOST_PARAMETERS = 9
ADDRESS = re.compile(r"\bhttps?://[^\s\"']+|--(?:extra-)?index-url\b")
PLACEHOLDER = re.compile(r"\{(\w+)[^{}]*\}")


def string_problems(folder: Path) -> Iterator[str]:
    """Every folder `strings` must say the same things, with the same placeholders, in each language."""
    for strings in sorted(folder.rglob("strings")):
        if not strings.is_dir() or "node_modules" in strings.parts:
            continue
        texts = {}
        for language in LANGUAGES:
            file = strings / f"{language}.json"
            template = file.with_suffix(".json.tmpl")  # of what a new driver begins with
            if file.exists() or template.exists():
                source = file if file.exists() else template
                texts[language] = dict(flat(json.loads(source.read_text(encoding="utf-8"))))
            else:
                yield f"{file} is missing"
        if len(texts) == len(LANGUAGES):
            yield from _differences(strings, texts)


def _differences(strings: Path, texts: dict[str, dict[str, str]]) -> Iterator[str]:
    first, second = LANGUAGES
    for key in sorted(texts[first].keys() ^ texts[second].keys()):
        where = first if key not in texts[first] else second
        yield f"{strings / where}.json: no text for {key!r}"
    for key in sorted(texts[first].keys() & texts[second].keys()):
        there, here = (set(PLACEHOLDER.findall(texts[language][key])) for language in LANGUAGES)
        if there != here:
            yield f"{strings}: {key!r} has {sorted(there)} in {first} and {sorted(here)} in {second}"
        for language in LANGUAGES:
            if not texts[language][key].strip():
                yield f"{strings / language}.json: {key!r} is empty"


def flat(value: dict[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from flat(inner, f"{prefix}{key}.")
        else:
            yield prefix + key, str(inner)


def doubled_keys(folder: Path) -> Iterator[str]:
    """Keys that stand twice in a file of texts: readers take the last, and nobody sees the first."""
    for file in sorted(folder.rglob("strings/*.json")):
        if "node_modules" in file.parts:
            continue
        doubled: list[str] = []

        def read(pairs: list[tuple[str, object]], into: list[str] = doubled) -> dict[str, object]:
            into.extend(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
            return dict(pairs)

        json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=read)
        yield from (f"{file}: {key!r} stands twice" for key in doubled)


def lock_problems(files: list[Path]) -> Iterator[str]:
    """Lock files name packages and hashes; where to fetch them from is each machine's own setting."""
    for file in files:
        if not file.exists():
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            # npm also keeps each package's funding pages; only "resolved" is a place to fetch from.
            if ADDRESS.search(line) and (file.suffix != ".json" or '"resolved"' in line):
                yield f"{file}:{number}: holds an address: {line.strip()[:90]}"
                break


def long_files(folders: list[Path]) -> Iterator[str]:
    """Files to split by noun. A warning: a table or a state machine may have its reasons."""
    for folder in folders:
        for pattern in ("*.py", "*.ts", "*.vue"):
            for file in sorted(folder.rglob(pattern)):
                if {
                    "node_modules",
                    "dist",
                    "static",
                    "static_resident",
                    "static_staff",
                    "static_terminal",
                    "static_help",
                    "migrations",
                } & set(file.parts) or file.name.endswith(".d.ts"):
                    continue
                lines = file.read_text(encoding="utf-8").count("\n")
                if lines > MOST_LINES:
                    yield f"{file}: {lines} lines"


def wide_functions(folders: list[Path]) -> Iterator[str]:
    """Functions with ten or more parameters: what belongs together among them is a struct. `self` and `cls` are none."""
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            if "migrations" in file.parts:
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                    continue
                names = _parameters(node.args)
                if len(names) > MOST_PARAMETERS:
                    name = getattr(node, "name", "lambda")
                    yield f"{file}:{node.lineno}: {name} has {len(names)} parameters, {MOST_PARAMETERS} at most"


def _parameters(arguments: ast.arguments) -> list[str]:
    names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names
