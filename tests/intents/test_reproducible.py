#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same data give the same bundle: two small ones are equal in every byte of every file, whatever the language, the clock and the folder of the
user are. One with other data is not: the data are in it. Usage: test_reproducible.py VOISINE
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

VOISINE = pathlib.Path(sys.argv.pop(1)).resolve()
ELSEWHERE = {"LC_ALL": "C", "TZ": "Pacific/Auckland", "HOME": "/nonexistent", "MALLOC_PERTURB_": "165"}


def make(folder, *arguments, **environment):
    """Returns: the bytes of each file of a bundle made there of one sentence in a hundred."""
    subprocess.run([VOISINE, "bundle", "--quiet", "--draws", "1", *arguments, "-o", folder], env=os.environ | environment, check=True)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Reproducible(unittest.TestCase):
    def test_the_same_data_give_the_same_bytes(self):
        with tempfile.TemporaryDirectory(prefix="voisine-reproducible-") as name:
            work = pathlib.Path(name)
            one = make(work / "one")
            another = make(work / "somewhere-else", **ELSEWHERE)
            other_data = make(work / "other", "--wake-phrase", "bonjour cacahuète")
        self.assertLessEqual({"bundle.json", "request.lm", "answer.lm", "words.dict", "understanding.bin", "seal"}, set(one))
        self.assertEqual(set(one), set(another))
        self.assertEqual([name for name in one if one[name] != another[name]], [])
        self.assertNotEqual(one["request.lm"], other_data["request.lm"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
