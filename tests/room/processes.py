# SPDX-License-Identifier: GPL-3.0-or-later
"""Child processes that never outlive us, and what they tell, as events one can wait for."""
import json
import os
import signal
import subprocess
import threading
import time


def now_s():
    """The clock of the daemon's trace."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Events:
    """What happened, in order; any thread adds, any waits."""

    def __init__(self):
        self._changed = threading.Condition()
        self._events = []
        self._on_event = None

    def add(self, event):
        with self._changed:
            self._events.append(event)
            self._changed.notify_all()
            on_event = self._on_event
        if on_event:
            on_event(event)

    def tell(self, on_event):
        """Calls on_event for each further event, on the thread that adds it."""
        self._on_event = on_event

    def all(self):
        with self._changed:
            return list(self._events)

    def count(self):
        with self._changed:
            return len(self._events)

    def wait(self, predicate, timeout_s, after=0):
        """The first event from number `after` on that fits, or None when the time is over."""
        deadline = time.monotonic() + timeout_s
        with self._changed:
            seen = after
            while True:
                while seen < len(self._events):
                    if predicate(self._events[seen]):
                        return self._events[seen]
                    seen += 1
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)


class Child:
    """A process in a group of its own, which is killed with us, and whose lines are read as they come."""

    def __init__(self, command, env=None, on_output=None, on_error=None):
        # setpriv: the kernel ends the child when we die, even by SIGKILL.
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", *command], env=env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if on_output else subprocess.DEVNULL,
            stderr=subprocess.PIPE if on_error else subprocess.DEVNULL, start_new_session=True)
        self._readers = []
        for stream, on_line in ((self.process.stdout, on_output), (self.process.stderr, on_error)):
            if stream:
                reader = threading.Thread(target=self._read, args=(stream, on_line), daemon=True)
                reader.start()
                self._readers.append(reader)

    @staticmethod
    def _read(stream, on_line):
        with stream:
            for line in stream:
                on_line(line.decode(errors="replace").rstrip("\n"))

    @property
    def pid(self):
        return self.process.pid

    def is_running(self):
        return self.process.poll() is None

    def wait(self, timeout_s):
        """The exit status once it ended and all its lines were read; None when it did not end."""
        try:
            status = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        for reader in self._readers:
            reader.join(2)
        return status

    def stop(self, how=signal.SIGTERM, patience_s=10):
        """Ends it, by force when it does not end itself. Returns its exit status."""
        if self.is_running():
            self.process.send_signal(how)
        status = self.wait(patience_s)
        try:
            os.killpg(self.pid, signal.SIGKILL)  # what it started, or itself when it hangs
        except ProcessLookupError:
            pass
        return self.wait(5) if status is None else status


def json_lines(add):
    """Reads lines as JSON objects; what is none becomes {"line": ...}."""
    def on_line(line):
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        add(event if isinstance(event, dict) else {"line": line})
    return on_line
