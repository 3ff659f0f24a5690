"""Whatever can go wrong is said in both languages: no code, rule or kind of thing reaches a person by its name alone."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "linli"
OTHERS = {"rule": re.compile(r'rule="([a-z_0-9.]+)"'), "what": re.compile(r'\(\s*what="([a-z_0-9.]+)"')}
TOLD_OTHERWISE = {"BadInput", "NotFound"}
"""By the rule that was broken, by the kind of thing that is not there."""


@cache
def sources() -> dict[Path, str]:
    return {
        file: file.read_text("utf-8")
        for file in SOURCE.rglob("*.py")
        if "migrations" not in file.parts and "template" not in file.parts
    }


@cache
def texts(language: str) -> frozenset[str]:
    files = SOURCE.rglob(f"strings/{language}.json")
    return frozenset(key for file in files for key in json.loads(file.read_text("utf-8")))


@cache
def codes() -> dict[str, str]:
    """Codes of errors that are told by a text of their own, with the file."""
    classes = {
        node.name: (node, file)
        for file, text in sources().items()
        if "class " in text and "code" in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef)
    }

    def above(name: str) -> set[str]:
        node = classes[name][0] if name in classes else None
        bases = [base.id for base in node.bases if isinstance(base, ast.Name)] if node else []
        return {name, *(found for base in bases if base != name for found in above(base))}

    found = {}
    for name, (node, file) in classes.items():
        kinds = above(name)
        if "LinliError" not in kinds or kinds & TOLD_OTHERWISE:
            continue
        for line in node.body:
            match line:
                case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))):
                    found[code] = str(file)
    return found


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_error_has_words(language: str) -> None:
    assert len(codes()) > 100
    wanted = {f"error.{code}": where for code, where in codes().items()}
    for kind, pattern in OTHERS.items():
        for file, text in sources().items():
            wanted |= {f"{kind}.{name}": str(file) for name in pattern.findall(text)}
    assert {key: where for key, where in wanted.items() if key not in texts(language)} == {}
