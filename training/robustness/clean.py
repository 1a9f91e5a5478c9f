"""Caches what the encoder says of clean photographs.

FOLDER.px.npy: squares, uint8 [n, 3, 260, 260]; .box.npy: where the picture is in each; .ly.npy: cells of the three layers,
float16 [n, 1840, 81] (head, last block, front); .early.npy: those of the early one, float16 [n, 144, 9, 9]; .names: the
files' names.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch

from network import GRID, SIDE, Encoder
from pictures import framed, is_fitted_on, opened

CHANNELS, EARLY_CHANNELS = (1280, 352, 208), 144
BATCH = 4
MOST_CROPS = 300


class Clean:
    """A cached set."""

    def __init__(self, cache: Path, name: str):
        self.squares = np.load(cache / f"{name}.px.npy", mmap_mode="r")
        self.boxes = np.load(cache / f"{name}.box.npy")
        self.cells = np.load(cache / f"{name}.ly.npy", mmap_mode="r")
        self.early = np.load(cache / f"{name}.early.npy", mmap_mode="r")
        self.names = (cache / f"{name}.names").read_text().split("\n")

    def pixels(self, indices) -> torch.Tensor:
        """[n, 3, 260, 260] in [0, 1]."""
        return torch.from_numpy(self.squares[indices].astype(np.float32)) / 255

    def layers(self, indices) -> tuple[torch.Tensor, ...]:
        early = torch.from_numpy(np.asarray(self.early[indices], dtype=np.float32))
        return *split(np.asarray(self.cells[indices], dtype=np.float32)), early

    def half(self, fitted: bool) -> list[int]:
        return [index for index, name in enumerate(self.names) if is_fitted_on(name) == fitted]


def split(cells: np.ndarray) -> tuple[torch.Tensor, ...]:
    """[n, 1840, 81] to the three layers."""
    whole = torch.from_numpy(cells).unflatten(2, (GRID, GRID))
    return torch.split(whole, CHANNELS, 1)


def catalog(cache: Path, encoder: Encoder) -> torch.Tensor:
    """Embeddings of the flat lays, [1500, 512]."""
    flat = Clean(cache, "flat")
    with torch.no_grad():
        return torch.cat([
            encoder.embed(flat.layers(slice(at, at + 100)), torch.ones(1, GRID, GRID))[:, 0]
            for at in range(0, len(flat.names), 100)
        ])


def write(cache: Path, name: str, files: list[Path], encoder: Encoder) -> None:
    squares = np.lib.format.open_memmap(cache / f"{name}.px.npy", "w+", np.uint8, (len(files), 3, SIDE, SIDE))
    cells = np.lib.format.open_memmap(cache / f"{name}.ly.npy", "w+", np.float16, (len(files), sum(CHANNELS), GRID**2))
    textures = np.lib.format.open_memmap(
        cache / f"{name}.early.npy", "w+", np.float16, (len(files), EARLY_CHANNELS, GRID, GRID)
    )
    boxes = []
    for at in range(0, len(files), BATCH):
        for offset, file in enumerate(files[at : at + BATCH]):
            image, box = framed(opened(file))
            boxes.append(box)
            squares[at + offset] = np.asarray(image).transpose(2, 0, 1)
        with torch.no_grad():
            *layers, early = encoder.cells(torch.from_numpy(squares[at : at + BATCH].copy()).float() / 255)
        cells[at : at + BATCH] = torch.cat([layer.flatten(2) for layer in layers], 1).numpy()
        textures[at : at + BATCH] = early.numpy()
    np.save(cache / f"{name}.box.npy", np.array(boxes))
    (cache / f"{name}.names").write_text("\n".join(file.stem for file in files))
    print(name, len(files), flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--photos", type=Path, required=True, help="images/ and queries/ of the clothing dataset")
    arguments.add_argument("--gates", type=Path, required=True, help="street/ and model/: measured, never fitted on")
    arguments.add_argument("--cache", type=Path, required=True)
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    chosen.cache.mkdir(parents=True, exist_ok=True)
    encoder = Encoder()
    crops = sorted((chosen.gates / "street/crops").glob("*.jpg"), key=lambda f: hashlib.sha256(f.name.encode()).digest())
    sets = {
        "flat": chosen.photos / "images",
        "query": chosen.photos / "queries",
        "model": chosen.gates / "model/images",
        "street": chosen.gates / "street/images",
    }
    for name, folder in sets.items():
        write(chosen.cache, name, sorted(folder.glob("*.jpg")), encoder)
    write(chosen.cache, "crops", crops[:MOST_CROPS], encoder)


if __name__ == "__main__":
    main()
