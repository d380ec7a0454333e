#!/usr/bin/python3
"""fuzz.py BUILD RESULTS: runs every fuzz target of a build for a bounded time and writes RESULTS/fuzz.xml.

A target `name_fuzz` starts from the inputs in tests/fuzz/name/ (if there are any) and from those that earlier runs
found new, which stay in BUILD/corpus/. What makes it fail is left in RESULTS. SLUICE_FUZZ_SECONDS is the time for each
(20); SLUICE_FUZZ_SEED another beginning than usual (1), 0 a random one, for those who look for more.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

ROOT = Path(__file__).resolve().parent.parent
SECONDS = int(os.environ.get("SLUICE_FUZZ_SECONDS", "20"))
SEED = int(os.environ.get("SLUICE_FUZZ_SEED", "1"))


def targets(build):
    return sorted(path for path in build.rglob("*_fuzz") if path.is_file() and os.access(path, os.X_OK))


def run(target, build, results):
    """(passed, what it printed at the end)"""
    corpus = build / "corpus" / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    seeds = ROOT / "tests" / "fuzz" / target.name.removesuffix("_fuzz")
    folders = [str(corpus)] + ([str(seeds)] if seeds.is_dir() else [])
    command = [
        str(target),
        f"-max_total_time={SECONDS}",
        f"-seed={SEED}",
        "-timeout=10",
        "-rss_limit_mb=2048",
        "-print_final_stats=1",
        f"-artifact_prefix={results}/{target.name}-",
        *folders,
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS + 120, check=False)
    except subprocess.TimeoutExpired:
        return False, "did not end by itself"
    return done.returncode == 0, done.stderr.decode("utf-8", "replace")[-4000:]


def main():
    build, results = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    results.mkdir(parents=True, exist_ok=True)
    found = targets(build)
    if not found:
        sys.exit(f"no fuzz target in {build}: the fuzz preset built none")
    cases, failed = [], 0
    for target in found:
        started = time.monotonic()
        passed, text = run(target, build, results)
        took = time.monotonic() - started
        executed = [line.split()[-1] for line in text.splitlines() if "number_of_executed_units" in line]
        print(
            f"{'passed' if passed else 'FAILED'}  {target.name}  {took:.0f} s  {''.join(executed) or '?'} inputs",
            flush=True,
        )
        inner = ""
        if not passed:
            failed += 1
            print(text)
            inner = f"<failure message={quoteattr(target.name + ' failed')}>{escape(text)}</failure>"
        cases.append(f'<testcase classname="fuzz" name={quoteattr(target.name)} time="{took:.1f}">{inner}</testcase>')
    (results / "fuzz.xml").write_text(
        f'<testsuite name="fuzz" tests="{len(found)}" failures="{failed}">{"".join(cases)}</testsuite>\n',
        encoding="utf-8",
    )
    if failed:
        sys.exit(
            f"{failed} of {len(found)} fuzz targets failed; the inputs are in {results}: "
            "<target> <input> runs one again"
        )


if __name__ == "__main__":
    main()
