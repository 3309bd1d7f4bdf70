#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was to be erased is, at the next start, and that is said aloud: all of it, or all but the carer's own files (R32).

What is asked before, and that nothing of it is left on the disk, is room/erase-all's."""
import os
import unittest

from conversation import words
from room import Room

MARK = "erase-all"  # in the state folder: confirmed twice (daemon/keepsake.c)
LIMIT_S = 60


class Erased(unittest.TestCase):
    def room(self):
        room = Room(territory="pessac", now="2026-06-15T09:30")
        self.addCleanup(room.close)
        room.start_daemon()
        room.stop_daemon()
        (room.state / MARK).write_text("x")
        return room

    def assert_said_and_logged(self, room, text, code):
        self.assertTrue(room.trace.wait(lambda e: e.get("event") == "spoken" and words(text) in words(e["text"]), LIMIT_S),
                        f"not said: {text}\n{room.log_text()}")
        self.assertTrue(any(line.get("code") == code for line in room.log.all()), f"no {code}\n{room.log_text()}")
        self.assertFalse((room.state / MARK).exists())

    def test_everything(self):
        room = self.room()
        room.launch_daemon()
        self.assert_said_and_logged(room, "Tout est effacé. Il faudra m'installer de nouveau.", "erased")
        self.assertFalse(room.config_path.exists())

    def test_everything_but_the_carers_files(self):
        room = self.room()
        folder = room.folder / "etc"  # as /etc is: read, not written
        folder.mkdir()
        config = folder / "voisine.json"
        config.write_bytes(room.config_path.read_bytes())
        room.config_path = config
        os.chmod(folder, 0o500)
        self.addCleanup(os.chmod, folder, 0o700)
        # Without root's right to write everywhere, which a test run as root would have.
        room.launch_daemon(["setpriv", "--inh-caps=-all", "--bounding-set=-all"])
        self.assert_said_and_logged(room, "La personne qui m'a installée doit effacer le reste.", "erase-left")
        self.assertTrue(config.exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
