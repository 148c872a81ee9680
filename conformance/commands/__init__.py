"""The commands: what is asked on the command line, and what people and programs read."""
