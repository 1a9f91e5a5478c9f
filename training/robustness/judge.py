"""Attacks on the half that nothing was fitted on, by naive attackers and by ones who have the probe, on a GPU.

    python judge.py --photos FOLDER --probe probe.pt --output OUT

All attackers of one name are tried on the same pictures, with the same goals; the best of them counts. `judge.json` has what
came of each, and patch.npz and noise.npz the first pictures, as what was added to them.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

import data
import suspicion
from attacks import Attack, look
from harden import attack_in_batches, compressed
from network import Encoder

COUNT = 200
KEPT = {"patch": 100, "middle": 100, "noise": 32}
TOP = 10


def evading(kind: str, size: float, steps: int = 100) -> list[Attack]:
    return [
        Attack(kind, size, steps, "weighted", "clean", 5),
        Attack(kind, size, steps, "evading", "clean", 7, momentum=0.5),
        Attack(kind, size, steps, "weighted", "goal", 3),
        Attack(kind, size, steps, "weighted", "random", 7),
    ]


NAIVE = {
    "middle-10-targeted": Attack("middle", 10, 60),
    "middle-5-targeted": Attack("middle", 5, 60),
    "middle-2-targeted": Attack("middle", 2, 60),
    "noise-2-targeted": Attack("noise", 2, 15),
    "noise-4-targeted": Attack("noise", 4, 15),
    "noise-8-targeted": Attack("noise", 8, 15),
    "patch-10-targeted": Attack("patch", 10, 60),
    "middle-5-untargeted": Attack("middle", 5, 60),
    "momentum-4-targeted": Attack("noise", 4, 30, pace=0.1, momentum=0.9, start="random"),
}
ADAPTIVE = {
    "adaptive-middle-10-targeted": evading("middle", 10),
    "adaptive-middle-5-targeted": evading("middle", 5),
    "adaptive-noise-8-targeted": [Attack("noise", 8, 40, margin=0.1)],
    "adaptive-noise-4-targeted": [Attack("noise", 4, 40, margin=0.1)],
    "adaptive-middle-2-targeted": evading("middle", 2)[:2],
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--photos", type=Path, required=True)
    arguments.add_argument("--probe", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    arguments.add_argument("--seconds", type=float, required=True)
    arguments.add_argument("--device", default="cuda")
    arguments.add_argument("--count", type=int, default=COUNT)
    arguments.add_argument("--only", default="", help="a part of the names")
    chosen = arguments.parse_args()
    start, device, count = time.time(), chosen.device, chosen.count
    torch.backends.cudnn.benchmark = True
    photos, encoder, probe = data.read(chosen.photos, device), Encoder(device=device), suspicion.read(chosen.probe, device)
    answer, report = {"thresholds": probe.thresholds.tolist(), "attacks": {}}, chosen.output / "judge.json"

    kept: dict[str, dict[str, np.ndarray]] = {"patch": {}, "noise": {}}

    @torch.no_grad()
    def judged(pixels, sources, goals, targeted):
        found = []
        for at in range(0, len(pixels), 100):
            sight = look(encoder, pixels[at : at + 100])
            scores = probe.of(probe(sight.seen, sight.texture, sight.given))
            ranked = (sight.embedding @ photos.vectors.T).topk(TOP, 1).indices
            wanted = photos.rows[(goals if targeted else sources)[at : at + 100].to(device)]
            hit = (ranked == wanted[:, None]).any(1)
            cosine = (sight.embedding * photos.vectors[wanted]).sum(1)
            found.append((hit if targeted else ~hit, scores, cosine))
        return (torch.cat(part).cpu() for part in zip(*found))

    def tried(name: str, several: list[Attack], knows: bool) -> None:
        targeted = not name.endswith("-untargeted")
        each, best = [], None
        for attack in several:
            rng = torch.Generator().manual_seed(15)
            pixels, clean, sources, goals = attack_in_batches(
                encoder, probe if knows else None, photos, attack, count, False, rng, targeted
            )
            success, scores, cosine = judged(pixels, sources, goals, targeted)
            flagged = (scores > probe.thresholds.cpu()).any(1)
            share = lambda x: round(float(x.float().mean()), 4)
            each.append({
                "attack": vars(attack), "success": share(success), "flagged": share(flagged),
                "through": share(success & ~flagged), "cosine": share(cosine),
            })
            rank = 4 * (success & ~flagged) + 2 * ~flagged + (cosine if targeted else -cosine)
            if best is None:
                best = [rank, pixels, success, flagged, scores]
            else:
                better = rank > best[0]
                for at, new in enumerate((rank, pixels, success, flagged, scores)):
                    mask = better.view(-1, *[1] * (new.ndim - 1)).to(new.device)
                    best[at] = torch.where(mask, new, best[at])
        _, pixels, success, flagged, scores = best
        jpeg = compressed(pixels, [90] * len(pixels))
        worked, after, _ = judged(jpeg, sources, goals, targeted)
        caught = (after > probe.thresholds.cpu()).any(1)
        number = lambda x: [int(x.sum()), len(x)]
        answer["attacks"][name] = {
            "success": number(success), "flagged": number(flagged), "through": number(success & ~flagged),
            "jpeg90": {"success": number(worked), "flagged": number(caught), "through": number(worked & ~caught)},
            "scores": [[round(x, 3) for x in row] for row in scores.tolist()], "succeeds": success.int().tolist(), "each": each,
        }
        print(name, json.dumps({k: v for k, v in answer["attacks"][name].items() if k not in ("each", "scores", "succeeds")}), f"{time.time() - start:.0f} s", flush=True)
        for entry in each:
            print("   ", entry["attack"]["method"], entry["attack"]["start"], entry["attack"]["smoothness"], entry["success"], entry["flagged"], entry["through"], entry["cosine"], flush=True)
        keep = KEPT[several[0].kind]
        moved = ((pixels[:keep] - clean[:keep]) * 255).round().to(torch.int16).cpu().numpy()
        rows = {"moved": moved, "source": photos.rows.cpu()[sources][:keep].numpy(), "goal": photos.rows.cpu()[goals][:keep].numpy()}
        group = "noise" if several[0].kind == "noise" else "patch"
        kept[group] |= {f"{name}.{key}": value for key, value in rows.items()}
        np.savez_compressed(chosen.output / f"{group}.npz", **kept[group])
        report.write_text(json.dumps(answer, indent=1))

    jobs = [(name, [attack], False) for name, attack in NAIVE.items()] + [(name, several, True) for name, several in ADAPTIVE.items()]
    for name, several, knows in jobs:
        if any(part in name for part in chosen.only.split(",")) and time.time() - start < chosen.seconds:
            tried(name, several, knows)


if __name__ == "__main__":
    main()
