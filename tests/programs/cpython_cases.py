"""Print the cases of a regrtest --junit-xml report, sorted.

    cpython_cases.py names|outcomes REPORT [only|without MODULE...]
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

what, report, *selection = sys.argv[1:]
modules = selection[1:]


def is_of(suite):
    """Whether a suite is of one of the modules. Doctests are named differently, hence any()."""
    names = [case.get("name") for case in suite.iter("testcase")]
    return any(re.match(rf"test\.{module}\b", name) for module in modules for name in names)


def line(case):
    outcome = [f"{child.tag}: {child.text or ''}" for child in case] or [case.get("result")]
    return " ".join([case.get("name")] + (outcome if what == "outcomes" else []))


suites = ElementTree.parse(report).getroot().iter("testsuite")
if selection:
    suites = [suite for suite in suites if is_of(suite) == (selection[0] == "only")]
print("\n".join(sorted(line(case) for suite in suites for case in suite.iter("testcase"))))
