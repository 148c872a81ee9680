"""Ten grey digits and their labels, for a step of training: images.npy and labels.npy.

    python digits.py
    clgold verify lenet5 --train --batch 10 --steps 10 --input images.npy --input labels=labels.npy

Each digit stands somewhere else in its image, in noise; the numbers are clgold's own, so that the
files have the same bits everywhere.
"""

import numpy as np

from clgold.reference import generator

SIZE, SCALE = 32, 3  # of LeNet-5's image, and how many pixels a dot is high and wide
# Five columns and seven rows a digit, a row's bits in one number.
DOTS = {
    0: (14, 17, 19, 21, 25, 17, 14),
    1: (4, 12, 4, 4, 4, 4, 14),
    2: (14, 17, 1, 2, 4, 8, 31),
    3: (31, 2, 4, 2, 1, 17, 14),
    4: (2, 6, 10, 18, 31, 2, 2),
    5: (31, 16, 30, 1, 1, 17, 14),
    6: (6, 8, 16, 30, 17, 17, 14),
    7: (31, 1, 2, 4, 8, 8, 8),
    8: (14, 17, 17, 14, 17, 17, 14),
    9: (14, 17, 17, 15, 1, 2, 12),
}


def digit(number: int) -> np.ndarray:
    """A digit's dots, (7·SCALE, 5·SCALE), 0 or 1."""
    rows = [[row >> column & 1 for column in range(4, -1, -1)] for row in DOTS[number]]
    return np.kron(np.array(rows, np.float32), np.ones((SCALE, SCALE), np.float32))


def digits(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Images (10, 1, 32, 32), from about -1 to 1, and labels (10, 10), one of each row 1."""
    images = generator.bell32(seed, "noise", (len(DOTS), 1, SIZE, SIZE), 0.1) - 0.5
    places = generator.integers(seed, "places", (len(DOTS), 2), 0, SIZE - 7 * SCALE)
    for number, (y, x) in enumerate(places):
        dots = digit(number)
        images[number, 0, y : y + dots.shape[0], x : x + dots.shape[1]] += 1.5 * dots
    return images.astype(np.float32), np.eye(len(DOTS), dtype=np.float32)


if __name__ == "__main__":
    images, labels = digits()
    np.save("images.npy", images)
    np.save("labels.npy", labels)
