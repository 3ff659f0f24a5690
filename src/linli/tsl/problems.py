"""Faults of a thing model or of a value, by path and rule."""

from msgspec import Struct


class Problem(Struct, frozen=True):
    """One fault: where (`properties[2].dataType.specs.max`), which rule (`tsl.<rule>` in strings), and the numbers."""

    path: str
    rule: str
    facts: dict[str, object] = {}

    def __str__(self) -> str:
        facts = ", ".join(f"{key}={value!r}" for key, value in self.facts.items())
        return f"{self.path}: {self.rule}" + (f" ({facts})" if facts else "")


class ModelRefused(Exception):
    """A document is no valid thing model. `problems` holds every fault found, not just the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class ValueRefused(Exception):
    """A message carries an unknown identifier or a value of the wrong JSON type: all of it is refused."""

    def __init__(self, path: str, rule: str, **facts: object) -> None:
        super().__init__(path, rule)
        self.problem = Problem(path, rule, facts)

    def __str__(self) -> str:
        return str(self.problem)


class ValueOutside(Exception):
    """A value has the right type but lies outside the declared limits: this value alone is dropped."""

    def __init__(self, path: str, rule: str, **facts: object) -> None:
        super().__init__(path, rule)
        self.problem = Problem(path, rule, facts)

    def __str__(self) -> str:
        return str(self.problem)
