"""Images as a network's input."""

import warnings
from math import prod
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from clgold.networks import Network
from clgold.reference.spec import Shape

from .weights import InputError

FOLDER = Path(__file__).parent / "images"
# Weights beyond which one photograph has to do, and which: each takes seconds, and gigabytes.
LARGE, ALONE = 2**22, "cat.png"


def photographs() -> tuple[Path, ...]:
    """The photographs that come with clgold (golden/images/README.md says whose they are)."""
    return tuple(sorted(FOLDER.glob("*.png")))


def photographs_for(network: Network) -> tuple[Path, ...]:
    """Those that a network is tried on: all, or one where it is large."""
    size = sum(prod(weight.shape) for weight in network.weights.values())
    return tuple(path for path in photographs() if size <= LARGE or path.name == ALONE)


def load_image(path: Path, shape: Shape) -> np.ndarray:
    """Any image that Pillow reads, as float32 of `shape` (1, C, H, W): scaled, in [0, 1].

    Grey where C is 1; red, green and blue where it is 3.
    """
    if not path.is_file():
        raise InputError(f"image {path}: there is no such file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning)
            with Image.open(path) as image:
                channels = {1: "L", 3: "RGB"}[shape[1]]
                converted = upright(path, image).convert(channels)
                pixels = converted.resize((shape[3], shape[2]), Image.Resampling.BOX)
    except InputError:
        raise
    except UnidentifiedImageError:
        raise InputError(f"image {path}: not an image that Pillow can read") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError(f"image {path}: larger than {Image.MAX_IMAGE_PIXELS} pixels") from None
    except (OSError, SyntaxError, ValueError, EOFError) as reason:
        raise InputError(f"image {path}: cannot be read: {reason}") from None
    values = np.asarray(pixels, dtype=np.float32) / np.float32(255)
    return np.ascontiguousarray(values.reshape(*shape[2:], -1).transpose(2, 0, 1)).reshape(shape)


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
