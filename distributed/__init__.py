"""Running a network divided among ranks: launch, exchange, and the verdict on every node."""
