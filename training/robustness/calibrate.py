"""Sets the threshold of noise, and writes models/garment-lite2/trust.json: what the gateway needs to read `suspicion`.

The threshold of patches is that of harden.py, which attackers were measured against. That of noise is a quantile of the half
that may be fitted on, of photographs that the probe has not seen: with those that are flagged for patches, it flags 1 %.

A score alone says nothing to a person. Its calibration says which share of clean photographs looks at least as suspicious:
deciles of the same photographs, and above the last of them an exponential tail. That needs no guess of how many pictures are
attacks. The check is on the other half of the flat lays.

    python calibrate.py --cache CACHE --photos FOLDER --probe probe.pt
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

import suspicion
from clean import Clean
from harden import HELD
from network import GRID, MODEL, Encoder
from report import scores_of
from suspicion import REASONS

DECILES = np.linspace(0, 0.9, 10)
CHECKED = (0.3, 0.1, 0.03, 0.01)
ALARMS = 0.01
"""The share of ordinary photographs that may be flagged, for whatever reason."""
PATCH, NOISE = REASONS.index("patch"), REASONS.index("noise")


def usual(scores: np.ndarray) -> dict:
    deciles = np.quantile(scores, DECILES)
    above = scores[scores > deciles[-1]] - deciles[-1]
    return {"deciles": [round(float(x), 4) for x in deciles], "tail": round(float(above.mean()), 4)}


def rarity(scores: np.ndarray, deciles: list[float], tail: float) -> np.ndarray:
    """Share of clean photographs that look at least as suspicious."""
    inside = 1 - np.interp(scores, deciles, DECILES)
    return np.where(scores > deciles[-1], (1 - DECILES[-1]) * np.exp(-(scores - deciles[-1]) / tail), inside)


def unseen(flat: Clean, photos: Path) -> list[int]:
    """Rows of the half that may be fitted on, without those that harden.py fitted on."""
    listed = [entry["name"] for entry in json.loads((photos / "list.json").read_text())["photos"] if entry["fitted"]]
    seen = {name for at, name in enumerate(listed) if at % HELD != 0}
    return [row for row in flat.half(True) if flat.names[row] not in seen]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--photos", type=Path, required=True, help="what data.py wrote")
    arguments.add_argument("--probe", type=Path, required=True, help="gets the threshold of noise")
    chosen = arguments.parse_args()
    torch.set_grad_enabled(False)
    encoder, flat, probe = Encoder(), Clean(chosen.cache, "flat"), suspicion.read(chosen.probe)
    kept = unseen(flat, chosen.photos)
    clean = scores_of(encoder, probe, flat, kept).numpy()
    others = scores_of(encoder, probe, flat, flat.half(False)).numpy()
    for_patches = float((clean[:, PATCH] > float(probe.thresholds[PATCH])).mean())
    probe.thresholds[NOISE] = float(np.quantile(clean[:, NOISE], 1 - ALARMS + for_patches))
    torch.save(probe.state_dict(), chosen.probe)
    manifest = json.loads((MODEL / "model.json").read_text())
    reasons, said = {}, {"patch": "largest", "noise": "mean"}
    for at, name in enumerate(REASONS):
        found = usual(clean[:, at])
        check = rarity(others[:, at], **found)
        print(name, {str(p): round(float((check <= p).mean()), 4) for p in CHECKED}, flush=True)
        reasons[name] = {
            "row": at,
            "of": f"the {said[name]} of its {GRID**2} cells",
            "threshold": round(float(probe.thresholds[at]), 4),
            "clean": found,
        }
    trust = {
        "encoder": f"{manifest['name']}@{manifest['version']}",
        "output": "suspicion",
        "flagged": "a score of a reason is above its threshold",
        "reasons": reasons,
        "provenance": {
            "recipe": "training/robustness",
            "photos": "github.com/alexeygrigorev/clothing-dataset, CC0-1.0: half of rows 0-1,499 of the sha256(v1+image) order",
            "thresholdPhotographs": len(clean),
        },
    }
    (MODEL / "trust.json").write_text(f"{json.dumps(trust, indent=1)}\n")


if __name__ == "__main__":
    main()
