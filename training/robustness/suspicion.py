"""The probe: how much each of the 81 cells looks as if it was optimized against the encoder.

It reads what the encoder's maps see of a cell (`Encoder.local`), the mean texture of an early layer, and a small residual of
the pixels, which the encoder itself does not keep. One hidden layer, then two numbers a cell: `patch` and `noise`. A
picture's score for `patch` is that of its most suspicious cell; for `noise`, the mean of all cells.
"""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from network import EARLY_STRIDE, EARLY_WINDOW

REASONS = ("patch", "noise")
LOCAL, TEXTURES = 1840, 144
HIDDEN = 32
NARROW, WIDE = 6, 12
"""Channels of the residual: few, because it may take a hundredth of the encoder's time."""
DROPOUT = 0.1
GAIN = 8.0
"""Noise moves a pixel by some hundredths of the range of the input."""


class Probe(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.sharp = nn.Conv2d(3, NARROW, 3, 2, 1)
        self.coarse = nn.Conv2d(NARROW, WIDE, 3, 2, 1)
        self.seen = nn.Parameter(torch.randn(LOCAL, HIDDEN) * LOCAL**-0.5)
        self.low = nn.Parameter(torch.randn(TEXTURES + WIDE, HIDDEN) * TEXTURES**-0.5)
        self.usual = nn.Parameter(torch.randn(TEXTURES + WIDE, HIDDEN) * TEXTURES**-0.5)
        self.shift = nn.Parameter(torch.zeros(HIDDEN))
        self.out = nn.Parameter(torch.randn(HIDDEN, len(REASONS)) * HIDDEN**-0.5)
        self.bias = nn.Parameter(torch.zeros(len(REASONS)))
        self.register_buffer("centers", torch.zeros(LOCAL + TEXTURES))
        self.register_buffer("scales", torch.ones(LOCAL + TEXTURES))
        self.register_buffer("thresholds", torch.zeros(len(REASONS)))
        with torch.no_grad():
            self.sharp.weight -= self.sharp.weight.mean((2, 3), keepdim=True)

    def residual(self, given: torch.Tensor) -> torch.Tensor:
        """[b, 3, 260, 260] as the encoder is given it, to [b, 81, WIDE]."""
        maps = functional.relu(self.coarse(functional.relu(self.sharp(given * GAIN))))
        return functional.avg_pool2d(maps, EARLY_WINDOW, EARLY_STRIDE).flatten(2).transpose(1, 2)

    def forward(self, seen: torch.Tensor, texture: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
        """[b, 81, 1840], [b, 81, 144], and the encoder's input, to [b, 2, 81]."""
        seen = (seen - self.centers[:LOCAL]) / self.scales[:LOCAL]
        texture = (texture - self.centers[LOCAL:]) / self.scales[LOCAL:]
        low = torch.cat([texture, self.residual(given)], -1)
        hidden = seen @ self.seen + low @ self.low + low.mean(1, keepdim=True) @ self.usual + self.shift
        hidden = functional.dropout(functional.relu(hidden), DROPOUT, self.training)
        return (hidden @ self.out + self.bias).transpose(1, 2)

    @staticmethod
    def of(cells: torch.Tensor) -> torch.Tensor:
        """[b, 2, 81] to [b, 2]."""
        return torch.stack([cells[:, 0].amax(1), cells[:, 1].mean(1)], 1)

    def over(self, cells: torch.Tensor) -> torch.Tensor:
        """Above 0 where the picture is flagged: [b]."""
        return (self.of(cells) - self.thresholds).amax(1)

    def standardize(self, seen: torch.Tensor, texture: torch.Tensor) -> None:
        """By cells of clean photographs."""
        numbers = torch.cat([seen, texture], -1).float().flatten(0, 1)
        self.centers.copy_(numbers.mean(0))
        self.scales.copy_(numbers.std(0).clamp(min=1e-3))


def read(file: Path, device: str = "cpu") -> Probe:
    probe = Probe()
    probe.load_state_dict(torch.load(file, map_location=device))
    return probe.to(device).eval()
