#!/usr/bin/python3
"""style.py: what the formatter cannot see. Prints file:line: what is wrong, and ends with 1 if anything is."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {".h", ".cpp", ".py", ".sh", ".mjs", ".cmake"}
TEXTS = SOURCES | {".md", ".txt", ".json", ".toml", ".ini", ".service", ".yml", ".yaml", ""}
LINE_MAX = 120
PAGE_LINE_MAX = 150  # of Markdown, whose tables and links may be longer
FILE_MAX = 700
# The tools that look for these must name them; LICENSE and NOTICE are not ours to word.
EXEMPT = {"tools/style.py", "LICENSE", "NOTICE"}

# Words that the naming rules or good manners forbid in code: (pattern, what to say instead).
WORDS = [
    (r"\b(master|slave)_(thread|node|process|host)\b", "source, replica, primary or follower"),
    (r"\b(whitelist|blacklist)", "allow list, deny list"),
    (r"\busing namespace std;", "name what is used"),
    (r"(?<![.>\w])(mgr|cnt|idx|buf|ptr|msg|cfg|conf|addr|impl)_?\b(?=\s*[;=,(){])", "the whole word"),
    (r"\bget_[a-z_]+\(\) const", "no get_ before what is only returned"),
]
TODO = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
PARENT_INCLUDE = re.compile(r'^\s*#include\s+"\.\./')
MACHINE_PATH = re.compile(r"(?<![\w.])/(work|root|home)/[\w.]")
REGISTRY = re.compile(
    r"(registry\.[a-z]+js\.org|registry\.yarnpkg|npmjs\.com|deb\.debian\.org|security\.debian\.org|pypi\.org|"
    r"files\.pythonhosted|crates\.io|proxy\.golang)"
)


def files():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in sorted(set(listed.stdout.splitlines())):
        path = ROOT / name
        if path.is_file() and not path.is_symlink() and path.suffix in TEXTS:
            yield name, path


def line_faults(name, suffix, line):
    source = suffix in SOURCES or (suffix == "" and name not in EXEMPT)
    limit = LINE_MAX if source else PAGE_LINE_MAX
    wide = len(line) > limit
    if wide and source:
        yield f"{len(line)} characters, {limit} is the limit"
    if (
        wide
        and suffix == ".md"
        and not line.lstrip().startswith("|")
        and "](" not in line
        and not line.startswith("    ")
    ):
        yield f"{len(line)} characters, {limit} is the limit outside tables"
    if line != line.rstrip():
        yield "space at the end"
    if "\t" in line and suffix != ".txt":
        yield "a tab"
    if PARENT_INCLUDE.match(line):
        yield 'includes are written from src/, without "../"'
    if source and TODO.search(line):
        yield "a note to oneself: do it, or file it"
    if MACHINE_PATH.search(line):
        yield "a path of one machine"
    if REGISTRY.search(line):
        yield "the host of a package registry"
    if suffix in (".h", ".cpp"):
        for pattern, instead in WORDS:
            if re.search(pattern, line):
                yield f"'{re.search(pattern, line).group(0).strip()}': {instead}"


def main():
    bad = 0
    for name, path in files():
        if name in EXEMPT:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            if path.suffix:
                print(f"{name}: not UTF-8")
                bad += 1
            continue
        lines = text.split("\n")
        if text and not text.endswith("\n"):
            print(f"{name}:{len(lines)}: no end of line at the end of the file")
            bad += 1
        if path.suffix in SOURCES and len(lines) > FILE_MAX:
            print(f"{name}: {len(lines)} lines, {FILE_MAX} is the limit: divide it")
            bad += 1
        for number, line in enumerate(lines, 1):
            for fault in line_faults(name, path.suffix, line):
                print(f"{name}:{number}: {fault}")
                bad += 1
    if bad:
        sys.exit(f"style: {bad} faults")


if __name__ == "__main__":
    main()
