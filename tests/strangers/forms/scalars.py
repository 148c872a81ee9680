"""NumPy scalars by their own dtype, a struct, options as one string."""

import numpy as np

from clgold.device import variant

SIZE = np.dtype([("channels", np.int32), ("plane", np.int32)])


def images(shapes, attributes):
    return None if len(shapes[0]) == 4 else "images only"


@variant("batch_norm", "double", requires="cl_khr_fp64", supports=images)
def batch_norm(cl, input, running_mean, running_var, weight, bias, *, eps):
    n, c, h, w = input.shape
    output = cl.output()
    size = np.array((c, h * w), SIZE)
    arrays = (input, running_mean, running_var, weight, bias, output)
    options = "-DREAL=double -DONE=1.0"
    cl.launch(
        *("scalars.cl", "batch_norm", (h * w, c, n), None),
        *(*arrays, np.float64(eps), np.uint64(0), size),
        options=options,
    )
    return output
