"""The box's time: the cloud's, never back once it was told, through wrong machine clocks and slow answers."""

from linli.edge.cloud import BoxClock

NOON = 1_795_780_800_000
HOUR = 3_600_000


class Machine:
    """A machine's two clocks, moved by hand."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms, self.steady_ms = now_ms, 5_000

    def pass_by(self, ms: int) -> None:
        self.now_ms += ms
        self.steady_ms += ms

    def clock(self, floor_ms: int = 0) -> BoxClock:
        return BoxClock(floor_ms, machine_ms=lambda: self.now_ms, steady_ms=lambda: self.steady_ms)


def test_a_box_without_a_battery_takes_up_the_last_known_time() -> None:
    machine = Machine(0)
    clock = machine.clock(floor_ms=NOON)
    machine.pass_by(1000)
    assert clock.now_ms() == NOON + 1000
    clock.raise_to(NOON + HOUR)
    assert clock.now_ms() == NOON + HOUR
    clock.correct(NOON + 2 * HOUR, 20)
    clock.raise_to(NOON + 3 * HOUR)  # the cloud knows better
    assert clock.now_ms() == NOON + 2 * HOUR + 10


def test_a_machine_that_is_set_while_the_box_runs_moves_nothing() -> None:
    machine = Machine(NOON)
    clock = machine.clock()
    machine.now_ms -= 24 * HOUR
    machine.pass_by(10)
    assert clock.now_ms() == NOON + 10
    assert clock.machine_offset_ms == -24 * HOUR


def test_the_first_word_of_the_cloud_may_set_it_back_and_later_ones_only_slow_it() -> None:
    machine = Machine(NOON + 10 * HOUR)
    clock = machine.clock()
    assert clock.correct(NOON, 0) == 10 * HOUR
    assert clock.now_ms() == NOON
    machine.pass_by(1000)
    assert clock.correct(NOON, 0) == 1000  # a second ahead
    seen = [clock.now_ms()]
    for _ in range(20):
        machine.pass_by(1000)
        seen.append(clock.now_ms())
    assert seen == sorted(seen)
    assert seen[-1] == NOON + 20_000  # the second was lost by going slower
    assert clock.correct(NOON + HOUR, 0) < 0
    assert clock.now_ms() == NOON + HOUR


def test_slow_answers_and_rough_hints() -> None:
    machine = Machine(NOON)
    clock = machine.clock()
    assert clock.correct(NOON + HOUR, 60_000) == -HOUR - 30_000
    assert clock.now_ms() == NOON  # too slow to be believed
    assert clock.hinted(NOON + HOUR)
    assert clock.now_ms() == NOON + HOUR
    clock.correct(NOON + HOUR, 10)
    assert not clock.hinted(NOON)
