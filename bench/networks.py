"""Times of processor that Linli and the bare runs of its networks take, alternately. For benches of pictures."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from onnxruntime import InferenceSession

from linli.vision.families.network import Network

PAIRS = 21


def timed(call: Callable[[], Any]) -> float:
    """Seconds of processor time: both sides have one thread, and others may share the machine."""
    start = time.process_time()
    call()
    return time.process_time() - start


def pairs(
    mine: Callable[[int], Any], other: Callable[[int], Any], count: int = PAIRS
) -> list[tuple[float, float]]:
    """(seconds of Linli, seconds of the yardstick), taken alternately after a warm-up."""
    mine(0), other(0)
    return [(timed(partial(mine, n)), timed(partial(other, n))) for n in range(count)]


def ratio(taken: list[tuple[float, float]]) -> float:
    return statistics.median(other / mine for mine, other in taken)


def median_ms(taken: list[tuple[float, float]], which: int) -> float:
    return round(statistics.median(pair[which] for pair in taken) * 1000, 2)


def bare_runs(call: Callable[[], Any]) -> Callable[[], None]:
    """The very runs of networks that a call makes, on the same inputs, and nothing else."""
    runs: list[tuple[InferenceSession, dict[str, Any]]] = []
    kept = Network.run

    def noted(network: Network, values: Any) -> Any:
        runs.append((network.session, {network.session.get_inputs()[0].name: values}))
        return kept(network, values)

    Network.run = noted  # type: ignore[method-assign]
    try:
        call()
    finally:
        Network.run = kept  # type: ignore[method-assign]

    def run() -> None:
        for session, values in runs:
            session.run(None, values)

    return run
