#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real daemon as systemd and a hand meet it: pings only while its threads turn (R6), a button on an input device, which
is a FIFO here, and the doctor."""
import ctypes
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import unittest

from processes import Events
from room import Room

EV_SYN, EV_KEY, KEY_PHONE = 0, 1, 169
PTRACE_DETACH, PTRACE_SEIZE, PTRACE_INTERRUPT = 17, 0x4206, 0x4207
LIMIT_S = 30


class Supervisor:
    """systemd's side of sd_notify: what the daemon tells, as events."""

    def __init__(self, path):
        self.told = Events()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        while (datagram := self.socket.recv(256)) != b"end":
            self.told.add(datagram.decode())

    def wait(self, what, after=0):
        return self.told.wait(lambda told: told == what, LIMIT_S, after)

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as us:
            us.sendto(b"end", self.socket.getsockname())
        self.thread.join()
        self.socket.close()


class FrozenThread:
    """Stops one thread of another process; ptrace asks that all of it happens on one thread of ours."""

    def __init__(self, pid, name):
        self.tid = next(int(task.name) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
                        if (task / "comm").read_text().strip() == name)
        self.ptrace = ctypes.CDLL(None, use_errno=True).ptrace
        self.ptrace.argtypes = [ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]

    def __enter__(self):
        for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
            if self.ptrace(request, self.tid, None, None) < 0:
                raise unittest.SkipTest(f"threads cannot be stopped here: {os.strerror(ctypes.get_errno())}")
        os.waitpid(self.tid, 0x40000000)  # __WALL
        return self

    def __exit__(self, *_):
        self.ptrace(PTRACE_DETACH, self.tid, None, None)


