"""The shipped encoder in PyTorch, with gradients: model.onnx as it is, node by node.

Weights and arithmetic are those of the file, so what is measured here is what the gateway runs (`parity.py`). `Encoder.cells`
gives the cells of the three layers that the maps see, and of an early one. `Encoder.embed` is the rest of the graph on the
means of any of the cells.
"""

from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch.nn import functional

MODEL = Path(__file__).resolve().parents[2] / "models" / "garment-lite2"
SIDE, GRID = 260, 9
MEAN, STD = 0.498, 0.502

PIXELS, EMBEDDING = "pixel_values", "embedding"
HEAD = "/back.5/Clip_output_0"
TAIL = "/back.4/layers/layers.2/conv/Conv_output_0"
FRONT = "/front/front.16/layers/layers.2/conv/Conv_output_0"
"""Tensors [b, 1280 | 352 | 208, 9, 9] of the graph: the cells of its three layers."""
POOLED = ("/Add_output_0", "/ReduceMean_2_output_0", "/Add_1_output_0")
"""What the maps see of the three layers: the mean of the cells, and but for the last block, that of the middle ones too."""
EARLY = "/front/front.4/layers/layers.0/Clip_output_0"
"""[b, 144, 65, 65]: clipped activations of the fourth block; what texture is where."""
EARLY_WINDOW, EARLY_STRIDE = 9, 7
"""Means of these windows are 9 x 9 again."""
LOCAL = "/Concat_5_output_0"
"""[b, 81, 1840]: what the maps see of each cell; the three layers, each of a fixed length."""
SMALLEST = 1e-12
"""Below this, a root is 0 and has no gradient (it would be infinite at 0)."""


