"""Fuzzers of whatever a stranger may hand over: seeded, and aware of how each kind is built.

pytest tests/fuzz --fuzz 10000        so many inputs for each surface; by default FEW
"""
