"""A small plot of shares of error bounds: a tick for each, on a logarithmic axis; SVG."""

import math
from collections import Counter
from collections.abc import Sequence

WIDTH, HEIGHT = 132, 20
LEFT, BOUND, RIGHT = 4, 108, 128  # where 10⁻⁴, the bound and what is far beyond it stand
DECADES = 4


def place(share: float) -> float:
    """Where a share stands; what is below 10⁻⁴ at the left edge, what is infinite at the right."""
    if not share > 0:
        return LEFT
    if math.isinf(share):
        return RIGHT
    width = (BOUND - LEFT) / DECADES
    return min(max(BOUND + width * math.log10(share), LEFT), RIGHT)


def strip(shares: Sequence[float]) -> str:
    """The plot as an SVG element; text for those who do not see it is in its title."""
    ticks = Counter(round(place(share)) for share in shares)
    most = max(ticks.values(), default=1)
    drawn = []
    for x, count in sorted(ticks.items()):
        weight = 0.45 + 0.55 * math.log1p(count) / math.log1p(most)
        kind = "beyond" if x > BOUND else "within"
        drawn.append(f'<path class="{kind}" opacity="{weight:.2f}" d="M{x} 4V14"/>')
    decades = "".join(f"M{LEFT + k * (BOUND - LEFT) / DECADES:g} 15v2" for k in range(DECADES + 1))
    return (
        f'<svg class="strip" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img"><title>{told(shares)}</title>'
        f'<rect class="over" x="{BOUND}" y="3" width="{WIDTH - BOUND}" height="12"/>'
        f'<path class="axis" d="M{LEFT} 15H{RIGHT}{decades}"/>'
        f'<path class="bound" d="M{BOUND} 1V17"/>{"".join(drawn)}</svg>'
    )


def told(shares: Sequence[float]) -> str:
    """The same in words."""
    most = max(shares, default=0.0)
    largest = "beyond" if math.isinf(most) else f"{100 * most:.3g} %"
    return f"{len(shares)} judged, at most {largest} of the bound"
