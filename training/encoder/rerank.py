"""An experiment: the best 200 of a search, ordered again by local embeddings (MaxSim: Khattab & Zaharia, 2020).

    python rerank.py --cache cache

Worn validation views are asked of clean training photographs. The score of a pair is the cosine of the embeddings, mixed with
the mean, over the cells of the query, of the largest cosine to a cell of the photograph. Prints type precision@10 and how
often a view finds its own photograph, by the share of the local score, and the time of a query.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

import backbone
import export
import features
import fit
import maps
import validate

CANDIDATES = 200
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
BATCH = 20


@torch.inference_mode()
def embed(encoder: export.Encoder, front: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Embeddings [n, 512] and patches [n, 81, 512], float16, of outputs of the front [n, 208, 9, 9]."""
    wholes, cells = [], []
    for part in np.array_split(front, max(1, len(front) // BATCH)):
        whole, patches = encoder.see(torch.from_numpy(part.astype(np.float32)).contiguous(memory_format=torch.channels_last))
        wholes.append(whole.numpy())
        cells.append(patches.half().numpy())
    return np.concatenate(wholes), np.concatenate(cells)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cache", type=Path, required=True, help="what features.py wrote")
    chosen = arguments.parse_args()
    found, done, types = fit.read(chosen.cache / "training")
    _, _, held_types = fit.read(chosen.cache / "validation")
    front, back = backbone.load()
    fitted = maps.fit(found, done, types, features.KINDS)
    encoder = export.Encoder(front, back.to(memory_format=torch.channels_last), fitted).eval()
    fronts = [np.load(chosen.cache / part / "front.npy", mmap_mode="r") for part in ("training", "validation")]
    shop, shop_cells = embed(encoder, fronts[0][: features.FIRST, 0])
    own, own_cells = embed(encoder, fronts[1][:, 0])
    asked, asked_cells = embed(encoder, fronts[1][:, 1])

    wanted, shelves = validate.groups(held_types), validate.groups(types[: features.FIRST])
    hits, selves, spent = np.zeros(len(SHARES)), np.zeros(len(SHARES)), []
    for n, query in enumerate(asked):
        near = np.argsort(-(shop @ query))[:CANDIDATES]
        start = time.process_time()
        cells = np.concatenate([shop_cells[near], own_cells[n : n + 1]]).astype(np.float32)
        likeness = (cells.reshape(-1, cells.shape[2]) @ asked_cells[n].astype(np.float32).T).reshape(len(cells), cells.shape[1], -1)
        local = likeness.max(1).mean(1)
        spent.append(time.process_time() - start)
        whole = np.append(shop[near] @ query, own[n] @ query)
        for at, share in enumerate(SHARES):
            score = (1 - share) * whole + share * local
            best = near[np.argsort(-score[:-1])[:10]]
            hits[at] += (shelves[best] == wanted[n]).mean() / len(asked)
            selves[at] += (score[-1] > score[:-1].max()) / len(asked)
    for share, hit, self in zip(SHARES, hits, selves):
        print(f"local share {share}: type precision@10 {hit:.3f}, finds itself {self:.3f}")
    print(f"{1000 * np.median(spent):.0f} ms of CPU a query for {CANDIDATES}; {2 * shop_cells[0].size / 1024:.0f} KB an image")


if __name__ == "__main__":
    main()
