# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixes noise into recordings at a given ratio to the level of the speech. WAV in, WAV out, 16 bit mono."""
import array
import pathlib
import subprocess
import wave

BLOCK = 320


def read_sound(path):
    """16 kHz mono samples of any file, by sox."""
    raw = subprocess.run(["sox", str(path), "-t", "raw", "-r", "16000", "-c", "1", "-b", "16", "-e", "signed-integer", "-"],
                         capture_output=True, check=True).stdout
    return array.array("h", raw)


def write_wav(path, samples):
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        out.writeframes(samples.tobytes())


def power(samples):
    return sum(s * s for s in samples) / max(1, len(samples))


def active_power(samples):
    """Of the blocks that are not pauses: those above a thousandth of the loudest."""
    blocks = [power(samples[i:i + BLOCK]) for i in range(0, len(samples), BLOCK)]
    loud = [p for p in blocks if p > max(blocks) / 1000]
    return sum(loud) / max(1, len(loud))


def mix(speech, noise, start, snr_db):
    """Half a second of noise before and one after, as in a room where the television runs."""
    lead, tail = 8000, 24000
    n = lead + len(speech) + tail
    part = array.array("h", (noise[(start + i) % len(noise)] for i in range(n)))
    gain = (active_power(speech) / max(1.0, active_power(part)) / 10 ** (snr_db / 10)) ** 0.5
    mixed = [round(s * gain) for s in part]
    for i, sample in enumerate(speech):
        mixed[lead + i] += sample
    return array.array("h", [max(-32768, min(32767, s)) for s in mixed])


def noisy_copies(files, noise_path, snr_db, folder):
    """Copies under `folder`, each with another stretch of the noise; kept from run to run."""
    noise = None
    copies = []
    for i, file in enumerate(files):
        copy = pathlib.Path(folder) / f"{snr_db}db" / (file.stem + ".wav")
        if not copy.exists():
            noise = noise if noise is not None else read_sound(noise_path)
            write_wav(copy, mix(read_sound(file), noise, i * 77773 % len(noise), snr_db))
        copies.append(copy)
    return copies
