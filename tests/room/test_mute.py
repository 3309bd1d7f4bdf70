#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mute closes the microphone's stream at the sound server, is said both ways, and survives the button (R27)."""
import time
import unittest

from conversation import words
from room import Room


def until(predicate, timeout_s=10):
    """The sound server tells of nothing by itself: it is asked until it is so."""
    deadline = time.monotonic() + timeout_s
    while not predicate():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Mute(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = Room(territory="pessac", now="2026-06-15T09:30")
        cls.addClassCleanup(cls.room.close)
        cls.room.start_daemon()

    def is_said(self, text, after):
        said = self.room.trace.wait(
            lambda e: e.get("event") == "spoken" and words(text) in words(e["text"]), 10, after)
        self.assertTrue(said, f"not said: {text}\n{self.room.log_text()}")

    def n_microphones(self):
        return len(self.room.sound.listing("source-outputs"))

    def test_mute_closes_the_stream_and_is_said_both_ways(self):
        self.assertTrue(until(lambda: self.n_microphones() == 1), "the microphone is open at the start")
        after = self.room.trace.count()
        self.assertEqual(self.room.command("mute"), {"ok": True})
        self.is_said("Le micro est coupé", after)
        self.assertTrue(until(lambda: self.n_microphones() == 0), "the stream is closed at the sound server")
        self.assertEqual(self.room.command("status")["audio"], "muted")

        after = self.room.trace.count()
        self.room.command("button")
        self.is_said("Le micro est coupé", after)
        self.assertEqual(self.n_microphones(), 0, "the button does not open it")

        after = self.room.trace.count()
        self.room.command("unmute")
        self.is_said("Le micro est rétabli", after)
        self.assertTrue(until(lambda: self.n_microphones() == 1), "the stream is open again")

    def test_muted_it_starts_muted(self):
        """Whoever switched the microphone off finds it so after a power cut."""
        self.assertEqual(self.room.command("mute"), {"ok": True})
        self.assertTrue(until(lambda: self.room.command("status")["audio"] == "muted"))
        self.room.stop_daemon()
        self.room.start_daemon()
        self.assertEqual(self.room.command("status")["audio"], "muted")
        self.assertEqual(self.n_microphones(), 0, "the microphone was opened at the start")
        self.room.command("unmute")
        self.assertTrue(until(lambda: self.n_microphones() == 1), "and it can be switched on again")


if __name__ == "__main__":
    unittest.main(verbosity=2)
