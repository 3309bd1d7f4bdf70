#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts what meson's test logs hold: the names of what failed and of what was skipped, how many conversations of the
virtual room were held, then, last, the line "N passed, N failed".

A conversation that is misheard at each attempt is skipped, which says nothing of it (tests/room/test_conversation.py).
Were most of them skipped, nothing would have been seen: where the room's own log is among the files, so many must have
been held."""
import json
import pathlib
import sys

CONVERSATIONS = pathlib.Path(__file__).resolve().parents[1] / "tests/room/conversations"
ROOM_LOG = "testlog-room.json"  # as tools/test names it
HELD_LEAST = 20

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
is_too_few = False
if any(pathlib.Path(path).name == ROOM_LOG for path in sys.argv[1:]):
    wanted = {f"room/{folder.name}" for folder in CONVERSATIONS.iterdir()}
    n_held = sum(name.split(" / ")[-1] in wanted for name in passed)
    is_too_few = n_held < HELD_LEAST
    print(f"held {n_held} of {len(wanted)}" + (f": fewer than {HELD_LEAST} say too little" if is_too_few else ""))
print(f"{len(passed)} passed, {len(failed)} failed")
sys.exit(1 if failed or not passed or is_too_few else 0)
