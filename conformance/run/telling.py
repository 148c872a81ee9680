"""Cases whose time tells something: a layer as our networks have it, small, middling, large."""

from math import prod

from clgold.golden.cases import Case
from clgold.golden.tiers import judged_cases
from clgold.networks import NETWORKS, shapes, view

from .rate import kernel_case, operations

MOST = 2**29  # operations: a naive kernel takes a second for as many


def telling_cases(layer: str, seed: int) -> list[Case]:
    """At most three; of a layer that no network has, the largest of the suite's."""
    found = {}
    for network in NETWORKS:
        known = shapes(network)
        for kernel in (*view(network, True), *view(network, False)):
            if kernel.layer == layer:
                case = kernel_case(kernel, known, seed)
                found[str(case)] = case
    cases = sorted(found.values(), key=work)
    cases = [one for one in cases if work(one)[0] <= MOST] or cases[:1]
    if not cases:
        real = [one for one in judged_cases(layer, seed) if one.probe == "real"]
        return [max(real or judged_cases(layer, seed), key=work)]
    places = {0, (len(cases) - 1) // 2, len(cases) - 1}
    return [cases[place] for place in sorted(places)]


def work(case: Case) -> tuple[int, int]:
    """Operations, and elements read."""
    return operations(case.question), sum(prod(s) for s in case.shapes if s is not None)
