"""Every failure that a method answers anywhere in the tests must be one that its reference names.

The gateway's last step is watched in this process: a body code that `raises` of the method does not account for fails
the test in which it was answered. Methods of the tests' own are left alone.
"""

from collections.abc import Iterator

import pytest

from linli.kernel.errors import LinliError
from linli.openapi import reference
from linli.openapi.dispatch import Dispatcher, Exchange
from linli.openapi.plans import MethodPlan
from linli.openapi.registry import MethodSpec

_undocumented: list[str] = []
_held: dict[tuple[str, str], tuple[set[int | str], bool]] = {}
_finish = Dispatcher._finish


def _watched(
    self: Dispatcher, exchange: Exchange, plan: MethodPlan | None, raw: bytes, data: bytes | None
) -> bytes:
    failure = exchange.failure
    if failure is not None and plan is not None and plan.spec.room.startswith("linli."):
        codes, of_others = _documented(plan.spec)
        if failure.code not in codes and not of_others:
            _undocumented.append(f"{plan.path} {plan.version}: {failure.code} {failure.message}")
    return _finish(self, exchange, plan, raw, data)


def _documented(spec: MethodSpec) -> tuple[set[int | str], bool]:
    """Its own codes, and whether others' are passed on."""
    if spec.key not in _held:
        passed_on = any(issubclass(kind, LinliError) and kind.code_of_another for kind in spec.raises)
        _held[spec.key] = reference.codes_of(spec), passed_on
    return _held[spec.key]


def pytest_configure() -> None:
    Dispatcher._finish = _watched  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def documented_answers() -> Iterator[None]:
    """Fails the test that was answered with a code its method does not name."""
    _undocumented.clear()
    yield
    assert not _undocumented, "answers that the API reference does not name"
