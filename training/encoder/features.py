"""Runs the network over views of every photograph once, and keeps what it says.

    python features.py --dataset clothing-dataset --cache cache [--limit 6000]

writes into cache/{training,validation}, one entry a photograph and view:
  front.npy    float16 [photographs, views, 208, 9, 9]: what the front says; rerank.py reads it
  pooled.npy   float32 [photographs, views, POOLED]: means of layers, for fitting maps
  done.npy     bool [photographs, views]
  types.npy    [photographs], indices into photographs.TYPES
Clean views of the first 1,500 photographs come first, then worn views with the rare types first, then the others: every
prefix can be fitted. What is done is kept, so it can be stopped and called again. A view takes 65 ms on one core.
"""

import argparse
import random
import tempfile
from collections.abc import Iterator
from itertools import chain, zip_longest
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch
from PIL import Image

import backbone
import photographs
import views

POOLED = {
    "front": backbone.FRONT,
    "tail": backbone.TAIL,
    "head": backbone.HEAD,
    "head, middle": backbone.HEAD,
    "front, middle": backbone.FRONT,
}
"""Means over the cells, and over the middle 5 x 5 cells: of the front, of the last block, of the head convolution."""
KINDS = ("clean", "worn", "altered", "worn")
FIRST = 1500
"""Photographs whose clean views come first."""
KEPT_OF = {"top": 1.0, "pants": 0.8, "shoes": 0.5}
"""How fast groups are taken; rare ones are taken at 1 as well, so they are through when the tops have begun."""
RARE = ("skirt", "dress", "shorts", "outerwear", "hat")
SEED = 1


def prepared(image: np.ndarray) -> np.ndarray:
    """The longer side resized to the input's side, bicubic, on a white square; normalized, [1, 3, side, side]."""
    picture, side = Image.fromarray(np.ascontiguousarray(image)), backbone.SIDE
    scale = side / max(picture.size)
    size = [max(1, round(s * scale)) for s in picture.size]
    picture = picture.resize(size, Image.Resampling.BICUBIC)
    square = Image.new("RGB", (side, side), "white")
    square.paste(picture, ((side - size[0]) // 2, (side - size[1]) // 2))
    return ((np.asarray(square, np.float32) / 255 - backbone.MEAN) / backbone.STD).transpose(2, 0, 1)[None]


def view(photograph: photographs.Photograph, kind: str, wardrobe: views.Wardrobe, rng: random.Random) -> np.ndarray:
    """A view of a photograph; one without a mask is altered where it would be worn."""
    if kind == "clean":
        return photograph.image
    if kind == "worn" and photograph.mask is not None:
        return views.worn(photograph, wardrobe, rng)
    return views.altered(photograph.image, rng)


class Layers(torch.nn.Module):
    """Pixels to what the front says, and the means of the layers one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.front, self.back = backbone.load()

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        front = self.front(pixels)
        tail = self.back[:-1](front)
        head = self.back[-1](tail)
        means = [layer.mean((2, 3)) for layer in (front, tail, head, backbone.middle(head), backbone.middle(front))]
        return front, torch.cat(means, 1)


def session(module: torch.nn.Module) -> onnxruntime.InferenceSession:
    """The network on one thread of onnxruntime, which takes half of the time that PyTorch takes here."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/layers.onnx"
        torch.onnx.export(module, (torch.zeros(1, 3, backbone.SIDE, backbone.SIDE),), file, opset_version=17, dynamo=False)
        return onnxruntime.InferenceSession(file, options)


def order(found: list[photographs.Photograph]) -> Iterator[tuple[int, int]]:
    """Photograph and view, what is most useful first."""
    groups = np.array([photograph.group for photograph in found])
    rank = np.zeros(len(found))
    for group in set(groups):
        at = np.flatnonzero(groups == group)
        rank[at] = np.arange(len(at)) / KEPT_OF.get(group, 1.0)
    by_rank = [int(index) for index in np.argsort(rank, kind="stable")]
    early = [index for index in by_rank if index < FIRST]
    rare = [(index, number) for index in by_rank if index >= FIRST and groups[index] in RARE for number in (0, 1)]
    worn = iter([(index, 1) for index in early if found[index].mask is not None])
    rounds = zip_longest(worn, worn, iter(rare), worn, iter([(index, 2) for index in early]))
    yield from ((index, 0) for index in range(min(FIRST, len(found))))
    yield from (job for job in chain.from_iterable(rounds) if job is not None)
    yield from ((index, number) for number in range(len(KINDS)) for index in by_rank)


def opened(file: Path, dtype: type, shape: tuple[int, ...]) -> np.memmap:
    return np.lib.format.open_memmap(file, "r+" if file.exists() else "w+", dtype, shape)


def write(folder: Path, found: list[photographs.Photograph], layers: onnxruntime.InferenceSession, limit: int) -> None:
    """Adds views until `limit` are done."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "types.npy", [photographs.TYPES.index(photograph.type) for photograph in found])
    shape = (len(found), len(KINDS))
    done = opened(folder / "done.npy", bool, shape)
    front = opened(folder / "front.npy", np.float16, (*shape, backbone.FRONT, backbone.GRID, backbone.GRID))
    pooled = opened(folder / "pooled.npy", np.float32, (*shape, sum(POOLED.values())))
    wardrobe = views.Wardrobe(found)
    name, count = layers.get_inputs()[0].name, int(done.sum())
    for index, number in order(found):
        if count >= limit:
            break
        if done[index, number]:
            continue
        rng = random.Random(f"{SEED} {folder.name} {number} {index}")
        said = layers.run(None, {name: prepared(view(found[index], KINDS[number], wardrobe, rng))})
        front[index, number], pooled[index, number], done[index, number] = said[0][0], said[1][0], True
        count += 1
        if count % 250 == 0:
            print(folder.name, count, flush=True)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--dataset", type=Path, required=True, help="a checkout of alexeygrigorev/clothing-dataset")
    arguments.add_argument("--cache", type=Path, required=True, help="folder for masks and features (up to 0.7 GB)")
    arguments.add_argument("--limit", type=int, default=12_000, help="views of training photographs (default: %(default)s, all)")
    chosen = arguments.parse_args()
    cv2.setNumThreads(1)
    training, validation = photographs.load(chosen.dataset, chosen.cache / "masks")
    layers = session(Layers().eval())
    write(chosen.cache / "validation", validation, layers, len(validation) * len(KINDS))
    write(chosen.cache / "training", training, layers, chosen.limit)


if __name__ == "__main__":
    main()
