"""Errors of things."""

from typing import ClassVar

from linli.kernel import i18n
from linli.kernel.errors import BadInput, Conflict, LinliError, TimedOut, Unavailable
from linli.tsl import ModelRefused, Problem, ValueOutside, ValueRefused


class ProductKeyTaken(Conflict):
    code = "product.key_taken"


class ProductInUse(Conflict):
    """It still has devices."""

    code = "product.in_use"


class DeviceNameTaken(Conflict):
    code = "device.name_taken"


class DeviceBoundElsewhere(Conflict):
    """It belongs to another project or community."""

    code = "device.bound_elsewhere"


class CertificateKnown(Conflict):
    """The device has it already; one that was revoked is not taken again."""

    code = "device.certificate_known"


class DeviceOffline(Unavailable):
    """It cannot be reached now; nothing was sent."""

    code = "device.offline"
    api_code: ClassVar[int | str | None] = 20004
    """As every back end that fails (spec H, 8.2), with a text that says which device and why."""


class CallCutOff(DeviceOffline):
    """Its line broke after the call was sent and before it answered; whether it acted is unknown."""

    code = "device.cut_off"


class DeviceDisabled(Unavailable):
    code = "device.disabled"
    api_code: ClassVar[int | str | None] = 20004


class DeviceSilent(TimedOut):
    """It was sent the call and did not answer in time; whether it acted is unknown."""

    code = "device.silent"
    api_code: ClassVar[int | str | None] = 20004


class DeviceRefused(LinliError):
    """It answered with another code than 200. Facts: `answer` (its code), `message` (its text)."""

    code = "device.refused"
    api_code: ClassVar[int | str | None] = 500


class TslRefused(BadInput):
    """A thing-model document has faults; `problems` lists all, the message names the first."""

    def __init__(self, refused: ModelRefused) -> None:
        self.problems = refused.problems
        first = refused.problems[0]
        super().__init__(field=f"tsl.{first.path}", rule=f"tsl.{first.rule}", **first.facts)


def explain(problem: Problem, language: str = i18n.DEFAULT) -> str:
    """A fault in words: where, and which rule is broken."""
    return f"{problem.path}: {i18n.text(f'rule.tsl.{problem.rule}', language, **problem.facts)}"


def bad_value(error: ValueRefused | ValueOutside, field: str) -> BadInput:
    """The same fault for a caller of the API; `field` is the parameter that holds the values."""
    problem = error.problem
    path = f"{field}.{problem.path}" if problem.path not in {"", field} else field
    return BadInput(field=path, rule=f"tsl.{problem.rule}", **problem.facts)
