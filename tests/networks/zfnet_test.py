"""ZF Net has the sizes of its paper's figure 3."""

from layer_tables import shown, written

from clgold.networks import ZFNET
from clgold.networks.summary import summary_rows, totals

TABLE = """
data    224×224×3            –          –
conv1   110×110×96      14,112     14,208
relu1   110×110×96           –          –
pool1   55×55×96             –          –
norm1   55×55×96             –          –
conv2   26×26×256      614,400    614,656
relu2   26×26×256            –          –
pool2   13×13×256            –          –
norm2   13×13×256            –          –
conv3   13×13×384      884,736    885,120
relu3   13×13×384            –          –
conv4   13×13×384    1,327,104  1,327,488
relu4   13×13×384            –          –
conv5   13×13×256      884,736    884,992
relu5   13×13×256            –          –
pool5   6×6×256              –          –
flatten 9216                 –          –
fc6     4096        37,748,736 37,752,832
relu6   4096                 –          –
fc7     4096        16,777,216 16,781,312
relu7   4096                 –          –
fc8     1000         4,096,000  4,097,000
prob    1000                 –          –
class   1                    –          –
"""


def test_every_layer_has_the_shape_and_parameters_of_the_table() -> None:
    assert shown(ZFNET) == written(TABLE)
    assert totals(summary_rows(ZFNET))["parameters"] == 62_357_608


def test_the_first_filters_leave_a_row_and_a_column_unseen() -> None:
    unseen = {row.node: row.unseen for row in summary_rows(ZFNET) if any(row.unseen)}
    assert unseen == {}, "the border hides it"
