"""What a flagged picture is searched with, instead of its own embedding.

patch: the box around the suspicious cells that are connected to the most suspicious one is painted with the encoder's gray,
and the picture is encoded again. noise: the mean of the embeddings of two views that keep little of the noise.
"""

import torch

from network import GRID, MEAN, SIDE

REACH = 0.5
"""Cells belong to the patch that are above this share of the way from the picture's median cell to its most suspicious one."""
GROWTH = 2
"""Steps of a cell: a patch of a tenth of the picture is three cells wide."""


def grown(cells: torch.Tensor) -> torch.Tensor:
    """[81] to [9, 9]: of the patch."""
    grid = cells.view(GRID, GRID)
    least = grid.median() + REACH * (grid.max() - grid.median())
    region = (grid == grid.max()).float()
    for _ in range(GROWTH):
        region = torch.nn.functional.max_pool2d(region[None, None], 3, 1, 1)[0, 0] * (grid > least)
    return region > 0


def edges(region: torch.Tensor) -> tuple[int, int, int, int]:
    """Left, top, right, and bottom in pixels of the box around cells."""
    rows, columns = region.any(1).nonzero().flatten(), region.any(0).nonzero().flatten()
    top, left = (round(int(side[0]) * SIDE / GRID) for side in (rows, columns))
    bottom, right = (round((int(side[-1]) + 1) * SIDE / GRID) for side in (rows, columns))
    return left, top, right, bottom


def filled(pixels: torch.Tensor, region: torch.Tensor) -> torch.Tensor:
    """[3, 260, 260] with the encoder's gray in the box around the region."""
    left, top, right, bottom = edges(region)
    whole = pixels.clone()
    whole[:, top:bottom, left:right] = MEAN
    return whole


def rescaled(pixels: torch.Tensor, factor: float) -> torch.Tensor:
    """To a part of the size of the square, and to all of it."""
    resize = lambda x, side: torch.nn.functional.interpolate(x, (side, side), mode="bicubic", antialias=True)
    return resize(resize(pixels[None], round(SIDE * factor)), SIDE)[0].clamp(0, 1)


VIEWS = (
    lambda x: rescaled(x[:, 13:-13, 13:-13], 0.4),
    lambda x: rescaled(x[:, 7:-7, 7:-7], 0.45).flip(2),
)
