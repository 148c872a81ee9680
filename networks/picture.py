"""How an image becomes a network's input: part of the network's data."""

from dataclasses import dataclass

ORDERS = ("RGB", "BGR")


@dataclass(frozen=True)
class Picture:
    """(pixel · scale − mean) / std, for pixels of 0 to 255, channel by channel.

    order    of the channels of a colour image; mean and std are in this order
    mean     and std: one number each for all channels, or one a channel
    shorter  the side to which the image's shorter one is scaled before the middle is cut out; 0:
             the whole image is scaled to the input's height and width, whatever its shape
    """

    scale: float = 1 / 255
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    order: str = "RGB"
    shorter: int = 0

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise ValueError(f"picture: order {self.order!r}, expected RGB or BGR")
        if not all(self.std):
            raise ValueError(f"picture: std {self.std}, expected no 0")


UNIT = Picture()  # in [0, 1]
