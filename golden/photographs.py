"""Images as a network's input."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from clgold.reference.spec import Shape

from .weights import InputError

FOLDER = Path(__file__).parent / "images"


def photographs() -> tuple[Path, ...]:
    """The photographs that come with clgold (golden/images/README.md says whose they are)."""
    return tuple(sorted(FOLDER.glob("*.png")))


def load_image(path: Path, shape: Shape) -> np.ndarray:
    """Any image that Pillow reads, as float32 of `shape` (1, 1, H, W): grey, scaled, in [0, 1]."""
    if not path.is_file():
        raise InputError(f"image {path}: there is no such file")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            warnings.filterwarnings("ignore", category=UserWarning)
            with Image.open(path) as image:
                pixels = grey(path, image).resize((shape[3], shape[2]), Image.Resampling.BOX)
    except InputError:
        raise
    except UnidentifiedImageError:
        raise InputError(f"image {path}: not an image that Pillow can read") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError(f"image {path}: larger than {Image.MAX_IMAGE_PIXELS} pixels") from None
    except (OSError, SyntaxError, ValueError, EOFError) as reason:
        raise InputError(f"image {path}: cannot be read: {reason}") from None
    values = np.asarray(pixels, dtype=np.float32) / np.float32(255)
    return values.reshape(shape)


def grey(path: Path, image: Image.Image) -> Image.Image:
    """Upright and in 8-bit grey; what is transparent becomes black."""
    if image.mode in ("I", "F"):
        raise InputError(f"image {path}: has 32-bit pixels ({image.mode}), expected 8 or 16 bits")
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16"):
        wide = np.asarray(upright).astype(np.uint32)
        return Image.fromarray(((wide + 128) // 257).astype(np.uint8))
    if "A" in upright.getbands() or "transparency" in upright.info:
        coloured = upright.convert("RGBA")
        black = Image.new("RGBA", coloured.size, (0, 0, 0, 255))
        upright = Image.alpha_composite(black, coloured)
    return upright.convert("L")
