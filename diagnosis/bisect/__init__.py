"""Bisection: which kernels of a network are at fault, on which elements, and why."""
