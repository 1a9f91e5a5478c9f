"""Writes models/garment-lite2/trust.json: what the gateway needs to read the output `suspicion`.

A score alone says nothing to a person. Its calibration says which share of clean photographs looks at least as suspicious:
deciles of the photographs that set the thresholds, and above the last of them an exponential tail. That needs no guess of
how many pictures are attacks. The check is on the other half of the flat lays.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from clean import Clean
from fit import local, parts
from network import GRID, MODEL, Encoder
from score import REASONS, Score

DECILES = np.linspace(0, 0.9, 10)
CHECKED = (0.3, 0.1, 0.03, 0.01)


def usual(scores: np.ndarray) -> dict:
    deciles = np.quantile(scores, DECILES)
    above = scores[scores > deciles[-1]] - deciles[-1]
    return {"deciles": [round(float(x), 4) for x in deciles], "tail": round(float(above.mean()), 4)}


def rarity(scores: np.ndarray, deciles: list[float], tail: float) -> np.ndarray:
    """Share of clean photographs that look at least as suspicious."""
    inside = 1 - np.interp(scores, deciles, DECILES)
    return np.where(scores > deciles[-1], (1 - DECILES[-1]) * np.exp(-(scores - deciles[-1]) / tail), inside)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--trust", type=Path, required=True)
    arguments.add_argument("--agreement", type=Path, required=True, help="what agreement.py wrote")
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    encoder, flat, score = Encoder(), Clean(chosen.cache, "flat"), Score.read(chosen.trust)
    clean = score.of(local(encoder, flat, parts(flat)[1])).numpy()
    others = score.of(local(encoder, flat, flat.half(False))).numpy()
    manifest = json.loads((MODEL / "model.json").read_text())
    reasons, said = {}, {"patch": "largest", "noise": "mean"}
    for at, name in enumerate(REASONS):
        found = usual(clean[:, at])
        check = rarity(others[:, at], **found)
        print(name, {str(p): round(float((check <= p).mean()), 4) for p in CHECKED}, flush=True)
        reasons[name] = {
            "row": at,
            "of": f"the {said[name]} of its {GRID**2} cells",
            "threshold": round(float(score.thresholds[at]), 4),
            "clean": found,
        }
    trust = {
        "encoder": f"{manifest['name']}@{manifest['version']}",
        "output": "suspicion",
        "flagged": "a score of a reason is above its threshold",
        "reasons": reasons,
        "agreement": {"factor": 0.5, "leastCosine": json.loads(chosen.agreement.read_text())["threshold"]},
        "consensus": {"reach": 0.5, "views": 3},
        "provenance": {
            "recipe": "training/robustness",
            "photos": "github.com/alexeygrigorev/clothing-dataset, CC0-1.0: half of rows 0-1,499 of the sha256(v1+image) order",
            "fitted": json.loads(chosen.trust.read_text())["examples"],
            "thresholdPhotographs": len(clean),
        },
    }
    (MODEL / "trust.json").write_text(f"{json.dumps(trust, indent=1)}\n")


if __name__ == "__main__":
    main()
