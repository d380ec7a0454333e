#!/usr/bin/python3
"""count_results.py RESULTS [--skips] [--failed-step]: counts the tests in the JUnit files of RESULTS.

Prints those of each kind, with --skips every skipped test and why, and at last a plain line
"N passed, N failed[, N skipped]".
--failed-step counts a step that failed without a test having failed, such as a build, as one failure.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

KINDS = ("unit", "e2e", "fuzz", "sanitizers")


def outcome(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    if case.find("skipped") is not None or case.get("status") == "notrun" or case.get("result") == "skipped":
        return "skipped"
    return "passed"


def reason(case):
    element = case.find("skipped")
    text = element.get("message") if element is not None else ""
    return re.sub(r"\s+", " ", text or "no reason given")[:300]


def main():
    results = Path(sys.argv[1])
    total, skips = Counter(), []
    for kind in KINDS:
        count = Counter()
        for path in sorted((results / kind).rglob("*.xml")):
            try:
                cases = list(ElementTree.parse(path).getroot().iter("testcase"))
            except ElementTree.ParseError:
                print(f"{path.name} is cut short: its program died; counted as one failure")
                count["failed"] += 1
                continue
            for case in cases:
                count[outcome(case)] += 1
                if outcome(case) == "skipped":
                    skips.append(f"{kind}: {case.get('classname')}.{case.get('name')}: {reason(case)}")
        total += count
        print(f"{kind}: {count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    if "--skips" in sys.argv and skips:
        print(f"\n!! {len(skips)} TESTS WERE SKIPPED:")
        print("\n".join("!!   " + line for line in skips))
    if "--failed-step" in sys.argv and not total["failed"]:
        total["failed"] += 1
    print()
    print(
        f"{total['passed']} passed, {total['failed']} failed"
        + (f", {total['skipped']} skipped" if total["skipped"] else "")
    )


if __name__ == "__main__":
    main()
