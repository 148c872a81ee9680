"""How work is cut into pieces: rounding up, and the local sizes of kernels that allow several."""

from math import prod


def pieces(size, piece):
    """How many pieces of that size cover `size`."""
    return -(-size // piece)


def round_up(size, piece):
    """`size` rounded up to a multiple of `piece`."""
    return pieces(size, piece) * piece


def local_size(cl, default):
    """The local size that the harness asks for, else `default`; as many axes as `default` has.

    It is halved along its longest axis until the device can take it.
    """
    asked = getattr(cl, "local_size_hint", None) or default
    size = [*asked, *(1 for _ in default)][: len(default)]
    while prod(size) > cl.device.max_work_group_size:
        longest = size.index(max(size))
        size[longest] //= 2
    return tuple(size)


def divisor(count: int, most: int) -> int:
    """The largest divisor that is at most so large: pieces without a rest."""
    return next(one for one in range(most, 0, -1) if count % one == 0)
