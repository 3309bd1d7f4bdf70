#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request that is spoken slowly is heard in its own words. Usage: test_slow_speech.py VOISINE

The sound: one sentence in four voices of espeak-ng at its slowest. Heard at that pace, "faudrait de l'aide" is "faut ordre et de lait" or
the like in each of them.
"""
import sys
import unittest

sys.dont_write_bytecode = True
import spoken  # noqa: E402

VOISINE = sys.argv.pop(1)
VOICES = ("fr+f2", "fr+f5", "fr+m2", "fr+m6")
REQUEST = "il me faudrait de l'aide pour remplir mes papiers la semaine prochaine"


class SlowSpeech(unittest.TestCase):
    def hear(self, words_a_minute):
        return [heard["text"] for heard in spoken.listen(VOISINE, VOICES, REQUEST, words_a_minute, 35)]

    def test_slow_and_usual_are_heard_alike(self):
        self.assertGreaterEqual(self.hear(80).count(REQUEST), 3)
        self.assertGreaterEqual(self.hear(130).count(REQUEST), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
