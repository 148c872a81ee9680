"""Sums of products in float64 and their bound, in one pass over what a core's cache holds."""

import numpy as np

from .evaluate import known_or_infinite
from .layer import Array, Enclosure
from .sums import Sums, blocked_product, flushed


def enclosed_product(
    sums: Sums,
    rows: tuple[Array, Array],
    columns: Array,
    bias: Array | None,
    present: Array | None,
) -> Enclosure:
    """rows @ columns + bias and how far float32's may be from it: (…, M, L).

    rows are (…, M, K) and their magnitudes, columns (…, K, L), which become magnitudes, bias
    (…, M): float64. present (…, 1 or M, L) counts the products that are not zero, without the bias;
    None where that is not known yet.
    """
    filters, sizes = rows
    value = blocked_product(filters, columns)
    np.abs(columns, out=columns)
    magnitude = blocked_product(sizes, columns)
    if present is None:
        present = blocked_product((sizes != 0) * 1.0, (columns != 0) * 1.0)
    if bias is not None:
        offset = bias[..., np.newaxis]
        value += offset
        magnitude += np.abs(offset)
        given = offset != 0
        present = present + (1 if given.all() else given)
    lost = None
    if sums.flushes:
        lost = flushed(sums.profile, blocked_products, columns, sizes, present)
    return Enclosure(value, known_or_infinite(sums.bound(magnitude, present, lost), value))


def blocked_products(columns: Array, rows: Array) -> Array:
    """Operands in the order in which `flushed` has them."""
    return blocked_product(rows, columns)
