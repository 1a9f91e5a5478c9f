"""Fits the probe against attackers who know it, on a GPU: rounds of attacks on the probe as it is, each followed by a fit to
all attacks so far.

    python harden.py --photos FOLDER --output OUT --seconds 240

Positive are cells of which an attack has changed at least CHANGED, and pictures with noise; as they are, or laundered.
Negative are clean photographs, altered as people and apps alter them, and collages of them. A part of the photographs is not
fitted on: it sets the thresholds of each round.
"""

import argparse
import io
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

import attacks
import data
from attacks import Attack, look
from network import GRID, SIDE, Encoder
from suspicion import Probe

BATCH = 160
CHANGED, UNTOUCHED = 0.3, 0.02
"""Of a cell: a patch of 2 % that lies across four cells covers a third of each. In between, a cell is neither."""
HELD = 6
"""One photograph of so many sets thresholds."""
QUANTILE, ROOM = 0.995, (1.0, 3.0)
"""Of photographs and their altered copies; and how far above that the thresholds are, since other photographs differ more."""
FIRST_FIT, LATER_FIT, LAST_FIT = 1200, 500, 1500
RATE, DECAY, DROPOUT = 1e-3, 0.2, 0.3
ALTERED = 10
"""Altered copies of each clean photograph."""

NAIVE = [
    Attack("middle", 10, 30),
    Attack("middle", 5, 30),
    Attack("middle", 2, 30),
    Attack("patch", 10, 30),
    Attack("patch", 5, 30),
    Attack("patch", 2, 30),
    Attack("middle", 2, 50),
    Attack("middle", 10, 30, smoothness=5, start="clean", momentum=0.5),
]
NOISE = [
    Attack("noise", 2, 12),
    Attack("noise", 2, 30, pace=0.1, momentum=0.9),
    Attack("noise", 4, 8),
    Attack("noise", 4, 30, pace=0.1),
    Attack("noise", 8, 8),
    Attack("noise", 8, 20, pace=0.15, start="random"),
    Attack("noise", 3, 10, pace=0.3, start="random"),
    Attack("round", 3, 15),
    Attack("noise", 6, 10, smoothness=3),
    Attack("noise", 4, 1, pace=1),
]
KNOWING = [
    Attack("middle", 10, 40, "evading", "clean", 7),
    Attack("middle", 10, 40, "weighted", "random", 3),
    Attack("patch", 10, 40, "weighted", "goal", 5),
    Attack("middle", 10, 40, "evading", "goal", 5, momentum=0.5),
    Attack("middle", 10, 40, "weighted", "clean", 1),
    Attack("middle", 5, 40, "evading", "clean", 5, momentum=0.7),
    Attack("middle", 10, 40, "weighted", "goal", 11),
    Attack("middle", 10, 40, "evading", "random", 3),
    Attack("patch", 5, 40, "weighted", "clean", 3),
    Attack("middle", 10, 40, "weighted", "clean", 7),
    Attack("middle", 10, 40, "sign", "clean", 1),
    Attack("middle", 2, 40, "weighted", "clean", 3),
]


@dataclass
class Store:
    """What the probe reads of pictures, so that they are encoded once."""

    encoder: Encoder
    parts: dict[str, list[torch.Tensor]] = field(default_factory=lambda: {"seen": [], "texture": [], "pixels": [], "share": []})

    @torch.no_grad()
    def add(self, pixels: torch.Tensor, share: torch.Tensor) -> None:
        for at in range(0, len(pixels), BATCH):
            some = pixels[at : at + BATCH]
            sight = look(self.encoder, some)
            self.parts["seen"].append(sight.seen.to(torch.bfloat16))
            self.parts["texture"].append(sight.texture.to(torch.bfloat16))
            self.parts["pixels"].append((some * 255).round().to(torch.uint8))
            self.parts["share"].append(share[at : at + BATCH])

    def join(self) -> None:
        for name, parts in self.parts.items():
            self.parts[name] = [torch.cat(parts)] if parts else []

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts["share"])

    def draw(self, count: int) -> tuple[torch.Tensor, ...]:
        (seen,), (texture,), (pixels,), (share,) = (self.parts[name] for name in ("seen", "texture", "pixels", "share"))
        rows = torch.randint(len(share), (count,), device=share.device)
        return *whole(seen[rows], texture[rows], pixels[rows]), share[rows]

    @torch.no_grad()
    def scores(self, probe: Probe) -> torch.Tensor:
        (seen,), (texture,), (pixels,), _ = (self.parts[name] for name in ("seen", "texture", "pixels", "share"))
        return torch.cat([
            probe.of(probe(*whole(seen[at : at + BATCH], texture[at : at + BATCH], pixels[at : at + BATCH])))
            for at in range(0, len(seen), BATCH)
        ])


