#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A word of the language that nobody can pronounce is named and no bundle is made: it would never be heard, and nobody would know. The English
data (the shorter ones), with the sounds of espeak-ng taken out of phones.txt. Usage: test_unspeakable.py VOISINE SOURCE_ROOT
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

VOISINE, ROOT = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))


class Unspeakable(unittest.TestCase):
    def test_it_is_named_and_no_bundle_is_made(self):
        with tempfile.TemporaryDirectory(prefix="voisine-unspeakable-") as name:
            data = pathlib.Path(name) / "data"
            (data / "intents").mkdir(parents=True)
            for folder in ("asr", "config", "tts", "models"):
                (data / folder).symlink_to(ROOT / folder)
            shutil.copytree(ROOT / "intents/en", data / "intents/en")
            phones = data / "intents/en/phones.txt"
            lines = phones.read_text(encoding="utf-8").splitlines()
            phones.write_text("\n".join(line for line in lines if not line.startswith("sound ")) + "\n", encoding="utf-8")
            made = pathlib.Path(name) / "bundle"
            run = subprocess.run([VOISINE, "bundle", "--language", "en", "-o", made], env=os.environ | {"VOISINE_DATA": str(data)},
                                 capture_output=True, text=True)
            self.assertNotEqual(run.returncode, 0)
            self.assertRegex(run.stderr, r'the word ".+" of the language en has no pronunciation')
            self.assertFalse(made.exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
