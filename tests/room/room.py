# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual room: a private sound server, the reference matching service, and the real voisined.

    with Room(territory="pessac") as room:
        room.start_daemon()
        ...

Everything lives in one temporary folder and is gone at the end, whatever happened. Readiness is what the pieces
tell (the trace's "ready", the service's own line), never a pause.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import tempfile
import threading

from processes import Child, Events, json_lines
from service import Service
from soundserver import SoundServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_LIMIT_S = 30


class RoomError(Exception):
    """The room could not be made or kept; the text names the piece and the remedy."""


def build_folder():
    folder = pathlib.Path(os.environ.get("VOISINE_BUILD") or ROOT / "build").resolve()
    for program in ("voisined", "tests/room/soundcat", "tests/service/voisine-service"):
        if not (folder / program).is_file():
            raise RoomError(f"{folder / program} is missing: run tools/build, or set VOISINE_BUILD to the "
                            "build folder")
    return folder


def merged(base, more):
    """The members of `more` put into those of `base`, folder by folder."""
    result = dict(base)
    for name, value in more.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if both else value
    return result


class Room:
    def __init__(self, territory="all", now=None, config=None, echo=False, accepts=True, real_sound=False):
        self.territory = territory
        self.now = now
        self.more_config = config or {}
        self.accepts = accepts
        self.build = build_folder()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="voisine-"))
        self.config_path = self.folder / "voisine.json"
        self.trace_path = self.folder / "trace"
        self.state = self.folder / "state"
        self.trace = Events()
        self.log = Events()
        self.sound = self.service = self.daemon = self._trace_reader = None
        self._closers = [lambda: shutil.rmtree(self.folder, ignore_errors=True)]
        try:
            self._make(echo, real_sound)
        except BaseException:
            self.close()
            raise

    def skip_introduction(self):
        """It is no first start."""
        self.state.mkdir(exist_ok=True)
        (self.state / "introduced").touch()

    def _make(self, echo, real_sound):
        if not real_sound:
            self.sound = SoundServer(echo=echo)
            self._closers.append(self.sound.close)
        self.env = dict(self.sound.env if self.sound else os.environ)
        self.service = Service(self.build, self.folder / "service", accepts=self.accepts)
        self._closers.append(self.service.close)
        self._closers.append(self.stop_daemon)
        self._open_trace()
        self.service.start()
        self.write_config()

    def _open_trace(self):
        """The trace is a pipe, so that its events come when they happen; open at both ends, so that it outlives
        the daemon."""
        os.mkfifo(self.trace_path)
        fd = os.open(self.trace_path, os.O_RDWR)
        add = json_lines(self.trace.add)

        def read():
            with os.fdopen(fd, "rb") as file:
                for line in file:
                    if line == b"\n":
                        return
                    add(line.decode(errors="replace"))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()

        def close():
            write_fd = os.open(self.trace_path, os.O_WRONLY | os.O_NONBLOCK)
            os.write(write_fd, b"\n")
            os.close(write_fd)
            reader.join(2)

        self._closers.append(close)

    def write_config(self, more=None):
        device = "" if not self.sound else "pulse"
        config = {
            "territory": self.territory,
            "device": {"id": self.service.device},
            "service": {"url": self.service.url, "ca_file": str(self.service.ca_file),
                        "token_file": str(self.service.token_file), "boot_splay_s": 0},
            "audio": {"capture_device": device, "playback_device": device},
            "news": {"hours_from": "00:00", "hours_to": "23:59"},
            "state": {"folder": str(self.state)},
            "log": {"level": "info", "form": "json"},
        }
        config = merged(merged(config, self.more_config), more or {})
        self.config_path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    # ---- the daemon ----

    def launch_daemon(self, wrapper=()):
        """Starts it without waiting for anything."""
        command = [*wrapper, str(self.build / "voisined"), "--config", str(self.config_path),
                   "--trace", str(self.trace_path)]
        if self.now:
            command += ["--now", self.now]
        add = json_lines(self.log.add)
        self.daemon = Child(command, env=self.env, on_output=add, on_error=add)

    def start_daemon(self):
        """Starts it and waits until it listens."""
        before = self.trace.count()
        self.launch_daemon()
        if not self.trace.wait(lambda e: e.get("event") == "ready", START_LIMIT_S, before):
            running = self.daemon.is_running()
            status = None if running else self.daemon.wait(1)
            raise RoomError("voisined did not become ready" +
                            (f" in {START_LIMIT_S} s" if running else f": it ended with status {status}") +
                            f"\n{self.log_text()}")

    def stop_daemon(self):
        """At once, as at a terminal; told by systemd it lets a conversation end first."""
        return self.daemon.stop(signal.SIGINT) if self.daemon else None

    def kill_daemon(self):
        self.daemon.stop(signal.SIGKILL)

    def command(self, line):
        """Says one line to the control socket. Returns the answer as an object."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(self.state / "control.sock"))
            client.sendall(line.encode() + b"\n")
            answer = b""
            while part := client.recv(65536):
                answer += part
        return json.loads(answer)

    def log_text(self, lines=40):
        return "\n".join(json.dumps(event, ensure_ascii=False) for event in self.log.all()[-lines:])

    def spoken(self, after=0):
        return [e["text"] for e in self.trace.all()[after:] if e.get("event") == "spoken"]

    # ---- the end ----

    def close(self):
        while self._closers:
            closer = self._closers.pop()
            try:
                closer()
            except Exception as error:  # the other pieces must go too
                print(f"room: {error}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
