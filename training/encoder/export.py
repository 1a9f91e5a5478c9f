"""The finished encoder as ONNX, with the manifest that the gateway reads.

Pixels -> `embedding` [b, 512], and `patches` [b, 81, 512]: the same maps on each of the 9 x 9 cells. Weights are stored as
float16 and widened when the model is loaded; the arithmetic is float32.
"""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

import backbone
from maps import DIMENSION, LOWER_LAYERS, SHRINKAGE, Maps

LEAST_NUMBERS = 64
"""Smaller constants stay float32: they are biases and means, and save nothing."""


class Encoder(torch.nn.Module):
    def __init__(self, front: torch.nn.Module, back: torch.nn.Module, maps: Maps):
        super().__init__()
        self.front, self.back = front, back
        for name in ("mean", "general", "views", "types", "belief", "bias"):
            self.register_buffer(name, torch.tensor(np.ascontiguousarray(getattr(maps, name)), dtype=torch.float32))
        self.usual, self.shares = maps.usual, maps.shares

    def embed(self, head: torch.Tensor, tail: torch.Tensor, front: torch.Tensor) -> torch.Tensor:
        """Sums of means, [..., channels], to embeddings, [..., 512]; `Maps.embed` in PyTorch."""
        unit = torch.nn.functional.normalize
        layers = (unit(torch.sqrt(head), dim=-1), LOWER_LAYERS * unit(tail, dim=-1), LOWER_LAYERS * unit(front, dim=-1))
        features = torch.cat(layers, -1)
        x = features - self.mean
        types = x @ self.types
        length = torch.sqrt((types * types).sum(-1, keepdim=True) + (SHRINKAGE * self.usual) ** 2)
        parts = (
            unit(features @ self.general, dim=-1),
            unit(x @ self.views, dim=-1),
            types * (1 + SHRINKAGE**2) ** 0.5 / length,
            torch.sqrt(torch.softmax(x @ self.belief + self.bias, -1)),
        )
        return unit(torch.cat([part * share**0.5 for part, share in zip(parts, self.shares)], -1), dim=-1)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.see(self.front(pixels))

    def see(self, front: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Embedding and patches of what the front says."""
        tail = self.back[:-1](front)
        head = self.back[-1](tail)
        mean, middle = lambda x: x.mean((2, 3)), lambda x: backbone.middle(x).mean((2, 3))
        whole = self.embed(mean(head) + middle(head), mean(tail), mean(front) + middle(front))
        cells = lambda x: x.flatten(2).transpose(1, 2)
        return whole, self.embed(2 * cells(head), cells(tail), 2 * cells(front))


def store_as_float16(model: onnx.ModelProto) -> None:
    casts = []
    for constant in model.graph.initializer:
        if constant.data_type != TensorProto.FLOAT or np.prod(constant.dims) < LEAST_NUMBERS:
            continue
        name = constant.name
        constant.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(constant).astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)


def write(encoder: Encoder, folder: Path, facts: dict) -> None:
    """Writes model.onnx and model.json. `facts` are the manifest's name, version, and provenance."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "model.onnx"
    batch = {0: "b"}
    torch.onnx.export(
        encoder.eval(),
        (torch.zeros(1, 3, backbone.SIDE, backbone.SIDE),),
        str(file),
        input_names=["pixel_values"],
        output_names=["embedding", "patches"],
        dynamic_axes={"pixel_values": batch, "embedding": batch, "patches": batch},
        opset_version=17,
        dynamo=False,
    )
    model = onnx.load(file)
    store_as_float16(model)
    onnx.checker.check_model(model)
    onnx.save(model, file)
    data = file.read_bytes()
    side, grid = backbone.SIDE, backbone.GRID
    manifest = {
        **facts,
        "opset": 17,
        "input": {
            "name": "pixel_values",
            "shape": [-1, 3, side, side],
            "size": side,
            "layout": "NCHW",
            "dtype": "float32",
            "scale": "1/255",
            "mean": [backbone.MEAN] * 3,
            "std": [backbone.STD] * 3,
            "resize": "longer side to size, bicubic (antialiased, a=-0.5), centered on a white (255,255,255) square; "
            "transparent pixels composed on white; EXIF orientation applied first",
            "resize_rule": "pad",
            "color": "RGB",
        },
        "outputs": [
            {"name": "embedding", "dim": DIMENSION, "normalized": True, "what": facts["provenance"]["embedding"]},
            {
                "name": "patches",
                "shape": [-1, grid * grid, DIMENSION],
                "dim": DIMENSION,
                "normalized": True,
                "grid": [grid, grid],
                "order": "row-major from the top left",
                "what": "the same maps on each cell; for a region, take the mean of its cells and normalize again",
            },
        ],
        "files": {
            "model.onnx": {
                "precision": "float16 weights widened to float32 at load; float32 activations and arithmetic",
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
        },
        "license": "Apache-2.0 (a modified version of EfficientNet-Lite2 weights; see NOTICE). Training photos: CC0-1.0",
    }
    (folder / "model.json").write_text(f"{json.dumps(manifest, indent=1)}\n")
