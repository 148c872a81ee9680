"""A C library, whatever it runs on, called by ctypes and judged: check.py LIBRARY"""

import ctypes
import sys

import numpy as np

import clgold

library = ctypes.CDLL(sys.argv[1])
generator = np.random.default_rng(0)
x = generator.standard_normal((3, 70), np.float32)
w = generator.standard_normal((5, 70), np.float32)
y = np.empty((3, 5), np.float32)
pointers = [values.ctypes.data_as(ctypes.c_void_p) for values in (x, w, y)]
library.linear(3, 5, 70, *pointers)

judgement = clgold.check("linear", y, x, w)
print(judgement)
sys.exit(0 if judgement else 1)
