# SPDX-License-Identifier: GPL-3.0-or-later
"""Synthetic residents: espeak-ng speaks for them, slowly, and each sentence is rendered once and kept."""
import array
import hashlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import wave

VOICE = ("fr+f5", 150, 20)  # voice, words a minute, pitch: of a turn that names none
TELEVISION_S = 45
BREATH_RMS = 75  # a room is never as silent as a synthesis; recognisers stumble over pure zeros


def cache_folder():
    folder = pathlib.Path(tempfile.gettempdir()) / f"voisine-residents-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise RuntimeError(f"{folder} belongs to somebody else: remove it")
    return folder


def television():
    """The path of a WAV file in which people talk without a pause."""
    path = cache_folder() / f"television-{TELEVISION_S}.wav"
    if not path.exists():
        sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "corpus"))
        import speech
        part = path.with_suffix(f".{os.getpid()}.part")
        speech.write(part, speech.television(TELEVISION_S))
        os.replace(part, path)
    return path


def breathe(wav):
    """Adds the same quiet noise each time."""
    with wave.open(str(wav), "rb") as file:
        parameters, pcm = file.getparams(), array.array("h", file.readframes(file.getnframes()))
    noise = random.Random(1)
    spread = BREATH_RMS * 3 ** 0.5
    noisy = array.array("h", (max(-32768, min(32767, s + round(noise.uniform(-spread, spread)))) for s in pcm))
    with wave.open(str(wav), "wb") as file:
        file.setparams(parameters)
        file.writeframes(noisy.tobytes())


def voice_of(turn):
    """Voice, words a minute and pitch of a script's turn."""
    return tuple(turn.get(name, usual) for name, usual in zip(("voice", "rate", "pitch"), VOICE))


def speak(text, voice, rate_wpm, pitch):
    """The path of a WAV file in which a resident says the text."""
    key = hashlib.sha256(f"2|{voice}|{rate_wpm}|{pitch}|{text}".encode()).hexdigest()[:24]
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
    breathe(part)
    os.replace(part, path)
    return path
