# SPDX-License-Identifier: GPL-3.0-or-later
"""What `voisine listen` makes of a text that is spoken by several voices of espeak-ng."""
import json
import pathlib
import subprocess
import tempfile


def listen(voisine, voices, text, words_a_minute, pitch, *options):
    """A reading for each utterance, voice by voice."""
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder) / f"{voice}.wav" for voice in voices]
        for voice, file in zip(voices, files, strict=True):
            subprocess.run(["espeak-ng", "-v", voice, "-s", str(words_a_minute), "-p", str(pitch), "-w", str(file), text], check=True)
        run = subprocess.run([voisine, "listen", *options, *map(str, files)], check=True, capture_output=True, text=True)
    return [json.loads(line) for line in run.stdout.splitlines()]
