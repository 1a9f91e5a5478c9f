"""Compares network.py with onnxruntime on photographs and on noise: fails beyond 1e-4."""

import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from network import MEAN, MODEL, PIXELS, STD, Encoder
from pictures import square

MOST = 1e-4


def main(folder: Path) -> None:
    torch.manual_seed(15)
    files = sorted(folder.glob("*.jpg"))[:8]
    pixels = torch.cat([torch.stack([square(file) for file in files]).float() / 255, torch.rand(2, 3, 260, 260)])
    session = onnxruntime.InferenceSession(str(MODEL / "model.onnx"), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        ours = Encoder()(pixels).numpy()
    theirs = session.run(["embedding"], {PIXELS: ((pixels - MEAN) / STD).numpy()})[0]
    difference = float(np.abs(ours - theirs).max())
    print(f"largest difference of a number: {difference:.1e}")
    sys.exit(difference > MOST)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