class Graph:
    """Runs the parts of an ONNX graph that some outputs need, from any of its tensors."""

    def __init__(self, file: Path):
        graph = onnx.load(file).graph
        self.nodes = list(graph.node)
        self.maker = {name: node for node in self.nodes for name in node.output}
        self.known = {tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
        for node in self.nodes:
            if all(name in self.known for name in node.input if name):
                self.apply(node, self.known)

    def to(self, device: str) -> None:
        """Shapes and single numbers stay on the CPU, where they are read."""
        for name, value in self.known.items():
            if value.is_floating_point() and value.ndim > 0:
                self.known[name] = value.to(device)

    def run(self, given: dict[str, torch.Tensor], wanted: list[str]) -> list[torch.Tensor]:
        values = {**self.known, **given}
        needed, stack = set(), [name for name in wanted if name not in values]
        while stack:
            node = self.maker[stack.pop()]
            if node.name in needed:
                continue
            needed.add(node.name)
            stack += [name for name in node.input if name and name not in values]
        for node in self.nodes:
            if node.name in needed:
                self.apply(node, values)
        return [values[name] for name in wanted]

    def apply(self, node: onnx.NodeProto, values: dict[str, torch.Tensor]) -> None:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        inputs = [values[name] if name else None for name in node.input]
        values[node.output[0]] = OPERATIONS[node.op_type](attributes, *inputs)


def conv(a: dict, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    top, left, bottom, right = a["pads"]
    assert top == bottom and left == right
    return functional.conv2d(x, weight, bias, a["strides"], (top, left), 1, a["group"])


def pad(_: dict, x: torch.Tensor, pads: torch.Tensor, *_rest) -> torch.Tensor:
    count = len(pads) // 2
    return functional.pad(x, [int(pads[at]) for axis in reversed(range(count)) for at in (axis, axis + count)])


def clip(_: dict, x: torch.Tensor, low: torch.Tensor | None = None, high: torch.Tensor | None = None) -> torch.Tensor:
    return torch.clamp(x, None if low is None else low.item(), None if high is None else high.item())


def cut(_: dict, x: torch.Tensor, starts, ends, axes=None, steps=None) -> torch.Tensor:
    at = [slice(None)] * x.ndim
    for axis, start, end in zip(range(len(starts)) if axes is None else axes.tolist(), starts.tolist(), ends.tolist()):
        assert steps is None or set(steps.tolist()) in ({1}, {-1})
        at[axis] = slice(start, end)
    if steps is not None and set(steps.tolist()) == {-1}:
        return x.flip(0)
    return x[tuple(at)]


def reshape(_: dict, x: torch.Tensor, shape: torch.Tensor) -> torch.Tensor:
    return x.reshape([x.shape[axis] if size == 0 else size for axis, size in enumerate(shape.tolist())])


def squares(a: dict, x: torch.Tensor) -> torch.Tensor:
    return torch.linalg.vector_norm(x, dim=a["axes"], keepdim=bool(a["keepdims"]))


CASTS = {onnx.TensorProto.FLOAT: torch.float32, onnx.TensorProto.INT64: torch.int64}

OPERATIONS = {
    "Add": lambda _, x, y: x + y,
    "Cast": lambda a, x: x.to(CASTS[a["to"]]),
    "Clip": clip,
    "Concat": lambda a, *x: torch.cat(x, a["axis"]),
    "Constant": lambda a: torch.from_numpy(numpy_helper.to_array(a["value"]).copy()),
    "ConstantOfShape": lambda a, shape: torch.full(shape.tolist(), int(numpy_helper.to_array(a["value"])[0])),
    "Conv": conv,
    "Div": lambda _, x, y: x / y,
    "Expand": lambda _, x, shape: x.expand(shape.tolist()),
    "MatMul": lambda _, x, y: x @ y,
    "Mul": lambda _, x, y: x * y,
    "Pad": pad,
    "ReduceL2": squares,
    "ReduceMean": lambda a, x: x.mean(a["axes"], keepdim=bool(a["keepdims"])),
    "ReduceSum": lambda a, x, axes: x.sum(axes.tolist(), keepdim=bool(a["keepdims"])),
    "Reshape": reshape,
    "Shape": lambda _, x: torch.tensor(x.shape),
    "Slice": cut,
    "Softmax": lambda a, x: torch.softmax(x, a["axis"]),
    "Sqrt": lambda _, x: torch.where(x > SMALLEST, torch.sqrt(x.clamp(min=SMALLEST)), 0),
    "Sub": lambda _, x, y: x - y,
    "Transpose": lambda a, x: x.permute(a["perm"]),
}


class Encoder:
    """Pixels in [0, 1] to cells, and weighted means of cells to embeddings."""

    def __init__(self, folder: Path = MODEL, device: str = "cpu"):
        self.graph = Graph(folder / "model.onnx")
        self.graph.to(device)
        self.middle = torch.zeros(GRID, GRID, device=device)
        self.middle[2:7, 2:7] = 1

    def cells(self, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """[b, 3, 260, 260] in [0, 1] to the three layers and the early one, [b, 1280 | 352 | 208 | 144, 9, 9]."""
        *layers, early = self.graph.run({PIXELS: (pixels - MEAN) / STD}, [HEAD, TAIL, FRONT, EARLY])
        return *layers, functional.avg_pool2d(early, EARLY_WINDOW, EARLY_STRIDE)

    def embed(self, layers: tuple[torch.Tensor, ...], kept: torch.Tensor) -> torch.Tensor:
        """Embeddings [b, masks, 512] of the cells that are kept; `kept` is [masks, 9, 9], of zeros and ones."""
        everywhere = kept.flatten(1)
        middle = (kept * self.middle).flatten(1)
        everywhere, middle = (x / x.sum(1, keepdim=True) for x in (everywhere, middle))
        head, tail, front = (layer.flatten(2) for layer in layers[:3])
        both = (everywhere + middle).T
        pooled = [head @ both, tail @ everywhere.T, front @ both]
        given = dict(zip(POOLED, (x.transpose(1, 2) for x in pooled)))
        return self.graph.run(given, [EMBEDDING])[0]

    def local(self, layers: tuple[torch.Tensor, ...]) -> torch.Tensor:
        """[b, 81, 2128]: the features of each cell: what the maps see of it, its texture, and how that differs from the
        picture's mean texture."""
        texture = layers[3].flatten(2).transpose(1, 2)
        seen = self.graph.run(dict(zip((HEAD, TAIL, FRONT), layers)), [LOCAL])[0]
        return torch.cat([seen, texture, texture - texture.mean(1, keepdim=True)], -1)

    def __call__(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.embed(self.cells(pixels), torch.ones(1, GRID, GRID))[:, 0]
