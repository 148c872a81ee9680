"""How accurate a device's library functions are, and whether it fuses a*b + c: measured.

    python -m clgold.device.measure DRIVER INDEX

prints {"exp": ulp, …, "fused": bool, "fma": bool} as one line of JSON. The specification promises
less than real devices do (exp 3 ulp, pow 16); `clgold devices` shows both.
"""

import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from clgold.reference.generator import uniform

from .drivers import Driver, from_json
from .isolated import Lost, answer, answering
from .programs import KERNELS
from .session import Session, open_device

COUNT = 2**18
COUNT_SIMULATED = 2**8
SECONDS = 300.0

Array = np.ndarray
Function = tuple[
    int, float, tuple[float, float], tuple[float, float], Callable[[Array, Array], Array]
]

# Number in measure.cl, ulp that the full profile promises, ranges of x and y, the truth in float64.
FUNCTIONS: Mapping[str, Function] = {
    "exp": (0, 3.0, (-87.0, 88.0), (0.0, 1.0), lambda x, y: np.exp(x)),
    "expm1": (1, 3.0, (-20.0, 20.0), (0.0, 1.0), lambda x, y: np.expm1(x)),
    "tanh": (2, 5.0, (-9.0, 9.0), (0.0, 1.0), lambda x, y: np.tanh(x)),
    "pow": (3, 16.0, (0.01, 1000.0), (-2.0, 2.0), lambda x, y: np.power(x, y)),
    "sqrt": (4, 3.0, (0.0, 1e6), (0.0, 1.0), lambda x, y: np.sqrt(x)),
    "divide": (5, 2.5, (-1e3, 1e3), (0.5, 1e3), lambda x, y: x / y),
}


def measure(session: Session) -> dict[str, Any]:
    """The largest error in ulp of each function, and how a*b + c and fma() are rounded."""
    count = COUNT if session.driver.guards else COUNT_SIMULATED
    found: dict[str, Any] = {}
    for name, (number, _, x_range, y_range, truth) in FUNCTIONS.items():
        x = uniform(1, f"{name} x", (count,), *x_range).astype(np.float32)
        y = uniform(1, f"{name} y", (count,), *y_range).astype(np.float32)
        got = compute(session, number, x, y, np.zeros_like(x)).astype(np.float64)
        exact = truth(x.astype(np.float64), y.astype(np.float64))
        found[name] = round(float(np.max(ulps(got, exact))), 3)
    # 1 + 2⁻¹² squared loses its last bit in float32: fused, 2⁻²⁴ is left of the difference.
    a = np.full(64, 1 + 2.0**-12, np.float32)
    found["fused"] = bool(np.all(compute(session, 6, a, a, -(a * a)) == 2.0**-24))
    found["fma"] = bool(np.all(compute(session, 7, a, a, -(a * a)) == 2.0**-24))
    return found


def compute(session: Session, number: int, x: Array, y: Array, z: Array) -> Array:
    """The function's values on the device."""
    import pyopencl as cl

    program = session.program(KERNELS / "measure.cl", (f"-DFUNCTION={number}",))
    kernel = program.kernel("measure", 4)
    arrays = [session.upload(name, v) for name, v in (("x", x), ("y", y), ("z", z), ("out", x))]
    kernel.set_args(*(array.buffer for array in arrays))
    cl.enqueue_nd_range_kernel(session.queue, kernel, x.shape, None)
    result = np.empty_like(x)
    cl.enqueue_copy(session.queue, result, arrays[3].buffer, is_blocking=True)
    return result


def ulps(got: Array, exact: Array) -> Array:
    """|got − exact| in units of the exact value's last place as a float32."""
    return np.abs(got - exact) / np.spacing(np.abs(exact).astype(np.float32)).astype(np.float64)


def measured(driver: Driver, index: int) -> dict[str, Any]:
    """What `measure` finds, in a process of its own; {"reason"} where that fails."""
    try:
        return answer(SECONDS, "measure", driver, str(index))
    except Lost as lost:
        return {"reason": f"cannot be measured: {lost.message}"}


def main(driver: str, index: str) -> None:
    """Print the measurements as JSON."""
    tell = answering()
    tell(measure(open_device(from_json(driver), int(index))))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
