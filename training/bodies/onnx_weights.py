"""Constants of an ONNX graph, in as few bytes as they need."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

# Below this many numbers, a tensor is not worth a scale for each channel.
LEAST_QUANTIZED = 1024
# More float32 numbers than this are stored as float16.
LEAST_NARROWED = 64


def constant(graph, name, value, in_bytes=False):
    """Adds `value` under `name`. Float32 weights are stored as float16, or as int8 with a scale for each output channel
    (`in_bytes`), and widened once, when a session loads them."""
    if name in graph.names: return name
    graph.names.add(name)
    if value.dtype == np.float32 and in_bytes and value.ndim == 4 and value.size >= LEAST_QUANTIZED:
        scale = np.abs(value).reshape(len(value), -1).max(1) / 127
        scale[scale == 0] = 1
        levels = np.round(value / scale[:, None, None, None]).astype(np.int8)
        graph.weights += [numpy_helper.from_array(levels, f'{name}_levels'),
                          numpy_helper.from_array(scale.astype(np.float32).reshape(-1, 1, 1, 1), f'{name}_scale')]
        graph.nodes += [helper.make_node('Cast', [f'{name}_levels'], [f'{name}_wide'], to=TensorProto.FLOAT),
                        helper.make_node('Mul', [f'{name}_wide', f'{name}_scale'], [name])]
    elif value.dtype == np.float32 and value.size > LEAST_NARROWED:
        graph.weights.append(numpy_helper.from_array(value.astype(np.float16), f'{name}_narrow'))
        graph.nodes.append(helper.make_node('Cast', [f'{name}_narrow'], [name], to=TensorProto.FLOAT))
    else:
        graph.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
    return name


def reachable(nodes, outputs):
    """The nodes that the outputs need, in order."""
    needed, kept = set(outputs), []
    for node in reversed(nodes):
        if not needed.intersection(node.output): continue
        needed.update(node.input)
        kept.append(node)
    return kept[::-1]


class Graph:
    """A graph under construction."""

    def __init__(self):
        self.nodes, self.weights, self.names = [], [], set()

    def add(self, kind, inputs, outputs, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, outputs, **attributes))

    def model(self, name, inputs, outputs):
        """The model, with the nodes and weights that `outputs` need. Inputs and outputs are (name, shape)."""
        nodes = reachable(self.nodes, [output for output, _ in outputs])
        used = {name for node in nodes for name in node.input}
        values = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in side] for side in (inputs, outputs)]
        graph = helper.make_graph(nodes, name, *values, [weight for weight in self.weights if weight.name in used])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)], ir_version=8, producer_name='vitrine')
