# SPDX-License-Identifier: GPL-3.0-or-later
"""Mixes noise and a room into recordings, at a given ratio to the level of the speech. 16 bit mono, made by seed."""
import array
import hashlib
import math
import pathlib
import random
import subprocess
import sys
import tempfile
import wave

BLOCK = 320
RATE = 16000
GOLDEN_RATIO = (math.sqrt(5) - 1) / 2


def sox(*arguments):
    """Returns: what it writes to standard output."""
    try:
        return subprocess.run(["sox", *map(str, arguments)], capture_output=True, check=True).stdout
    except FileNotFoundError:
        sys.exit("sox is not there: apt-get install sox")
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr.decode(errors="replace").strip())


def raw(path, *effects):
    """Samples by sox, at 16 kHz."""
    return sox(path, "-t", "raw", "-r", RATE, "-c", "1", "-b", "16", "-e", "signed-integer", "-", *effects)


def read_sound(path, build):
    """16 kHz mono samples of any file that Voisine itself reads, or of bare GSM, which sox knows."""
    if pathlib.Path(path).suffix == ".gsm":
        return array.array("h", raw(path))
    run = subprocess.run([str(pathlib.Path(build) / "tests/room/soundcat"), str(path)], capture_output=True, check=False)
    if run.returncode:
        sys.exit(run.stderr.decode(errors="replace").strip())
    return array.array("h", run.stdout)


def write_wav(path, samples):
    """Whole or not at all: what is there is not made again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with wave.open(str(part), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    part.replace(path)


def name_of(path):
    """A name for copies of what is there: those of one set or file must never stand in for those of another."""
    return str(pathlib.Path(path).resolve()).strip("/").replace("/", "-")


def power(samples):
    return sum(s * s for s in samples) / max(1, len(samples))


def active_power(samples):
    """Of the blocks that are not pauses: those above a thousandth of the loudest."""
    blocks = [power(samples[i:i + BLOCK]) for i in range(0, len(samples), BLOCK)]
    loud = [p for p in blocks if p > max(blocks) / 1000]
    return sum(loud) / max(1, len(loud))


def mix(speech, noise, start, snr_db):
    """Half a second of noise before and 1.5 s after, as in a room where the television runs."""
    lead, tail = 8000, 24000
    n = lead + len(speech) + tail
    part = array.array("h", (noise[(start + i) % len(noise)] for i in range(n)))
    gain = (active_power(speech) / max(1.0, active_power(part)) / 10 ** (snr_db / 10)) ** 0.5
    mixed = [round(s * gain) for s in part]
    for i, sample in enumerate(speech):
        mixed[lead + i] += sample
    return array.array("h", [max(-32768, min(32767, s)) for s in mixed])


def start_of(file, laying, length):
    """Where the noise under a file begins: by the file's name, whatever other files are heard. Further layings lie apart
    from one another however many there are (steps of the golden ratio), and the first stays where it is."""
    return int((random.Random(f"noise {file.stem}").random() + laying * GOLDEN_RATIO) % 1 * length)


def noisy_copies(files, noise_path, snr_db, folder, build, laying=0):
    """Copies under `folder`, kept from run to run while the noise is the same. Each has its own stretch of it, and
    another with another laying."""
    content = hashlib.sha256(noise_path.read_bytes()).hexdigest()[:12]
    level = f"{snr_db}db" + (f"-laying{laying + 1}" if laying else "")
    folder = pathlib.Path(folder) / f"{noise_path.stem}-{content}" / level
    noise = None
    copies = []
    for file in files:
        copy = folder / (file.stem + ".wav")
        if not copy.exists():
            noise = noise if noise is not None else read_sound(noise_path, build)
            write_wav(copy, mix(read_sound(file, build), noise, start_of(file, laying, len(noise)), snr_db))
        copies.append(copy)
    return copies


def household(seconds, seed=0):
    """A kitchen: the hum and rush of a hood, water that comes and goes, dishes and doors now and then."""
    chance = random.Random(f"household {seed}")
    n = int(seconds * RATE)
    rush, water, last, values = 0.0, 0.0, 0.0, []
    for i in range(n):
        white = chance.random() * 2 - 1
        rush = 0.98 * rush + 0.02 * white
        water = max(0.0, min(1.0, water + (chance.random() - 0.5) * 0.004))
        hum = math.sin(2 * math.pi * 50 * i / RATE) + 0.5 * math.sin(2 * math.pi * 100 * i / RATE)
        values.append(5 * rush + 0.06 * hum + 0.15 * water * (white - last))
        last = white
    for _ in range(int(seconds)):
        start, length, pitch = int(chance.random() * n), int((0.05 + 0.2 * chance.random()) * RATE), 150 + 3500 * chance.random()
        loudness = 0.2 + 0.8 * chance.random()
        for k in range(min(length, n - start)):
            values[start + k] += loudness * math.exp(-5 * k / length) * math.sin(2 * math.pi * pitch * k / RATE)
    peak = max(abs(v) for v in values)
    return array.array("h", (int(20000 * v / peak) for v in values))


def impulse_response(reverberation_s=0.5, direct_to_late_db=3, seed=0):
    """A living room at two metres: the direct sound, then noise that dies away by 60 dB in the given time."""
    chance = random.Random(f"room {seed}")
    late = [chance.gauss(0, 1) * 10 ** (-3 * i / RATE / reverberation_s) if i > 80 else 0.0
            for i in range(int(reverberation_s * RATE))]
    gain = 10 ** (-direct_to_late_db / 20) / math.sqrt(sum(v * v for v in late))
    return [0.5] + [0.5 * gain * v for v in late[1:]]


def echoed_copies(files, folder):
    """Copies under `folder` as a microphone across the room would hear them; kept from run to run."""
    copies = [pathlib.Path(folder) / (file.stem + ".wav") for file in files]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as response:
        response.write("".join(f"{v:.9f}\n" for v in impulse_response()))
        response.flush()
        for file, copy in zip(files, copies, strict=True):
            if not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                part = copy.with_suffix(".part.wav")
                sox(file, "-r", RATE, "-c", "1", "-b", "16", part, "pad", "0.3", "0.8", "fir", response.name, "norm", "-6")
                part.replace(copy)
    return copies