class Alive(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.room = Room(territory="pessac", now="2026-06-15T09:30")
        cls.addClassCleanup(cls.room.close)
        cls.supervisor = Supervisor(cls.room.folder / "notify")
        cls.addClassCleanup(cls.supervisor.close)
        button = cls.room.folder / "button"
        os.mkfifo(button)
        cls.button = os.open(button, os.O_RDWR)
        cls.addClassCleanup(os.close, cls.button)
        cls.room.env |= {"NOTIFY_SOCKET": str(cls.room.folder / "notify"), "WATCHDOG_USEC": "4000000"}
        cls.room.write_config({"button": {"device": str(button), "key": "KEY_PHONE", "long_press_ms": 500}})
        cls.room.start_daemon()

    def is_logged(self, code, text, after):
        line = self.room.log.wait(lambda e: e.get("code") == code and text in e.get("message", ""), LIMIT_S, after)
        self.assertTrue(line, f"not logged: {code} {text}\n{self.room.log_text()}")

    def press(self, value):
        events = b"".join(struct.pack("@llHHi", 0, 0, *event)
                          for event in ((EV_KEY, KEY_PHONE, value), (EV_SYN, 0, 0)))
        os.write(self.button, events)

    def test_a_stuck_worker_is_not_told_to_be_well(self):
        self.assertTrue(self.supervisor.wait("READY=1"))
        self.assertTrue(self.supervisor.wait("WATCHDOG=1"), "all is well at first")
        after = self.room.log.count()
        with FrozenThread(self.room.daemon.process.pid, "delivery"):
            self.is_logged("watchdog-held", "delivery worker", after)
            held = self.supervisor.told.count()
        self.assertTrue(self.supervisor.wait("WATCHDOG=1", held), "well again")

    def test_what_it_writes_is_its_own_and_no_core_is(self):
        """R10, R35: no core file, and nothing in the state folder that another user may read, SQLite's files included."""
        limits = pathlib.Path(f"/proc/{self.room.daemon.process.pid}/limits").read_text()
        core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
        self.assertEqual(core.split()[4:6], ["0", "0"], core)
        files = [path for path in self.room.state.rglob("*") if path.is_file()]
        self.assertIn("outbox.db", [path.name for path in files])
        self.assertEqual([f"{path.name} {path.stat().st_mode:o}" for path in files if path.stat().st_mode & 0o077], [])

    def test_nobody_can_call_it_over_the_network(self):
        """R55: no socket waits for strangers; the one of `voisine status` is a file of its own folder. R37 to R40 hold
        because there is no page to attack."""
        process = pathlib.Path(f"/proc/{self.room.daemon.process.pid}")
        sockets = set()
        for fd in (process / "fd").iterdir():
            try:
                sockets.add(os.readlink(fd))
            except FileNotFoundError:  # closed meanwhile
                continue
        waiting = []
        for table in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
            for line in (process / "net" / table).read_text().splitlines()[1:]:
                local, remote, state, inode = (line.split()[i] for i in (1, 2, 3, 9))
                is_open = state == "0A" if table.startswith("tcp") else int(remote.split(":")[0], 16) == 0
                if is_open and f"socket:[{inode}]" in sockets:
                    waiting.append(f"{table} {local}")
        self.assertEqual(waiting, [])

    def test_the_doctor_finds_nothing_wrong(self):
        run = subprocess.run([str(self.room.build / "voisine"), "doctor", "--config", str(self.room.config_path), "--json"],
                             env=self.room.env, capture_output=True, text=True)
        findings = {finding["code"]: finding for finding in json.loads(run.stdout)["findings"]}
        for code in ("doctor-runs", "doctor-mic-hears", "doctor-service", "doctor-outbox-good"):
            self.assertIn(code, findings, run.stdout)
        self.assertEqual([f for f in findings.values() if f["level"] == "error"], [])
        self.assertEqual(run.returncode, 0, run.stdout)

    def test_the_button_calls_and_cancels(self):
        self.assertEqual(self.room.command("status")["button"], "ok")
        after = self.room.log.count()
        self.press(1)
        self.press(0)
        self.is_logged("button", "short press", after)
        self.is_logged("state", "ASLEEP --button--> LISTENING", after)
        after = self.room.log.count()
        self.press(1)
        self.is_logged("button", "long press", after)
        self.is_logged("state", "LISTENING --", after)
        self.press(0)


class Unplugged(unittest.TestCase):
    def test_a_microphone_that_is_gone_is_no_reason_to_die(self):
        """The loss is told and looked after; what is held and said must not end with the process."""
        room = Room(territory="pessac", now="2026-06-15T09:30")
        self.addCleanup(room.close)
        supervisor = Supervisor(room.folder / "notify")
        self.addCleanup(supervisor.close)
        room.env |= {"NOTIFY_SOCKET": str(room.folder / "notify"), "WATCHDOG_USEC": "4000000"}
        room.start_daemon()
        self.assertTrue(supervisor.wait("WATCHDOG=1"))
        after = room.log.count()
        room.sound.stop()
        room.sound.start(microphone=False)
        self.assertTrue(room.log.wait(lambda e: e.get("code") == "mic-reopen", LIMIT_S, after), room.log_text())
        gone = supervisor.told.count()
        self.assertTrue(supervisor.wait("WATCHDOG=1", gone), "it would be ended")
        self.assertIn(room.command("status")["audio"], ("no-frames", "no-microphone"))


class Restart(unittest.TestCase):
    def test_it_waits_for_the_end_of_a_conversation(self):
        """R61: systemd's SIGTERM in the middle of a question does not cut it off."""
        room = Room(territory="pessac", now="2026-06-15T09:30")
        self.addCleanup(room.close)
        room.start_daemon()
        room.command("button")
        self.assertTrue(room.log.wait(lambda e: "--> LISTENING" in e.get("message", ""), LIMIT_S), room.log_text())
        room.daemon.process.send_signal(signal.SIGTERM)
        self.assertTrue(room.log.wait(lambda e: e.get("code") == "stopping", LIMIT_S), room.log_text())
        after = room.trace.count()
        self.assertTrue(room.command("button-long")["ok"], "it has ended before the conversation")
        self.assertEqual(room.daemon.wait(LIMIT_S), 0, room.log_text())
        self.assertTrue(room.trace.wait(lambda e: e.get("event") == "spoken", LIMIT_S, after), room.log_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
