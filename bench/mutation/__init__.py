"""Wrong kernels made from ours by one edit each, and what this judge and others say of them."""
