"""Measures on the CPU, without gradients: false alarms, and what consensus restores of the attacks that judge.py kept.

    python report.py --cache CACHE --probe probe.pt --attacks OUT --output report.json
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

import suspicion
from attacks import look
from clean import Clean, catalog
from consensus import VIEWS, filled, grown
from network import FRONT, HEAD, LOCAL, MEAN, STD, TAIL, Encoder
from suspicion import REASONS, Probe

TOP = 10
SETS = ("flat", "query", "model", "street", "crops")
MOST = 24
"""Pictures of each attack."""


def scores_of(encoder: Encoder, probe: Probe, photographs: Clean, rows) -> torch.Tensor:
    """[n, 2], from what is cached."""
    found = []
    for at in range(0, len(rows), 50):
        some = list(rows[at : at + 50])
        *layers, early = photographs.layers(some)
        seen = encoder.graph.run(dict(zip((HEAD, TAIL, FRONT), layers)), [LOCAL])[0]
        given = (photographs.pixels(some) - MEAN) / STD
        found.append(probe.of(probe(seen, early.flatten(2).transpose(1, 2), given)))
    return torch.cat(found)


def wilson(hits: int, count: int) -> tuple[float, float]:
    z, p = 1.96, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * (p * (1 - p) / count + z * z / (4 * count**2)) ** 0.5 / (1 + z * z / count)
    return round(middle - half, 4), round(middle + half, 4)


def share(hits) -> dict:
    count, of = int(np.sum(hits)), len(hits)
    return {"hits": count, "of": of, "share": round(count / of, 4), "wilson95": wilson(count, of)}


def best(vectors: torch.Tensor, embeddings: torch.Tensor) -> np.ndarray:
    return (embeddings @ vectors.T).topk(TOP, 1).indices.numpy()


def restored(found: np.ndarray, clean: np.ndarray) -> float:
    return round(float(np.mean([len(set(a) & set(b)) / TOP for a, b in zip(found, clean)])), 3)


def mended(encoder: Encoder, probe: Probe, pixels: torch.Tensor, noise: bool) -> torch.Tensor:
    """The embedding that a flagged picture is searched with: [512]."""
    if noise:
        return torch.nn.functional.normalize(look(encoder, torch.stack([view(pixels) for view in VIEWS])).embedding.mean(0), dim=0)
    sight = look(encoder, pixels[None])
    region = grown(probe(sight.seen, sight.texture, sight.given)[0, 0])
    return look(encoder, filled(pixels, region)[None]).embedding[0]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--probe", type=Path, required=True)
    arguments.add_argument("--attacks", type=Path, required=True, help="patch.npz and noise.npz")
    arguments.add_argument("--output", type=Path, required=True)
    chosen = arguments.parse_args()
    torch.set_grad_enabled(False)
    encoder, probe, flat = Encoder(), suspicion.read(chosen.probe), Clean(chosen.cache, "flat")
    answer: dict = {"clean": {}, "consensus": {}}
    for name in SETS:
        photographs = Clean(chosen.cache, name)
        rows = photographs.half(False) if name == "flat" else range(len(photographs.names))
        over = (scores_of(encoder, probe, photographs, rows) > probe.thresholds).numpy()
        answer["clean"][name] = {reason: share(over[:, at]) for at, reason in enumerate(REASONS)} | {"any": share(over.any(1))}
        print(name, json.dumps(answer["clean"][name]), flush=True)
    vectors = catalog(chosen.cache, encoder)
    sets = [(group, name.removesuffix(".moved"), file) for group in REASONS for file in [np.load(chosen.attacks / f"{group}.npz")]
            for name in file.files if name.endswith(".moved")]
    for group, name, file in sets:
        moved, source, goal = (file[f"{name}.{key}"][:MOST] for key in ("moved", "source", "goal"))
        pixels = (flat.pixels(source) + torch.from_numpy(moved.astype(np.float32)) / 255).clamp(0, 1)
        before = torch.cat([look(encoder, pixels[at : at + 4]).embedding for at in range(0, len(pixels), 4)])
        after = torch.stack([mended(encoder, probe, single, group == "noise") for single in pixels])
        clean, top = best(vectors, vectors[source]), best(vectors, after)
        answer["consensus"][name] = {
            "before": restored(best(vectors, before), clean),
            "after": restored(top, clean),
            "own": share((top == source[:, None]).any(1)),
            "goal": share((top == goal[:, None]).any(1)),
        }
        print(name, json.dumps(answer["consensus"][name]), flush=True)
        chosen.output.write_text(json.dumps(answer, indent=1))


if __name__ == "__main__":
    main()
