"""One ONNX file, loaded to run on one core."""

from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray


class Network:
    """Takes one array and gives its outputs by name. One thread: callers scale by processes."""

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        (self._input,) = self.session.get_inputs()[:1]
        self._name = self._input.name
        self._outputs = [output.name for output in self.session.get_outputs()]

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the picture it takes."""
        shape = self._input.shape
        return int(shape[3]), int(shape[2])

    @property
    def height(self) -> int:
        """Of the picture it takes, where its width is free."""
        return int(self._input.shape[2])

    def note(self, name: str) -> str:
        """What the file says of itself under this name; empty where it says nothing."""
        return str(self.session.get_modelmeta().custom_metadata_map.get(name, ""))

    def run(self, values: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        outputs = self.session.run(self._outputs, {self._name: values})
        return dict(zip(self._outputs, outputs, strict=True))
