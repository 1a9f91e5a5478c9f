"""The second stage: does a picture still say the same at half the resolution? One more pass of the encoder.

Noise that nobody sees does not survive a rescaling, and what the encoder sees in a photograph does. The threshold is a
quantile of the half of the flat lays that is fitted on.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from clean import Clean
from laundering import rescaled
from report import SETS, share
from seeing import Seeing

FALSE_ALARMS = 0.005
MOST = 250
FACTOR = 0.5


def agreements(see: Seeing, pixels: torch.Tensor) -> np.ndarray:
    halved = torch.stack([rescaled(picture, FACTOR) for picture in pixels])
    return (see(pixels).embedding * see(halved).embedding).sum(1).numpy()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    see, rng = Seeing(), np.random.default_rng(15)

    def of(name: str, rows) -> np.ndarray:
        photographs = Clean(chosen.cache, name)
        some = rng.permutation(np.array(rows))[:MOST]
        return np.concatenate([
            agreements(see, torch.stack([photographs.picture(int(row)).pixels for row in some[at : at + 25]]))
            for at in range(0, len(some), 25)
        ])

    answer = json.loads(chosen.output.read_text()) if chosen.output.exists() else {"clean": {}, "attacks": {}}
    if "threshold" not in answer:
        answer["threshold"] = round(float(np.quantile(of("flat", Clean(chosen.cache, "flat").half(True)), FALSE_ALARMS)), 4)
    least = answer["threshold"]
    for file in sorted((chosen.cache / "attacks").glob("*-report.npz")):
        if file.stem not in answer["attacks"]:
            pixels = torch.from_numpy(np.load(file)["pixels"]).float() / 255
            answer["attacks"][file.stem] = share(agreements(see, pixels) < least)
            print(file.stem, answer["attacks"][file.stem]["share"], flush=True)
    for name in SETS:
        if name not in answer["clean"]:
            photographs = Clean(chosen.cache, name)
            rows = photographs.half(False) if name == "flat" else range(len(photographs.names))
            answer["clean"][name] = share(of(name, rows) < least)
            print(name, answer["clean"][name]["share"], flush=True)
    chosen.output.write_text(f"{json.dumps(answer, indent=1)}\n")


if __name__ == "__main__":
    main()
