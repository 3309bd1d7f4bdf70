#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A day by itself is heard where the day was asked for, and only there rather than other words. Usage: test_day_answer.py VOISINE

The sound: a date in four voices of espeak-ng, chosen like those of tests/room because it is in the model's band.
"""
import sys
import unittest

sys.dont_write_bytecode = True
import spoken  # noqa: E402

VOISINE = sys.argv.pop(1)
VOICES = ("fr", "fr+f2", "fr+f5", "fr+m3")
DATE = "jeudi deux juillet"


class DayAnswer(unittest.TestCase):
    def hear(self, expect):
        options = ("--now", "2026-06-15T09:30", "--expect", expect)
        return [heard["date"] for heard in spoken.listen(VOISINE, VOICES, DATE, 130, 35, *options)]

    def test_the_day_is_heard_that_was_asked_for(self):
        asked, not_asked = (self.hear(expect).count("2026-07-02") for expect in ("day", "confirmation"))
        self.assertGreaterEqual(asked, 3)
        self.assertGreater(asked, not_asked)


if __name__ == "__main__":
    unittest.main(verbosity=2)
