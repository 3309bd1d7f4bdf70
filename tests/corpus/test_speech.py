#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that spoken test sets are what they say: repeatable, at the ratio asked for, in the voices they name."""
import array
import filecmp
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import speech

HERE = pathlib.Path(__file__).resolve().parent


def tone(seconds, level, hertz=440):
    return array.array("h", (int(level * math.sqrt(2) * math.sin(2 * math.pi * hertz * n / speech.RATE))
                             for n in range(int(seconds * speech.RATE))))


def silence(seconds):
    return array.array("h", bytes(2 * int(seconds * speech.RATE)))


class Sound(unittest.TestCase):
    def test_active_level_leaves_pauses_out(self):
        spoken = silence(1) + tone(0.5, 2000) + silence(1)
        self.assertAlmostEqual(speech.active_level(spoken), 2000, delta=40)
        self.assertEqual(speech.active_level(silence(1)), 0)

    def test_noise_is_at_the_ratio(self):
        spoken = silence(1) + tone(1, 2000)
        for snr_db in (0, 10, 20):
            mixed = speech.mix(spoken, tone(0.7, 500, 1000), snr_db)
            noise_alone = mixed[:speech.RATE // 2]
            measured = 20 * math.log10(2000 / math.sqrt(speech.power(noise_alone)))
            self.assertAlmostEqual(measured, snr_db, delta=0.3)

    def test_clipping_keeps_the_ratio(self):
        mixed = speech.mix(silence(1) + tone(1, 20000), tone(3, 500, 1000), 0)
        self.assertLessEqual(max(mixed), 32000)
        noise, both = (math.sqrt(speech.power(part)) for part in (mixed[:speech.RATE // 2], mixed[-speech.RATE // 2:]))
        self.assertAlmostEqual(both / noise, math.sqrt(2), delta=0.02)

    def test_noise_must_be_heard(self):
        self.assertRaises(ValueError, speech.mix, tone(1, 100), silence(1), 10)
        self.assertRaises(ValueError, speech.mix, tone(1, 100), silence(0), 10)

    def test_echo_dies_away(self):
        heard = speech.echo(tone(0.1, 3000), reverberation_s=0.4)
        self.assertEqual(len(heard), len(tone(0.1, 0)) + int(0.4 * speech.RATE))
        soon, late = (speech.power(heard[int(at * speech.RATE):int((at + 0.05) * speech.RATE)]) for at in (0.15, 0.4))
        self.assertGreater(soon, 100)
        self.assertGreater(soon, 20 * late)

    def test_other_rates_keep_length_and_level(self):
        for rate in (8000, 16000, 44100, 48000):
            samples = array.array("h", (int(3000 * math.sin(2 * math.pi * 300 * n / rate)) for n in range(rate)))
            ours = speech.resample(samples, rate)
            self.assertAlmostEqual(len(ours) / speech.RATE, 1, delta=0.01)
            self.assertAlmostEqual(math.sqrt(speech.power(ours)), 3000 / math.sqrt(2), delta=60)


class Voices(unittest.TestCase):
    def test_choice(self):
        voices = [speech.voice_for(line.id) for line in speech.lines()]
        self.assertEqual({v.variant for v in voices}, set(speech.VARIANTS))
        self.assertEqual({v.accent for v in voices}, set(speech.ACCENTS))
        self.assertGreaterEqual(min(v.speed for v in voices), 100)
        self.assertLessEqual(max(v.speed for v in voices), 150)
        self.assertGreaterEqual(min(v.pitch for v in voices), 20)
        self.assertLessEqual(max(v.pitch for v in voices), 80)
        self.assertNotEqual(voices, [speech.voice_for(line.id, 1) for line in speech.lines()])

    def test_every_variant_is_known_to_the_synthesiser(self):
        listed = subprocess.run(["espeak-ng", "--voices=variant"], capture_output=True, text=True, check=True).stdout
        files = {pathlib.PurePath(word).name for word in listed.split() if word.startswith("!v/")}
        self.assertEqual(set(speech.VARIANTS + speech.TELEVISION_VARIANTS) - files, set())

    def test_television_has_voices_of_its_own(self):
        self.assertEqual(set(speech.VARIANTS) & set(speech.TELEVISION_VARIANTS), set())


class Sets(unittest.TestCase):
    def test_same_arguments_same_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            noise = folder / "noise.wav"
            speech.write(noise, tone(0.5, 800))
            arguments = ["--tables", "dialogue,emergency", "--every", "60", "--offset", "3", "--echo",
                         "--snr", "10", "--noise", noise]
            for name in ("one", "two"):
                subprocess.run([HERE / "speak", folder / name, *arguments], check=True, capture_output=True)
            index = [row.split("\t") for row in (folder / "one/index.tsv").read_text().splitlines()]
            self.assertEqual(index[0], ["file", "table", "id", "voice"])
            expected = [(line.table, line.id) for line in speech.lines(["dialogue", "emergency"], 60, 3)]
            self.assertEqual([(table, id_) for _, table, id_, _ in index[1:]], expected)
            names = ["index.tsv", *(row[0] for row in index[1:])]
            self.assertEqual(filecmp.cmpfiles(folder / "one", folder / "two", names, shallow=False)[0], names)

    def test_speech_is_heard(self):
        line = speech.lines(["requests"])[0]
        said = speech.say(line.text, speech.voice_for(line.id), lead_s=0.2, tail_s=0.5)
        self.assertGreater(speech.active_level(said), 500)
        self.assertEqual(speech.power(said[:int(0.2 * speech.RATE)]), 0)

    def spoken(self, *arguments):
        """[(voice without its rate, rate, seconds)] of some answers."""
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            subprocess.run([HERE / "speak", folder, "--tables", "dialogue", "--every", "60", *arguments], check=True, capture_output=True)
            rows = [row.split("\t") for row in (folder / "index.tsv").read_text().splitlines()[1:]]
            voices = [re.fullmatch(r"(.*)-s([0-9]+)(-p.*)", voice).groups() for *_, voice in rows]
            return [(before + after, int(rate), len(speech.read(folder / file)) / speech.RATE)
                    for (before, rate, after), (file, *_) in zip(voices, rows, strict=True)]

    def test_slow_speech_is_the_same_voices(self):
        quick, slow, halting = self.spoken("--speed", "160"), self.spoken("--speed", "80"), self.spoken("--speed", "80", "--gap", "20")
        self.assertEqual([voice for voice, *_ in slow], [voice for voice, *_ in self.spoken()])
        self.assertEqual({rate for _, rate, _ in quick + slow}, {160, 80})
        for (_, _, quick_s), (_, _, slow_s), (_, _, halting_s) in zip(quick, slow, halting, strict=True):
            self.assertGreater(slow_s, 1.1 * quick_s)
            self.assertGreaterEqual(halting_s, slow_s)
        self.assertGreater(sum(s for *_, s in halting), 1.2 * sum(s for *_, s in slow))

    def test_wrong_arguments_are_refused(self):
        for arguments in (["--snr", "10"], ["--tables", "weather"], ["--every", "0"], ["--speed", "60"], ["--gap", "-1"]):
            run = subprocess.run([HERE / "speak", "/nonexistent/folder", *arguments], capture_output=True)
            self.assertEqual(run.returncode, 2, arguments)

    def test_television_does_not_pause(self):
        sound = speech.television(6)
        self.assertEqual(len(sound), 6 * speech.RATE)
        self.assertEqual(sound, speech.television(6))
        quiet = longest = 0
        for start in range(0, len(sound), speech.FRAME):
            quiet = quiet + 1 if speech.power(sound[start:start + speech.FRAME]) < 1e3 else 0
            longest = max(longest, quiet)
        self.assertLess(longest * 0.02, 0.5)


if __name__ == "__main__":
    unittest.main()
