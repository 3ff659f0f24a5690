"""What was tried and what held."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

SHOWN = 400
"""Characters of one finding."""


@dataclass
class Tally:
    """Attempts by kind; those that did not hold with what was seen; figures that the report tells."""

    tried: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def note(self, kind: str, what: str, holds: bool, seen: object = "") -> None:
        """Count one attempt. `what` names it, `seen` is what came back."""
        self.tried[kind] += 1
        if not holds:
            self.broken.append(f"{kind}: {what}: {seen}"[:SHOWN])

    def document(self) -> dict[str, Any]:
        tried = self.tried.total()
        return {
            "attempts": tried,
            "held": tried - len(self.broken),
            "by_kind": dict(sorted(self.tried.items())),
            "figures": self.figures,
            "broken": self.broken,
        }
