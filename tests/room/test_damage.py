#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dying memory card has cut a dictionary short. The speaker hears nothing with it, says so aloud and to the button, makes a
bundle of its own meanwhile, says that it is mended and answers; at the next start it says nothing of it."""
import shutil
import unittest

from conversation import words
import resident
from room import Room
import script

MAKING_LIMIT_S = 800  # 16 s of one core, at the lowest rank of a busy machine
ANSWER_LIMIT_S = 30
BROKEN, MENDED = "je ne comprends plus ce que vous dites", "C'est réparé"


class Damage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = Room(territory="pessac", now="2026-06-15T09:30")
        cls.addClassCleanup(cls.room.close)
        bundles = cls.room.folder / "bundles"
        shutil.copytree(cls.room.build / "bundles", bundles)
        dictionary = bundles / "fr/words.dict"
        dictionary.write_bytes(dictionary.read_bytes()[:4096])
        cls.room.env["VOISINE_BUNDLES"] = str(bundles)

    def is_logged(self, code, limit_s=ANSWER_LIMIT_S, after=0):
        line = self.room.log.wait(lambda e: e.get("code") == code, limit_s, after)
        self.assertTrue(line, f"not logged: {code}\n{self.room.log_text()}")
        return line

    def is_spoken(self, text, limit_s=ANSWER_LIMIT_S, after=0):
        self.assertTrue(self.room.trace.wait(
            lambda e: e.get("event") == "spoken" and words(text) in words(e["text"]), limit_s, after),
            f"not said: {text}\n{self.room.log_text()}")

    def call(self):
        sound = resident.speak("Bonjour voisine.", *resident.VOICE)
        self.room.sound.play(script.load_sound(self.room.build / "tests/room/soundcat", sound, "call"))

    def test_it_says_that_it_is_broken_and_mends_itself(self):
        room = self.room
        room.start_daemon()
        self.assertIn("words.dict", str(self.is_logged("language-damaged")))
        self.is_spoken(BROKEN)
        self.assertEqual(room.command("status")["hearing"], "no-language")
        after = room.trace.count()
        room.command("button")
        self.is_spoken(BROKEN, after=after)

        self.is_logged("bundle-made", MAKING_LIMIT_S)
        self.is_spoken(MENDED)
        self.assertTrue(room.log.wait(lambda e: "TELLING --spoken--> ASLEEP" in e.get("message", ""), ANSWER_LIMIT_S))
        self.assertEqual(room.command("status")["hearing"], "ok")
        self.call()
        self.is_logged("wake")

        self.assertEqual(room.stop_daemon(), 0)
        after, spoken_before = room.log.count(), room.trace.count()
        room.start_daemon()
        self.is_logged("language-damaged", after=after)  # support is told again
        self.call()
        self.is_logged("wake", after=after)
        self.assertFalse([text for text in room.spoken(spoken_before) if words(BROKEN) in words(text)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
