"""Pictures are drawn of every result, the same bytes each time, and show what is wrong."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clgold.diagnosis.explain.picture import answer_picture, difference_picture
from clgold.diagnosis.explain.planes import worst_planes
from clgold.diagnosis.mask import axis_names
from clgold.reference import Enclosure
from clgold.reference.generator import bell

Array = np.ndarray

PINK = (0xFF, 0x2B, 0xD6)
SHAPES = [(), (1,), (6,), (1, 6), (3, 43), (1, 4096), (2, 3, 17), (1, 1, 1, 1), (2, 5, 9, 7)]
SHAPES += [(1, 1, 3, 90), (1, 6, 5, 2)]


def right(shape: tuple[int, ...]) -> Enclosure:
    return Enclosure(bell(1, "picture", shape), np.full(shape, 1e-6))


def pixels(path: Path) -> Array:
    """(H, W, 3) uint8."""
    return np.asarray(Image.open(path).convert("RGB"))


def count(picture: Array, colour: tuple[int, int, int]) -> int:
    return int(np.all(picture == colour, axis=2).sum())


@pytest.mark.parametrize(
    ("shape", "fault"),
    [*((shape, "NaN") for shape in SHAPES), *(((2, 5, 9, 7), f) for f in ("none", "one", "all"))],
    ids=str,
)
def test_every_shape_is_drawn(shape: tuple[int, ...], fault: str, tmp_path: Path) -> None:
    expected = right(shape)
    got = expected.value.astype(np.float32).reshape(shape)
    if fault == "one":
        got = got + np.float32(1) * (np.arange(got.size) == got.size - 1).reshape(shape)
    elif fault != "none":
        got = got + np.float32("nan" if fault == "NaN" else 1)
    difference_picture(tmp_path / "a.png", expected, np.asarray(got, np.float32), "a kernel")
    picture = pixels(tmp_path / "a.png")
    assert picture.shape[1] == 1350
    assert 250 <= picture.shape[0] <= 2000
    assert (count(picture, PINK) > 0) == (fault == "NaN")


def test_the_same_data_give_the_same_bytes_without_date_or_version(tmp_path: Path) -> None:
    expected = right((2, 5, 9, 7))
    for name in ("a.png", "b.png"):
        difference_picture(tmp_path / name, expected, np.zeros((2, 5, 9, 7), np.float32), "twice")
    written = (tmp_path / "a.png").read_bytes()
    assert written == (tmp_path / "b.png").read_bytes()
    assert set(Image.open(BytesIO(written)).info) <= {"dpi"}


def test_a_users_own_settings_change_nothing(tmp_path: Path) -> None:
    import matplotlib

    expected, got = right((1, 2, 5, 7)), np.ones((1, 2, 5, 7), np.float32)
    difference_picture(tmp_path / "a.png", expected, got, "plain")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "text.usetex": True}):
        difference_picture(tmp_path / "b.png", expected, got, "plain")
        assert matplotlib.rcParams["font.size"] == 30
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize("title", ["", "$x_", r"\frac{", "a\nb", "ü × −", "x" * 300])
def test_any_title_is_taken_as_it_is(title: str, tmp_path: Path) -> None:
    difference_picture(tmp_path / "a.png", right((6,)), np.zeros(6, np.float32), title)
    answer_picture(tmp_path / "b.png", [(title, [(title, np.eye(4))])])
    assert pixels(tmp_path / "a.png").size
    assert pixels(tmp_path / "b.png").size


def test_a_right_result_has_no_error_to_be_seen(tmp_path: Path) -> None:
    expected = Enclosure(np.arange(20.0).reshape(1, 1, 4, 5), np.full((1, 1, 4, 5), 1e-6))
    for name, off in (("right", 0), ("wrong", 1)):
        got = (expected.value + off * (expected.value == 7)).astype(np.float32)
        difference_picture(tmp_path / f"{name}.png", expected, got, "a kernel")
        red, green, _ = np.moveaxis(pixels(tmp_path / f"{name}.png")[:, 900:1240], 2, 0)
        assert np.any((red > 90) & (green < 60)) == bool(off)


def test_the_worst_planes_are_those_with_most_wrong_elements() -> None:
    expected = bell(1, "planes", (2, 5, 4, 3))
    got = expected.astype(np.float32)
    wrong = np.zeros(expected.shape, bool)
    wrong[1, 3], wrong[0, 2, 0], wrong[1, 0, 0, 0], wrong[0, 4, 0, :2] = True, True, True, True
    planes = worst_planes(wrong, expected, got, axis_names(4, "conv2d"))
    names = ["image 0, channel 2", "image 0, channel 4", "image 1, channel 3"]
    assert [plane.name for plane in planes] == names
    assert [int(plane.wrong.sum()) for plane in planes] == [3, 2, 12]
    assert np.array_equal(planes[2].expected, expected[1, 3])
    right = np.zeros(expected.shape, bool)
    (only,) = worst_planes(right, expected, got, axis_names(4))
    assert only.name == "image 0, channel 0"


def test_a_grid_is_drawn_by_coordinate() -> None:
    expected = bell(1, "planes", (1, 4, 3, 2))
    axes = axis_names(4, "affine_grid")
    got = expected.astype(np.float32)
    planes = worst_planes(np.ones(expected.shape, bool), expected, got, axes)
    assert [plane.name for plane in planes] == ["image 0, x", "image 0, y"]
    assert np.array_equal(planes[1].expected, expected[0, :, :, 1])


def test_integers_are_drawn_too(tmp_path: Path) -> None:
    expected = Enclosure(np.arange(12))
    difference_picture(tmp_path / "a.png", expected, np.full(12, 3, np.int32), "argmax")
    assert pixels(tmp_path / "a.png").size


def test_other_shapes_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"shape \(5,\), expected \(6,\)"):
        difference_picture(tmp_path / "a.png", right((6,)), np.zeros(5, np.float32), "a kernel")
    with pytest.raises(ValueError, match=r"an image has shape \(2, 3, 4, 5\)"):
        answer_picture(tmp_path / "a.png", [("a row", [("input", np.zeros((2, 3, 4, 5)))])])
    assert not (tmp_path / "a.png").exists()


IMAGES = {
    "grey": (8, 9),
    "grey with a channel": (1, 8, 9),
    "grey in a batch": (1, 1, 8, 9),
    "colours first": (3, 8, 9),
    "colours last": (8, 9, 3),
    "colours in a batch": (1, 3, 8, 9),
}


@pytest.mark.parametrize("name", IMAGES)
def test_an_answer_is_drawn_from_every_kind_of_image(name: str, tmp_path: Path) -> None:
    image = bell(1, "image", IMAGES[name])
    panels = [("input", image), ("warped", image / 2), ("difference", image[..., :1, :1] * 0)]
    panels = panels if name.startswith("grey") else panels[:2]
    answer_picture(tmp_path / "a.png", [("class 5", panels), ("class 7", panels[:1])])
    picture = pixels(tmp_path / "a.png")
    assert picture.shape[:2] == (720, 150 * (0.3 + 2 * len(panels)))
    coloured = np.ptp(picture.astype(int), axis=2) > 60
    assert coloured.any() != name.startswith("grey")


def test_a_warp_that_is_no_number_is_pink(tmp_path: Path) -> None:
    image = np.eye(8)
    answer_picture(tmp_path / "a.png", [("device", [("input", image), ("warped", image * np.nan)])])
    assert count(pixels(tmp_path / "a.png"), PINK) > 10_000


def test_no_rows_make_an_empty_picture(tmp_path: Path) -> None:
    answer_picture(tmp_path / "a.png", [])
    answer_picture(tmp_path / "b.png", [("nothing known", [])])
    assert pixels(tmp_path / "a.png").min() == 255
    assert pixels(tmp_path / "b.png").min() < 255
