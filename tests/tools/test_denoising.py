#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tools/denoising, without the packages that teaching takes: nothing half is kept, nothing that lacks is passed over."""
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest
from unittest import mock

sys.dont_write_bytecode = True
TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
numpy = sys.modules["numpy"] = types.ModuleType("numpy")  # no build needs it
from denoising import kept, voices  # noqa: E402


class Denoising(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_what_was_stopped_is_made_again(self):
        path = self.folder / "0.npz"

        def stopped(file, **_):
            file.write(b"half of")
            raise KeyboardInterrupt

        numpy.savez = stopped
        self.assertRaises(KeyboardInterrupt, kept.save, path, samples=[])
        self.assertFalse(path.exists())
        numpy.savez = lambda file, **_: file.write(b"all of it")
        kept.save(path, samples=[])
        self.assertEqual([(p.name, p.read_bytes()) for p in self.folder.iterdir()], [("0.npz", b"all of it")])

    def spoken(self, there):
        """What espeak-ng is asked for, voice by voice, where some were made before."""
        asked = {}

        def speak(command, path):
            path.touch()
            asked.setdefault("now", []).append([word for word in command if word != str(path)])

        def keep(_, name, *__):
            asked[name] = sorted(asked.pop("now"))

        texts = [f"une phrase de plus de quatre mots {i}" for i in range(50)], [f"oui {i}" for i in range(50)]
        with mock.patch.multiple(voices, RECORDED=[], FLITE_VOICES=[], ESPEAK_VOICES=3, spoken=speak, keep=keep,
                                 sentences=lambda _: texts):
            (self.folder / "words-armelle.npz").touch()
            for name in ("espeak-0", "espeak-1", "espeak-2"):
                (self.folder / f"{name}.npz").unlink(missing_ok=True)
                if name in there:
                    (self.folder / f"{name}.npz").touch()
            voices.gather(self.folder, "voisine")
        return asked

    def test_a_resumed_run_has_the_same_voices(self):
        whole = self.spoken([])
        self.assertEqual(sorted(whole), ["espeak-0", "espeak-1", "espeak-2"])
        self.assertNotEqual(whole["espeak-0"], whole["espeak-1"])
        self.assertEqual(self.spoken(["espeak-0", "espeak-1"]), {"espeak-2": whole["espeak-2"]})

    def test_a_missing_package_is_named(self):
        with mock.patch.object(voices.subprocess, "run", return_value=types.SimpleNamespace(stdout="")):
            self.assertRaisesRegex(SystemExit, "apt-get install some-voices", voices.recorded, None, "some-voices", ".gsm", 10)

    def test_a_network_to_begin_with_is_not_passed_over(self):
        learned = self.folder / "denoiser/network.pt"
        learned.parent.mkdir()
        learned.touch()
        run = subprocess.run([TOOLS / "denoiser", "--build", self.folder, "--begin", "asr/fr/denoiser.bin"], capture_output=True,
                             text=True, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn(f"remove {learned}", run.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
