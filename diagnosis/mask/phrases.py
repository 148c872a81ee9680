"""Words for indices along an axis; `name` is what one of them is called: "row"."""

VECTORS = (4, 8, 16, 32, 64)


def one(name: str, index: int, length: int) -> str:
    if index == length - 1:
        return f"the last {name}{vector_tail(index, length)}"
    return f"the first {name}" if index == 0 else f"{name} {index}"


def after(name: str, first: int, length: int) -> str:
    """All indices from `first` on."""
    if first == 1:
        return f"every {name} but the first"
    if 2 * first == length:
        return f"the second half of the {name}s"
    return f"the last {length - first} {name}s{vector_tail(first, length)}"


def before(name: str, last: int, length: int) -> str:
    """All indices up to `last`."""
    if last == length - 2:
        return f"every {name} but the last"
    half = 2 * (last + 1) == length
    return f"the first half of the {name}s" if half else f"the first {last + 1} {name}s"


def between(name: str, first: int, last: int, length: int) -> str:
    """The indices from `first` to `last`; as a group where they are one of a few equal ones."""
    size = last - first + 1
    groups = length // size
    words = f"{name}s {first} to {last}"
    if length % size == 0 and first % size == 0 and groups <= 8:
        return f"{words}, the {ordinal(first // size + 1)} of {groups} equal groups"
    return words


def vector_tail(first: int, length: int) -> str:
    """Whether the indices from `first` on are those that fill no whole vector."""
    for vector in VECTORS:
        if length > vector and length % vector and length // vector * vector == first:
            return f" (beyond the last multiple of {vector})"
    return ""


def repeated(name: str, start: int, size: int, period: int) -> str:
    if period == 2:
        return f"the {'odd' if start else 'even'} {name}s"
    if size == 1:
        return f"every {ordinal(period)} {name}, from {name} {start}"
    if size == period - 1:
        return f"all {name}s but every {ordinal(period)}, from {name} {(start - 1) % period}"
    end = (start + size - 1) % period
    link = "and" if size == 2 else "to"
    return f"{name}s {start} {link} {end} of every {period}"


def ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"
