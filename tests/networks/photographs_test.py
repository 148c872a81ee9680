"""Images come in the shape that a network asks for: grey or colour, in [0, 1], channels first."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clgold.golden.photographs import FOLDER, load_image, photographs, photographs_for
from clgold.networks import NETWORKS, Network

# Of the bytes of each photograph as a grey 32×32 image.
GREY = {
    "astronaut.png": "717619fa1576c958",
    "cat.png": "6ec8e66f495d1fea",
    "coffee.png": "a5fa71649f0103e8",
    "rocket.png": "4f2fa377931cfe07",
}
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def drawn(path: Path, mode: str, *colours: object) -> Path:
    """An image of one row, with these colours from left to right."""
    image = Image.new(mode, (len(colours), 1))
    for column, colour in enumerate(colours):
        image.putpixel((column, 0), colour)  # type: ignore[arg-type]
    image.save(path)
    return path


@pytest.mark.parametrize("name", GREY)
def test_grey_photographs_have_the_bits_that_they_always_had(name: str) -> None:
    values = load_image(FOLDER / name, (1, 1, 32, 32))
    assert hashlib.sha256(values.tobytes()).hexdigest()[:16] == GREY[name]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("small/*.png")), ids=lambda path: path.stem)
@pytest.mark.parametrize("channels", [1, 3])
def test_what_a_wheel_has_is_the_same_where_all_are_taken(path: Path, channels: int) -> None:
    shape = (1, channels, 32, 32)
    assert np.array_equal(load_image(path, shape), load_image(FOLDER / path.name, shape))


@pytest.mark.parametrize("name", GREY)
def test_colour_photographs_are_the_files_pixels(name: str) -> None:
    pixels = np.asarray(Image.open(FOLDER / name))
    values = load_image(FOLDER / name, (1, 3, *pixels.shape[:2]))
    assert values.dtype == np.float32
    assert values.flags.c_contiguous
    assert np.array_equal(values[0] * np.float32(255), pixels.transpose(2, 0, 1))


def test_channels_are_red_green_and_blue(tmp_path: Path) -> None:
    path = drawn(tmp_path / "flag.png", "RGB", RED, GREEN, BLUE, (255, 255, 255))
    values = load_image(path, (1, 3, 1, 4))
    assert values[0, :, 0].tolist() == [[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1]]


def test_a_grey_image_has_three_equal_channels(tmp_path: Path) -> None:
    values = load_image(drawn(tmp_path / "grey.png", "L", 0, 51, 255), (1, 3, 1, 3))
    assert values[0, :, 0].tolist() == [[0, np.float32(0.2), 1]] * 3


def test_what_is_transparent_is_black_in_colour_too(tmp_path: Path) -> None:
    path = drawn(tmp_path / "clear.png", "RGBA", (255, 0, 0, 0), (255, 0, 0, 255))
    assert load_image(path, (1, 3, 1, 2))[0, :, 0].tolist() == [[0, 1], [0, 0], [0, 0]]


def test_colour_and_grey_differ_where_colours_do(tmp_path: Path) -> None:
    path = drawn(tmp_path / "flag.png", "RGB", RED, GREEN, BLUE)
    grey = load_image(path, (1, 1, 1, 3))[0, 0, 0]
    assert grey[1] > grey[0] > grey[2] > 0


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_every_network_has_a_photograph_of_its_shape(network: Network) -> None:
    (shape,) = network.inputs.values()
    chosen = photographs_for(network)
    assert load_image(chosen[0], shape).shape == shape
    large = sum(np.prod(weight.shape) for weight in network.weights.values()) > 2**22
    assert chosen == (photographs() if not large else (FOLDER / "cat.png",))
