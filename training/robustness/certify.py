"""What can be proven of the type of the nearest product (recall at 1 by type), on a GPU.

- Noise: randomized smoothing (Cohen et al., 2019). The answer for a picture is the type that most copies with Gaussian noise
  have; within the certified distance (L2, of pixels in [0, 1]), no change of the picture changes it, but with a probability
  of FAILURE. The bound is Clopper and Pearson's.
- A patch: double masking (PatchCleanser, Xiang et al., 2022). Masks on a grid cover every patch of AREA; if all pairs of masks
  give the right type, no such patch changes the answer, wherever it is.

    python certify.py --photos FOLDER --output OUT
"""

import argparse
import json
import time
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import torch
from scipy.stats import beta, norm

import data
from attacks import look
from network import MEAN, SIDE, Encoder

SIGMAS = (0.02, 0.05, 0.1)
GUESSED, COUNTED, FAILURE = 50, 500, 0.001
RADII = (0.0, 0.02, 0.05, 0.1, 0.2)
AREA, MASKS = 0.02, 6
BATCH = 250


class Types:
    """The type of the nearest product but the picture's own."""

    def __init__(self, photos: data.Photos, encoder: Encoder):
        self.names = sorted(set(photos.catalog_kinds))
        of = lambda kinds: torch.tensor([self.names.index(kind) for kind in kinds], device=photos.vectors.device)
        self.encoder, self.vectors, self.kinds = encoder, photos.vectors, of(photos.catalog_kinds)

    @torch.no_grad()
    def __call__(self, pixels: torch.Tensor, own: torch.Tensor) -> torch.Tensor:
        near = look(self.encoder, pixels).embedding @ self.vectors.T
        near[torch.arange(len(near), device=near.device), own] = -2
        return self.kinds[near.argmax(1)]


def smoothed(types: Types, pixels: torch.Tensor, own: torch.Tensor, sigma: float) -> tuple[int, float]:
    """The answer and its certified distance; -1 where nothing is certain enough."""
    votes = []
    for at in range(0, GUESSED + COUNTED, BATCH):
        count = min(BATCH, GUESSED + COUNTED - at)
        noisy = pixels + sigma * torch.randn(count, *pixels.shape, device=pixels.device)
        votes.append(types(noisy, own.expand(count)))
    votes = torch.cat(votes).cpu()
    answer = int(votes[:GUESSED].bincount().argmax())
    hits = int((votes[GUESSED:] == answer).sum())
    least = float(beta.ppf(FAILURE, hits, COUNTED - hits + 1)) if hits > 0 else 0.0
    return (answer, sigma * float(norm.ppf(least))) if least > 0.5 else (-1, 0.0)


def masks(device) -> torch.Tensor:
    """[36, 1, 260, 260]: ones where a mask is, for a picture that fills the square."""
    patch = round((AREA * SIDE * SIDE) ** 0.5)
    stride = -(-(SIDE - patch + 1) // MASKS)
    side = patch + stride - 1
    starts = [min(stride * at, SIDE - side) for at in range(MASKS)]
    found = torch.zeros(MASKS**2, 1, SIDE, SIDE, device=device)
    for row, (top, left) in enumerate((top, left) for top in starts for left in starts):
        found[row, :, top : top + side, left : left + side] = 1
    return found


def cleansed(table: np.ndarray) -> int:
    """What PatchCleanser answers, by the answers with each pair of masks; the diagonal has one mask."""
    first = np.diag(table)
    majority = int(np.bincount(first).argmax())
    for at in np.flatnonzero(first != majority):
        if (table[at] == first[at]).all():
            return int(first[at])
    return majority


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--photos", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    arguments.add_argument("--device", default="cuda")
    arguments.add_argument("--count", type=int, default=200)
    chosen = arguments.parse_args()
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(15)
    start, photos, encoder = time.time(), data.read(chosen.photos, chosen.device), Encoder(device=chosen.device)
    types = Types(photos, encoder)
    rows = (~photos.fitted).nonzero().flatten()[: chosen.count]
    pixels, own = photos.pixels[rows].float() / 255, photos.rows[rows]
    truth = types.kinds[own].cpu().numpy()
    plain = torch.cat([types(pixels[at : at + 50], own[at : at + 50]) for at in range(0, len(rows), 50)]).cpu().numpy()
    answer = {"queries": len(rows), "plain": float((plain == truth).mean()), "smoothed": {}}
    covers = masks(chosen.device)
    pairs = list(combinations_with_replacement(range(len(covers)), 2))
    right, certified = [], []
    for row in range(len(rows)):
        table = np.zeros((len(covers), len(covers)), int)
        for at in range(0, len(pairs), BATCH):
            some = torch.tensor(pairs[at : at + BATCH], device=chosen.device)
            covered = covers[some[:, 0]].maximum(covers[some[:, 1]])
            said = types(pixels[row] * (1 - covered) + MEAN * covered, own[row].expand(len(some))).cpu().numpy()
            for (a, b), kind in zip(pairs[at : at + BATCH], said):
                table[a, b] = table[b, a] = kind
        right.append(cleansed(table) == truth[row])
        certified.append((table == truth[row]).all())
    answer["patch"] = {"area": AREA, "masks": len(covers), "clean": float(np.mean(right)), "certified": float(np.mean(certified))}
    print(json.dumps(answer), f"{time.time() - start:.0f} s", flush=True)
    for sigma in SIGMAS:
        found = [smoothed(types, pixels[row], own[row], sigma) for row in range(len(rows))]
        hits = np.array([kind == truth[row] for row, (kind, _) in enumerate(found)])
        radii = np.array([radius for _, radius in found])
        answer["smoothed"][str(sigma)] = {str(radius): float((hits & (radii >= radius)).mean()) for radius in RADII}
        print(sigma, json.dumps(answer["smoothed"][str(sigma)]), f"{time.time() - start:.0f} s", flush=True)
        (chosen.output / "certified.json").write_text(json.dumps(answer, indent=1))


if __name__ == "__main__":
    main()
