#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts what meson's test logs hold: the names of what failed and of what was skipped, then, last, the line
"N passed, N failed"."""
import json
import sys

passed, skipped, failed = [], [], []
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            {"OK": passed, "EXPECTEDFAIL": passed, "SKIP": skipped}.get(test["result"], failed).append(test["name"])
for name in failed:
    print(f"failed: {name}")
for name in skipped:
    print(f"skipped: {name}")
if skipped:
    print(f"{len(skipped)} skipped")
print(f"{len(passed)} passed, {len(failed)} failed")
sys.exit(1 if failed or not passed else 0)
