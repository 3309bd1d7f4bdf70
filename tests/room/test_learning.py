#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning the voice in the real daemon: a damaged file is refused and hears on, what was learned is erased by command, and at
the start once the carer has switched it off."""
import unittest

from room import Room

LIMIT_S = 20


class Learning(unittest.TestCase):
    def test_refused_erased_by_command_erased_when_off(self):
        with Room(territory="pessac", now="2026-06-15T09:30", config={"privacy": {"learn_voice": True}}) as room:
            learned = room.state / "learned-voice"
            room.state.mkdir(exist_ok=True)
            learned.write_bytes(b"\xff" * 5000)
            room.start_daemon()
            refused = room.log.wait(lambda e: e.get("code") == "learn-refused", LIMIT_S)
            self.assertTrue(refused, room.log_text())
            self.assertEqual(room.command("status")["learning"], "waits until the resident was told")
            self.assertEqual(room.command("status")["learned_requests"], 0)
            self.assertEqual(room.command("learning-erase"), {"ok": True})
            self.assertFalse(learned.exists())
            room.stop_daemon()

            learned.write_bytes(b"\xff" * 5000)
            room.write_config({"privacy": {"learn_voice": False}})
            room.start_daemon()
            self.assertEqual(room.command("status")["learning"], "off")
            self.assertFalse(learned.exists(), "erased at the start")


if __name__ == "__main__":
    unittest.main(verbosity=2)
