"""The plan of the locally-connected network's training step."""

from clgold.networks.localnet import LABELS, LOSS_GRADIENT, LocalNet, localnet, training_step

from .plan import Plan, plan


def step_plan(net: LocalNet, grid: tuple[int, int]) -> Plan:
    """Forward, backward and updates on P×Q ranks."""
    labels = {LABELS: (net.batch, 1, 1, 1)}
    return plan(localnet(net), grid, training_step(net), labels, (LOSS_GRADIENT,))
