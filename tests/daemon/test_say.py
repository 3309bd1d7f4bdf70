#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`voisine say` into a file, and its refusals. Usage: test_say.py VOISINE"""
import pathlib
import subprocess
import sys
import tempfile
import wave

voisine = sys.argv[1]
folder = pathlib.Path(tempfile.mkdtemp(prefix="voisine-say-"))
config = folder / "voisine.json"
config.write_text('{"voice": {"rate_wpm": 120}}')
failures = 0


def say(name, status, *words):
    """Runs `voisine say`; says what ended otherwise than with `status`."""
    global failures
    run = subprocess.run([voisine, "say", *words], capture_output=True, text=True)
    if run.returncode != status:
        failures += 1
        print(f"{name}: ended with {run.returncode}, not {status}: {run.stderr}")
    if status and not run.stderr.startswith(("voisine say: ", "say: ", "usage: ")):
        failures += 1
        print(f"{name}: does not say what is wrong: {run.stderr}")
    return run.stdout


def seconds(name, *words):
    path = folder / "said.wav"
    say(name, 0, "-o", str(path), *words)
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth()) == (1, 2)
        length = sound.getnframes() / sound.getframerate()
    path.unlink()
    return length


usual = seconds("usual", "--config", str(config), "--rate", "150", "Vous demandez de l'aide pour vos courses.")
slow = seconds("slower", "--config", str(config), "Vous demandez de l'aide pour vos courses.")
if not 1.5 < usual < slow < 5:
    failures += 1
    print(f"durations: {usual:.2f} s at 150, {slow:.2f} s at 120 words a minute")
if "| `noted` | C'est noté." not in say("sentences", 0, "--print-sentences"):
    failures += 1
    print("--print-sentences does not hold the sentence \"noted\"")
say("no text", 64)
say("unknown option", 64, "--colour", "Bonjour.")
say("rate out of range", 64, "--rate", "20", "Bonjour.")
say("markup", 65, "-o", str(folder / "x.wav"), "<break time='9s'/>")
say("no such voice", 78, "--voice", "zz", "Bonjour.")
say("no such configuration", 78, "--config", str(folder / "none.json"), "Bonjour.")
say("folder that is not there", 73, "-o", str(folder / "none" / "x.wav"), "Bonjour.")
config.unlink()
folder.rmdir()
sys.exit(1 if failures else 0)
