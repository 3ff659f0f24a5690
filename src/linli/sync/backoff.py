"""How long to wait before the next try, and when to stop trying."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow by `factor`; times in ms.

    After `retries` failed retries (so `retries` + 1 tries in all) a person is needed. The spec's platform retries
    three times (3.6.4.7). An offline device uses up nothing: it is looked at again every `offline_ms`, in case the
    news of its return was lost.
    """

    first_ms: int = 10_000
    factor: float = 6.0
    longest_ms: int = 3_600_000
    retries: int = 3
    offline_ms: int = 1_800_000

    def wait_ms(self, failures: int, spread: float) -> int:
        """The wait after the `failures`-th failure in a row (from 1). `spread` in 0..1 varies it by a fifth either
        way, so that devices that failed together do not return together."""
        plain = min(self.first_ms * self.factor ** (failures - 1), self.longest_ms)
        return round(plain * (0.8 + 0.4 * spread))

    def gives_up(self, failures: int) -> bool:
        return failures > self.retries
