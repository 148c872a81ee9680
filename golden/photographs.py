"""Images as a network's input."""

import warnings
from math import prod
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from clgold.networks import UNIT, Network, Picture
from clgold.reference.spec import InputError, Shape

from .distrust import distrusted

FOLDER = Path(__file__).parent / "images"
# Weights beyond which one photograph has to do, and which: each takes seconds, and gigabytes.
LARGE, ALONE = 2**22, "cat.png"


def photographs() -> tuple[Path, ...]:
    """The photographs that come with clgold (golden/images/README.md says whose they are).

    In a wheel some are small: they are the same where all four are taken, at 32×32.
    """
    known = {path.name: path for place in ("small/*.png", "*.png") for path in FOLDER.glob(place)}
    return tuple(known[name] for name in sorted(known))


def photographs_for(network: Network) -> tuple[Path, ...]:
    """Those that a network is tried on: all, or one where it is large."""
    size = sum(prod(weight.shape) for weight in network.weights.values())
    return tuple(path for path in photographs() if size <= LARGE or path.name == ALONE)


def load_image(path: Path, shape: Shape, picture: Picture = UNIT) -> np.ndarray:
    """Any image that Pillow reads, as float32 of `shape` (1, C, H, W), made as `picture` says.

    By default scaled to that size, in [0, 1]; grey where C is 1, red, green and blue where it is 3.
    """
    if not path.is_file():
        what = "is a folder, expected a file" if path.is_dir() else "there is no such file"
        raise InputError(f"image {path}: {what}")
    with distrusted(f"image {path}: cannot be read"):
        pixels = read_pixels(path, shape, picture.shorter)
    bytes_ = np.asarray(pixels).reshape(*shape[2:], -1).transpose(2, 0, 1)
    return prepared(bytes_, picture).reshape(shape)


def prepared(pixels: np.ndarray, picture: Picture) -> np.ndarray:
    """float32 (C, H, W) of bytes (C, H, W) in red, green, blue."""
    ordered = pixels[::-1] if picture.order == "BGR" else pixels
    if picture == UNIT:  # in float32, as the fixtures are
        return np.ascontiguousarray(ordered.astype(np.float32) / np.float32(255))
    mean, std = (np.reshape(values, (-1, 1, 1)) for values in (picture.mean, picture.std))
    return np.ascontiguousarray(((ordered * picture.scale - mean) / std).astype(np.float32))


def read_pixels(path: Path, shape: Shape, shorter: int = 0) -> Image.Image:
    """The image in the colours and the size of `shape`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning)
            with Image.open(path) as image:
                converted = upright(path, image).convert({1: "L", 3: "RGB"}[shape[1]])
                if shorter:
                    return middle(converted, shape, shorter)
                return converted.resize((shape[3], shape[2]), Image.Resampling.BOX)
    except UnidentifiedImageError:
        raise InputError(f"image {path}: not an image that Pillow can read") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError(f"image {path}: larger than {Image.MAX_IMAGE_PIXELS} pixels") from None


def middle(image: Image.Image, shape: Shape, shorter: int) -> Image.Image:
    """The middle of the image, once its shorter side has that many pixels."""
    ratio = shorter / min(image.size)
    width, height = (max(1, round(side * ratio)) for side in image.size)
    scaled = image.resize((width, height), Image.Resampling.BOX)
    left, top = (width - shape[3]) // 2, (height - shape[2]) // 2
    return scaled.crop((left, top, left + shape[3], top + shape[2]))


def upright(path: Path, image: Image.Image) -> Image.Image:
    """The image as it is to be seen, 8 bits a channel; what is transparent becomes black."""
    if image.mode in ("I", "F"):
        raise InputError(f"image {path}: has 32-bit pixels ({image.mode}), expected 8 or 16 bits")
    turned = ImageOps.exif_transpose(image)
    if turned.mode.startswith("I;16"):
        wide = np.asarray(turned).astype(np.uint32)
        return Image.fromarray(((wide + 128) // 257).astype(np.uint8))
    if "A" in turned.getbands() or "transparency" in turned.info:
        coloured = turned.convert("RGBA")
        black = Image.new("RGBA", coloured.size, (0, 0, 0, 255))
        return Image.alpha_composite(black, coloured)
    return turned
