#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adding a service is adding one file: with one for sewing (fourteenth.json) beside the others, and nothing else, its requests are understood in
text and in sound, and those of the others still are. Usage: test_fourteenth.py VOISINE SOURCE_ROOT

No sentence of the text is a template's. The sound: two sentences in three voices of espeak-ng, chosen like those of tests/room
because their sounds are in the model's band; four of six must be heard as the new service, none as another.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

VOISINE, ROOT = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
SERVICE = pathlib.Path(__file__).with_name("fourteenth.json")
TEXT = [
    ("sewing", "il me faudrait une personne pour recoudre les boutons de mon manteau"),
    ("sewing", "mon pantalon traîne par terre vous pourriez trouver quelqu'un pour me faire l'ourlet vendredi"),
    ("sewing", "je cherche une couturière j'ai mes rideaux à raccourcir"),
    ("sewing", "est-ce qu'une voisine saurait me repriser un gilet"),
    ("groceries", "je voudrais que quelqu'un fasse mes courses demain matin"),
    ("pet_walk", "quelqu'un pourrait promener mon chien vendredi après-midi"),
    ("friendly_call", "j'aimerais bien qu'on me téléphone pour bavarder un peu"),
    (None, "ma sœur cousait toutes ses robes elle-même"),
    (None, "il pleut depuis ce matin"),
]
SOUND = [
    "bonjour il me faudrait une couturière mon gilet a perdu un bouton",
    "mon vieux manteau a perdu un bouton quelqu'un pourrait me le recoudre",
]
VOICES = ["fr+f2", "fr+f5", "fr+m1"]


class Fourteenth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="voisine-fourteenth-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        data = cls.folder / "data"
        (data / "intents").mkdir(parents=True)
        for name in ("asr", "config", "tts", "models"):
            (data / name).symlink_to(ROOT / name)
        shutil.copytree(ROOT / "intents/fr", data / "intents/fr")
        shutil.copy(SERVICE, data / "intents/fr/services/sewing.json")
        cls.env = os.environ | {"VOISINE_DATA": str(data), "VOISINE_BUNDLES": str(cls.folder / "bundles")}
        (cls.folder / "bundles").mkdir()
        subprocess.run([VOISINE, "bundle", "-o", cls.folder / "bundles/fr"], env=cls.env, check=True, capture_output=True)

    def run_voisine(self, *arguments, text=None, env=None):
        run = subprocess.run([VOISINE, *arguments], input=text, env=env or self.env, check=True, capture_output=True, text=True)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def test_there_is_one_more(self):
        thirteen = list((ROOT / "intents/fr/services").glob("*.json"))
        self.assertEqual(len(thirteen), 13)
        self.assertNotIn("sewing.json", [path.name for path in thirteen])

    def test_text(self):
        got = self.run_voisine("understand", text="".join(text + "\n" for _, text in TEXT))
        self.assertEqual([(g["service"] if g["act"] == "request" else None, text) for g, (_, text) in zip(got, TEXT)], TEXT)
        before = self.run_voisine("understand", text=TEXT[0][1] + "\n", env=dict(os.environ))
        self.assertNotEqual(before[0]["service"], "sewing", "it is the file that does it")

    def test_sound(self):
        paths = [self.folder / f"{n}-{voice}.wav" for n in range(len(SOUND)) for voice in VOICES]
        for path in paths:
            n, voice = path.stem.split("-")
            subprocess.run(["espeak-ng", "-v", voice, "-s", "130", "-w", path, SOUND[int(n)]], check=True)
        heard = [max(self.run_voisine("listen", path), key=lambda u: u["confidence"] or 0) for path in paths]
        right = [h for h in heard if h["act"] == "request" and h["service"] == "sewing"]
        wrong = [h for h in heard if h["act"] == "request" and h["service"] != "sewing"]
        self.assertGreaterEqual(len(right), 4, [h["text"] for h in heard])
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
