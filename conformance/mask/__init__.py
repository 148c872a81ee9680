"""Which elements of a result are wrong, and what they hold instead, in words.

Places along an axis (places.py) make regions of the array (regions.py, borders.py); values are
looked for elsewhere in the expected array (moved.py, orders.py), as multiples of the expected
(amounts.py), and for what they are (kinds.py, conditions.py). chance.py keeps accidents out.
"""

from .describe import Mask, describe_mask

__all__ = ["Mask", "describe_mask"]
