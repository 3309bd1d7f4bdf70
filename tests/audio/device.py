#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real streams through PortAudio and a private sound server. Usage: device.py PROBE VOISINE (tests/audio/device_probe.c)."""
import array
import json
import math
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import wave

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "room"))
import soundserver  # noqa: E402

PROBE = None
VOISINE = None
RATE = 16000


def tone(hz, seconds, peak=8000):
    n = round(seconds * RATE)
    return array.array("h", [round(peak * math.sin(2 * math.pi * hz * i / RATE)) for i in range(n)]).tobytes()


def strength(pcm, hz):
    samples = array.array("h", bytes(pcm))
    re = sum(s * math.cos(2 * math.pi * hz * i / RATE) for i, s in enumerate(samples))
    im = sum(s * math.sin(2 * math.pi * hz * i / RATE) for i, s in enumerate(samples))
    return 2 * math.hypot(re, im) / len(samples)


def sounding(pcm, level=300):
    """(first, one past the last) second that is louder than level."""
    blocks = [soundserver.rms(pcm[i:i + 320]) > level for i in range(0, len(pcm) - 319, 320)]
    loud = [i for i, is_loud in enumerate(blocks) if is_loud]
    return (loud[0] / 100, (loud[-1] + 1) / 100) if loud else (None, None)


