"""Running what is judged: a case, a layer's cases, a network's kernels in a row."""
