"""Texts in the caller's language. Each room keeps its own `strings/{zh-CN,en}.json`, found by walking the package."""

import functools
import json
import re
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final, Protocol

LANGUAGES: Final = ("zh-CN", "en")
DEFAULT: Final = "zh-CN"


def pick(wanted: str | None) -> str:
    """The language to answer in, from `zh`, `zh_CN`, `en-US` or an Accept-Language header."""
    for part in re.split(r"[,;]", wanted or ""):
        tag = part.strip().lower()
        if tag.startswith("en"):
            return "en"
        if tag.startswith("zh"):
            return "zh-CN"
    return DEFAULT


class Asked(Protocol):
    """A request of any web framework."""

    @property
    def headers(self) -> Mapping[str, str]: ...


def language_of(request: Asked) -> str:
    """The language that a browser asks for."""
    return pick(request.headers.get("accept-language"))


def _collect(folder: Traversable, language: str, texts: dict[str, str]) -> None:
    for entry in folder.iterdir():
        if not entry.is_dir() or entry.name.startswith((".", "__")) or entry.name == "static":
            continue
        if entry.name == "strings":
            file = entry / f"{language}.json"
            if file.is_file():
                texts.update(json.loads(file.read_text("utf-8")))
        else:
            _collect(entry, language, texts)


@functools.cache
def catalogue(language: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    _collect(resources.files("linli"), language, texts)
    return texts


class _Lenient(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def text(key: str, language: str = DEFAULT, **facts: object) -> str:
    """The text of `key`; facts fill `{name}` places. A missing key answers as itself, so that it is seen."""
    template = catalogue(language if language in LANGUAGES else pick(language)).get(key)
    if template is None:
        return key
    return template.format_map(_Lenient(facts)) if facts else template
