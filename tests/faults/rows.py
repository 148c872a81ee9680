"""linear, softmax and argmax with faults."""

from math import prod

from clgold.device import variant

LANES = 8


def linear(name, *further):
    """Our naive launch with another kernel, and perhaps further arguments."""

    @variant("linear", name)
    def launch(cl, input, weight, bias):
        output = cl.output()
        length = input.shape[-1]
        arguments = input, weight, bias, output, length, *further
        cl.launch(f"{name}.cl", "linear", output.shape[::-1], (1, 1), *arguments)
        return output


def softmax(name):
    """Our naive launch with another kernel."""

    @variant("softmax", name)
    def launch(cl, input, *, dim):
        shape = input.shape
        output = cl.output()
        size = (prod(shape[dim + 1 :]), shape[dim], prod(shape[:dim]))
        cl.launch(f"{name}.cl", "softmax", size, (1, 1, 1), input, output)
        return output


@variant("flatten+linear+elu", "F19_flattened_as_hwc")
def flattened_as_hwc(cl, input, weight, bias, *, flatten, linear, elu):
    output = cl.output()
    _, c, *image = input.shape
    arguments = input, weight, bias, output, c, prod(image), elu["alpha"]
    cl.launch(
        "F19_flattened_as_hwc.cl", "flatten_linear_elu", output.shape[::-1], (1, 1), *arguments
    )
    return output


def last_dim_only(shapes, attrs):
    last = len(shapes[0]) - 1
    return None if attrs["dim"] == last else f"dim {attrs['dim']}, not the last"


@variant("softmax", "F34_barrier_missing_before_reuse", supports=last_dim_only)
def barrier_missing_before_reuse(cl, input, *, dim):
    *rows, length = input.shape
    output = cl.output()
    cl.launch(
        "F34_barrier_missing_before_reuse.cl",
        "softmax",
        (prod(rows) * LANES,),
        (LANES,),
        *(input, output, length, cl.local(4 * LANES)),
    )
    return output


@variant("argmax", "F39_last_of_equal_maxima")
def last_of_equal_maxima(cl, input, *, dim):
    shape = input.shape
    output = cl.output()
    size = (prod(shape[dim + 1 :]), prod(shape[:dim]))
    cl.launch("F39_last_of_equal_maxima.cl", "argmax", size, (1, 1), input, output, shape[dim])
    return output


softmax("F26_no_maximum_subtracted")
softmax("F27_last_column_not_summed")
linear("F28_half_accumulator_linear")
linear("F29_bf16_operands")
softmax("F30_native_exp_softmax")
linear("F35_beta_times_unwritten", 1.0, 0.0)
