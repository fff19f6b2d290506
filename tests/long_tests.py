#!/usr/bin/env python3
"""Lists the tests that take long, which ctest labels "long".

tests/long_tests.py REPORT [SECONDS]: from what `ctest --preset release --output-junit REPORT` wrote,
the tests of Catch2 that took more than SECONDS (0.2) become tests/long_tests.txt.
"""

import sys
import xml.etree.ElementTree as xml
from pathlib import Path

if len(sys.argv) not in (2, 3):
    sys.exit(__doc__)
limit_s = float(sys.argv[2]) if len(sys.argv) == 3 else 0.2
names = sorted(
    case.get("name")
    for case in xml.parse(sys.argv[1]).iter("testcase")
    if float(case.get("time", 0)) > limit_s and ": " in case.get("name", "")
)
(Path(__file__).parent / "long_tests.txt").write_text("".join(f"{name}\n" for name in names))
print(f"{len(names)} tests take more than {limit_s:g} s")
