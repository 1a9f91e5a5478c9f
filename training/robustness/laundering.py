"""What happens to a picture on its way: compression, rescaling, and a crop. All keep the size of the square."""

import io

import numpy as np
import torch
from PIL import Image

from network import SIDE


def image(pixels: torch.Tensor) -> Image.Image:
    return Image.fromarray((pixels.permute(1, 2, 0) * 255).round().to(torch.uint8).numpy())


def tensor(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1).float() / 255


def jpeg(pixels: torch.Tensor, quality: int) -> torch.Tensor:
    file = io.BytesIO()
    image(pixels).save(file, "JPEG", quality=quality)
    return tensor(Image.open(file).convert("RGB"))


def rescaled(pixels: torch.Tensor, factor: float) -> torch.Tensor:
    """To a part of the size of the square, and to all of it."""
    side = round(SIDE * factor)
    small = image(pixels).resize((side, side), Image.Resampling.BICUBIC)
    return tensor(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


WAYS = {
    "jpeg-90": lambda x: jpeg(x, 90),
    "jpeg-75": lambda x: jpeg(x, 75),
    "jpeg-50": lambda x: jpeg(x, 50),
    "rescale-0.75": lambda x: rescaled(x, 0.75),
    "rescale-0.5": lambda x: rescaled(x, 0.5),
    "both": lambda x: jpeg(rescaled(x, 0.75), 75),
}


def laundered(pictures: torch.Tensor, way: str) -> torch.Tensor:
    return torch.stack([WAYS[way](picture) for picture in pictures])
