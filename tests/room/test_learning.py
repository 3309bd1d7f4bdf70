#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning the voice in the real daemon: without the resident's yes what stands in the folder is erased; with it, a damaged file is
refused and it hears on; what was learned and what was answered is erased by command, and at the start once the carer has
switched it off."""
import unittest

from room import Room

LIMIT_S = 20


class Learning(unittest.TestCase):
    def test_refused_erased_by_command_erased_when_off(self):
        with Room(territory="pessac", now="2026-06-15T09:30", config={"privacy": {"learn_voice": True}}) as room:
            learned = room.state / "learned-voice"
            consent, told = room.state / "learning-consent", room.state / "learning-told"
            room.state.mkdir(exist_ok=True)
            learned.write_bytes(b"\xff" * 5000)
            told.write_bytes(b"")
            room.start_daemon()
            self.assertEqual(room.command("status")["learning"], "waits for the resident's yes")
            self.assertFalse(learned.exists() or told.exists(), "nobody has said yes")
            room.stop_daemon()

            learned.write_bytes(b"\xff" * 5000)
            consent.write_text("answer given\n")
            room.start_daemon()
            refused = room.log.wait(lambda e: e.get("code") == "learn-refused", LIMIT_S)
            self.assertTrue(refused, room.log_text())
            self.assertEqual(room.command("status")["learning"], "on, not used yet")
            self.assertEqual(room.command("status")["learned_requests"], 0)
            self.assertEqual(room.command("learning-erase"), {"ok": True})
            self.assertFalse(learned.exists() or consent.exists())
            self.assertEqual(room.command("status")["learning"], "waits for the resident's yes")
            room.stop_daemon()

            learned.write_bytes(b"\xff" * 5000)
            consent.write_text("answer given\n")
            room.write_config({"privacy": {"learn_voice": False}})
            room.start_daemon()
            self.assertEqual(room.command("status")["learning"], "off")
            self.assertFalse(learned.exists() or consent.exists(), "erased at the start")


if __name__ == "__main__":
    unittest.main(verbosity=2)
