"""A second sign of promotion from the catalog side: a picture that looks like products of another kind than its own.

    python catalog_side.py --photos PHOTOS

For each photograph: the cosine to the most similar product of its own kind, less that to the most similar one of any other.
Kinds are the top categories of the feed, and its leaves. The threshold is fitted on one half of the photographs, and reported
on the other and on the attacks that are shipped as tests, which are on photographs of that half.
"""

import argparse
import csv
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from pictures import is_fitted_on, square

MODEL = Path(__file__).parent / "../../models/garment-lite2"
ATTACKS = Path(__file__).parent / "../../test/vision/attacks"
FITTED_SHARE = 0.005
BATCH = 16


class Seen:
    """What the encoder says of files: unit vectors, and whether the score has a reason."""

    def __init__(self, session: onnxruntime.InferenceSession, files: list[Path]):
        tensor = json.loads((MODEL / "model.json").read_text())["input"]
        mean, std = (np.array(tensor[key], dtype=np.float32)[:, None, None] for key in ("mean", "std"))
        reasons = json.loads((MODEL / "trust.json").read_text())["reasons"]
        vectors, flagged = [], []
        for at in range(0, len(files), BATCH):
            pixels = torch.stack([square(file) for file in files[at : at + BATCH]]).float().numpy() / 255
            vector, suspicion = session.run(["embedding", "suspicion"], {"pixel_values": (pixels - mean) / std})
            patch = suspicion[:, reasons["patch"]["row"]].max(1) > reasons["patch"]["threshold"]
            noise = suspicion[:, reasons["noise"]["row"]].mean(1) > reasons["noise"]["threshold"]
            vectors.append(vector)
            flagged.append(patch | noise)
        whole = np.concatenate(vectors)
        self.vectors = whole / np.linalg.norm(whole, axis=1, keepdims=True)
        self.flagged = np.concatenate(flagged)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=Path, required=True)
    photos = parser.parse_args().photos
    with open(photos / "feed.tsv", newline="") as file:
        rows = {row["item_group_id"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}
    names = list(rows)
    attacks = json.loads((ATTACKS / "attacks.json").read_text())
    session = onnxruntime.InferenceSession(str(MODEL / "model.onnx"))
    clean_ones = Seen(session, [photos / rows[name]["image_link"] for name in names])
    seen = Seen(session, [ATTACKS / attack["file"] for attack in attacks])
    catalog, attacked = clean_ones.vectors, seen.vectors
    fitted = np.array([is_fitted_on(name) for name in names])
    print(f"by the score: {seen.flagged.sum()}/{len(attacks)} attacks, {clean_ones.flagged.sum()}/{len(names)} photographs,"
          f" {clean_ones.flagged[~fitted].sum()}/{(~fitted).sum()} of the other half")
    at = {name: i for i, name in enumerate(names)}

    def ranked(vector: np.ndarray, own: str) -> np.ndarray:
        similar = catalog @ vector
        similar[at[own]] = -1
        return similar

    succeeds = [attack["goal"] in [names[i] for i in np.argsort(-ranked(vector, attack["source"]))[:10]]
                for attack, vector in zip(attacks, attacked)]
    for label, depth in (("top category", 1), ("leaf", 9)):
        kinds = np.array([" > ".join(rows[name]["product_type"].split(" > ")[:depth]) for name in names])

        def margin(vector: np.ndarray, own: str) -> float:
            similar, is_own = ranked(vector, own), kinds == kinds[at[own]]
            return similar[is_own].max() - similar[~is_own].max()

        clean = np.array([margin(vector, name) for vector, name in zip(catalog, names)])
        threshold = np.quantile(clean[fitted], FITTED_SHARE)
        others = clean[~fitted]
        found = [margin(vector, attack["source"]) < threshold for attack, vector in zip(attacks, attacked)]
        print(f"{label}: threshold {threshold:.3f}, clean {(others < threshold).sum()}/{len(others)}")
        for name, chosen in (("attacks that succeed", succeeds), ("others", [not one for one in succeeds])):
            of = [(flagged, sign) for flagged, sign, is_one in zip(seen.flagged, found, chosen) if is_one]
            print(f"  {name}: {sum(sign for _, sign in of)}/{len(of)} found,"
                  f" {sum(flagged for flagged, _ in of)} by the score,"
                  f" {sum(sign or flagged for flagged, sign in of)} by either")


if __name__ == "__main__":
    main()
