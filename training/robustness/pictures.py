"""Which photographs, and how they become what the model sees."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

from network import SIDE


def framed(image: Image.Image) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """The square that the gateway makes of a picture, and where the picture is in it (left, top, width, height)."""
    longer = max(image.size)
    width, height = (max(1, round(side * SIDE / longer)) for side in image.size)
    left, top = (SIDE - width) // 2, (SIDE - height) // 2
    whole = Image.new("RGB", (SIDE, SIDE), "white")
    whole.paste(image.resize((width, height), Image.Resampling.BICUBIC), (left, top))
    return whole, (left, top, width, height)


def opened(file: Path) -> Image.Image:
    return ImageOps.exif_transpose(Image.open(file)).convert("RGB")


def square(file: Path) -> torch.Tensor:
    """uint8 [3, 260, 260]."""
    return torch.from_numpy(np.array(framed(opened(file))[0])).permute(2, 0, 1)


def is_fitted_on(name: str) -> bool:
    """Half of the catalog's photographs may be fitted on; figures are of the others."""
    return hashlib.sha256(f"robustness {name}".encode()).digest()[0] % 2 == 0


def types(photos: Path) -> dict[str, str]:
    """Product id to its type."""
    with open(photos / "feed.tsv") as file:
        return {row["item_group_id"]: row["product_type"].split(" > ")[0] for row in csv.DictReader(file, delimiter="\t")}
