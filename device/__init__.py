"""How kernels run: drivers, sessions, guarded memory, programs, and each layer's variants."""

from clgold.reference.batch_statistics import one_pass
from clgold.reference.winograd import winograd

from .variants import Variant, variant

__all__ = ["Variant", "one_pass", "variant", "winograd"]
