"""The suite that judges kernels: its tests, the pytest plug-in, what it draws, what it expects.

    clgold suite                                    from any folder (invoke.py)
    pytest -p clgold.conformance.suite.plugin --pyargs clgold.conformance.suite

The tests are collected by their paths, so that their imports are absolute, unlike all others here:
pytest does not know a test of a checkout as a module of clgold.
"""
