"""Reports that are kept: their schema, what they say in common, comparison, pages for people."""
