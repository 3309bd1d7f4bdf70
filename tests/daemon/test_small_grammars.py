#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A short answer is heard better where it is asked for than where anything may be said. Usage: test_small_grammars.py VOISINE

The closed choice and a yes or no have a small model each, beside the large one: of the language, whatever services were
read aloud. The sound: voices of espeak-ng, as in test_day_answer.py, in a room that is not quite silent.
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
VOICES = ("fr", "fr+f2", "fr+f5", "fr+m3")
ENGLISH = ("en-us", "en-us+f2", "en-gb", "en-gb+f3")
BEFORE_S, AFTER_S = 0.5, 1


def speak(voice, text, path):
    subprocess.run(["espeak-ng", "-v", voice, "-s", "130", "-p", "35", "-w", str(path), text], check=True)
    with wave.open(str(path)) as file:
        rate_hz, words = file.getframerate(), array.array("h", file.readframes(file.getnframes()))
    room = random.Random(1)
    before, after = (array.array("h", [room.randint(-20, 20) for _ in range(int(s * rate_hz))]) for s in (BEFORE_S, AFTER_S))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((before + words + after).tobytes())


class SmallGrammars(unittest.TestCase):
    def count(self, text, expect, wanted, voices=VOICES):
        """In how many voices it is heard as that."""
        with tempfile.TemporaryDirectory() as folder:
            files = [pathlib.Path(folder) / f"{voice}.wav" for voice in voices]
            for voice, file in zip(voices, files, strict=True):
                speak(voice, text, file)
            run = subprocess.run([VOISINE, "listen", "--language", voices[0][:2], "--now", "2026-06-15T09:30", "--expect", expect,
                                  *map(str, files)], check=True, capture_output=True, text=True)
        heard = [json.loads(line) for line in run.stdout.splitlines()]
        return sum(all(result[name] == value for name, value in wanted.items()) for result in heard)

    def assert_heard(self, text, expect, voices=VOICES, **wanted):
        asked = self.count(text, expect, wanted, voices)
        self.assertGreaterEqual(asked, len(VOICES) - 1, text)
        return asked

    def test_what_answers_the_choice(self):
        self.assert_heard("pour mon chien", "choice", act="request", service="pet_walk")
        for text, wanted in (("mon chien", {"act": "request", "service": "pet_walk"}), ("autre chose", {"act": "deny"})):
            self.assertGreater(self.assert_heard(text, "choice", **wanted), self.count(text, "request", wanted), text)

    def test_yes_and_no(self):
        self.assert_heard("oui", "confirmation", act="affirm")
        self.assertGreater(self.assert_heard("non", "confirmation", act="deny"), self.count("non", "request", {"act": "deny"}))

    def test_what_answers_the_choice_in_english(self):
        for text, service in (("the dog", "pet_walk"), ("for my shopping", "groceries"), ("talking to somebody", "friendly_call")):
            self.assert_heard(text, "choice", ENGLISH, act="request", service=service)


if __name__ == "__main__":
    unittest.main(verbosity=2)
