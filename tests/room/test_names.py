#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name that a carer added becomes known while the speaker runs: it answers meanwhile, takes the new bundle when nobody
speaks, hears the name with it, and uses it again at the next start."""
import json
import subprocess
import unittest

import resident
from room import Room
import script

MAKING_LIMIT_S = 800  # 16 s of one core, at the lowest rank of a busy machine
ANSWER_LIMIT_S = 30
NAME = "gribouillon"  # no dog of the lexicon, and no word of the model's dictionary
REQUEST = f"Je voudrais que quelqu'un promène {NAME} demain matin."


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = Room(territory="pessac", now="2026-06-15T09:30",
                        config={"names": [{"name": "Gribouillon", "kind": "dog"}, {"name": "R2D2 (bad)", "kind": "cat"}]})
        cls.addClassCleanup(cls.room.close)

    def is_logged(self, code, limit_s=ANSWER_LIMIT_S, after=0):
        line = self.room.log.wait(lambda e: e.get("code") == code, limit_s, after)
        self.assertTrue(line, f"not logged: {code}\n{self.room.log_text()}")

    def call(self):
        sound = resident.speak("Bonjour voisine.", *resident.VOICE)
        self.room.sound.play(script.load_sound(self.room.build / "tests/room/soundcat", sound, "call"))

    def hears(self, bundles):
        sound = resident.speak(REQUEST, "fr", 130, 50)
        run = subprocess.run([str(self.room.build / "voisine"), "listen", "--territory", "pessac", str(sound)], check=True,
                             env=self.room.env | {"VOISINE_BUNDLES": str(bundles)}, capture_output=True, text=True)
        return json.loads(run.stdout.splitlines()[0])

    def test_a_name_becomes_known_without_deafness(self):
        room = self.room
        room.start_daemon()
        self.is_logged("bundle-begun")
        self.assertEqual(room.command("status")["names"], "being learned")
        maker = subprocess.run(["pgrep", "-a", "-P", str(room.daemon.pid)], capture_output=True, text=True).stdout
        self.assertIn(f"{room.build}/voisine bundle", maker)
        self.assertNotIn(NAME, maker.lower(), "what other users may read holds no name")

        self.assertTrue(room.trace.wait(lambda e: e.get("event") == "ready", ANSWER_LIMIT_S))
        self.call()
        self.is_logged("wake")
        self.assertFalse([e for e in room.log.all() if e.get("code") == "bundle-made"], "it was still being made")

        self.is_logged("bundle-taken", MAKING_LIMIT_S)
        codes = [e.get("code") for e in room.log.all()]
        self.assertLess(codes.index("bundle-made"), codes.index("bundle-taken"))
        self.assertEqual(room.command("status")["names"], "known")
        self.assertNotIn(NAME, room.log_text(1000).lower(), "no name stands in the log")
        after = room.log.count()
        self.call()
        self.is_logged("wake", after=after)

        self.assertIn(NAME, self.hears(room.state / "bundles")["text"])
        self.assertNotIn(NAME, self.hears(room.build / "bundles")["text"])

        self.assertEqual(room.stop_daemon(), 0)
        after = room.log.count()
        room.start_daemon()
        self.assertEqual(room.command("status")["names"], "known", "at once")
        self.assertNotIn("bundle-begun", [e.get("code") for e in room.log.all()[after:]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
