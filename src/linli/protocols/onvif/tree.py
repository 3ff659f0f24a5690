"""XML of a stranger as a small tree: bounded in bytes, elements and depth; no DTD, so no entities of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

BYTES_MOST: Final = 1024 * 1024
ELEMENTS_MOST: Final = 20_000
DEPTH_MOST: Final = 40
TEXT_MOST: Final = 64 * 1024
"""Characters of one element."""


class XmlBroken(ValueError):
    """Not well-formed, or beyond the bounds."""


@dataclass(slots=True)
class Node:
    """An element by its local name; `space` is its namespace."""

    name: str
    space: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: "list[Node]" = field(default_factory=list)

    def child(self, *path: str) -> "Node | None":
        """The first one down a path of local names."""
        node: Node | None = self
        for name in path:
            node = next((each for each in node.children if each.name == name), None) if node else None
        return node

    def all(self, name: str) -> "list[Node]":
        return [each for each in self.children if each.name == name]

    def find(self, name: str) -> "Node | None":
        """The first one anywhere below."""
        return next((each for each in self.walk() if each.name == name and each is not self), None)

    def words(self, *path: str) -> str:
        """The text down a path; empty where there is none."""
        node = self.child(*path)
        return node.text.strip() if node is not None else ""

    def walk(self) -> "Iterator[Node]":
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > ELEMENTS_MOST:
            raise XmlBroken(f"more than {ELEMENTS_MOST} elements")
        if len(self._open) >= DEPTH_MOST:
            raise XmlBroken(f"deeper than {DEPTH_MOST} elements")
        space, _, local = name.rpartition(" ")
        node = Node(local, space, {key.rpartition(" ")[2]: value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, name: str) -> None:
        self._open.pop()

    def text(self, data: str) -> None:
        if self._open:
            node = self._open[-1]
            if len(node.text) + len(data) > TEXT_MOST:
                raise XmlBroken(f"a text of more than {TEXT_MOST} characters")
            node.text += data


def _no_dtd(*_: object) -> None:
    raise XmlBroken("a document type is declared")


def read_xml(data: bytes) -> Node:
    """The root. Raises XmlBroken."""
    if len(data) > BYTES_MOST:
        raise XmlBroken(f"more than {BYTES_MOST} bytes")
    builder = _Builder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _no_dtd
    parser.EntityDeclHandler = _no_dtd
    parser.StartElementHandler = builder.begin
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise XmlBroken(str(error)) from None
    if builder.root is None:
        raise XmlBroken("empty")
    return builder.root
