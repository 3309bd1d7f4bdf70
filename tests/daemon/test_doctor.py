#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`voisine doctor` beside a daemon that is played by this program and the real reference service.
Usage: test_doctor.py VOISINE VOISINE_SERVICE SOURCE_ROOT"""
import concurrent.futures
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

VOISINE, SERVICE, ROOT = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
HAS_MODEL = (ROOT / "models/fr/mdef").exists()
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="voisine-doctor-"))
failures = 0


def complain(name, what):
    global failures
    failures += 1
    print(f"{name}: {what}")


class Daemon:
    """Answers "status" on a control socket; the counters in `moving` grow between two questions."""
    COUNTERS = {"heard_s": 1.5, "blocks_taken": 150, "played_s": 1.5, "worker_turns": 2}

    def __init__(self, path, moving=tuple(COUNTERS), **members):
        self.status = {"uptime_s": 7200, "state": "asleep", "wakes": 3, "utterances": 5, "stored": 2, "audio": "ok",
                       "level_db": -55.0, **dict.fromkeys(self.COUNTERS, 100), **members}
        self.moving = moving
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(str(path))
        self.socket.listen()
        self.path = path
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while True:
            client, _ = self.socket.accept()
            with client:
                command = client.recv(256)
                if command.startswith(b"end"):
                    return
                client.sendall((json.dumps(self.status, separators=(",", ":")) + "\n").encode())
            for counter in self.moving:
                self.status[counter] += self.COUNTERS[counter]

    def close(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.path))
            client.sendall(b"end\n")
            self.thread.join()
        self.socket.close()
        self.path.unlink()


def examine(name, change, status, *wanted, daemon=None, unwanted=(), prepare=None, env=None):
    """Runs the doctor on a speaker of its own; each code of `wanted` must be among its findings, none of `unwanted`."""
    folder = FOLDER / name.replace(" ", "-")
    state = folder / "state"
    state.mkdir(parents=True, mode=0o700)
    token = folder / "token"
    shutil.copy(FOLDER / "service/tokens/device-1", token)
    token.chmod(0o600)
    config = {"territory": "pessac", "state": {"folder": str(state)},
              "service": {"url": READY["url"], "ca_file": READY["ca"], "token_file": str(token), **change}}
    (folder / "voisine.json").write_text(json.dumps(config))
    if prepare:
        prepare(folder)
    played = Daemon(state / "control.sock", **daemon) if daemon is not None else None
    try:
        run = subprocess.run([VOISINE, "doctor", "--config", str(folder / "voisine.json"), "--json"],
                             capture_output=True, text=True, env=os.environ | (env or {}))
    finally:
        if played:
            played.close()
    try:
        found = json.loads(run.stdout)
    except ValueError:
        complain(name, f"no JSON: {run.stdout}{run.stderr}")
        return
    codes = [finding["code"] for finding in found["findings"]]
    for code in wanted:
        if code not in codes:
            complain(name, f"{code} is not found: {run.stdout}")
    for code in unwanted:
        if code in codes:
            complain(name, f"{code} is found: {run.stdout}")
    if HAS_MODEL and run.returncode != status:
        complain(name, f"ended with {run.returncode}, not {status}: {run.stdout}{run.stderr}")
    for finding in found["findings"]:
        if not finding["carer"]:
            complain(name, f"nothing for carers: {finding}")
    if "words-of-a-secret" in run.stdout + run.stderr:
        complain(name, "the token was printed")


def open_token(folder):
    (folder / "token").chmod(0o644)


def wrong_token(folder):
    (folder / "token").write_text("words-of-a-secret\n")


def break_outbox(folder):
    (folder / "state/outbox.db").write_bytes(b"this is no database" * 400)


def give_outbox_away(folder):
    break_outbox(folder)
    os.chown(folder / "state/outbox.db", 12345, -1)


def data_without_network():
    """The data as they are, but for asr/fr/denoiser.bin."""
    data = FOLDER / "data"
    (data / "asr/fr").mkdir(parents=True)
    for folder in ("config", "intents", "models", "tts"):
        (data / folder).symlink_to(ROOT / folder)
    return str(data)


def cases():
    """Each looks for 1.2 s at a daemon, so they go side by side."""
    deaf = {"moving": ("played_s", "worker_turns")}
    yield "all well", {}, 0, "doctor-runs", "doctor-mic-hears", "doctor-service", "doctor-outbox-good", dict(
        daemon={}, unwanted=("doctor-stuck", "doctor-clock"))
    for counter in Daemon.COUNTERS:
        yield f"{counter} stands still", {}, 69, "doctor-stuck", dict(
            daemon={"moving": [c for c in Daemon.COUNTERS if c != counter]})
    yield "muted", {}, 1, "doctor-mic-muted", dict(daemon={"audio": "muted", **deaf}, unwanted=("doctor-stuck",))
    yield "no microphone", {}, 69, "doctor-mic-missing", dict(daemon={"audio": "no-microphone", **deaf},
                                                              unwanted=("doctor-stuck",))
    yield "digital zero", {}, 69, "doctor-mic-zero", dict(daemon={"audio": "silent"})
    yield "faint", {}, 1, "doctor-mic-faint", dict(daemon={"level_db": -88.0})
    yield "loud", {}, 1, "doctor-mic-loud", dict(daemon={"level_db": -2.0})
    yield "nobody at the address", {"url": "https://127.0.0.1:1"}, 69, "doctor-no-network", dict(daemon={})
    yield "nothing runs", {}, 69, "doctor-no-daemon", {}
    yield "authority not known", {"ca_file": ""}, 69, "doctor-tls", dict(daemon={})
    yield "token not known", {}, 69, "doctor-identity", dict(daemon={}, prepare=wrong_token)
    yield "token for all to read", {}, 78, "config-secret-mode", "doctor-identity-unreadable", dict(
        daemon={}, prepare=open_token)
    yield "outbox broken", {}, 69, "doctor-outbox", dict(daemon={}, prepare=break_outbox)
    if HAS_MODEL:
        yield "network gone", {}, 1, "doctor-denoiser", dict(daemon={}, env={"VOISINE_DATA": data_without_network()},
                                                             unwanted=("doctor-model",))
    if os.geteuid() == 0:
        yield "outbox of another user", {}, 69, "doctor-owner", dict(daemon={}, prepare=give_outbox_away)


def main():
    global READY
    at_service = FOLDER / "service"
    service = subprocess.Popen([SERVICE, "serve", "--state", str(at_service), "--devices", "device-1"],
                               stdout=subprocess.PIPE, text=True)
    READY = json.loads(service.stdout.readline())
    try:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for case in [pool.submit(examine, *words, **rest) for *words, rest in cases()]:
                case.result()
        subprocess.run([SERVICE, "fault", "--state", str(at_service), json.dumps(
            {"fault": "status", "method": "GET", "path": "/v1/requests", "times": 1, "status": 503})],
            check=True, capture_output=True)
        examine("service troubled", {}, 1, "doctor-service-troubled", daemon={})
    finally:
        service.terminate()
        service.wait()
        shutil.rmtree(FOLDER)
    return 1 if failures else 0


sys.exit(main())
