"""How kernels run: drivers, sessions, guarded memory, programs, and each layer's variants."""

from clgold.reference.winograd import winograd

from .variants import Variant, variant

__all__ = ["Variant", "variant", "winograd"]
