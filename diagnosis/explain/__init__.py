"""A failing run explained: in which layer, which elements, by which cause; and shown."""
