"""Load one driver and let it compute: the program that `probe` runs in a process of its own.

    python -m clgold.device.examine DRIVER

DRIVER is the driver's record as JSON. The answer, one line of JSON, goes to standard output:
{"reason"} of a driver that does not work, or {"platform", "version", "devices"}.
"""

import sys
from typing import TYPE_CHECKING, Any

from .caches import cache_folder
from .drivers import Driver, from_json
from .isolated import answering
from .loader import DriverError, activate

if TYPE_CHECKING:
    import pyopencl as cl

KERNEL = """
__kernel void three_x_plus_one(__global const float *x, __global float *y)
{
    const size_t i = get_global_id(0);
    y[i] = 3.0f * x[i] + 1.0f;
}
"""


def main(argument: str) -> None:
    """Print the answer about the driver that the argument describes; raise nothing."""
    tell = answering()
    tell(examined(from_json(argument)))


def examined(driver: Driver) -> dict[str, Any]:
    """What there is to say of the driver; raises nothing."""
    try:
        return examine(driver)
    except DriverError as error:
        return {"reason": str(error)}
    except Exception as error:  # whatever a driver makes pyopencl raise is an answer too
        return {"reason": f"It fails with {type(error).__name__}: {gist(error)}."}


def examine(driver: Driver) -> dict[str, Any]:
    """Return the driver's platform and devices, each with the reason why it fails, if it does."""
    devices = activate(driver)
    if not devices:
        return {"reason": "It has no device."}
    platform = devices[0].platform
    cache = str(cache_folder(driver) / "pyopencl")
    return {
        "platform": platform.name.strip(),
        "version": platform.version.strip(),
        "devices": [_describe(device) | {"reason": _trial(device, cache)} for device in devices],
    }


def _describe(device: "cl.Device") -> dict[str, Any]:
    """Return the fields of a `DeviceRecord`, less its reason."""
    extensions = device.extensions.split()
    return {
        "name": device.name.strip(),
        "version": device.version.strip(),
        "driver_version": device.driver_version.strip(),
        "compute_units": device.max_compute_units,
        "max_work_group_size": device.max_work_group_size,
        "local_memory": device.local_mem_size,
        "global_memory": device.global_mem_size,
        "fp16": "cl_khr_fp16" in extensions,
        "fp64": "cl_khr_fp64" in extensions,
    }


def _trial(device: "cl.Device", cache: str) -> str:
    """Build and run a small kernel; return why that failed, "" if its answer is right."""
    import numpy as np
    import pyopencl as cl

    x = np.arange(64, dtype=np.float32)
    y = np.full_like(x, np.nan)
    try:
        context = cl.Context([device])
        queue = cl.CommandQueue(context)
        program = cl.Program(context, KERNEL).build(cache_dir=cache)
        source = cl.Buffer(context, cl.mem_flags.COPY_HOST_PTR, hostbuf=x)
        target = cl.Buffer(context, cl.mem_flags.COPY_HOST_PTR, hostbuf=y)
        program.three_x_plus_one(queue, x.shape, None, source, target)
        cl.enqueue_copy(queue, y, target)
    except cl.Error as error:
        return f"It cannot build and run a small kernel: {gist(error)}."
    if not np.array_equal(y, 3 * x + 1):
        return f"It computes 3·{x[1]:g} + 1 as {y[1]:g} in a small kernel."
    return ""


def gist(error: Exception) -> str:
    """Return the compiler's first complaint in an error, else its first line, unpunctuated."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or ["no message"]
    complaint = next((line for line in lines if "error:" in line), lines[0])
    return complaint.rstrip(".")


if __name__ == "__main__":
    main(sys.argv[1])
