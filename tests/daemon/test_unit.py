#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the programs and the unit promise before anything runs: the unit never gives up (R7), lets little in (R54), bounds
what it takes (R57) and leaves no core (R10); the programs are built to be hard to break into (R62).
Usage: test_unit.py UNIT OPTIMISED PROGRAM..."""
import configparser
import re
import shutil
import subprocess
import sys
import unittest

UNIT, OPTIMISED, *PROGRAMS = sys.argv[1:]


def read_elf(*words):
    return subprocess.run(["readelf", "-W", *words], capture_output=True, text=True, check=True).stdout


class Unit(unittest.TestCase):
    def setUp(self):
        parser = configparser.ConfigParser(strict=False, interpolation=None)
        parser.optionxform = str
        parser.read(UNIT)
        self.unit, self.service = parser["Unit"], parser["Service"]

    def test_it_never_gives_up(self):
        self.assertEqual(self.service["Restart"], "always")
        self.assertGreaterEqual(int(self.service["RestartSec"]), 2)
        self.assertEqual(self.unit["StartLimitIntervalSec"], "0")

    def test_a_daemon_that_hangs_is_started_anew(self):
        self.assertEqual(self.service["Type"], "notify")
        self.assertLessEqual(int(self.service["WatchdogSec"]), 30)

    def test_it_is_bounded_and_leaves_no_core(self):
        self.assertRegex(self.service["MemoryMax"], r"^\d+M$")
        self.assertLessEqual(int(self.service["TasksMax"]), 64)
        self.assertEqual(self.service["LimitCORE"], "0")

    def test_it_has_a_user_of_its_own_and_no_capability(self):
        self.assertNotIn(self.service["User"], ("", "root"))
        self.assertEqual(self.service["CapabilityBoundingSet"], "")
        self.assertEqual(self.service["AmbientCapabilities"], "")
        self.assertEqual(self.service["NoNewPrivileges"], "yes")

    @unittest.skipUnless(shutil.which("systemd-analyze"), "no systemd here")
    def test_it_is_hardly_exposed(self):
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", UNIT],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout[-200:] + done.stderr)


class Programs(unittest.TestCase):
    def test_they_move_and_their_tables_do_not_change(self):
        for program in PROGRAMS:
            dynamic, headers = read_elf("-d", program), read_elf("-l", program)
            self.assertRegex(dynamic, r"FLAGS_1.*\bPIE\b", program)
            self.assertIn("BIND_NOW", dynamic, program)
            self.assertIn("GNU_RELRO", headers, program)
            self.assertRegex(headers, r"GNU_STACK.* RW ", program)

    def test_their_stacks_and_buffers_are_watched(self):
        for program in PROGRAMS:
            symbols = read_elf("--dyn-syms", program)
            self.assertIn("__stack_chk_fail", symbols, program)
            if OPTIMISED == "true":
                self.assertTrue(re.search(r"__\w+_chk@", symbols), program)

    def test_no_shell_is_ever_called(self):
        """R56"""
        for program in PROGRAMS:
            self.assertFalse(re.search(r"\b(system|popen|execlp|execvp)@", read_elf("--dyn-syms", program)), program)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
