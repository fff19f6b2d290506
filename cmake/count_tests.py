"""The last line of a check: what a JUnit report counts. Words: the report, and further tests that
passed and failed."""

import sys
import xml.etree.ElementTree as xml

report, more_passed, more_failed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
count = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
for suite in xml.parse(report).iter("testsuite"):
    for key in count:
        count[key] += int(suite.get(key, 0))
failed = count["failures"] + count["errors"]
passed = count["tests"] - failed - count["skipped"]
print(f"{passed + more_passed} passed, {failed + more_failed} failed, {count['skipped']} skipped")
sys.exit(failed + more_failed > 0 or passed == 0)
