"""Some attacks of judge.py as files for the tests of the gateway: attacks.json, and WebP without loss.

Each entry has the attack, the catalog's rows of the picture and of what it shall be answered as (ids of the photographs'
feed), the two scores, and the reason that the gateway gives. clean-0.webp is what the first of each is made of.

    python ship.py --cache CACHE --attacks OUT --output ../../test/vision/attacks
"""

import argparse
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from PIL import Image

from clean import Clean
from network import MEAN, MODEL, PIXELS, STD
from suspicion import REASONS, Probe

CHOSEN = {
    "middle-10-targeted": 4,
    "middle-5-targeted": 3,
    "middle-2-targeted": 2,
    "noise-8-targeted": 3,
    "noise-4-targeted": 3,
    "noise-2-targeted": 2,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--attacks", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    chosen = arguments.parse_args()
    flat = Clean(chosen.cache, "flat")
    session = onnxruntime.InferenceSession(str(MODEL / "model.onnx"), providers=["CPUExecutionProvider"])
    limits = {name: reason["threshold"] for name, reason in json.loads((MODEL / "trust.json").read_text())["reasons"].items()}
    chosen.output.mkdir(parents=True, exist_ok=True)
    entries = []
    for attack, count in CHOSEN.items():
        file = np.load(chosen.attacks / f"{'noise' if attack.startswith('noise') else 'patch'}.npz")
        moved, sources, goals = (file[f"{attack}.{key}"] for key in ("moved", "source", "goal"))
        for at in range(count):
            square = (np.asarray(flat.squares[sources[at]]).astype(int) + moved[at]).clip(0, 255).astype(np.uint8)
            name = f"{attack}-{at}.webp"
            Image.fromarray(square.transpose(1, 2, 0)).save(chosen.output / name, "WEBP", lossless=True, method=6)
            given = ((square[None] / 255 - MEAN) / STD).astype(np.float32)
            cells = torch.from_numpy(session.run(["suspicion"], {PIXELS: given})[0])
            scores = dict(zip(REASONS, (round(float(score), 3) for score in Probe.of(cells)[0])))
            excess = {name: score - limits[name] for name, score in scores.items()}
            strongest = max(excess, key=excess.get)
            said = strongest if excess[strongest] > 0 else None
            entry = {"file": name, "attack": attack, "source": flat.names[sources[at]], "goal": flat.names[goals[at]]}
            entries.append({**entry, "scores": scores, "reason": said})
    first = np.load(chosen.attacks / "patch.npz")[f"{next(iter(CHOSEN))}.source"][0]
    clean = np.asarray(flat.squares[first]).transpose(1, 2, 0)
    Image.fromarray(clean).save(chosen.output / "clean-0.webp", "WEBP", lossless=True, method=6)
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    (chosen.output / "attacks.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
