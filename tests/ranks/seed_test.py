"""The printed plan against the picture that the network comes from, written out by hand.

The picture shows the last of four devices: 103 fields. What the other three have follows from where
they are; their numbers of rows and columns are written out by hand too.
"""

import re
from pathlib import Path

import pytest
from harness.command import clgold

# Of the last device, as printed: an operation's fields, or an array's (read, write). A name and a
# place are the same Rect in both, "-" is None.
LAST = """
data                            dist_result   0,0,21,21           256,1,20,20
data.raw_output                 read_rect     0,0,16,16           256,1,24,24
data.raw_output                 write_rect    0,0,0,0             256,1,41,41
L0.W                            read_rect     0,0,0,0,0,0,8,8     16,4,4,1,10,10,8,8
L0.W                            write_rect    -
L0.filter                       dist_input    0,0,16,16           256,1,24,24
L0.filter                       dist_filters  0,0,0,0,0,0,8,8     16,4,4,1,10,10,8,8
L0.filter                       dist_result   0,0,32,32           256,16,32,32
L0.b                            read_rect     0,0,32,32           1,16,32,32
L0.b                            write_rect    -
L0.filter.output                read_rect     0,0,32,32           256,16,32,32
L0.filter.output                write_rect    0,0,32,32           256,16,32,32
L0.a                            read_rect     0                   1
L0.a                            write_rect    -
L0.filterA                      dist_result   0,0,32,32           256,16,32,32
L0.filterA.output               read_rect     0,0,32,32           256,16,32,32
L0.filterA.output               write_rect    0,0,32,32           256,16,32,32
L0.filterNL                     dist_result   0,0,32,32           256,16,32,32
L1.W                            read_rect     0,0,0,0,0,0,14,14   16,4,4,16,10,10,14,14
L1.W                            write_rect    -
L0.filterNL.output              read_rect     0,0,28,28           256,16,36,36
L0.filterNL.output              write_rect    0,0,32,32           256,16,32,32
L1.filter                       dist_input    0,0,28,28           256,16,36,36
L1.filter                       dist_filters  0,0,0,0,0,0,14,14   16,4,4,16,10,10,14,14
L1.filter                       dist_result   0,0,56,56           256,16,56,56
L1.a                            read_rect     0                   1
L1.a                            write_rect    -
L1.b                            read_rect     0,0,56,56           1,16,56,56
L1.b                            write_rect    -
L1.filter.output                read_rect     0,0,56,56           256,16,56,56
L1.filter.output                write_rect    0,0,56,56           256,16,56,56
L1.filterA                      dist_result   0,0,56,56           256,16,56,56
L1.filterA.output               read_rect     0,0,56,56           256,16,56,56
L1.filterA.output               write_rect    0,0,56,56           256,16,56,56
L1.filterNL                     dist_result   0,0,56,56           256,16,56,56
classifier.weights1             read_rect     0,0,56,56           3034,16,56,56
classifier.weights1             write_rect    -
L1.filterNL.output              read_rect     0,0,56,56           256,16,56,56
L1.filterNL.output              write_rect    0,0,56,56           256,16,56,56
classifier.linear1              read_rect     0,0,56,56           256,16,56,56
classifier.linear1              write_rect    0,0,0,0             256,3034,1,1
data.labels_output              read_rect     192,0,0,0           64,1,1,1
data.labels_output              write_rect    0,0,0,0             256,1,1,1
classifier.linear1.output       read_rect     192,0,0,0           64,3034,1,1
classifier.linear1.output       write_rect    0,0,0,0             256,3034,1,1
classifier.softmax              dist_result   0,0,0,0             1,1,1,1
classifier.softmax.probability  read_rect     192,0,0,0           64,3034,1,1
classifier.softmax.probability  write_rect    192,0,0,0           64,3034,1,1
classifier.softmax.output       read_rect     0,0,0,0             1,1,1,1
classifier.softmax.output       write_rect    0,0,0,0             1,1,1,1
classifier.evaluate             dist_result   0,0,0,0             4,1,1,1
classifier.evaluate.output      read_rect     0,0,0,0             4,1,1,1
classifier.evaluate.output      write_rect    0,0,0,0             4,1,1,1
classifier.softmax.output.grad  read_rect     0,0,0,0             0,0,0,0
classifier.softmax.output.grad  write_rect    0,0,0,0             0,0,0,0
classifier.softmax.grad         dist_result   192,0,0,0           64,3034,1,1
classifier.linear1.output.grad  read_rect     0,0,0,0             256,3034,1,1
classifier.linear1.output.grad  write_rect    192,0,0,0           64,3034,1,1
classifier.linear1.grad         read_rect     0,0,0,0             256,3034,1,1
classifier.linear1.grad         write_rect    0,0,56,56           256,16,56,56
classifier.weights1.grad        read_rect     0,0,56,56           3034,16,56,56
classifier.weights1.grad        write_rect    0,0,56,56           3034,16,56,56
L1.filterNL.output.grad         read_rect     0,0,56,56           256,16,56,56
L1.filterNL.output.grad         write_rect    0,0,56,56           256,16,56,56
update_W1                       dist_result   0,0,56,56           3034,16,56,56
L1.filterNL.grad                dist_result   0,0,56,56           256,16,56,56
L1.filterA.output.grad          read_rect     0,0,56,56           256,16,56,56
L1.filterA.output.grad          write_rect    0,0,56,56           256,16,56,56
L1.filterA.grad                 dist_result   0,0,56,56           256,16,56,56
L1.a.grad                       read_rect     0                   1
L1.a.grad                       write_rect    0                   1
L1.b.grad                       read_rect     0,0,56,56           1,16,56,56
L1.b.grad                       write_rect    0,0,56,56           1,16,56,56
L1.filter.output.grad           read_rect     0,0,56,56           256,16,56,56
L1.filter.output.grad           write_rect    0,0,56,56           256,16,56,56
L1.filter.grad                  dist_input    0,0,28,28           256,16,36,36
L1.filter.grad                  dist_filters  0,0,0,0,0,0,14,14   16,4,4,16,10,10,14,14
L1.filter.grad                  dist_result   0,0,56,56           256,16,56,56
update_L1.a                     dist_result   0                   1
update_L1.b                     dist_result   0,0,56,56           1,16,56,56
L1.W.grad                       read_rect     0,0,0,0,0,0,14,14   16,4,4,16,10,10,14,14
L1.W.grad                       write_rect    0,0,0,0,0,0,14,14   16,4,4,16,10,10,14,14
L0.filterNL.output.grad         read_rect     0,0,32,32           256,16,32,32
L0.filterNL.output.grad         write_rect    0,0,28,28           256,16,36,36
update_L1.W                     dist_result   0,0,0,0,0,0,14,14   16,4,4,16,10,10,14,14
L0.filterNL.grad                dist_result   0,0,32,32           256,16,32,32
L0.filterA.output.grad          read_rect     0,0,32,32           256,16,32,32
L0.filterA.output.grad          write_rect    0,0,32,32           256,16,32,32
L0.filterA.grad                 dist_result   0,0,32,32           256,16,32,32
L0.b.grad                       read_rect     0,0,32,32           1,16,32,32
L0.b.grad                       write_rect    0,0,32,32           1,16,32,32
L0.a.grad                       read_rect     0                   1
L0.a.grad                       write_rect    0                   1
L0.filter.output.grad           read_rect     0,0,32,32           256,16,32,32
L0.filter.output.grad           write_rect    0,0,32,32           256,16,32,32
L0.filter.grad                  dist_input    0,0,16,16           256,1,24,24
L0.filter.grad                  dist_filters  0,0,0,0,0,0,8,8     16,4,4,1,10,10,8,8
L0.filter.grad                  dist_result   0,0,32,32           256,16,32,32
update_L0.b                     dist_result   0,0,32,32           1,16,32,32
update_L0.a                     dist_result   0                   1
L0.W.grad                       read_rect     0,0,0,0,0,0,8,8     16,4,4,1,10,10,8,8
L0.W.grad                       write_rect    0,0,0,0,0,0,8,8     16,4,4,1,10,10,8,8
update_L0.W                     dist_result   0,0,0,0,0,0,8,8     16,4,4,1,10,10,8,8
"""

