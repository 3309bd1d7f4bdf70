#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs every command of docs/service.md, in its order, as a town would. What only this place can know is put in: a free
port, the code that was given, the id of a request. Usage: test_guide.py SERVICE VOISINE GUIDE"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

from running import Service, make_request

SERVICE, VOISINE, GUIDE = (os.path.abspath(path) for path in sys.argv[1:4])
EXPECTED = 21


def commands():
    text = pathlib.Path(GUIDE).read_text(encoding="utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        words = [word for word in shlex.split(block, posix=True) if word != "sudo"]
        command = []
        for word in words:
            if word in ("voisine-service", "voisine") and command:
                yield command
                command = []
            command.append(word)
        yield command


class Town:
    def __init__(self, folder):
        self.folder = folder
        self.service = self.id = self.code = None

    def serve(self, words):
        options = words[words.index("--state") + 2:]
        at = options.index("--port")
        self.service = Service(SERVICE, str(self.folder / "pilot"), *options[:at], *options[at + 2:], devices="")
        (self.folder / "speaker.json").write_text(json.dumps({
            "territory": "pessac", "device": {"id": "speaker-1"}, "state": {"folder": str(self.folder / "speaker")},
            "service": {"url": self.service.url.replace("service.example", "localhost"), "ca_file": self.service.ca}}))

    def run(self, words):
        words = [self.id if word == "ID" else self.code if re.fullmatch(r"[A-Z0-9]{4}-[A-Z0-9]{4}", word) else word for word in words]
        program = {"voisine": VOISINE, "voisine-service": SERVICE}[words[0]]
        more = ["--config", "speaker.json"] if words[0] == "voisine" else []
        done = subprocess.run([program, *words[1:], *more], cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (words, done)
        return done.stdout

    def ask(self):
        """A request of the speaker that was paired, put to the nearest volunteer."""
        request = make_request(device="speaker-1")
        token = (self.folder / "speaker/token").read_text()
        assert self.service.send(request, token=token)[0] == 201
        while not self.service.admin("proposals", request["id"]):
            pass
        self.id = request["id"]

    def follow(self, words):
        if words[:2] == ["voisine-service", "serve"]:
            self.serve(words)
            return
        if "revoke" in words:
            self.ask()
        output = self.run(words)
        if "pair-code" in words:
            self.code = json.loads(output)["code"]
        if "proposals" in words:
            assert [p["volunteer"] for p in json.loads(output)] == ["marie"], output


def main():
    with tempfile.TemporaryDirectory() as name:
        town = Town(pathlib.Path(name))
        n = 0
        try:
            for words in commands():
                town.follow(words)
                n += 1
            assert n == EXPECTED, f"{n} commands stand in the guide, not {EXPECTED}"
            assert town.service.process.wait(timeout=20) == 0
        finally:
            if town.service and town.service.process.poll() is None:
                town.service.kill()
    print(f"{n} commands of the guide do what it says")


main()
