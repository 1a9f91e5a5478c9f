"""Some attacks of the half that is reported, as files for the tests of the gateway: attacks.json, and WebP without loss.

Each entry has the attack, the catalog's rows of the picture and of what it shall be answered as (ids of the photographs'
feed), the two scores, and whether the picture is flagged.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from clean import Clean
from laundering import image
from score import REASONS, Score
from seeing import Seeing

CHOSEN = {
    "middle-10-targeted": 4,
    "middle-5-targeted": 3,
    "middle-2-targeted": 2,
    "adaptive-middle-10-targeted": 3,
    "adaptive-middle-5-targeted": 1,
    "noise-8-targeted": 2,
    "noise-4-targeted": 2,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--trust", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    see, score, names = Seeing(), Score.read(chosen.trust), Clean(chosen.cache, "flat").names
    chosen.output.mkdir(parents=True, exist_ok=True)
    entries = []
    for attack, count in CHOSEN.items():
        kept = np.load(chosen.cache / "attacks" / f"{attack}-report.npz")
        pixels = torch.from_numpy(kept["pixels"][:count]).float() / 255
        scores = score.of(see(pixels).local)
        for at in range(len(pixels)):
            file = f"{attack}-{at}.webp"
            image(pixels[at]).save(chosen.output / file, "WEBP", lossless=True, method=6)
            source, goal = names[int(kept["source"][at])], names[int(kept["goal"][at])]
            said = {reason: round(float(scores[at, row]), 3) for row, reason in enumerate(REASONS)}
            flagged = bool((scores[at] > score.thresholds).any())
            entries.append({"file": file, "attack": attack, "source": source, "goal": goal, "scores": said, "flagged": flagged})
    lines = ",\n".join(json.dumps(entry) for entry in entries)
    (chosen.output / "attacks.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
