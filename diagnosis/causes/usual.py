"""The good names: what people call the conventions that follow from axes, layer by layer.

A line: the move of an operand, as axes.py calls it; the name; and, where the derived words are
worse, what follows "matches". What has a name here is tried before what has none.
"""

LINES = {
    "conv2d": """
weight: KH KW reversed | kernel flipped | a flipped kernel, a true convolution
weight: KH reversed | kernel rows flipped | a kernel whose rows are flipped
weight: KW reversed | kernel columns flipped | a kernel whose columns are flipped
weight: as M C KW KH | kernel transposed | a kernel read as (KW, KH)
weight: as C M KH KW | weights IOHW
weight: as M KH KW C | weights OHWI
weight: as KH KW C M | weights HWIO
weight: as KH KW M C | weights HWOI
weight: as C KH KW M | weights IHWO
weight: M first | first filter for all | the first filter for every output channel
weight: M next | next filter | the filter of the next output channel
weight: M before | filter before | the filter of the output channel before
weight: M reversed | filters reversed | the filters in reverse order
weight: C last alone | last channel alone | the last channel alone: the sum starts anew in each
weight: C first alone | first channel alone | the first channel alone
weight: C lanes {4,8,16} | leftovers of # lanes | vectors of # that keep old values in idle lanes
weight: C pitch {4,8,16} | stride of whole blocks of # | channels padded to a multiple of #
weight: C KH KW but the last | last product skipped | a sum without its last product
weight: C KH KW but the first | first product skipped | a sum without its first product
weight: C but the last | last channel skipped | sums without the last input channel
weight: C but the first | first channel skipped | sums without the first input channel
weight: KH but the last | last kernel row skipped | a kernel without its last row
weight: KH but the first | first kernel row skipped | a kernel without its first row
weight: KW but the last | last kernel column skipped | a kernel without its last column
weight: KW but the first | first kernel column skipped | a kernel without its first column
weight: C rest {4,8,16,32} | rest beyond blocks of # skipped | sums over whole blocks of # alone
input: as N H W C | input read as NHWC
input: as N C W H | input rows and columns exchanged
input: C reversed | input channels reversed | input channels reversed, as BGR for RGB
""",
    "linear": """
weight: as I O | weights (in, out) | weights read as (in, out)
weight: I but the last | last product skipped | a sum without its last product
weight: I but the first | first product skipped | a sum without its first product
weight: I rest {4,8,16,32} | rest beyond blocks of # skipped | sums over whole blocks of # alone
weight: I last alone | last product alone | the last product alone: = in place of +=
weight: I reversed | features reversed | the input's features in reverse order
weight: O next | next row of weights | the next output's weights
weight: O before | row before | the weights of the output before
weight: O first | first row for all | the first output's weights everywhere
weight: I before | shifted by one feature | weight i for feature i + 1
weight: I next | shifted back by one feature | weight i for feature i - 1
input: as I N | input (features, batch) | an input read as (features, batch)
""",
    "local2d": """
weight: SY SX first | weights shared between sites | the first site's weights everywhere
weight: as M TY TX C KY KX SX SY | sites exchanged | site rows and columns exchanged in the weights
weight: SY SX last | last site's weights | the last site's weights everywhere
weight: SY SX reversed | sites reversed | the sites' weights in reverse order
weight: SX next | next site | the next site's weights
weight: SY first | one row of sites | the first row's weights in every row
weight: SX first | one column of sites | the first column's weights in every column
weight: as M TX TY C KY KX SY SX | tile exchanged | tile rows and columns exchanged in the weights
weight: as M TY TX C KX KY SY SX | kernel transposed | a kernel read as (KX, KY)
weight: as SY SX M TY TX C KY KX | sites first
weight: as M SY SX TY TX C KY KX | sites after filters
weight: as M TY TX SY SX C KY KX | sites after tiles
weight: KY KX reversed | kernel flipped | a flipped kernel
weight: C KY KX but the last | last product skipped | a sum without its last product
weight: C KY KX but the first | first product skipped | a sum without its first product
weight: C but the last | last channel skipped | sums without the last input channel
weight: KY but the last | last kernel row skipped | a kernel without its last row
weight: KX but the last | last kernel column skipped | a kernel without its last column
weight: M reversed | filters reversed | the filters in reverse order
weight: M first | first filter for all | the first filter for every output channel
weight: TY TX first | first of the tile for all | the tile's first weights for all of it
""",
    "any": """
grad: N last alone | last image alone | the last image alone: = in place of +=
grad: N first alone | first image alone | the first image alone
grad: N but the last | last image skipped | a sum without the last image
grad: N but the first | first image skipped | a sum without the first image
bias: but the last | bias lost in the last channel | no bias in the last channel
bias: but the first | bias lost in the first channel | no bias in the first channel
bias: first | first bias for all | the first bias everywhere
bias: next | bias of the next | the next channel's bias
bias: before | bias of the one before | the bias of the channel before
bias: reversed | biases reversed | the biases in reverse order
bias: rest {4,8,16} | bias lost beyond blocks of # | no bias beyond the last whole block of #
input: N first | first image for all | the batch's first image in place of every one
""",
    "flatten": """
input: to N H W C | flattened as HWC | an image flattened as (H, W, C)
input: to N C W H | flattened as CWH | an image flattened as (C, W, H)
input: to N W H C | flattened as WHC | an image flattened as (W, H, C)
input: to N H C W | flattened as HCW | an image flattened as (H, C, W)
input: to N W C H | flattened as WCH | an image flattened as (W, C, H)
input: as N H W C | flattened the other way | an image stored as (H, W, C)
input: C H W reversed | reversed | features in reverse order
""",
    "reshape": """
input: to N H W C | read as HWC | an image read as (H, W, C)
input: to N C W H | read as CWH | an image read as (C, W, H)
input: to N W H C | read as WHC | an image read as (W, H, C)
input: to W H C N | read by columns | values in Fortran's order
input: N C H W reversed | reversed | values in reverse order
""",
    "permute": """
axes: 0 1 3 2 | last axes exchanged | the last two axes exchanged
axes: 1 0 2 3 | first axes exchanged | the first two axes exchanged
""",
    "grid_sample": """
grid: as N 2 OH OW | x and y planes | a grid read as a plane of x and a plane of y
grid: N first | first grid for all | the first image's grid for every one
input: as N C W H | image read as (W, H) | an image read as (N, C, W, H)
input: as N H W C | image read as NHWC | an image read as (N, H, W, C)
padding_mode border | border for its padding | places outside clamped to the border
padding_mode zeros | zeros for its padding | zeros outside of the image
padding_mode reflection | reflection for its padding | places outside reflected
mode nearest | another mode | the nearest pixel in place of four
mode bilinear | four for the nearest | four pixels in place of the nearest
""",
    "affine_grid": """
theta: N first | first theta for all | the first image's theta for every one
""",
    "scale_shift": """
shift: U H W first | first unit's shift | the first unit's shift everywhere
shift: H W first | shift by channel | one shift for each channel, its first unit's
shift: as 1 U W H | shift rows and columns exchanged
shift: W next | next unit's shift | the next unit's shift
shift: W before | unit before | the shift of the unit before
""",
    "elu": """
alpha 1 | alpha ignored | an alpha that is ignored
alpha 0.5 | alpha 1/2
alpha 0 | relu | relu in place of elu
""",
    "local_response_norm": """
beta 0.5 | beta 1/2
beta 0.75 | beta 3/4
""",
    "concat": """
dim: the axis before | the axis before | the inputs joined along the axis before
""",
    "batch_norm": """
eps 0 | eps left out | eps left out
""",
    "lp_pool2d": """
norm_type {1,2,3} | power # | the power #
""",
    "pools": """
input: as N H W C | input read as NHWC
""",
    "output": """
output: as N H W C | stored as NHWC | an output stored as (N, H, W, C)
output: as N C W H | rows and columns exchanged | an output stored as (N, C, W, H)
output: as C N H W | stored as CNHW | an output stored as (C, N, H, W)
output: as N H C W | stored as NHCW | an output stored as (N, H, C, W)
output: as N W H C | stored as NWHC | an output stored as (N, W, H, C)
output: as F N | stored by columns | an output stored column by column
output: N reversed | images reversed | the batch's images in reverse order
output: C reversed | channels reversed | the channels in reverse order
output: H reversed | rows reversed | the rows in reverse order
output: W reversed | columns reversed | the columns in reverse order
output: H before | one row later | results written one row later
output: H next | one row earlier | results written one row earlier
output: W before | one column later | results written one column later
output: W next | one column earlier | results written one column earlier
output: C before | one channel later | results written one channel later
output: C next | one channel earlier | results written one channel earlier
output: N before | one image later | results written one image later
""",
}


def names(*tables: str) -> dict[str, tuple[str, str]]:
    """The name and the words of each move in these tables, in their order."""
    found = {}
    for line in "".join(LINES.get(one, "") for one in tables).splitlines():
        key, name, says = (*(part.strip() for part in line.split("|")), "", "")[:3]
        if not name:
            continue
        stem, _, sizes = key.partition("{")
        for size in sizes.rstrip("}").split(","):
            found[stem + size] = name.replace("#", size), says.replace("#", size)
    return found
