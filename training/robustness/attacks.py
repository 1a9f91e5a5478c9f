"""Attacks with gradients on what the encoder says of a picture.

Patches are squares of a share of the picture's own area (not of the white around it), at a random place inside it, or in its
middle, whose cells count four times as much. Their pixels follow the signs of gradients while they move by a few pixels at
every step. Noise is PGD within a distance of every pixel (L-inf).
A targeted attack makes a picture be answered as another product; an untargeted one makes its own product leave.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from network import SIDE, Encoder

SHIFT = 3
"""Pixels that a patch moves while it is fitted, in each direction."""
RATE, NOISE_STEP = 0.1, 0.25
"""A patch's step at first (it falls to a tenth; in 30 steps, this gets 0.02 to 0.06 closer than Adam), and that of noise in
units of the distance."""
MIDDLE = (2 / 9, 7 / 9)
"""Of the square: the cells that the encoder's middle mean sees."""

ADAPTIVE_RATE = 0.05
EVASION = 1.0
"""Distance to the threshold, in the score's units, at which an adaptive attacker minds both goals equally."""
SMOOTHNESS = 7
"""Side in pixels of the mean, taken twice, of an adaptive attacker's gradients: the score sees texture, so its patch has
little. Without it, and with signs, the attacker is flagged at once and gets nowhere."""

Penalty = Callable[[tuple[torch.Tensor, ...]], torch.Tensor]
"""What an adaptive attacker minimizes too, of the three layers: [b], positive where the defense flags the picture."""


@dataclass
class Picture:
    pixels: torch.Tensor
    """[3, 260, 260], in [0, 1]."""
    box: tuple[int, int, int, int]
    """Left, top, width, and height of the picture in the square."""


def inside(box: tuple[int, int, int, int]) -> torch.Tensor:
    left, top, width, height = box
    mask = torch.zeros(1, SIDE, SIDE)
    mask[:, top : top + height, left : left + width] = 1
    return mask


def patch_place(box: tuple[int, int, int, int], share: float, rng: np.random.Generator, middle: bool) -> tuple[int, int, int]:
    """Left, top, and side of a square of a share of the picture's area, SHIFT pixels from its edges if it can be."""
    left, top, width, height = box
    side = min(round((share * width * height) ** 0.5), width, height)
    if middle:
        low, high = (round(SIDE * edge) for edge in MIDDLE)
        right, bottom = min(left + width, high), min(top + height, high)
        left, top = max(left, low), max(top, low)
        width, height = max(side, right - left), max(side, bottom - top)
    at = [start + int(rng.integers(0, length - side + 1)) for start, length in ((left, width), (top, height))]
    for axis, (start, length) in enumerate(((left, width), (top, height))):
        if length - side >= 2 * SHIFT:
            at[axis] = min(max(at[axis], start + SHIFT), start + length - side - SHIFT)
    return at[0], at[1], side


def patch_mask(left: int, top: int, side: int) -> torch.Tensor:
    mask = torch.zeros(1, SIDE, SIDE)
    mask[:, top : top + side, left : left + side] = 1
    return mask


class Best:
    """The best picture so far of each: one that is not flagged before one that is, then the smaller loss."""

    def __init__(self, count: int):
        self.rank = torch.full((count,), torch.inf)
        self.pixels = torch.zeros(count, 3, SIDE, SIDE)

    def offer(self, pixels: torch.Tensor, loss: torch.Tensor, penalty: torch.Tensor) -> None:
        rank = loss + 10 * (penalty > 0) + 0.01 * penalty
        better = rank < self.rank
        self.rank[better], self.pixels[better] = rank[better].detach(), pixels[better].detach()


def loss_of(embedding: torch.Tensor, goal: torch.Tensor, targeted: bool) -> torch.Tensor:
    cosine = (embedding * goal).sum(1)
    return -cosine if targeted else cosine


def judged(encoder: Encoder, seen: torch.Tensor, goal, targeted, penalty: Penalty | None) -> tuple[torch.Tensor, torch.Tensor]:
    layers = encoder.cells(seen)
    loss = loss_of(encoder.embed(layers, torch.ones(1, 9, 9))[:, 0], goal, targeted)
    return loss, penalty(layers) if penalty else torch.zeros_like(loss)


def evading(drawn: torch.Tensor, masks: torch.Tensor, loss: torch.Tensor, extra: torch.Tensor, done: float) -> None:
    """A step of an adaptive attacker, who starts from the clean picture: toward the goal, and where that would raise the score,
    across it; and the nearer the threshold, the more away from it (after Bryniarski et al., 2021)."""
    (goal,) = torch.autograd.grad(loss.sum(), drawn, retain_graph=True)
    (away,) = torch.autograd.grad(extra.sum(), drawn)
    goal, away = (unit(smooth(gradient * masks)) for gradient in (goal, away))
    near = torch.sigmoid(2 * (extra.detach() + EVASION)).view(-1, 1, 1, 1)
    against = (goal * away).sum((1, 2, 3), keepdim=True).clamp(max=0)
    step = unit((1 - near) * unit(goal - near * against * away) + near * away)
    size = (3 * masks.sum((1, 2, 3), keepdim=True)).sqrt()
    with torch.no_grad():
        drawn -= ADAPTIVE_RATE * (1 - 0.9 * done) * size * step * masks
        drawn.clamp_(0, 1)


