#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run in which too few conversations of the room were held is no good run. Usage: test_count.py SOURCE_ROOT"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop(1))
NAMES = sorted(path.name for path in (ROOT / "tests/room/conversations").iterdir())


class Count(unittest.TestCase):
    def count(self, logs):
        with tempfile.TemporaryDirectory() as folder:
            for name, results in logs.items():
                (pathlib.Path(folder) / name).write_text("".join(
                    json.dumps({"name": f"voisine:some / {test}", "result": result}) + "\n" for test, result in results))
            run = subprocess.run([sys.executable, ROOT / "tools/count_tests.py", *(f"{folder}/{name}" for name in logs)],
                                 capture_output=True, text=True, check=False)
        return run.returncode, run.stdout.splitlines()

    def room(self, n_held, otherwise="SKIP"):
        return [(f"room/{name}", "OK" if i < n_held else otherwise) for i, name in enumerate(NAMES)] + [("room/listed", "OK")]

    def test_enough_are_held(self):
        status, lines = self.count({"testlog.json": [("base/date", "OK")], "testlog-room.json": self.room(20)})
        self.assertEqual((status, lines[-2:]), (0, [f"held 20 of {len(NAMES)}", "22 passed, 0 failed"]))

    def test_too_few_are_held_though_none_failed(self):
        for n_held in (0, 19):
            status, lines = self.count({"testlog.json": [("base/date", "OK")], "testlog-room.json": self.room(n_held)})
            self.assertEqual((status, lines[-1]), (1, f"{n_held + 2} passed, 0 failed"))
            self.assertRegex(lines[-2], f"^held {n_held} of {len(NAMES)}: ")

    def test_what_was_not_run_was_not_held(self):
        self.assertEqual(self.count({"testlog-room.json": self.room(26)[:10]})[0], 1)

    def test_a_failure_fails_however_many_are_held(self):
        self.assertEqual(self.count({"testlog-room.json": self.room(25, "FAIL")})[0], 1)

    def test_a_run_without_the_room_is_not_judged_by_it(self):
        status, lines = self.count({"testlog.json": [("base/date", "OK"), ("room/no", "SKIP")]})
        self.assertEqual((status, lines), (0, ["skipped: voisine:some / room/no", "1 skipped", "1 passed, 0 failed"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
