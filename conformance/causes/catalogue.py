"""Every cause, layer by layer; within a layer the likelier first."""

from .arrays import ADD, CONCAT, SCALE_SHIFT
from .averages import AVG_POOL
from .cause import Cause
from .channels import CHANNELS
from .convolution import GEOMETRY
from .curves import SIGMOID, TANH
from .filters import FILTERS
from .grids import GRID, ROWS_EXCHANGED
from .indices import ARGMAX
from .linear import FLATTEN, LINEAR
from .logarithms import LOG_SOFTMAX
from .normalisation import BATCH_NORM
from .orders import PERMUTE, RESHAPE
from .outputs import BATCH, OUTPUTS, RECTIFIED
from .places import PLACES
from .pooling import MAX_POOL
from .powers import LP_POOL
from .responses import RESPONSE
from .rows import SOFTMAX
from .sampling import NEAREST, SAMPLING
from .sites import LOCAL2D
from .values import ELU, RELU

CAUSES: tuple[Cause, ...] = (
    *(*FILTERS, *GEOMETRY, *LOCAL2D),
    *(*LINEAR, *FLATTEN),
    *(*MAX_POOL, *AVG_POOL, *LP_POOL),
    *(*ELU, *RELU, *TANH, *SIGMOID),
    *(*BATCH_NORM, *CHANNELS, *RESPONSE),
    *(*GRID, *NEAREST, *PLACES, *SAMPLING, *ROWS_EXCHANGED),
    *(*ARGMAX, *SOFTMAX, *LOG_SOFTMAX),
    *(*SCALE_SHIFT, *CONCAT, *ADD, *PERMUTE, *RESHAPE),
    *(*BATCH, *RECTIFIED, *OUTPUTS),
)
