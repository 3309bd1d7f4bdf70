#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request that is spoken slowly is heard in its own words. Usage: test_slow_speech.py VOISINE

The sound: one sentence in four voices of espeak-ng at its slowest. Heard at that pace, "faudrait de l'aide" is "faut ordre et de lait" or
the like in each of them.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

VOISINE = sys.argv.pop(1)
VOICES = ("fr+f2", "fr+f5", "fr+m2", "fr+m6")
REQUEST = "il me faudrait de l'aide pour remplir mes papiers la semaine prochaine"


class SlowSpeech(unittest.TestCase):
    def hear(self, words_a_minute):
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder) / f"{voice}.wav" for voice in VOICES]
            for voice, file in zip(VOICES, files, strict=True):
                subprocess.run(["espeak-ng", "-v", voice, "-s", str(words_a_minute), "-p", "35", "-w", str(file), REQUEST], check=True)
            run = subprocess.run([VOISINE, "listen", "--now", "2026-06-15T09:30", *map(str, files)], check=True, capture_output=True, text=True)
        return [json.loads(line)["text"] for line in run.stdout.splitlines()]

    def test_slow_and_usual_are_heard_alike(self):
        self.assertGreaterEqual(self.hear(80).count(REQUEST), 3)
        self.assertGreaterEqual(self.hear(130).count(REQUEST), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
