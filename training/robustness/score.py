"""The scores: how much a picture looks as if it was optimized against the encoder, in a part of it or as a whole.

Of each of the 81 cells, the graph has 2,128 numbers (`Encoder.local`). Two linear probes read them. `patch` says how much a
cell looks like one that an attack has replaced; a picture's score is that of its most suspicious cell. `noise` is the mean
over the cells of the other probe. A picture is flagged if one of the two is above its threshold.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import torch

REASONS = ("patch", "noise")


@dataclass
class Score:
    weights: torch.Tensor
    """[2, 2128]: `patch`, `noise`."""
    biases: torch.Tensor
    thresholds: torch.Tensor

    def cells(self, local: torch.Tensor) -> torch.Tensor:
        """[b, 81, 2128] to [b, 2, 81]."""
        return (local @ self.weights.T + self.biases).transpose(1, 2)

    def of(self, local: torch.Tensor) -> torch.Tensor:
        """[b, 81, 2128] to [b, 2]."""
        cells = self.cells(local)
        return torch.stack([cells[:, 0].amax(1), cells[:, 1].mean(1)], 1)

    def over(self, local: torch.Tensor) -> torch.Tensor:
        """Above 0 where the picture is flagged: [b]."""
        return (self.of(local) - self.thresholds).amax(1)

    def write(self, file: Path, facts: dict) -> None:
        reasons = {
            name: {"bias": float(self.biases[at]), "threshold": float(self.thresholds[at])} for at, name in enumerate(REASONS)
        }
        file.write_text(f"{json.dumps({**facts, 'reasons': reasons}, indent=1)}\n")
        torch.save(self.weights, file.with_suffix(".pt"))

    def digest(self) -> str:
        """Of all that it judges by."""
        numbers = torch.cat([self.weights.flatten(), self.biases, self.thresholds])
        return hashlib.sha256(numbers.float().numpy().tobytes()).hexdigest()

    @staticmethod
    def read(file: Path) -> "Score":
        reasons = json.loads(file.read_text())["reasons"]
        of = lambda key: torch.tensor([reasons[name][key] for name in REASONS])
        return Score(torch.load(file.with_suffix(".pt")), of("bias"), of("threshold"))
