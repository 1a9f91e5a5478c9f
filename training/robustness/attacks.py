"""Attacks with gradients on what the encoder says of pictures, hundreds at a time.

Patches are squares of a share of the picture's own area (not of the white around it), anywhere inside it or in its middle,
whose cells count four times as much. They move by a few pixels at every step. Noise is PGD within a distance of every pixel
(L-inf), or of the picture (L2). A targeted attack makes a picture be answered as another product; an untargeted one makes its
own product leave.

An adaptive attacker has the probe too, and wants a picture that is not flagged:

- `evading`: along the gradient of the goal without what would raise the score, and the nearer the threshold, the more away
  from it (after Bryniarski et al., 2021).
- `weighted`: Adam on the goal plus a weight of its own for each picture, which grows while it is flagged and falls while it
  is not (as Carlini and Wagner search for their constant).

Both smooth their gradients, because sharp patches are flagged at once.
"""

from dataclasses import dataclass

import torch
from torch.nn import functional

from network import EARLY, EARLY_STRIDE, EARLY_WINDOW, FRONT, GRID, HEAD, LOCAL, MEAN, PIXELS, SIDE, STD, TAIL, Encoder
from suspicion import Probe

SHIFT = 3
"""Pixels that a patch moves while it is fitted, in each direction."""
MIDDLE = (58, 202)
"""Of the square's 260 pixels: the cells that the encoder's middle mean sees."""
RATES = {"sign": 0.1, "evading": 0.05, "weighted": 0.04}
"""A step at first, of 1; it falls to a tenth."""
NEAR = 1.0
"""Distance to the threshold, in the score's units, at which an evading attacker minds both goals equally."""
SAFE = 0.3
"""A weighted attacker stays so far below the threshold."""
MEMORY = (0.9, 0.99)


@dataclass(frozen=True)
class Pictures:
    clean: torch.Tensor
    """[n, 3, 260, 260] in [0, 1]."""
    boxes: torch.Tensor
    """[n, 4]: left, top, width, and height of the picture in the square."""
    goals: torch.Tensor
    """[n, 512]: what they shall be answered as, or without a target, what they are."""
    targets: torch.Tensor
    """[n, 3, 260, 260]: the picture of the goal, for patches that start from it."""
    targeted: bool


@dataclass(frozen=True)
class Attack:
    """One attacker."""

    kind: str
    """patch, middle, noise, or round (noise in L2)"""
    size: float
    """Share of the area in percent, or distance in 255ths."""
    steps: int
    method: str = "sign"
    start: str = "random"
    """Of a patch: random, clean, or goal (a small picture of it)."""
    smoothness: int = 1
    """Side in pixels of the mean, taken twice, of gradients."""
    momentum: float = 0.0
    pace: float = 0.25
    """Of noise: a step in units of the distance."""
    margin: float = 0.0
    """Below the threshold that an adaptive attacker keeps."""


def inside(boxes: torch.Tensor) -> torch.Tensor:
    """[n, 4] to masks [n, 1, 260, 260]."""
    at = torch.arange(SIDE, device=boxes.device)
    left, top, width, height = (boxes[:, i, None] for i in range(4))
    across, down = (at >= left) & (at < left + width), (at >= top) & (at < top + height)
    return (down[:, :, None] & across[:, None, :])[:, None].float()


def places(boxes: torch.Tensor, share: float, middle: bool, rng: torch.Generator) -> torch.Tensor:
    """[n, 4]: squares of a share of the picture's area, SHIFT pixels from its edges if they can be."""
    left, top, width, height = boxes.float().cpu().T
    side = (share * width * height).sqrt().round().minimum(width).minimum(height)
    found = []
    for start, length in ((left, width), (top, height)):
        low, high = start, start + length
        if middle:
            low, high = low.clamp(min=MIDDLE[0]), high.clamp(max=MIDDLE[1])
            low = low.minimum((start + length - side).clamp(min=0))
        room = (high - low - side).clamp(min=0)
        at = low + (torch.rand(len(low), generator=rng) * (room + 1)).floor().minimum(room)
        fits = length - side >= 2 * SHIFT
        inner = at.maximum(start + SHIFT).minimum(start + length - side - SHIFT)
        found.append(torch.where(fits, inner, at.maximum(start).minimum(start + length - side)))
    return torch.stack([*found, side, side], 1).long().to(boxes.device)


