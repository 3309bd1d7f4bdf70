# SPDX-License-Identifier: GPL-3.0-or-later
"""Synthetic residents: espeak-ng speaks for them, slowly, and each sentence is rendered once and kept."""
import hashlib
import os
import pathlib
import subprocess
import tempfile

VOICES = ("fr+f2", "fr+m3", "fr-be+f4", "fr-ch+m1", "fr+f5", "fr+m7")
RATES_WPM = (110, 120, 130, 140)


def cache_folder():
    folder = pathlib.Path(tempfile.gettempdir()) / f"voisine-residents-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise RuntimeError(f"{folder} belongs to somebody else: remove it")
    return folder


def speak(text, voice="fr+f2", rate_wpm=125, pitch=50):
    """The path of a WAV file in which a resident says the text."""
    key = hashlib.sha256(f"{voice}|{rate_wpm}|{pitch}|{text}".encode()).hexdigest()[:24]
    path = cache_folder() / f"{key}.wav"
    if path.exists():
        return path
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        subprocess.run(["espeak-ng", "-v", voice, "-s", str(rate_wpm), "-p", str(pitch), "-w", str(part),
                        text], check=True, capture_output=True)
    except FileNotFoundError:
        raise RuntimeError("espeak-ng is missing: run tools/setup") from None
    except subprocess.CalledProcessError as error:
        raise RuntimeError(f"espeak-ng cannot speak with the voice {voice}: "
                           f"{error.stderr.decode(errors='replace').strip()}") from None
    os.replace(part, path)
    return path
