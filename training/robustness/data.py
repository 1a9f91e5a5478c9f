"""Photographs as the GPU programs read them: a folder with the files, and `list.json` of what they are.

    python data.py --photos PHOTOS --cache CACHE --output FOLDER --fit 480 --report 220
"""

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

import numpy as np
import torch

from attacks import Pictures
from pictures import framed, is_fitted_on, opened, types


@dataclass(frozen=True)
class Photos:
    names: list[str]
    kinds: list[str]
    fitted: torch.Tensor
    """[n]: of the half that may be fitted on."""
    pixels: torch.Tensor
    """uint8 [n, 3, 260, 260]"""
    boxes: torch.Tensor
    rows: torch.Tensor
    """Of the catalog."""
    vectors: torch.Tensor
    """[1500, 512]: the catalog."""
    catalog_kinds: list[str]

    def pairs(self, fitted: bool, count: int, targeted: bool, rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Pictures of one half, each once as far as there are enough, and goals of another type."""
        own = self.fitted.cpu().nonzero().flatten() if fitted else (~self.fitted.cpu()).nonzero().flatten()
        sources = torch.cat([own[torch.randperm(len(own), generator=rng)] for _ in range(-(-count // len(own)))])[:count]
        if not targeted:
            return sources, sources
        kinds = np.array(self.kinds)
        goals = []
        for source in sources.tolist():
            others = np.flatnonzero(kinds != kinds[source])
            goals.append(int(others[int(torch.randint(len(others), (1,), generator=rng))]))
        return sources, torch.tensor(goals)

    def pictures(self, sources: torch.Tensor, goals: torch.Tensor, targeted: bool) -> Pictures:
        at, to = sources.to(self.pixels.device), goals.to(self.pixels.device)
        floats = lambda rows: self.pixels[rows].float() / 255
        return Pictures(floats(at), self.boxes[at], self.vectors[self.rows[to]], floats(to), targeted)


def read(folder: Path, device: str) -> Photos:
    listed = json.loads((folder / "list.json").read_text())
    entries = listed["photos"]
    with ThreadPoolExecutor() as pool:
        squares = list(pool.map(lambda entry: framed(opened(folder / f"{entry['name']}.jpg")), entries))
    pixels = np.stack([np.asarray(square).transpose(2, 0, 1) for square, _ in squares])
    on = lambda values: torch.as_tensor(np.array(values)).to(device)
    vectors = torch.from_numpy(np.load(folder / "vectors.npy").astype(np.float32)).to(device)
    return Photos(
        [entry["name"] for entry in entries],
        [entry["type"] for entry in entries],
        on([entry["fitted"] for entry in entries]),
        on(pixels),
        on([box for _, box in squares]),
        on([entry["row"] for entry in entries]),
        torch.nn.functional.normalize(vectors, dim=1),
        listed["types"],
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--photos", type=Path, required=True)
    arguments.add_argument("--cache", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    arguments.add_argument("--fit", type=int, required=True)
    arguments.add_argument("--report", type=int, required=True)
    chosen = arguments.parse_args()
    from clean import Clean, catalog
    from network import Encoder

    flat, kinds, rng = Clean(chosen.cache, "flat"), types(chosen.photos), np.random.default_rng(15)
    entries = []
    for fitted, count in ((True, chosen.fit), (False, chosen.report)):
        rows = rng.permutation([row for row, name in enumerate(flat.names) if is_fitted_on(name) == fitted])[:count]
        entries += [
            {"name": flat.names[row], "type": kinds[flat.names[row]], "row": int(row), "fitted": fitted} for row in sorted(rows)
        ]
    chosen.output.mkdir(parents=True, exist_ok=True)
    for old in chosen.output.glob("*.jpg"):
        old.unlink()
    for entry in entries:
        copy(chosen.photos / "images" / f"{entry['name']}.jpg", chosen.output)
    (chosen.output / "list.json").write_text(json.dumps({"photos": entries, "types": [kinds[name] for name in flat.names]}))
    np.save(chosen.output / "vectors.npy", catalog(chosen.cache, Encoder()).numpy().astype(np.float16))


if __name__ == "__main__":
    main()