def save(path, pcm):
    with wave.open(path, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(RATE)
        f.writeframes(pcm)


def load(path):
    with wave.open(path) as f:
        return f.readframes(f.getnframes())


class Said:
    """What a running probe says, line by line."""

    def __init__(self, words, env):
        self.process = subprocess.Popen([PROBE, *words], env=env, text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.lines = []
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.split(" ")[0])
                self.changed.notify_all()

    def wait_for(self, word, after=0, timeout_s=30):
        """Returns: the number of lines up to and with the next such one."""
        with self.changed:
            found = self.changed.wait_for(lambda: word in self.lines[after:], timeout_s)
            assert found, f"{word} did not come; it said {self.lines}"
            return self.lines.index(word, after) + 1

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
        return self.process.returncode


class Devices(unittest.TestCase):
    def setUp(self):
        self.server = soundserver.SoundServer()
        self.addCleanup(self.server.close)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def run_probe(self, *words, env=None):
        return subprocess.run([PROBE, *words], env=env or self.server.env, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, timeout=60, check=False)

    def hear_the_room(self, seconds, hz):
        """Records the room with the probe while a tone sounds in it."""
        stop = self.server.play_for_ever(tone(hz, 1))
        try:
            said = self.run_probe("capture", "pulse", str(seconds), self.path("heard.wav"))
        finally:
            stop()
        self.assertEqual(said.returncode, 0, said.stdout)
        return load(self.path("heard.wav")), said.stdout

    def test_lists_the_device(self):
        said = self.run_probe("list").stdout
        self.assertRegex(said, r"(?m)^pulse in=\d+ out=\d+ rate=\d+ host=ALSA$")

    def test_the_command_lists_it_too(self):
        said = subprocess.run([VOISINE, "devices"], env=self.server.env, capture_output=True, text=True, check=False)
        self.assertEqual(said.returncode, 0, said.stderr)
        inputs, outputs = said.stdout.split("loudspeakers\n")
        self.assertRegex(inputs, r"(?m)^  [ *] pulse +\d+ Hz, \d+ channels? \(ALSA\)$")
        self.assertRegex(outputs, r"(?m)^  [ *] pulse +\d+ Hz, \d+ channels? \(ALSA\)$")
        said = subprocess.run([VOISINE, "devices", "--json"], env=self.server.env, stdout=subprocess.PIPE, check=True)
        self.assertIn("pulse", [device["name"] for device in json.loads(said.stdout)])
        env = dict(self.server.env, PULSE_SERVER="unix:/nowhere")
        said = subprocess.run([VOISINE, "devices"], env=env, capture_output=True, text=True, check=False)
        self.assertEqual(said.returncode, 69)
        self.assertIn("no microphone: plug one in", said.stderr)

    def test_an_unknown_name_is_refused_with_those_there_are(self):
        for kind, name in (("capture", "microphone"), ("play", "loudspeaker")):
            save(self.path("a.wav"), tone(440, 0.1))
            words = [kind, "grandma's", "1", self.path("x.wav")] if kind == "capture" else [
                kind, "grandma's", self.path("a.wav")]
            said = self.run_probe(*words)
            self.assertEqual(said.returncode, 1)
            self.assertIn(f'no {name} named "grandma\'s"', said.stdout)
            self.assertIn('"pulse"', said.stdout)

    def test_a_part_of_a_name_in_another_case_is_enough(self):
        said = self.run_probe("capture", "PUL", "0.1", self.path("x.wav"))
        self.assertEqual(said.returncode, 0, said.stdout)

    def test_hears_what_sounds_in_the_room(self):
        heard, said = self.hear_the_room(2, 440)
        self.assertEqual(len(heard), 2 * 2 * RATE)
        last = heard[-RATE:]
        self.assertGreater(strength(last, 440), 7000)
        self.assertLess(strength(last, 1000), 100)
        self.assertIn("dropped=0", said)

    def test_plays_a_clip_whole_and_is_quiet_when_it_was_heard(self):
        save(self.path("clip.wav"), tone(500, 1))
        ear = soundserver.Ear(self.server, keep=True)
        try:
            player = Said(["play", "pulse", self.path("clip.wav")], self.server.env)
            player.wait_for("quiet")
            at_quiet = len(ear.heard)
            self.assertEqual(player.end(), 0)
        finally:
            ear.close()
        first, end = sounding(ear.heard)
        self.assertIsNotNone(first)
        self.assertAlmostEqual(end - first, 1.0, delta=0.03)
        middle = ear.heard[round((first + 0.1) * RATE) * 2:round((end - 0.1) * RATE) * 2]
        self.assertGreater(strength(middle, 500), 7500)
        self.assertGreaterEqual(at_quiet / 2 / RATE, end)

    def test_a_flush_falls_silent(self):
        save(self.path("clip.wav"), tone(500, 30))
        ear = soundserver.Ear(self.server, keep=True)
        try:
            player = Said(["flush", "pulse", self.path("clip.wav")], self.server.env)
            player.wait_for("flushed")
            player.wait_for("quiet")
            self.assertEqual(player.end(), 0)
        finally:
            ear.close()
        first, end = sounding(ear.heard)
        if first is not None:  # a loaded machine may not have come to sound at all
            self.assertLess(end - first, 5)

    def test_mute_closes_the_stream_in_the_sound_server(self):
        def n_streams():
            said = subprocess.run(["pactl", "list", "short", "source-outputs"], env=self.server.env,
                                  stdout=subprocess.PIPE, check=True).stdout
            return len(said.splitlines())

        probe = Said(["mute", "pulse"], self.server.env)
        probe.wait_for("stopped")
        self.assertEqual(n_streams(), 0)
        probe.process.stdin.write("\n")
        probe.process.stdin.flush()
        probe.wait_for("reopened")
        self.assertEqual(n_streams(), 1)
        probe.end()

    def test_hears_again_after_the_sound_server_died(self):
        stop = self.server.play_for_ever(tone(440, 1))
        probe = Said(["watch", "pulse"], self.server.env)
        probe.wait_for("open")
        self.server.stop(kill=True)
        stop()
        at = probe.wait_for("starved")
        at = probe.wait_for("restart", at)
        self.server.start()
        stop = self.server.play_for_ever(tone(440, 1))
        probe.wait_for("hears", at, timeout_s=60)
        stop()
        self.assertEqual(probe.end(), 0)

    def test_hears_again_after_the_room_was_suspended(self):
        stop = self.server.play_for_ever(tone(440, 1))
        probe = Said(["watch", "pulse"], self.server.env)
        probe.wait_for("open")
        self.suspend(True)
        at = probe.wait_for("starved")
        self.suspend(False)
        probe.wait_for("hears", at, timeout_s=60)
        stop()
        self.assertEqual(probe.end(), 0)

    def suspend(self, on):
        subprocess.run(["pactl", "suspend-sink", "room", str(int(on))], env=self.server.env, check=True)

    def test_a_source_of_digital_zero_is_deafness(self):
        subprocess.run(["pactl", "set-source-mute", "room.monitor", "1"], env=self.server.env, check=True)
        probe = Said(["watch", "pulse"], self.server.env)
        probe.wait_for("zero", timeout_s=60)
        probe.end()

    def test_without_a_sound_server_there_is_a_plain_message(self):
        env = dict(self.server.env, PULSE_SERVER="unix:/nowhere")
        said = self.run_probe("capture", "pulse", "1", self.path("x.wav"), env=env)
        self.assertEqual(said.returncode, 1)
        self.assertIn("no microphone", said.stdout)


if __name__ == "__main__":
    PROBE, VOISINE = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main(verbosity=2)