def whole(seen: torch.Tensor, texture: torch.Tensor, pixels: torch.Tensor) -> tuple[torch.Tensor, ...]:
    return seen.float(), texture.float(), (pixels.float() / 255 - attacks.MEAN) / attacks.STD


def covered(pixels: torch.Tensor, clean: torch.Tensor) -> torch.Tensor:
    """[n, 81]: share of each cell that differs."""
    differs = (pixels != clean).any(1, keepdim=True).float()
    return functional.adaptive_avg_pool2d(differs, GRID).flatten(1)


def compressed(pixels: torch.Tensor, qualities: list[int]) -> torch.Tensor:
    def one(picture: np.ndarray, quality: int) -> np.ndarray:
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=quality)
        return np.asarray(Image.open(file).convert("RGB"))

    arrays = (pixels.clamp(0, 1) * 255).round().to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    with ThreadPoolExecutor() as pool:
        found = np.stack(list(pool.map(one, arrays, qualities)))
    return torch.from_numpy(found).to(pixels.device).permute(0, 3, 1, 2).float() / 255


def rescaled(pixels: torch.Tensor, factor: float) -> torch.Tensor:
    resize = lambda x, side: functional.interpolate(x, (side, side), mode="bicubic", antialias=True)
    return resize(resize(pixels, round(SIDE * factor)), SIDE).clamp(0, 1)