@dataclass(frozen=True)
class Sight:
    embedding: torch.Tensor
    seen: torch.Tensor
    texture: torch.Tensor
    given: torch.Tensor


def look(encoder: Encoder, pixels: torch.Tensor) -> Sight:
    """What the encoder says of pictures, and what the probe reads."""
    given = (pixels - MEAN) / STD
    *layers, early = encoder.graph.run({PIXELS: given}, [HEAD, TAIL, FRONT, EARLY])
    everywhere = torch.ones(1, GRID, GRID, device=pixels.device)
    seen = encoder.graph.run(dict(zip((HEAD, TAIL, FRONT), layers)), [LOCAL])[0]
    texture = functional.avg_pool2d(early, EARLY_WINDOW, EARLY_STRIDE).flatten(2).transpose(1, 2)
    return Sight(encoder.embed(tuple(layers), everywhere)[:, 0], seen, texture, given)


class Best:
    """The best of each so far: one that is not flagged before one that is, then the smaller loss."""

    def __init__(self, pixels: torch.Tensor):
        self.rank = torch.full((len(pixels),), torch.inf, device=pixels.device)
        self.pixels = pixels.clone()

    def offer(self, pixels: torch.Tensor, loss: torch.Tensor, extra: torch.Tensor) -> None:
        rank = (loss + 10 * (extra > 0) + 0.01 * extra.clamp(min=0)).detach()
        better = rank < self.rank
        self.rank = torch.where(better, rank, self.rank)
        self.pixels = torch.where(better.view(-1, 1, 1, 1), pixels.detach(), self.pixels)


def run(encoder: Encoder, probe: Probe | None, pictures: Pictures, attack: Attack, rng: torch.Generator) -> torch.Tensor:
    """The pictures with the attack, as a file without loss keeps them. Without a probe, the attacker is naive."""
    attacked = (patched if attack.kind in ("patch", "middle") else noisy)(encoder, probe, pictures, attack, rng)
    return (attacked.clamp(0, 1) * 255).round() / 255


def judged(encoder: Encoder, probe: Probe | None, pixels: torch.Tensor, pictures: Pictures, attack: Attack):
    """The loss, how far the picture is above the thresholds, and a smooth bound of that: each [n]."""
    sight = look(encoder, pixels)
    cosine = (sight.embedding * pictures.goals).sum(1)
    loss = -cosine if pictures.targeted else cosine
    if probe is None:
        return loss, torch.zeros_like(loss), None
    cells = probe(sight.seen, sight.texture, sight.given)
    limits = probe.thresholds - attack.margin
    each = torch.cat([cells[:, 0] - limits[0], (cells[:, 1].mean(1) - limits[1])[:, None]], 1)
    return loss, each.amax(1), torch.logsumexp(2 * each, 1) / 2


def patched(encoder: Encoder, probe: Probe | None, pictures: Pictures, attack: Attack, rng: torch.Generator) -> torch.Tensor:
    squares = places(pictures.boxes, attack.size / 100, attack.kind == "middle", rng)
    masks, clean = inside(squares), pictures.clean
    drawn = started(pictures, squares, attack.start, rng).requires_grad_()
    best, state = Best(clean), State(drawn)
    for step in range(attack.steps):
        shift = torch.randint(-SHIFT, SHIFT + 1, (2,), generator=rng).tolist()
        mask, moved = masks.roll(shift, (2, 3)), drawn.roll(shift, (2, 3))
        pixels = clean * (1 - mask) + moved * mask
        loss, extra, bound = judged(encoder, probe, pixels, pictures, attack)
        best.offer(pixels, loss, extra)
        direction = state.direction(drawn, masks, loss, extra, bound, attack)
        rate = RATES[attack.method] * (1 - 0.9 * step / attack.steps)
        with torch.no_grad():
            drawn -= rate * direction * masks
            drawn.clamp_(0, 1)
    return best.pixels


def started(pictures: Pictures, squares: torch.Tensor, start: str, rng: torch.Generator) -> torch.Tensor:
    clean = pictures.clean
    if start == "random":
        return torch.rand(clean.shape, generator=rng).to(clean.device)
    drawn = clean.clone()
    if start == "goal":
        for row, (left, top, side, _) in enumerate(squares.tolist()):
            small = functional.interpolate(pictures.targets[row : row + 1], (side, side), mode="bilinear", antialias=True)
            drawn[row, :, top : top + side, left : left + side] = small[0]
    return drawn