def smooth(x: torch.Tensor) -> torch.Tensor:
    for _ in range(2):
        x = torch.nn.functional.avg_pool2d(x, SMOOTHNESS, 1, SMOOTHNESS // 2)
    return x


def unit(x: torch.Tensor) -> torch.Tensor:
    return x / x.flatten(1).norm(dim=1).clamp(min=1e-12).view(-1, 1, 1, 1)


def follow(drawn: torch.Tensor, loss: torch.Tensor, done: float) -> None:
    (gradient,) = torch.autograd.grad(loss, drawn)
    with torch.no_grad():
        drawn -= RATE * (1 - 0.9 * done) * gradient.sign()
        drawn.clamp_(0, 1)


def patches(
    encoder: Encoder,
    pictures: list[Picture],
    goals: torch.Tensor,
    share: float,
    targeted: bool,
    steps: int,
    rng: np.random.Generator,
    middle: bool = False,
    penalty: Penalty | None = None,
) -> torch.Tensor:
    """A patch for each picture; returns the pictures with them, [b, 3, 260, 260]."""
    clean = torch.stack([picture.pixels for picture in pictures])
    masks = torch.stack([patch_mask(*patch_place(picture.box, share, rng, middle)) for picture in pictures])
    drawn = (clean.clone() if penalty else torch.from_numpy(rng.random(clean.shape, dtype=np.float32))).requires_grad_()
    best = Best(len(pictures))
    for step in range(steps):
        shift = [int(x) for x in rng.integers(-SHIFT, SHIFT + 1, 2)]
        mask, moved = masks.roll(shift, (2, 3)), drawn.roll(shift, (2, 3))
        seen = clean * (1 - mask) + moved * mask
        loss, extra = judged(encoder, seen, goals, targeted, penalty)
        best.offer(seen, loss, extra)
        if penalty:
            evading(drawn, masks, loss, extra, step / steps)
        else:
            follow(drawn, loss.sum(), step / steps)
    return quantized(best.pixels)


def noise(
    encoder: Encoder,
    pictures: list[Picture],
    goals: torch.Tensor,
    distance: float,
    targeted: bool,
    steps: int,
    penalty: Penalty | None = None,
    halved: bool = False,
) -> torch.Tensor:
    """Every pixel of the picture moved by at most `distance` (of 1). With `halved`, the attacker knows that pictures are also
    looked at in half the resolution (agreement.py), and attacks the mean of both."""
    clean = torch.stack([picture.pixels for picture in pictures])
    masks = torch.stack([inside(picture.box) for picture in pictures])
    added = torch.zeros_like(clean).requires_grad_()
    best = Best(len(pictures))
    for _ in range(steps):
        seen = clean + added * masks
        loss, extra = judged(encoder, seen, goals, targeted, penalty)
        if halved:
            loss = (loss + judged(encoder, half_size(seen), goals, targeted, None)[0]) / 2
        best.offer(seen, loss, extra)
        (gradient,) = torch.autograd.grad(torch.where(extra > -EVASION, extra, loss).sum() if penalty else loss.sum(), added)
        with torch.no_grad():
            added -= NOISE_STEP * distance * gradient.sign()
            added.clamp_(-distance, distance)
            added.copy_((clean + added).clamp(0, 1) - clean)
    return quantized(best.pixels)


def half_size(pixels: torch.Tensor) -> torch.Tensor:
    resize = lambda x, side: torch.nn.functional.interpolate(x, (side, side), mode="bicubic", antialias=True)
    return resize(resize(pixels, SIDE // 2), SIDE).clamp(0, 1)


def universal(
    encoder: Encoder,
    pictures: list[Picture],
    goal: torch.Tensor,
    share: float,
    steps: int,
    batch: int,
    rng: np.random.Generator,
) -> torch.Tensor:
    """One patch that makes any picture be answered as `goal`; [3, side, side] for a picture that fills the square."""
    side = round((share * SIDE * SIDE) ** 0.5)
    drawn = torch.from_numpy(rng.random((3, side, side), dtype=np.float32)).requires_grad_()
    for step in range(steps):
        chosen = [pictures[int(index)] for index in rng.choice(len(pictures), batch, replace=False)]
        seen = torch.stack([pasted(picture, drawn, share, rng) for picture in chosen])
        loss, _ = judged(encoder, seen, goal, True, None)
        follow(drawn, loss.mean(), step / steps)
    return quantized(drawn.detach())


def pasted(picture: Picture, patch: torch.Tensor, share: float, rng: np.random.Generator) -> torch.Tensor:
    """The picture with the patch at a random place, resized to its share of this picture's area."""
    left, top, side = patch_place(picture.box, share, rng, middle=False)
    small = torch.nn.functional.interpolate(patch[None], (side, side), mode="bilinear", antialias=True)[0]
    rest = (left, SIDE - left - side, top, SIDE - top - side)
    return picture.pixels * (1 - patch_mask(left, top, side)) + torch.nn.functional.pad(small, rest)


def quantized(pixels: torch.Tensor) -> torch.Tensor:
    """As a file without loss keeps them."""
    return (pixels.clamp(0, 1) * 255).round() / 255
