"""A TensorFlow.js graph model (model.json and its weights) as ONNX, channels first.

Only what convolutional face models consist of; an operation beyond that is refused by name. Weights stored as float16
are widened. Source of the layout: the TensorFlow.js format of `graph-model`.
"""

import base64
import json
import math
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from linli.vision.convert.prelu import spelled_out

OPSET = 17
_DTYPES = {"float32": np.float32, "int32": np.int32, "float16": np.float16}
_TO_LAST = (0, 2, 3, 1)


class Unsupported(ValueError):
    """The graph has an operation that this converter does not know."""


def convert(model_json: bytes, weights: bytes) -> bytes:
    """The ONNX file of a graph model. Raises Unsupported, ValueError."""
    described = json.loads(model_json)
    groups = described["weightsManifest"]
    if len(groups) != 1:
        raise ValueError("the weights must be in one group")
    graph = _Graph(_weights(groups[0]["weights"], weights))
    for node in described["modelTopology"]["node"]:
        graph.add(node)
    return graph.finish()


def _weights(specs: list[dict[str, Any]], content: bytes) -> dict[str, np.ndarray[Any, Any]]:
    weights: dict[str, np.ndarray[Any, Any]] = {}
    at = 0
    for spec in specs:
        stored = spec.get("quantization", {}).get("dtype", spec["dtype"])
        if stored not in _DTYPES:
            raise Unsupported(f"weights of type {stored}")
        kind = np.dtype(_DTYPES[stored])
        count = math.prod(spec["shape"])
        values = np.frombuffer(content, kind, count, at).reshape(spec["shape"])
        weights[spec["name"]] = values.astype(_DTYPES[spec["dtype"]])
        at += count * kind.itemsize
    if at != len(content):
        raise ValueError("the weights are longer than their description")
    return weights


class _Graph:
    def __init__(self, weights: dict[str, np.ndarray[Any, Any]]) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._used: set[str] = set()
        self._ranks: dict[str, int] = {}

    def add(self, node: dict[str, Any]) -> None:
        handler = getattr(self, f"_{node['op'].lstrip('_').lower()}", None)
        if handler is None:
            raise Unsupported(f"operation {node['op']}")
        inputs = [name.partition(":")[0] for name in node.get("input", []) if not name.startswith("^")]
        handler(node["name"], inputs, node.get("attr", {}))

    def finish(self) -> bytes:
        graph = helper.make_graph(self._nodes, "model", self._inputs, self._outputs, self._constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="linli", ir_version=8
        )
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())

    # what a graph is made of

    def _constant(self, name: str, values: np.ndarray[Any, Any]) -> str:
        if name not in self._used:
            self._used.add(name)
            self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _emit(self, op: str, inputs: list[str], output: str, **attributes: Any) -> None:
        self._nodes.append(helper.make_node(op, inputs, [output], **attributes))

    def _const(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        if name not in self._weights:
            raise ValueError(f"constant {name} has no weights")

    def _placeholder(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        sides = [int(part["size"]) for part in attr["shape"]["shape"]["dim"]]
        shape = [1, sides[3], sides[1], sides[2]]
        self._inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def _identity(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        self._emit("Identity", inputs, name)
        rank = self._ranks.get(inputs[0], 4)
        tensor_value_info = helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * rank)
        self._outputs.append(tensor_value_info)

    def _fusedconv2d(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        fused = [base64.b64decode(op).decode() for op in attr["fused_ops"]["list"]["s"]]
        if fused not in (["BiasAdd"], ["BiasAdd", "Prelu"], ["BiasAdd", "Relu"]):
            raise Unsupported(f"convolution fused with {fused}")
        x, kernel, bias = inputs[:3]
        constant = self._constant(f"{kernel}/oihw", self._weights[kernel].transpose(3, 2, 0, 1))
        before = f"{name}/conv" if len(fused) > 1 else name
        self._emit("Conv", [x, constant, self._constant(bias, self._weights[bias])], before, **_window(attr))
        if len(fused) > 1 and fused[1] == "Prelu":
            self._prelu(name, [before, inputs[3]], {})
        elif len(fused) > 1:
            self._relu(name, [before], {})

    def _depthwiseconv2dnative(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        kernel = self._weights[inputs[1]]  # height, width, channels, multiplier
        height, width, channels, times = kernel.shape
        turned = kernel.transpose(2, 3, 0, 1).reshape(channels * times, 1, height, width)
        constant = self._constant(f"{inputs[1]}/oihw", turned)
        self._emit("Conv", [inputs[0], constant], name, group=channels, **_window(attr))

    def _addv2(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        self._emit("Add", inputs, name)

    def _relu(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        self._emit("Relu", inputs, name)

    def _sigmoid(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        self._emit("Sigmoid", inputs, name)
        self._ranks[name] = self._ranks.get(inputs[0], 4)

    def _prelu(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        slope = self._weights[inputs[1]]
        nodes, constants = spelled_out(inputs[0], slope.reshape(slope.shape[-1], 1, 1), name)
        self._nodes.extend(nodes)
        self._constants.extend(constants)

    def _maxpool(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        kernel = [int(side) for side in attr["ksize"]["list"]["i"]][1:3]
        window = _window(attr)
        window.pop("dilations")
        self._emit("MaxPool", inputs[:1], name, kernel_shape=kernel, **window)

    def _pad(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        first = self._weights[inputs[1]][[0, 3, 1, 2]]  # rows of (before, after), now channels first
        pads = np.concatenate([first[:, 0], first[:, 1]]).astype(np.int64)
        self._emit("Pad", [inputs[0], self._constant(f"{name}/pads", pads)], name)

    def _reshape(self, name: str, inputs: list[str], attr: dict[str, Any]) -> None:
        # What follows counts on channels last, as the graph was trained.
        turned = f"{name}/nhwc"
        self._emit("Transpose", [inputs[0]], turned, perm=_TO_LAST)
        shape = self._weights[inputs[1]].astype(np.int64)
        self._emit("Reshape", [turned, self._constant(f"{name}/shape", shape)], name)
        self._ranks[name] = len(shape)


def _window(attr: dict[str, Any]) -> dict[str, Any]:
    """Strides, dilations and padding, which channels-first nodes take without batch and channels."""
    data_format = base64.b64decode(attr["data_format"]["s"]).decode()
    padding = base64.b64decode(attr["padding"]["s"]).decode()
    if data_format != "NHWC" or padding not in ("SAME", "VALID"):
        raise Unsupported(f"layout {data_format}, padding {padding}")
    dilations = attr.get("dilations", {}).get("list", {}).get("i", ["1", "1", "1", "1"])
    return {
        "strides": [int(side) for side in attr["strides"]["list"]["i"]][1:3],
        "dilations": [int(side) for side in dilations][1:3],
        "auto_pad": "SAME_UPPER" if padding == "SAME" else "VALID",
    }
