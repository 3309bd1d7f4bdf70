#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tools/evaluation: no noise stands in for another. Usage: test_evaluation.py BUILD"""
import array
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
from evaluation import noise  # noqa: E402

BUILD = pathlib.Path(sys.argv[1])


def saw(period, n=8000):
    return array.array("h", (20000 * (i % period) // period - 10000 for i in range(n)))


class Noise(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.files = [self.write(f"set/r-{i}.wav", 60 + i) for i in range(4)]

    def write(self, name, period):
        noise.write_wav(self.folder / name, saw(period))
        return self.folder / name

    def copies(self, files, noise_path, work="work"):
        return [path.read_bytes() for path in noise.noisy_copies(files, noise_path, 10, self.folder / work, BUILD)]

    def test_another_recording_of_the_same_name_is_mixed(self):
        first = self.copies(self.files, self.write("one/tv.wav", 17))
        self.assertEqual(set(first) & set(self.copies(self.files, self.write("two/tv.wav", 31))), set())
        self.assertNotEqual(first, self.copies(self.files, self.write("one/tv.wav", 23)), "the file was made anew with another seed")

    def test_what_else_is_heard_does_not_matter(self):
        path = self.write("tv.wav", 1013)
        self.assertEqual(self.copies(self.files, path)[::2], self.copies(self.files[::2], path, "every-second"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
