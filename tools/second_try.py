#!/usr/bin/python3
"""second_try.py --failed FIRST.xml: the pytest names of the tests that failed, one a line.

second_try.py FIRST.xml AGAIN.xml: what failed first and passed when tried again counts once, as passed, and is named.
Called only when everything in AGAIN.xml passed; that file is removed."""

import os
import sys
import xml.etree.ElementTree as tree


def troubles(case):
    return [child for child in case if child.tag in ("failure", "error")]


def main():
    if sys.argv[1] == "--failed":
        for case in tree.parse(sys.argv[2]).iter("testcase"):
            if troubles(case):
                print(f"{case.get('classname').replace('.', '/')}.py::{case.get('name')}")
        return
    first, again = sys.argv[1:]
    results = tree.parse(first)
    for case in results.iter("testcase"):
        for child in troubles(case):
            case.remove(child)
            print(f"!! UNSTABLE: {case.get('classname')}::{case.get('name')} failed first and passed when tried again")
    for suite in results.iter("testsuite"):
        suite.set("failures", "0")
        suite.set("errors", "0")
    results.write(first)
    os.remove(again)


main()
