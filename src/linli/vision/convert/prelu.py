"""PReLU as the runtime does it fastest.

Its own operator branches at every value and takes twice as long on real pictures as on a blank one; multiplications
and a maximum are vectorised: prelu(x) = slope * x + (1 - slope) * relu(x).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper, numpy_helper


def spelled_out(x: str, slope: NDArray[np.float32], output: str) -> tuple[list[Any], list[Any]]:
    """(nodes, constants) that compute `output` from `x`. `slope` has a value a channel, as (channels, 1, 1)."""
    names = {part: f"{output}/{part}" for part in ("slope", "rest", "relu", "below", "above")}
    constants = [
        numpy_helper.from_array(np.ascontiguousarray(slope, np.float32), names["slope"]),
        numpy_helper.from_array(np.ascontiguousarray(1 - slope, np.float32), names["rest"]),
    ]
    nodes = [
        helper.make_node("Relu", [x], [names["relu"]]),
        helper.make_node("Mul", [x, names["slope"]], [names["below"]]),
        helper.make_node("Mul", [names["relu"], names["rest"]], [names["above"]]),
        helper.make_node("Add", [names["below"], names["above"]], [output]),
    ]
    return nodes, constants
