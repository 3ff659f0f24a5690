"""A page as a screen reader tells it, and what a listener would stumble over."""

from dataclasses import dataclass
from itertools import pairwise

from playwright.sync_api import Page

LANDMARKS = ("banner", "navigation", "main")
CONTROLS = {
    "button",
    "link",
    "textbox",
    "searchbox",
    "combobox",
    "checkbox",
    "radio",
    "tab",
    "switch",
    "image",
}
LABELS = {"heading", "LabelText", "caption", "Figcaption"}
"""What is told together with the words in it, or with the field it names."""


@dataclass(frozen=True)
class Told:
    """One thing that a screen reader tells of a page."""

    role: str
    name: str
    level: int
    in_main: bool
    """Inside the main landmark, not the landmark itself."""


def told(page: Page) -> list[Told]:
    """All that is told of a page, in the order in which it is met, by the browser's own accessibility tree."""
    session = page.context.new_cdp_session(page)
    nodes = {node["nodeId"]: node for node in session.send("Accessibility.getFullAXTree")["nodes"]}
    session.detach()
    lines: list[Told] = []

    def walk(at: str, in_main: bool, around: str | None) -> None:
        node = nodes[at]
        role = str(node.get("role", {}).get("value", ""))
        name = " ".join(str(node.get("name", {}).get("value", "")).split())
        facts = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
        if not node["ignored"] and not (around is not None and (role == "StaticText" or name == around)):
            lines.append(Told(role, name, int(facts.get("level", 0)), in_main))
        if not node["ignored"] and role in CONTROLS | LABELS:
            around = name
        for child in node.get("childIds", []):
            if child in nodes:
                walk(child, in_main or role == "main", around)

    walk(next(iter(nodes)), False, None)
    return lines


def faults_of(lines: list[Told]) -> list[str]:
    """What a listener would stumble over."""
    faults = []
    landmarks = [line.role for line in lines if line.role in LANDMARKS and not line.in_main]
    if landmarks != list(LANDMARKS):
        faults.append(f"landmarks: {landmarks}")
    inside = [line for line in lines if line.in_main]
    first = next(
        line for line in inside if line.role in {*CONTROLS, "heading", "StaticText", "alert", "status"}
    )
    if (first.role, first.level) != ("heading", 1):
        faults.append(f"begins with {first}")
    levels = [line.level for line in inside if line.role == "heading"]
    if levels.count(1) != 1 or any(below > above + 1 for above, below in pairwise(levels)):
        faults.append(f"levels of headings: {levels}")
    faults += [
        f"no name: {line.role} after {before.name}"
        for before, line in pairwise(lines)
        if line.role in CONTROLS - {"image"} | {"columnheader", "table"} and not line.name
    ]
    cells = False
    for line in lines:
        cells = line.role != "table" and (cells or line.role == "cell")
        if cells and line.role == "columnheader":
            faults.append(f"after the first cell: head {line.name}")
    words = [
        line
        for line in lines
        if line.name
        and line.role in CONTROLS | {*LANDMARKS, "heading", "complementary", "region", "group", "StaticText"}
    ]
    faults += [
        f"twice: {one.role} and {other.role} {one.name}"
        for one, other in pairwise(words)
        if one.name == other.name and one.role != other.role
    ]
    return faults
