#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shortest calls for help are heard as what they are. Usage: test_short_call.py VOISINE

"Aidez-moi" is also how "aidez-moi à porter mes courses" begins, which must not hide its end. The sound: voices of espeak-ng.
"""
import sys
import unittest

sys.dont_write_bytecode = True
import spoken  # noqa: E402

VOISINE = sys.argv.pop(1)
VOICES = ("fr+f1", "fr+f2", "fr+f4", "fr+m2", "fr+m4")
CALLS = ("Aidez-moi !", "À l'aide !", "Au secours !")


class ShortCall(unittest.TestCase):
    def count_heard(self, text):
        return [heard["act"] for heard in spoken.listen(VOISINE, VOICES, text, 125, 40)].count("emergency")

    def test_it_is_heard_as_a_call(self):
        for text in CALLS:
            self.assertGreaterEqual(self.count_heard(text), len(VOICES) - 1, text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
