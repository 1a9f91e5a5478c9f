"""Fits the probes and their thresholds on one half of the flat lays, and on attacks on them (files `*-fit.npz`).

patch: positive are cells of which an attack has changed at least CHANGED, as they are, laundered, and pasted into other
photographs at other places. Negative are all cells of clean photographs, laundered or not, and of photographs with a pasted
part of another (a sticker or a collage is no attack on the encoder).
noise: positive are pictures with noise, laundered or not, and negative are clean ones.

The thresholds are quantiles of photographs that the probes have not seen.
"""

import argparse
from pathlib import Path

import numpy as np
import torch

from attacks import pasted
from clean import Clean
from laundering import WAYS, laundered
from network import GRID, Encoder
from score import REASONS, Score
from seeing import Seeing

PROBE_PHOTOGRAPHS = 400
"""Of the half that is fitted on; the others set the thresholds."""
LAUNDERED_PHOTOGRAPHS = 60
FALSE_ALARMS = {"patch": 0.0, "noise": 0.003}
"""Of the photographs that set the thresholds: no patch is seen in any of them, because the probe is far from its threshold on
attacks, and photographs from the street are unlike those that it is fitted on. Noise is not as clear."""
CHANGED = 0.3
"""Of a cell: a patch of 2 % that lies across four cells covers a third of each."""
DECAY = {"patch": 3e-5, "noise": 3e-4}
PASTES, COLLAGES = 160, 120


def changed(pixels: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """[b, 81]: share of each cell that differs."""
    differs = (pixels != clean).any(1, keepdim=True).float()
    return torch.nn.functional.adaptive_avg_pool2d(differs, GRID).flatten(1)


def logistic(positive: torch.Tensor, negative: torch.Tensor, decay: float) -> tuple[torch.Tensor, float]:
    """Both sides count the same, however many they are."""
    x = torch.cat([positive, negative])
    y = torch.cat([torch.ones(len(positive)), torch.zeros(len(negative))])
    share = torch.where(y > 0, 0.5 / len(positive), 0.5 / len(negative))
    weights, bias = torch.zeros(x.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, bias], max_iter=80, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        wrong = torch.nn.functional.binary_cross_entropy_with_logits(x @ weights + bias, y, reduction="none")
        loss = (share * wrong).sum() + decay * (weights**2).sum()
        loss.backward()
        return loss

    with torch.enable_grad():
        optimizer.step(closure)
    return weights.detach(), float(bias.detach())


def crop_of_patch(pixels: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    rows = (pixels != clean).any(0).any(1).nonzero().flatten()
    columns = (pixels != clean).any(0).any(0).nonzero().flatten()
    return pixels[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


class Examples:
    """Cells of patches and of others; means of pictures with noise and of others."""

    def __init__(self, cache: Path, used: np.ndarray, encoder: Encoder):
        self.cache, self.used, self.flat, self.see = cache, used, Clean(cache, "flat"), Seeing()
        self.rng = np.random.default_rng(15)
        self.patches: list[torch.Tensor] = []
        self.cells: tuple[list, list] = ([], [])
        self.means: tuple[list, list] = ([], [])
        self.clean(local(encoder, self.flat, used))
        some = torch.stack([self.flat.picture(int(row)).pixels for row in used[:LAUNDERED_PHOTOGRAPHS]])
        for way in WAYS:
            self.clean(self.see(laundered(some, way)).local)
        for file in sorted((cache / "attacks").glob("*-fit.npz")):
            self.attacked(file)
        for _ in range(PASTES):
            self.paste(self.patches[int(self.rng.integers(len(self.patches)))], positive=True)
        for _ in range(COLLAGES):
            self.paste(self.part(), positive=False)

    def clean(self, features: torch.Tensor) -> None:
        self.cells[1].append(features.flatten(0, 1))
        self.means[1].append(features.mean(1))

    def attacked(self, file: Path) -> None:
        found = np.load(file)
        pixels = torch.from_numpy(found["pixels"]).float() / 255
        clean = torch.stack([self.flat.picture(int(row)).pixels for row in found["source"]])
        share = changed(pixels, clean)
        is_noise = "noise" in file.stem
        for way in [None, *WAYS]:
            features = self.see(laundered(pixels, way) if way else pixels).local
            if is_noise:
                self.means[0].append(features.mean(1))
            else:
                self.cells[0].append(features[share > CHANGED])
        if not is_noise:
            self.patches += [crop_of_patch(*pair) for pair in zip(pixels, clean)]

    def part(self) -> torch.Tensor:
        other = self.flat.picture(int(self.rng.choice(self.used)))
        left, top, width, height = other.box
        side = int(self.rng.integers(30, min(width, height)))
        x, y = left + int(self.rng.integers(width - side + 1)), top + int(self.rng.integers(height - side + 1))
        return other.pixels[:, y : y + side, x : x + side]

    def paste(self, part: torch.Tensor, positive: bool) -> None:
        under = self.flat.picture(int(self.rng.choice(self.used)))
        whole = pasted(under, part, float(self.rng.choice([0.02, 0.02, 0.05, 0.1])), self.rng)[None]
        features = self.see(whole).local
        if positive:
            self.cells[0].append(features[changed(whole, under.pixels[None]) > CHANGED])
        else:
            self.clean(features)


def local(encoder: Encoder, photographs: Clean, rows) -> torch.Tensor:
    return torch.cat([encoder.local(photographs.layers(rows[at : at + 50])) for at in range(0, len(rows), 50)])


def parts(flat: Clean) -> tuple[np.ndarray, np.ndarray]:
    """Rows that the probes are fitted on, and rows that set the thresholds."""
    rows = np.random.default_rng(15).permutation(flat.half(True))
    return np.sort(rows[:PROBE_PHOTOGRAPHS]), np.sort(rows[PROBE_PHOTOGRAPHS:])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True, help="trust.json; the weights go beside it")
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    encoder, flat = Encoder(), Clean(chosen.cache, "flat")
    used, kept = parts(flat)
    examples = Examples(chosen.cache, used, encoder)
    sides = {"patch": examples.cells, "noise": examples.means}
    fits = [logistic(torch.cat(sides[name][0]), torch.cat(sides[name][1]), DECAY[name]) for name in REASONS]
    weights, biases = torch.stack([fit[0] for fit in fits]), torch.tensor([fit[1] for fit in fits])
    score = Score(weights, biases, torch.zeros(2))
    clean = score.of(local(encoder, flat, kept))
    score.thresholds = torch.stack([torch.quantile(clean[:, at], 1 - FALSE_ALARMS[name]) for at, name in enumerate(REASONS)])
    counts = {name: {"attacked": len(torch.cat(side[0])), "other": len(torch.cat(side[1]))} for name, side in sides.items()}
    score.write(chosen.output, {"examples": counts, "thresholdPhotographs": len(kept)})
    print(counts, score.thresholds.tolist(), clean.amax(0).tolist(), flush=True)


if __name__ == "__main__":
    main()
