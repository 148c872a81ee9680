"""The judge: is every element of a result where it must be, and as precise as honest float32?"""
