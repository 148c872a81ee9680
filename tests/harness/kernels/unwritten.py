"""Variants of relu that touch what they must not, and honest ones that might seem to."""

from clgold.device import variant

SOURCE = "unwritten.cl"
COUNT = 15


@variant("relu", "honest")
def honest(cl, input):
    output, scratch, tile = cl.output(), cl.empty(input.shape), cl.local(4 * COUNT)
    cl.launch(SOURCE, "honest", (COUNT,), (COUNT,), input, scratch, output, tile)
    return output


@variant("relu", "tile_begun_late")
def tile_begun_late(cl, input):
    output, tile = cl.output(), cl.local(4 * COUNT)
    cl.launch(SOURCE, "tile_begun_late", (COUNT,), (COUNT,), input, output, tile)
    return output


def _plain(entry):
    def launch(cl, input):
        output = cl.output()
        cl.launch(SOURCE, entry, (COUNT,), None, input, output)
        return output

    return launch


for name in ("pointer", "sum_without_start", "branch_without_start", "inlined"):
    variant("relu", name)(_plain(name))


@variant("relu", "overruns")
def overruns(cl, input):
    output = cl.output()
    cl.launch(SOURCE, "pointer", (input.nbytes // 4 + 1,), None, input, output)
    return output
