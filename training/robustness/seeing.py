"""The same without gradients, by onnxruntime: three times as fast as PyTorch on a CPU."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper

from network import EARLY, EARLY_STRIDE, EARLY_WINDOW, EMBEDDING, LOCAL, MEAN, MODEL, PIXELS, STD

TEXTURE = "texture"
BATCH = 4


@dataclass
class Sight:
    embedding: torch.Tensor
    """[b, 512]"""
    local: torch.Tensor
    """[b, 81, 2128], as `Encoder.local`."""


class Seeing:
    def __init__(self, folder: Path = MODEL, threads: int = 1):
        model = onnx.load(folder / "model.onnx")
        window = {"kernel_shape": [EARLY_WINDOW] * 2, "strides": [EARLY_STRIDE] * 2}
        model.graph.node.append(helper.make_node("AveragePool", [EARLY], [TEXTURE], **window))
        for name in (LOCAL, TEXTURE):
            model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])

    def __call__(self, pixels: torch.Tensor) -> Sight:
        """Of [b, 3, 260, 260] in [0, 1]."""
        found = []
        for at in range(0, len(pixels), BATCH):
            given = ((pixels[at : at + BATCH] - MEAN) / STD).numpy().astype(np.float32)
            found.append(self.session.run([EMBEDDING, LOCAL, TEXTURE], {PIXELS: given}))
        embedding, seen, texture = (torch.from_numpy(np.concatenate(parts)) for parts in zip(*found))
        texture = texture.flatten(2).transpose(1, 2)
        return Sight(embedding, torch.cat([seen, texture, texture - texture.mean(1, keepdim=True)], -1))
