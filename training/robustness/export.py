"""Adds the output `suspicion` [b, 2, 81] to model.onnx, and says so in model.json. The other outputs stay as they are: their
nodes are not touched, and this fails if a number of an embedding changes at all.

    python export.py --probe probe.pt --photos PHOTOS
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

import suspicion
from attacks import look
from network import EARLY, EARLY_STRIDE, EARLY_WINDOW, GRID, LOCAL, MEAN, MODEL, PIXELS, STD, Encoder
from pictures import square
from suspicion import GAIN, REASONS, TEXTURES, Probe
from suspicion import LOCAL as LOCAL_NUMBERS

SUSPICION, PREFIX = "suspicion", "suspicion/"
MOST = 1e-2
"""Largest difference of a cell's suspicion from PyTorch; thresholds are some units apart."""


def node(kind: str, inputs: list[str], output: str, **attributes) -> onnx.NodeProto:
    return helper.make_node(kind, inputs, [output], output, **attributes)


def add(model: onnx.ModelProto, probe: Probe) -> None:
    graph = model.graph
    named = lambda item: item.name
    for kept, name_of in ((graph.node, lambda n: n.output[0]), (graph.initializer, named), (graph.output, named)):
        for old in [item for item in kept if name_of(item).startswith(SUSPICION)]:
            kept.remove(old)
    graph.initializer.extend(numpy_helper.from_array(value, f"{PREFIX}{name}") for name, value in folded(probe).items())
    at = lambda name: f"{PREFIX}{name}"
    window = {"kernel_shape": [EARLY_WINDOW] * 2, "strides": [EARLY_STRIDE] * 2}
    convolution = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}
    graph.node.extend([
        node("Conv", [PIXELS, at("sharp"), at("sharp.bias")], at("sharp.out"), **convolution),
        node("Relu", [at("sharp.out")], at("sharp.relu")),
        node("Conv", [at("sharp.relu"), at("coarse"), at("coarse.bias")], at("coarse.out"), **convolution),
        node("Relu", [at("coarse.out")], at("coarse.relu")),
        node("AveragePool", [at("coarse.relu")], at("residual"), **window),
        node("AveragePool", [EARLY], at("texture"), **window),
        node("Concat", [at("texture"), at("residual")], at("both"), axis=1),
        node("Reshape", [at("both"), at("shape")], at("flat")),
        node("Transpose", [at("flat")], at("low"), perm=[0, 2, 1]),
        node("ReduceMean", [at("low")], at("mean"), axes=[1], keepdims=1),
        node("MatMul", [at("mean"), at("usual")], at("usual.out")),
        node("MatMul", [at("low"), at("low.weights")], at("low.out")),
        node("MatMul", [LOCAL, at("seen")], at("seen.out")),
        node("Add", [at("usual.out"), at("shift")], at("offset")),
        node("Add", [at("low.out"), at("offset")], at("sum")),
        node("Add", [at("sum"), at("seen.out")], at("hidden")),
        node("Relu", [at("hidden")], at("active")),
        node("MatMul", [at("active"), at("out")], at("product")),
        node("Add", [at("product"), at("bias")], at("cells")),
        node("Transpose", [at("cells")], SUSPICION, perm=[0, 2, 1]),
    ])
    graph.output.append(helper.make_tensor_value_info(SUSPICION, TensorProto.FLOAT, ["b", len(REASONS), GRID**2]))
    onnx.checker.check_model(model)


@torch.no_grad()
def folded(probe: Probe) -> dict[str, np.ndarray]:
    """The probe's numbers, with the standardization and the gain in the weights."""
    centers, scales = probe.centers, probe.scales
    textures = torch.ones(len(probe.low))
    textures[:TEXTURES] = scales[LOCAL_NUMBERS:]
    middle = torch.zeros(len(probe.low))
    middle[:TEXTURES] = centers[LOCAL_NUMBERS:]
    seen, low, usual = (
        probe.seen / scales[:LOCAL_NUMBERS, None], probe.low / textures[:, None], probe.usual / textures[:, None],
    )
    shift = probe.shift - centers[:LOCAL_NUMBERS] @ seen - middle @ (low + usual)
    tensors = {
        "sharp": probe.sharp.weight * GAIN, "sharp.bias": probe.sharp.bias,
        "coarse": probe.coarse.weight, "coarse.bias": probe.coarse.bias,
        "seen": seen, "low.weights": low, "usual": usual, "shift": shift, "out": probe.out, "bias": probe.bias,
    }
    shape = np.array([0, len(probe.low), GRID**2], np.int64)
    return {name: tensor.contiguous().numpy() for name, tensor in tensors.items()} | {"shape": shape}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--probe", type=Path, required=True)
    arguments.add_argument("--photos", type=Path, required=True, help="some to compare the outputs on")
    chosen = arguments.parse_args()
    encoder = Encoder()
    probe = suspicion.read(chosen.probe)
    pixels = torch.stack([square(file) for file in sorted((chosen.photos / "images").glob("*.jpg"))[:8]]).float() / 255
    given = {PIXELS: ((pixels - MEAN) / STD).numpy()}
    file = MODEL / "model.onnx"
    outputs = ["embedding", "patches"]
    before = onnxruntime.InferenceSession(str(file)).run(outputs, given)
    model = onnx.load(file)
    add(model, probe)
    data = model.SerializeToString()
    *after, cells = onnxruntime.InferenceSession(data).run([*outputs, SUSPICION], given)
    assert all(np.array_equal(old, new) for old, new in zip(before, after)), "an embedding changed"
    with torch.no_grad():
        sight = look(encoder, pixels)
        ours = probe(sight.seen, sight.texture, sight.given).numpy()
    difference = float(np.abs(ours - cells).max())
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
