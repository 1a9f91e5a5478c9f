"""Attacks on photographs of the catalog, as files in the cache: attacks/NAME.npz.

Each has `pixels` (uint8 [n, 3, 260, 260]), `source` and `goal` (rows of the catalog; without a target, `goal` is the source),
and `share` or `distance`. The half that may be fitted on and the half that is reported have files of their own.

    python make_attacks.py --cache CACHE --photos PHOTOS patch-2-targeted:fit:24 noise-4-untargeted:report:40 …
    python make_attacks.py --cache CACHE --photos PHOTOS --adaptive trust.json patch-2-targeted:report:40 …
"""

import argparse
import csv
import time
import zlib
from pathlib import Path

import numpy as np
import torch

import attacks
import score
from clean import Clean, catalog
from network import Encoder

BATCH = 4
PATCH_STEPS, ADAPTIVE_STEPS, NOISE_STEPS, UNIVERSAL_STEPS, UNIVERSAL_BATCH = 40, 24, 8, 60, 6


def types(photos: Path) -> dict[str, str]:
    """Product id to its type."""
    with open(photos / "feed.tsv") as file:
        return {row["item_group_id"]: row["product_type"].split(" > ")[0] for row in csv.DictReader(file, delimiter="\t")}


def chosen(flat: Clean, kinds: dict[str, str], fitted: bool, count: int, targeted: bool, rng) -> tuple[list[int], list[int]]:
    """Rows of the pictures and of what they shall be answered as: a product of another type from the whole catalog."""
    sources = [int(index) for index in rng.choice(flat.half(fitted), count, replace=False)]
    if not targeted:
        return sources, sources
    goals = []
    for source in sources:
        others = [row for row, name in enumerate(flat.names) if kinds[name] != kinds[flat.names[source]]]
        goals.append(int(rng.choice(others)))
    return sources, goals


def attack(job: str, cache: Path, photos: Path, encoder: Encoder, vectors: torch.Tensor, trust: score.Score | None) -> None:
    name, half, count = job.split(":")
    kind, size, aim = name.split("-")
    file = cache / "attacks" / f"{'adaptive-' if trust else ''}{name}-{half}.npz"
    rng = np.random.default_rng(zlib.crc32(f"{name} {half}".encode()))
    flat, targeted = Clean(cache, "flat"), aim == "targeted"
    sources, goals = chosen(flat, types(photos), half == "fit", int(count), targeted, rng)
    penalty = (lambda layers: trust.over(encoder.local(layers))) if trust else None
    extra = {"penalty": penalty}
    found, start = [], time.time()
    if kind == "universal":
        goals = [goals[0]] * len(goals)
        some = [flat.picture(int(row)) for row in rng.choice(flat.half(True), 120, replace=False)]
        patch = attacks.universal(
            encoder, some, vectors[goals[0]], int(size) / 100, UNIVERSAL_STEPS, UNIVERSAL_BATCH, rng
        )
        found = [attacks.pasted(flat.picture(row), patch, int(size) / 100, rng)[None] for row in sources]
    for at in range(0, len(sources) if kind != "universal" else 0, BATCH):
        pictures = [flat.picture(row) for row in sources[at : at + BATCH]]
        goal = vectors[goals[at : at + BATCH]]
        if kind in ("patch", "middle"):
            extra["middle"] = kind == "middle"
            steps = ADAPTIVE_STEPS if trust else PATCH_STEPS
            found.append(attacks.patches(encoder, pictures, goal, int(size) / 100, targeted, steps, rng, **extra))
        else:
            steps, halved = NOISE_STEPS * (2 if trust else 1), kind == "halved"
            found.append(attacks.noise(encoder, pictures, goal, int(size) / 255, targeted, steps, halved=halved, **extra))
        save(file, found, sources, goals)
    save(file, found, sources, goals)
    print(file.stem, f"{time.time() - start:.0f} s", flush=True)


def save(file: Path, found: list[torch.Tensor], sources: list[int], goals: list[int]) -> None:
    pixels = (torch.cat(found) * 255).round().to(torch.uint8).numpy()
    done = len(pixels)
    np.savez(file, pixels=pixels, source=np.array(sources[:done]), goal=np.array(goals[:done]))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--photos", type=Path, required=True)
    arguments.add_argument("--adaptive", type=Path, help="trust.json of the defense that the attacker knows")
    arguments.add_argument("jobs", nargs="+", help="KIND-SIZE-AIM:HALF:COUNT")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    (given.cache / "attacks").mkdir(exist_ok=True)
    encoder = Encoder()
    vectors = catalog(given.cache, encoder)
    trust = score.Score.read(given.adaptive) if given.adaptive else None
    for job in given.jobs:
        attack(job, given.cache, given.photos, encoder, vectors, trust)


if __name__ == "__main__":
    main()
