"""The training photographs: which rows they are, their thumbnails, and the garment's mask in each.

The clothing dataset (github.com/alexeygrigorev/clothing-dataset, CC0-1.0) in a fixed order: `images.csv` without the
labels "Not sure", "Other", and "Skip", sorted by the hexadecimal SHA-256 of "v1" + the image's id. Rows 0-1,499 and
2,650-4,449 may train; the last 300 of them validate every choice. Nothing here reads the other rows.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

UNUSED_LABELS = {"Not sure", "Other", "Skip"}
TRAINING_ROWS = (slice(0, 1500), slice(2650, 4450))
VALIDATION_ROWS = 300
SIDE = 400
"""Pixels of the longer side of a thumbnail."""
MASK_SIDE = 120
"""Pixels of the longer side at which the mask is found; more takes longer and finds the same outline."""
BORDER = 0.03
"""Share of the sides that is ground for sure."""
PLAUSIBLE_AREA = (0.08, 0.85)
"""Shares of the photograph that a garment covers; a mask outside of them is a mistake."""

TYPES = (
    "Blazer Blouse Body Dress Hat Hoodie Longsleeve Outwear Pants Polo Shirt Shoes Shorts Skirt T-Shirt Top Undershirt"
).split()
GROUPS = {
    "dress": ["Dress"],
    "hat": ["Hat"],
    "outerwear": ["Blazer", "Outwear"],
    "pants": ["Pants"],
    "shoes": ["Shoes"],
    "shorts": ["Shorts"],
    "skirt": ["Skirt"],
    "top": ["Blouse", "Body", "Hoodie", "Longsleeve", "Polo", "Shirt", "T-Shirt", "Top", "Undershirt"],
}
GROUP_OF_TYPE = {kind: group for group, kinds in GROUPS.items() for kind in kinds}


@dataclass
class Photograph:
    """A garment laid flat. `mask` is 0-255 at the size of `image`, or None where no plausible one was found."""

    type: str
    image: np.ndarray
    mask: np.ndarray | None

    @property
    def group(self) -> str:
        return GROUP_OF_TYPE[self.type]


def rows(dataset: Path) -> list[tuple[str, str]]:
    """Image id and label of the training rows, the validation rows last."""
    with open(dataset / "images.csv") as file:
        found = [(row["image"], row["label"]) for row in csv.DictReader(file) if row["label"] not in UNUSED_LABELS]
    found.sort(key=lambda row: hashlib.sha256(f"v1{row[0]}".encode()).hexdigest())
    return [row for part in TRAINING_ROWS for row in found[part]]


def thumbnail(data: bytes) -> np.ndarray:
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(image)


def garment_mask(image: np.ndarray) -> np.ndarray | None:
    """GrabCut (Rother et al., 2004) from the border as ground; keeps the large parts and fills their holes."""
    height, width = image.shape[:2]
    scale = MASK_SIDE / max(height, width)
    small = cv2.resize(image, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    rows_, columns = small.shape[:2]
    seed = np.full((rows_, columns), cv2.GC_PR_FGD, np.uint8)
    band = max(2, round(BORDER * MASK_SIDE))
    seed[:band] = seed[-band:] = seed[:, :band] = seed[:, -band:] = cv2.GC_BGD
    cv2.setRNGSeed(1)
    cv2.grabCut(small, seed, None, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK)
    found = np.isin(seed, (cv2.GC_FGD, cv2.GC_PR_FGD)).astype(np.uint8)
    found = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(found, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    areas = [cv2.contourArea(outline) for outline in outlines]
    filled = np.zeros_like(found)
    kept = [outline for outline, area in zip(outlines, areas) if area >= 0.2 * max(areas)]
    cv2.drawContours(filled, kept, -1, 255, cv2.FILLED)
    if not PLAUSIBLE_AREA[0] <= (filled > 0).mean() <= PLAUSIBLE_AREA[1]:
        return None
    return cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR)


def load(dataset: Path, cache: Path) -> tuple[list[Photograph], list[Photograph]]:
    """Training and validation photographs. The masks (0.1 s each) are kept in `cache`."""
    cache.mkdir(parents=True, exist_ok=True)
    photographs = []
    for image_id, label in rows(dataset):
        image = thumbnail((dataset / "images" / f"{image_id}.jpg").read_bytes())
        kept = cache / f"{image_id}.png"
        if not kept.exists():
            mask = garment_mask(image)
            Image.fromarray(np.zeros(image.shape[:2], np.uint8) if mask is None else mask).save(kept)
        mask = np.asarray(Image.open(kept))
        photographs.append(Photograph(label, image, mask if mask.any() else None))
    return photographs[:-VALIDATION_ROWS], photographs[-VALIDATION_ROWS:]
