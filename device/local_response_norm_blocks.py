"""local_response_norm on a device, in blocks of channels."""

from math import prod

from .local_response_norm_vector import power_options
from .tiling import pieces
from .variants import variant


def narrow(lanes):
    """`supports` of so many lanes: an image whose channels are neighbours of one block further."""

    def supports(shapes, attributes):
        if len(shapes[0]) != 4:
            return f"an input of {len(shapes[0])} axes, expected images (N, C, H, W)"
        size = attributes["size"]
        return None if size <= 2 * lanes else f"size {size}, more than two blocks of {lanes}"

    return supports


def declare(lanes, **said):
    """The variant of so many lanes."""
    name = "blocks" if lanes == 16 else f"blocks{lanes}"
    said |= {"supports": narrow(lanes), "layout": f"NCHW{lanes}c", "lanes": "zero"}

    @variant("local_response_norm", name, **said)
    def local_response_norm_blocks(cl, input, *, size, alpha, beta, k):
        """One work-item computes one block of channels at one place, NCHW16c to NCHW16c."""
        n, c, *places = input.shape
        output = cl.output()
        cl.launch(
            "../kernels/local_response_norm_blocks.cl",
            "local_response_norm_blocks",
            (prod(places), pieces(c, lanes), n),
            None,
            *(input, output, c),
            *(size, alpha, beta, k),
            options=power_options(beta, lanes),
        )
        return output


declare(16, gate="float16")
declare(8)