# The last two axes of the last device's Rects, and those of the first device in place of them.
ROWS = {
    "21 20": "0 21",  # of 41 rows the first has one more
    "16 24": "0 24",  # what eight sites' windows reach
    "8 8": "0 8",
    "32 32": "0 32",
    "28 36": "0 36",
    "14 14": "0 14",
    "56 56": "0 56",
}
IMAGES = {0: "0", 1: "64", 2: "128", 3: "192"}  # the batch in four parts of 64

Field = tuple[str, str, str]


def last_fields() -> list[Field]:
    """The table's lines: name, field, Rect as it is printed."""
    found = []
    for line in LAST.split("\n")[1:-1]:
        name, field, *rect = line.split()
        text = "None" if rect == ["-"] else printed(*(part.split(",") for part in rect))
        found.append((name, field, text))
    return found


def printed(origin: list[str], size: list[str]) -> str:
    return f"Rect([{', '.join(origin)}], [{', '.join(size)}])"


def fields_of(rank: int) -> list[Field]:
    """The fields of a device at row rank // 2 and column rank % 2."""
    found = []
    for name, field, text in last_fields():
        rect = [part.split(", ") for part in re.findall(r"\[([^]]*)\]", text)]
        if rect and len(rect[0]) > 1:
            origin, size = rect
            if origin[0] == "192":
                origin[0] = IMAGES[rank]
            for axis, first in ((-2, rank // 2 == 0), (-1, rank % 2 == 0)):
                place = f"{origin[axis]} {size[axis]}"
                if first and place in ROWS:
                    origin[axis], size[axis] = ROWS[place].split()
            text = printed(origin, size)
        found.append((name, field, text))
    return found


def shown(text: str) -> list[Field]:
    """The fields of a printed plan: under an operation or an array, four spaces in."""
    found, name = [], ""
    for line in text.splitlines():
        if head := re.match(r" {0,2}(\S+)  dim \[", line):
            name = head[1]
        elif field := re.match(r"    (\w+)=(.*)$", line):
            found.append((name, field[1], field[2]))
    return found


def test_the_picture_has_103_fields() -> None:
    found = last_fields()
    assert len(found) == len(set(found)) == 103
    assert sum(text == "None" for _, _, text in found) == 7
    assert fields_of(3) == found


@pytest.mark.parametrize("rank", range(4))
def test_the_printed_plan_is_the_picture(rank: int, tmp_path: Path) -> None:
    answer = clgold("plan", "localnet", "--grid", "2x2", "--rank", rank, folder=tmp_path)
    assert (answer.code, answer.stderr) == (0, "")
    assert sorted(shown(answer.stdout)) == sorted(fields_of(rank))
