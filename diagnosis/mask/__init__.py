"""Which elements of a result are wrong, and what they hold instead, in words.

Places along an axis (places.py) make regions of the array (regions.py); values are looked for
elsewhere in the expected array (moves.py, orders.py), as multiples of the expected (amounts.py),
and for what they are (kinds.py). chance.py keeps accidents out.
"""

from .describe import Mask, describe_mask
from .places import axis_names

__all__ = ["Mask", "axis_names", "describe_mask"]
