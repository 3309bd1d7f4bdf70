#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shortest calls for help are heard as what they are. Usage: test_short_call.py VOISINE

"Aidez-moi" is also how "aidez-moi à porter mes courses" begins, which must not hide its end. The sound: voices of espeak-ng.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

VOISINE = sys.argv.pop(1)
VOICES = ("fr+f1", "fr+f2", "fr+f4", "fr+m2", "fr+m4")
CALLS = ("Aidez-moi !", "À l'aide !", "Au secours !")


class ShortCall(unittest.TestCase):
    def count_heard(self, text):
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder) / f"{voice}.wav" for voice in VOICES]
            for voice, file in zip(VOICES, files, strict=True):
                subprocess.run(["espeak-ng", "-v", voice, "-s", "125", "-p", "40", "-w", str(file), text], check=True)
            run = subprocess.run([VOISINE, "listen", *map(str, files)], check=True, capture_output=True, text=True)
        return [json.loads(line)["act"] for line in run.stdout.splitlines()].count("emergency")

    def test_it_is_heard_as_a_call(self):
        for text in CALLS:
            self.assertGreaterEqual(self.count_heard(text), len(VOICES) - 1, text)


if __name__ == "__main__":
    unittest.main(verbosity=2)
