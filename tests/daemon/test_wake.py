#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls is heard, however soon after the ears were closed, and by the phrase that is configured alone. Usage: test_wake.py VOISINE

The sound: espeak-ng over the brown noise of a quiet room, which is made here.
"""
import array
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest
import wave

VOISINE = sys.argv.pop(1)
CALLERS = (("fr", 120, 20), ("fr+Alicia", 120, 20), ("fr+anika", 120, 20), ("fr+boris", 150, 50), ("fr+m1", 150, 50), ("fr+m3", 150, 50),
           ("fr+m5", 120, 20), ("fr+f3", 150, 50), ("fr+m3", 120, 50))  # voice, words a minute, pitch
RATE_HZ = 22050  # espeak-ng's
ROOM = 90  # amplitude of its noise


def spoken(voice, rate, pitch, text, folder):
    path = pathlib.Path(folder) / "spoken.wav"
    subprocess.run(["espeak-ng", "-v", voice, "-s", str(rate), "-p", str(pitch), "-w", str(path), text], check=True)
    with wave.open(str(path)) as sound:
        return array.array("h", sound.readframes(sound.getnframes()))


def in_room(path, before_s, speech):
    """The speech with so much of the room before it, and three seconds behind it."""
    chance, level = random.Random(1), 0.0
    sound = array.array("h", [0] * int(before_s * RATE_HZ)) + speech + array.array("h", [0] * 3 * RATE_HZ)
    for i, sample in enumerate(sound):
        level = 0.98 * level + 0.2 * ROOM * chance.gauss(0, 1)
        sound[i] = max(-32768, min(32767, int(sample + level)))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(sound.tobytes())


class Wake(unittest.TestCase):
    def count_woken(self, before_s, text, *options):
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder) / f"{i}.wav" for i in range(len(CALLERS))]
            for caller, file in zip(CALLERS, files, strict=True):
                in_room(file, before_s, spoken(*caller, text, folder))
            run = subprocess.run([VOISINE, "wake", *options, *map(str, files)], check=True, capture_output=True, text=True)
        return sum(bool(json.loads(line)["wakes"]) for line in run.stdout.splitlines())

    def test_a_call_is_heard_at_once_and_later(self):
        for before_s in (0.15, 3):
            self.assertGreaterEqual(self.count_woken(before_s, "Bonjour voisine."), len(CALLERS) - 1, f"{before_s} s after the start")

    def test_another_phrase_is_heard_and_the_usual_one_no_more(self):
        another = ("--phrase", "bonjour cacahuète")
        self.assertGreaterEqual(self.count_woken(1, "Bonjour cacahuète.", *another), len(CALLERS) - 1)
        self.assertEqual(self.count_woken(1, "Bonjour voisine.", *another), 0)
        self.assertEqual(self.count_woken(1, "Bonjour cacahuète."), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