class State:
    """What an attacker remembers of earlier steps."""

    def __init__(self, drawn: torch.Tensor):
        self.weights = torch.ones(len(drawn), device=drawn.device)
        self.first, self.second, self.steps = torch.zeros_like(drawn), torch.zeros_like(drawn), 0

    def direction(self, drawn, masks, loss, extra, bound, attack: Attack) -> torch.Tensor:
        size = (3 * masks.sum((1, 2, 3), keepdim=True)).sqrt()
        if bound is None or attack.method == "sign":
            (gradient,) = torch.autograd.grad((loss if bound is None else torch.where(extra > -SAFE, bound, loss)).sum(), drawn)
            gradient = smooth(gradient * masks, attack.smoothness)
            self.first = attack.momentum * self.first + unit(gradient)
            return self.first.sign() if attack.smoothness == 1 else unit(self.first) * size
        if attack.method == "evading":
            (goal,) = torch.autograd.grad(loss.sum(), drawn, retain_graph=True)
            (away,) = torch.autograd.grad(bound.sum(), drawn)
            goal, away = (unit(smooth(gradient * masks, attack.smoothness)) for gradient in (goal, away))
            near = torch.sigmoid(2 * (extra.detach() + NEAR)).view(-1, 1, 1, 1)
            against = (goal * away).sum((1, 2, 3), keepdim=True).clamp(max=0)
            step = unit((1 - near) * unit(goal - near * against * away) + near * away)
            self.first = attack.momentum * self.first + step
            return unit(self.first) * size
        (gradient,) = torch.autograd.grad((10 * loss + self.weights * (bound + SAFE).clamp(min=0)).sum(), drawn)
        gradient = unit(smooth(gradient * masks, attack.smoothness)) * size
        self.weights = (self.weights * torch.where(extra > -SAFE, 1.15, 0.9)).clamp(0.01, 100)
        self.steps += 1
        self.first = MEMORY[0] * self.first + (1 - MEMORY[0]) * gradient
        self.second = MEMORY[1] * self.second + (1 - MEMORY[1]) * gradient**2
        scaled = self.second / (1 - MEMORY[1] ** self.steps)
        return self.first / (1 - MEMORY[0] ** self.steps) / (scaled.sqrt() + 1e-3)


def noisy(encoder: Encoder, probe: Probe | None, pictures: Pictures, attack: Attack, rng: torch.Generator) -> torch.Tensor:
    clean, masks = pictures.clean, inside(pictures.boxes)
    distance = attack.size / 255
    radius = distance * (3 * masks.sum((1, 2, 3), keepdim=True)).sqrt()
    added = torch.zeros_like(clean)
    if attack.start == "random":
        added = ((torch.rand(clean.shape, generator=rng) * 2 - 1).to(clean.device)) * distance
    added = added.requires_grad_()
    best, first = Best(clean), torch.zeros_like(clean)
    for _ in range(attack.steps):
        pixels = clean + added * masks
        loss, extra, bound = judged(encoder, probe, pixels, pictures, attack)
        best.offer(pixels, loss, extra)
        aim = loss if bound is None else torch.where(extra > -SAFE, bound, loss)
        (gradient,) = torch.autograd.grad(aim.sum(), added)
        gradient = smooth(gradient * masks, attack.smoothness)
        first = attack.momentum * first + unit(gradient)
        with torch.no_grad():
            if attack.kind == "round":
                added -= attack.pace * radius * unit(first)
                added *= (radius / norm(added).clamp(min=1e-12)).clamp(max=1)
            else:
                added -= attack.pace * distance * first.sign()
                added.clamp_(-distance, distance)
            added.copy_((clean + added).clamp(0, 1) - clean)
    pixels = clean + added.detach() * masks
    with torch.no_grad():
        loss, extra, _ = judged(encoder, probe, pixels, pictures, attack)
    best.offer(pixels, loss, extra)
    return best.pixels


def smooth(x: torch.Tensor, side: int) -> torch.Tensor:
    if side == 1:
        return x
    for _ in range(2):
        x = functional.avg_pool2d(x, side, 1, side // 2)
    return x


def norm(x: torch.Tensor) -> torch.Tensor:
    return x.flatten(1).norm(dim=1).view(-1, 1, 1, 1)


def unit(x: torch.Tensor) -> torch.Tensor:
    return x / norm(x).clamp(min=1e-12)