def zoomed(pixels: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Parts of them, turned a little."""
    count = len(pixels)
    scale, angle = rng.uniform(0.35, 1.0, count), rng.normal(0, 0.1, count)
    shift = rng.uniform(-1, 1, (count, 2)) * (1 - scale)[:, None]
    flip = rng.choice([-1, 1], count)
    theta = np.stack([
        np.stack([flip * scale * np.cos(angle), -scale * np.sin(angle), shift[:, 0]], 1),
        np.stack([flip * scale * np.sin(angle), scale * np.cos(angle), shift[:, 1]], 1),
    ], 1)
    grid = functional.affine_grid(torch.from_numpy(theta).float().to(pixels.device), pixels.shape, align_corners=False)
    return functional.grid_sample(pixels, grid, "bicubic", "reflection", align_corners=False).clamp(0, 1)


def lit(pixels: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    each = lambda low, high: torch.from_numpy(rng.uniform(low, high, (len(pixels), 1, 1, 1))).float().to(pixels.device)
    return ((pixels.clamp(min=1e-4) ** each(0.6, 1.5) - 0.5) * each(0.6, 1.4) + 0.5).clamp(0, 1)


def grainy(pixels: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    amount = torch.from_numpy(rng.uniform(0, 5, (len(pixels), 1, 1, 1)) / 255).float().to(pixels.device)
    grain = torch.randn(pixels.shape, device=pixels.device)
    return (pixels + amount * grain).clamp(0, 1)


def sharpened(pixels: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    amount = torch.from_numpy(rng.uniform(0.3, 1.5, (len(pixels), 1, 1, 1))).float().to(pixels.device)
    return (pixels + amount * (pixels - functional.avg_pool2d(pixels, 3, 1, 1, count_include_pad=False))).clamp(0, 1)


def collage(pixels: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Other photographs and parts of them on each: no sticker of a garment is an attack by itself."""
    made = pixels.clone()
    for row in range(len(made)):
        for _ in range(int(rng.integers(1, 6))):
            other, side = pixels[int(rng.integers(len(pixels)))], int(rng.integers(24, 140))
            cut = int(rng.integers(min(side, 100), SIDE))
            x, y = (int(v) for v in rng.integers(0, SIDE - cut + 1, 2))
            part = functional.interpolate(other[None, :, y : y + cut, x : x + cut], (side, side), mode="bilinear", antialias=True)
            left, top = (int(v) for v in rng.integers(0, SIDE - side + 1, 2))
            made[row, :, top : top + side, left : left + side] = part[0]
    return made


def altered(pixels: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Each in one or two ways of several."""
    ways = (
        lambda x: compressed(x, rng.integers(40, 97, len(x)).tolist()),
        lambda x: rescaled(x, float(rng.uniform(0.3, 0.95))),
        lambda x: zoomed(x, rng),
        lambda x: lit(x, rng),
        lambda x: grainy(x, rng),
        lambda x: sharpened(x, rng),
        lambda x: collage(x, rng),
        lambda x: collage(zoomed(x, rng), rng),
    )
    made = pixels.clone()
    kinds, again = rng.integers(0, len(ways), len(pixels)), rng.random(len(pixels)) < 0.5
    second = rng.integers(0, 6, len(pixels))
    for passed, chosen in ((0, kinds), (1, np.where(again, second, -1))):
        for at, way in enumerate(ways):
            rows = torch.from_numpy(np.flatnonzero(chosen == at)).to(pixels.device)
            if len(rows) > 0:
                made[rows] = way(made[rows])
    return (made * 255).round() / 255


def laundered(pixels: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    if rng.random() < 0.7:
        return compressed(pixels, rng.choice([75, 85, 90, 90, 95], len(pixels)).tolist())
    return rescaled(pixels, float(rng.choice([0.75, 0.85, 0.9])))


def fit(probe: Probe, clean: Store, patches: Store, noise: Store, steps: int) -> None:
    device = probe.bias.device
    optimizer = torch.optim.AdamW(probe.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2 * RATE, steps)
    wrong = functional.binary_cross_entropy_with_logits
    for store in (clean, patches, noise):
        store.join()
    probe.train()
    drop = lambda x: functional.dropout(x, DROPOUT)
    for _ in range(steps):
        seen, texture, given, _ = clean.draw(256)
        usual = probe(drop(seen), texture, given)
        seen, texture, given, share = patches.draw(192)
        patched = probe(drop(seen), texture, given)
        seen, texture, given, _ = noise.draw(128)
        noisy = probe(drop(seen), texture, given)
        ones, zeros = torch.ones(1, device=device), torch.zeros(1, device=device)
        cells, hit, free = patched[:, 0], share > CHANGED, share < UNTOUCHED
        top = lambda x: torch.logsumexp(x, 1)
        loss = (
            wrong(top(cells.masked_fill(~hit, -20)), ones.expand(len(cells)))
            + 2 * wrong(top(usual[:, 0]), zeros.expand(len(usual)))
            + 0.5 * wrong(cells[hit], ones.expand(int(hit.sum())))
            + 0.5 * wrong(cells[free], zeros.expand(int(free.sum())))
            + wrong(noisy[:, 1].mean(1), ones.expand(len(noisy)))
            + 2 * wrong(usual[:, 1].mean(1), zeros.expand(len(usual)))
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    probe.eval()


def limit(probe: Probe, held: Store) -> torch.Tensor:
    held.join()
    scores = held.scores(probe)
    probe.thresholds.copy_(torch.quantile(scores, QUANTILE, dim=0) + torch.tensor(ROOM, device=scores.device))
    return scores


def attack_in_batches(
    encoder: Encoder, probe: Probe | None, photos: data.Photos, attack: Attack, count: int, fitted: bool, rng, targeted=True
):
    """Attacked and clean pictures, what they are, and what they were aimed at."""
    sources, goals = photos.pairs(fitted, count, targeted, rng)
    found, clean = [], []
    for at in range(0, count, BATCH):
        pictures = photos.pictures(sources[at : at + BATCH], goals[at : at + BATCH], targeted)
        found.append(attacks.run(encoder, probe, pictures, attack, rng))
        clean.append(pictures.clean)
    return torch.cat(found), torch.cat(clean), sources, goals


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--photos", type=Path, required=True)
    arguments.add_argument("--output", type=Path, required=True)
    arguments.add_argument("--seconds", type=float, required=True)
    arguments.add_argument("--device", default="cuda")
    arguments.add_argument("--batch", type=int, default=BATCH)
    chosen = arguments.parse_args()
    start, device, count = time.time(), chosen.device, chosen.batch
    torch.backends.cudnn.benchmark = True
    spent = lambda: f"{time.time() - start:.0f} s"
    torch.manual_seed(15)
    rng, numbers = torch.Generator().manual_seed(15), np.random.default_rng(15)
    photos, encoder = data.read(chosen.photos, device), Encoder(device=device)
    print("read", len(photos.names), spent(), flush=True)

    clean, held, patches, noise = (Store(encoder) for _ in range(4))
    own = photos.fitted.nonzero().flatten()
    photos.fitted[own[::HELD]] = False  # attacks are on the others
    pixels = photos.pixels[own].float() / 255
    is_held = torch.arange(len(own), device=device) % HELD == 0
    zeros = lambda x: torch.zeros(len(x), GRID**2, device=device)
    for store, some, copies in ((held, pixels[is_held], 2), (clean, pixels[~is_held], ALTERED)):
        store.add(some, zeros(some))
        for _ in range(copies):
            store.add(altered(some, numbers), zeros(some))
        store.add(torch.flip(some, (3,)), zeros(some))
    clean.join()
    print("clean", len(clean), len(held), spent(), flush=True)

    def store_attack(attack: Attack, probe: Probe | None, targeted: bool = True) -> tuple[float, float]:
        found, before, _, goals = attack_in_batches(encoder, probe, photos, attack, count, True, rng, targeted)
        share = covered(found, before)
        into = patches if attack.kind in ("patch", "middle") else noise
        into.add(found, share)
        into.add(laundered(found, numbers), share)
        if into is patches:
            into.add(torch.flip(found, (3,)), share.view(-1, GRID, GRID).flip(2).flatten(1))
        with torch.no_grad():
            sight = look(encoder, found)
            over = probe.over(probe(sight.seen, sight.texture, sight.given)) if probe else torch.ones(len(found))
            ranked = (sight.embedding @ photos.vectors.T).topk(10, 1).indices.cpu()
            success = (ranked == photos.rows.cpu()[goals][:, None]).any(1)
            through = (success & (over.cpu() <= 0)).float().mean().item()
        return success.float().mean().item(), through

    for attack in NAIVE:
        print(attack.kind, attack.size, store_attack(attack, None), spent(), flush=True)
    store_attack(Attack("middle", 10, 30), None, targeted=False)
    for attack in NOISE:
        print(attack.kind, attack.size, store_attack(attack, None), spent(), flush=True)
    store_attack(Attack("noise", 4, 10), None, targeted=False)

    probe = Probe().to(device)
    clean.join()
    probe.standardize(clean.parts["seen"][0][:1000], clean.parts["texture"][0][:1000])
    turn, log, last = 0, [], False
    while True:
        last = time.time() - start > chosen.seconds
        fit(probe, clean, patches, noise, FIRST_FIT if turn == 0 else LAST_FIT if last else LATER_FIT)
        scores = limit(probe, held)
        flagged = [float((store.scores(probe)[:, at] > probe.thresholds[at]).float().mean()) for at, store in ((0, patches), (1, noise))]
        alarms = (clean.scores(probe) > probe.thresholds).float().mean(0).tolist()
        log.append({"turn": turn, "thresholds": probe.thresholds.tolist(), "flagged": flagged, "alarms": alarms})
        print("turn", turn, json.dumps(log[-1]), "held max", scores.amax(0).tolist(), spent(), flush=True)
        torch.save(probe.state_dict(), chosen.output / "probe.pt")
        if last:
            break
        for attack in (KNOWING[(3 * turn + at) % len(KNOWING)] for at in range(3)):
            print(" ", attack.method, attack.size, attack.start, attack.smoothness, store_attack(attack, probe), spent(), flush=True)
        store_attack(NAIVE[turn % len(NAIVE)], None)
        turn += 1
    (chosen.output / "harden.json").write_text(json.dumps(log, indent=1))


if __name__ == "__main__":
    main()
