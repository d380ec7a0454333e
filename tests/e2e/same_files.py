"""Are two instances' logs the same files, byte for byte?"""

import os


def assert_same_files(one, other, since=0):
    """`since`: the number of the first file to compare, for a log that begins later."""
    mine = {os.path.basename(path): path for path in one.files()}
    theirs = {os.path.basename(path): path for path in other.files()}
    mine = {name: path for name, path in mine.items() if int(name.rsplit(".", 1)[1]) >= since}
    assert sorted(mine) == sorted(theirs), f"files {sorted(mine)} and {sorted(theirs)}"
    for name, path in mine.items():
        with open(path, "rb") as one_file, open(theirs[name], "rb") as other_file:
            a, b = one_file.read(), other_file.read()
        if a != b:
            at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
            raise AssertionError(
                f"{name} differs at offset {at} ({len(a)} and {len(b)} bytes): "
                f"{a[at:at + 40].hex()} and {b[at:at + 40].hex()}"
            )
