"""A TensorFlow Lite model as ONNX, for one picture at a time."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import tflite2onnx
from onnx import numpy_helper

from linli.vision.convert.prelu import spelled_out


def convert(content: bytes) -> bytes:
    """The ONNX file of a model. Raises what the converter raises."""
    with tempfile.TemporaryDirectory(prefix="linli-model-") as folder:
        source, target = Path(folder, "model.tflite"), Path(folder, "model.onnx")
        source.write_bytes(content)
        tflite2onnx.convert(str(source), str(target))
        model = onnx.load(target)
    _one_picture(model.graph)
    _respell_prelu(model.graph)
    del model.graph.value_info[:]
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _one_picture(graph: Any) -> None:
    """Published with a fixed batch of several: every leading dimension becomes 1."""
    batch = graph.input[0].type.tensor_type.shape.dim[0].dim_value
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    shapes = {node.input[1] for node in graph.node if node.op_type == "Reshape"}
    for constant in graph.initializer:
        if constant.name in shapes:
            shape = numpy_helper.to_array(constant).copy()
            if batch > 1 and shape.size and shape[0] == batch:
                shape[0] = 1
                constant.CopyFrom(numpy_helper.from_array(shape, constant.name))


def _respell_prelu(graph: Any) -> None:
    """`relu(x) + a * (x - |x|)`, as the model spells a PReLU of slope 2a, in the way that is fastest."""
    producers = {node.output[0]: node for node in graph.node}
    constants = {constant.name: constant for constant in graph.initializer}

    def maker(name: str, op: str) -> Any:
        node = producers.get(name)
        return node if node is not None and node.op_type == op else None

    gone: set[str] = set()
    kept: list[Any] = []
    for node in graph.node:
        relu = maker(node.input[0], "Relu") if node.op_type == "Add" else None
        times = maker(node.input[1], "Mul") if relu is not None else None
        scale = maker(times.input[0], "Reshape") if times is not None else None
        minus = maker(times.input[1], "Sub") if times is not None else None
        size = maker(minus.input[1], "Abs") if minus is not None else None
        if relu is None or times is None or scale is None or minus is None or size is None:
            kept.append(node)
            continue
        x = relu.input[0]
        if scale.input[0] not in constants or not minus.input[0] == size.input[0] == x:
            kept.append(node)
            continue
        slope = 2 * numpy_helper.to_array(constants[scale.input[0]]).reshape(-1, 1, 1)
        nodes, added = spelled_out(x, slope.astype(np.float32), node.output[0])
        kept.extend(nodes)
        graph.initializer.extend(added)
        gone.update(part.output[0] for part in (relu, times, scale, minus, size))
    kept = [node for node in kept if node.output[0] not in gone]
    del graph.node[:]
    graph.node.extend(kept)
    used = {name for node in kept for name in node.input}
    still = [constant for constant in graph.initializer if constant.name in used]
    del graph.initializer[:]
    graph.initializer.extend(still)
