"""Adds the output `suspicion` [b, 2, 81] to model.onnx, and says so in model.json. The other outputs stay as they are: their
nodes are not touched, and this fails if a number of an embedding changes at all.

    python export.py --trust trust.json --photos PHOTOS
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

from network import EARLY, EARLY_STRIDE, EARLY_WINDOW, GRID, LOCAL, MEAN, MODEL, PIXELS, STD, Encoder
from pictures import square
from score import REASONS, Score

SUSPICION, PREFIX = "suspicion", "suspicion/"
TEXTURES = 144
MOST = 1e-3
"""Largest difference of a cell's suspicion from PyTorch; thresholds are some units apart."""


def node(kind: str, inputs: list[str], output: str, **attributes) -> onnx.NodeProto:
    return helper.make_node(kind, inputs, [output], output, **attributes)


def add(model: onnx.ModelProto, trust: Score) -> None:
    graph = model.graph
    named = lambda item: item.name
    for kept, name_of in ((graph.node, lambda n: n.output[0]), (graph.initializer, named), (graph.output, named)):
        for old in [item for item in kept if name_of(item).startswith(SUSPICION)]:
            kept.remove(old)
    constants = {
        "shape": np.array([0, TEXTURES, GRID**2], np.int64),
        "weights": trust.weights.T.contiguous().numpy(),
        "biases": trust.biases.numpy(),
    }
    graph.initializer.extend(numpy_helper.from_array(value, f"{PREFIX}{name}") for name, value in constants.items())
    at = lambda name: f"{PREFIX}{name}"
    graph.node.extend([
        node("AveragePool", [EARLY], at("pool"), kernel_shape=[EARLY_WINDOW] * 2, strides=[EARLY_STRIDE] * 2),
        node("Reshape", [at("pool"), at("shape")], at("flat")),
        node("Transpose", [at("flat")], at("texture"), perm=[0, 2, 1]),
        node("ReduceMean", [at("texture")], at("usual"), axes=[1], keepdims=1),
        node("Sub", [at("texture"), at("usual")], at("unusual")),
        node("Concat", [LOCAL, at("texture"), at("unusual")], at("features"), axis=2),
        node("MatMul", [at("features"), at("weights")], at("product")),
        node("Add", [at("product"), at("biases")], at("cells")),
        node("Transpose", [at("cells")], SUSPICION, perm=[0, 2, 1]),
    ])
    graph.output.append(helper.make_tensor_value_info(SUSPICION, TensorProto.FLOAT, ["b", len(REASONS), GRID**2]))
    onnx.checker.check_model(model)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--trust", type=Path, required=True)
    arguments.add_argument("--photos", type=Path, required=True, help="some to compare the outputs on")
    chosen = arguments.parse_args()
    encoder = Encoder()
    trust = Score.read(chosen.trust)
    pixels = torch.stack([square(file) for file in sorted((chosen.photos / "images").glob("*.jpg"))[:8]]).float() / 255
    given = {PIXELS: ((pixels - MEAN) / STD).numpy()}
    file = MODEL / "model.onnx"
    outputs = ["embedding", "patches"]
    before = onnxruntime.InferenceSession(str(file)).run(outputs, given)
    model = onnx.load(file)
    add(model, trust)
    data = model.SerializeToString()
    *after, suspicion = onnxruntime.InferenceSession(data).run([*outputs, SUSPICION], given)
    assert all(np.array_equal(old, new) for old, new in zip(before, after)), "an embedding changed"
    with torch.no_grad():
        ours = trust.cells(encoder.local(encoder.cells(pixels))).numpy()
    difference = float(np.abs(ours - suspicion).max())
    print(f"largest difference of a cell's suspicion from PyTorch: {difference:.1e}")
    assert difference < MOST
    file.write_bytes(data)
    manifest = json.loads((MODEL / "model.json").read_text())
    manifest["outputs"] = [output for output in manifest["outputs"] if output["name"] != SUSPICION] + [
        {
            "name": SUSPICION,
            "shape": [-1, len(REASONS), GRID**2],
            "dim": len(REASONS) * GRID**2,
            "grid": [GRID, GRID],
            "order": f"{', '.join(REASONS)}; the cells of each row-major from the top left",
            "what": "how much each cell looks as if it was optimized against this encoder: trust.json",
        }
    ]
    manifest["files"]["model.onnx"] |= {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (MODEL / "model.json").write_text(f"{json.dumps(manifest, indent=1)}\n")


if __name__ == "__main__":
    main()
