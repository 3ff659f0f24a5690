"""Days of a zone, and counters when time does what it should not."""

from datetime import UTC, datetime

from linli.kernel.settings import CallLimits
from linli.openapi.limits import Limits, Rule, with_settings
from linli.openapi.metering import Company, Days, Meter

SETTINGS = CallLimits(per_second=2, per_day=3, company_per_day=0)
NOON = 1_800_000_000_000


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


def meter(processes: int = 1, settings: CallLimits = SETTINGS, own: dict[str, Rule] | None = None) -> Meter:
    limits = Limits(own or {}, {}, with_settings({}, settings))
    company, days = Company("t"), Days("Asia/Shanghai")
    company.set_rule(limits.of_company(), 0, days.of(NOON), processes)
    made = Meter("k", company, days)
    made.set_limits(limits, {}, days.of(NOON), processes)
    return made


def admitted(meter: Meter, times: int, now_ms: int) -> int:
    return sum(meter.admit("/a", None, now_ms) is None for _ in range(times))


def test_a_day_is_the_zones_and_may_be_short_or_long() -> None:
    days = Days("Europe/Berlin")
    before = days.of(at("2026-10-24T23:59:59+02:00"))
    assert days.of(at("2026-10-25T00:00:00+02:00")) == before + 1
    assert (days.ends_ms - days.begins_ms) == 25 * 3_600_000
    assert days.of(at("2026-10-25T23:59:59+01:00")) == before + 1
    assert days.of(at("2026-10-24T12:00:00+02:00")) == before  # a clock that was set back


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    one = meter(settings=CallLimits(per_second=2, per_day=0, company_per_day=0))
    assert admitted(one, 3, NOON) == 2
    assert admitted(one, 3, NOON - 1000) == 0  # a call that came a little late counts with the newest second
    assert admitted(one, 3, NOON - 60_000) == 2


def test_counts_of_a_day_stay_with_it() -> None:
    days = Days("Asia/Shanghai")
    days.of(NOON)
    one = meter(settings=CallLimits(per_second=0, per_day=0, company_per_day=0))
    one.admit("/a", None, days.ends_ms - 1)
    one.admit("/a", None, days.ends_ms)
    one.refused("/a", days.ends_ms)
    (first, counts), (second, more) = one.take_pending()
    assert (second - first, counts, more) == (1, {"/a": [1, 0, 0]}, {"/a": [1, 0, 1]})
    assert not one.pending
    one.put_back([(first, counts)])
    assert one.take_pending() == [(first, counts)]


def test_a_change_of_a_limit_keeps_what_was_counted() -> None:
    one = meter()
    assert admitted(one, 2, NOON) == 2
    raised = Limits({"": Rule(None, 4)}, {}, with_settings({}, SETTINGS))
    one.set_limits(raised, {}, Days("Asia/Shanghai").of(NOON), 1)
    assert admitted(one, 5, NOON + 1000) == 2


def test_processes_have_a_part_of_a_second_before_they_ask() -> None:
    one = meter(processes=2, settings=CallLimits(per_second=80, per_day=0, company_per_day=0))
    assert admitted(one, 50, NOON) == 10
    window = one.admit("/a", None, NOON)
    assert window is not None
    assert (window.may_ask, window.pool) == (True, 60)
    window.spent = True
    assert not window.may_ask
    assert admitted(one, 50, NOON + 1000) == 10


def test_no_limit_is_a_choice() -> None:
    one = meter(own={"/a": Rule(0, 0), "": Rule(0, 0)})
    assert admitted(one, 100, NOON) == 100
