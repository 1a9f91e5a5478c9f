"""Measures what was not fitted on: false alarms, what is flagged, what gets through, and what consensus restores.

    python report.py --cache CACHE --trust trust.json --output report.json

It goes on with a report of the same score, and measures only attacks whose file is new.
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch

from clean import Clean, catalog
from consensus import without_noise, without_patch
from laundering import laundered
from network import Encoder
from score import REASONS, Score
from seeing import Seeing

TOP = 10
WAYS = ("jpeg-75", "rescale-0.5")
SETS = ("flat", "query", "model", "street", "crops")
FORCED = 60
"""Clean photographs on which consensus is tried although they are not flagged."""


def wilson(hits: int, count: int) -> tuple[float, float]:
    z, p = 1.96, hits / count
    middle = (p + z * z / (2 * count)) / (1 + z * z / count)
    half = z * (p * (1 - p) / count + z * z / (4 * count**2)) ** 0.5 / (1 + z * z / count)
    return round(middle - half, 4), round(middle + half, 4)


def share(hits: np.ndarray) -> dict:
    count, of = int(hits.sum()), len(hits)
    return {"hits": count, "of": of, "share": round(count / of, 4), "wilson95": wilson(count, of)}


def best(vectors: torch.Tensor, embeddings: torch.Tensor) -> np.ndarray:
    return (embeddings @ vectors.T).topk(TOP, 1).indices.numpy()


def restored(found: np.ndarray, clean: np.ndarray) -> float:
    return round(float(np.mean([len(set(a) & set(b)) / TOP for a, b in zip(found, clean)])), 3)


def clean_sets(cache: Path, encoder: Encoder, score: Score) -> dict:
    answer = {}
    for name in SETS:
        photographs = Clean(cache, name)
        rows = photographs.half(False) if name == "flat" else list(range(len(photographs.names)))
        over = torch.cat([score.of(encoder.local(photographs.layers(rows[at : at + 50]))) for at in range(0, len(rows), 50)])
        over = (over - score.thresholds).numpy()
        answer[name] = {reason: share(over[:, at] > 0) for at, reason in enumerate(REASONS)}
        answer[name]["any"] = share((over > 0).any(1))
        print(name, answer[name]["any"], flush=True)
    return answer


def succeeds(name: str, top: np.ndarray, source: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Targeted: the goal is among the first ten. Untargeted: the own product is not."""
    if "untargeted" in name:
        return ~(top == source[:, None]).any(1)
    return (top == goal[:, None]).any(1)


def attack(file: Path, see: Seeing, score: Score, vectors: torch.Tensor) -> dict:
    kept = np.load(file)
    pixels, source, goal = torch.from_numpy(kept["pixels"]).float() / 255, kept["source"], kept["goal"]
    seen = see(pixels)
    over = (score.of(seen.local) - score.thresholds).numpy()
    flagged, top, clean = (over > 0).any(1), best(vectors, seen.embedding), best(vectors, vectors[source])
    success = succeeds(file.stem, top, source, goal)
    answer = {
        "success": share(success),
        "flagged": share(flagged),
        "successUnflagged": share(success & ~flagged),
        "cosineToGoal": round(float((seen.embedding * vectors[goal]).sum(1).mean()), 3),
        "medianOver": [round(float(x), 2) for x in np.median(over, 0)],
        "top10": restored(top, clean),
    }
    if success.any():
        answer["flaggedOfSuccessful"] = share(flagged[success])
    for way in WAYS:
        again = see(laundered(pixels, way))
        caught = ((score.of(again.local) - score.thresholds) > 0).any(1).numpy()
        worked = succeeds(file.stem, best(vectors, again.embedding), source, goal)
        answer[way] = {"success": share(worked), "flagged": share(caught), "successUnflagged": share(worked & ~caught)}
    # As if each were flagged for the reason that fits: what consensus can do, whatever the score says.
    mend = without_noise if "noise" in file.stem or "halved" in file.stem else None
    results = []
    for row in range(len(pixels)):
        single = pixels[row]
        results.append(mend(see, single) if mend else without_patch(see, score, single, seen.local[row : row + 1]))
    mended = torch.stack([result[0] for result in results])
    after = best(vectors, mended)
    answer["consensus"] = {
        "top10": restored(after, clean),
        "top10OfFlagged": restored(after[flagged], clean[flagged]) if flagged.any() else None,
        "ownInTop10": share((after == source[:, None]).any(1)),
        "success": share(succeeds(file.stem, after, source, goal)),
        "passes": round(1 + float(np.mean([result[1] for result in results])), 2),
    }
    brief = {key: answer[key] for key in ("success", "flagged", "successUnflagged", "top10", "consensus")}
    print(file.stem, json.dumps(brief), flush=True)
    return answer


def forced(cache: Path, see: Seeing, score: Score, vectors: torch.Tensor) -> dict:
    """What consensus costs clean photographs of the reported half, for each reason."""
    flat = Clean(cache, "flat")
    rows = np.array(flat.half(False)[:: max(1, len(flat.half(False)) // FORCED)])
    clean, answer = best(vectors, vectors[rows]), {}
    for reason in REASONS:
        mended = []
        for row in rows:
            pixels = flat.picture(int(row)).pixels
            local = see(pixels[None]).local
            result = without_noise(see, pixels) if reason == "noise" else without_patch(see, score, pixels, local)
            mended.append(result[0])
        after = best(vectors, torch.stack(mended))
        answer[reason] = {"top10": restored(after, clean), "ownInTop10": share((after == rows[:, None]).any(1))}
    print(json.dumps(answer), flush=True)
    return answer


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--trust", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    chosen = arguments.parse_args()
    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    encoder, see, score = Encoder(), Seeing(), Score.read(chosen.trust)
    vectors = catalog(chosen.cache, encoder)
    report = json.loads(chosen.output.read_text()) if chosen.output.exists() else {}
    if report.get("score") != score.digest():
        report = {"score": score.digest(), "attacks": {}}
    for file in sorted((chosen.cache / "attacks").glob("*-report.npz")):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        if report["attacks"].get(file.stem, {}).get("file") != content:
            report["attacks"][file.stem] = {"file": content, **attack(file, see, score, vectors)}
            chosen.output.write_text(json.dumps(report, indent=1))
    if "clean" not in report:
        report["clean"] = clean_sets(chosen.cache, encoder, score)
    if "consensusOnClean" not in report:
        report["consensusOnClean"] = forced(chosen.cache, see, score, vectors)
    chosen.output.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
