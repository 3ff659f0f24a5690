"""The findings of a diagnosis, step by step, and their texts. Sources: spec C 4.4-4.5, H 3.6 and 5.9.

A finding has no sentence of its own. Its text is `edge_check.<step>.<outcome>` of the strings, the advice
`edge_advice.<step>.<outcome>`. So box and cloud show the same text, in both languages.
"""

from collections.abc import Iterable
from typing import Any, Final, Literal

import msgspec

type Level = Literal["ok", "warning", "error"]
type Layer = Literal["lan", "wan", "link", "runtime", ""]

LAYERS: Final[dict[str, Layer]] = {
    "interfaces": "lan", "route": "lan", "gateway": "lan", "segment": "lan", "internet": "wan", "dns": "wan",
    "cloud_http": "wan", "cloud_mqtt": "link", "clock": "link", "disk": "runtime", "memory": "runtime",
    "drivers": "runtime",
}  # fmt: skip
"""The layer of a step (H 5.9)."""


class Finding(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    step: str
    outcome: str
    """`ok`, or what is wrong in one word."""
    level: Level = "ok"
    subject: str = ""
    """The one among several: an interface, an address, a driver."""
    facts: dict[str, Any] = {}

    @property
    def key(self) -> str:
        return f"{self.step}.{self.outcome}"


class Diagnosis(msgspec.Struct, frozen=True, rename="camel"):
    """Of one box at one moment. `files`: the network files in force, by path, without secrets."""

    at_ms: int
    version: str
    host: str
    findings: list[Finding]
    files: dict[str, str] = {}

    def of(self, level: Level) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == level]


def failing_layer(findings: Iterable[Finding]) -> Layer:
    """The lowest layer with an error, because layers above fail with it; empty when there is none."""
    broken = {LAYERS.get(finding.step, "runtime") for finding in findings if finding.level == "error"}
    order: tuple[Layer, ...] = ("lan", "wan", "link", "runtime")
    return next((layer for layer in order if layer in broken), "")
