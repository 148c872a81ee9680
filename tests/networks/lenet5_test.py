"""LeNet-5 has the maps of its paper, and the parameters of the form that is in use."""

from layer_tables import shown, written

from clgold.networks import LENET5
from clgold.networks.summary import summary_rows, totals

TABLE = """
data    32×32×1  –      –
c1      28×28×6  150    156
tanh1   28×28×6  –      –
s2      14×14×6  –      –
c3      10×10×16 2,400  2,416
tanh3   10×10×16 –      –
s4      5×5×16   –      –
c5      1×1×120  48,000 48,120
tanh5   1×1×120  –      –
flatten 120      –      –
f6      84       10,080 10,164
tanh6   84       –      –
output  10       840    850
prob    10       –      –
class   1        –      –
"""


def test_every_layer_has_the_shape_and_parameters_of_the_table() -> None:
    assert shown(LENET5) == written(TABLE)
    assert totals(summary_rows(LENET5))["parameters"] == 61_706


def test_the_paper_counts_60000_with_fewer_connections_and_trained_averages() -> None:
    rows = {row.node: row.parameters for row in summary_rows(LENET5)}
    c3 = 1_516  # every map of C3 sees three to six of S2
    s2, s4 = 2 * 6, 2 * 16
    assert rows["c1"] + s2 + c3 + s4 + rows["c5"] + rows["f6"] == 60_000
