# SPDX-License-Identifier: GPL-3.0-or-later
"""Utterances with and without noise around them, as pairs of cepstra.

Noise is above all what a home has: other voices without a pause (one to three, near or across a room, with music under
them), music, a kitchen, hisses of all colours. The ratio is over the active parts; a tenth has next to no noise, so that
what is clean stays as it is. A quarter of the speakers stand in an echoing room; what is wanted is their voice without it.
"""
import struct
import subprocess
import sys

import numpy

from . import kept

RATE = 16000
SHARD = 1000  # mixtures a file
BANDS = 56  # of asr/spectrum.h
SHORT_SHARE = 0.35  # of the utterances: as short as an answer
LONG_WAIT_SHARE = 0.4  # of the utterances: with much of what is around before and after the voice
WAITS = [((0.2, 0.6), (0.2, 1.5)), ((0.3, 1.3), (0.5, 3.2))]  # seconds before and after: short, long
TRACTS = [0.98, 1.09, 1.19, 1.28]  # of asr/tract.c
# How often a voice of each kind speaks.
SHARES = {"people": 5.0, "words": 30.0, "espeak": 1.2, "flite": 1.0, "corpus": 14.0}


class Voices:
    def __init__(self, folder):
        self.sounds = {}
        for path in sorted(folder.glob("*.npz")):
            data = numpy.load(path)
            ends = numpy.cumsum(data["lengths"])
            self.sounds[path.stem] = (data["samples"], numpy.stack([ends - data["lengths"], ends], 1), data["texts"])
        self.music = self.sounds.pop("music")[0]
        self.names = list(self.sounds)
        shares = numpy.array([SHARES[name.split("-")[0]] for name in self.names])
        self.shares = shares / shares.sum()

    def choose(self, chance, but=None):
        while True:
            name = self.names[chance.choice(len(self.names), p=self.shares)]
            if name != but:
                return name

    def speak(self, chance, name, seconds, pauses):
        """At least so long, of pieces as loud as each other; and what they say, "" where that is not known."""
        samples, bounds, texts = self.sounds[name]
        parts, said = [], []
        while sum(map(len, parts)) < seconds * RATE:
            chosen = chance.integers(len(bounds))
            start, end = bounds[chosen]
            said.append(texts[chosen])
            if end - start > 7 * RATE:
                start += chance.integers(0, end - start - 5 * RATE)
                end = start + 5 * RATE
                said[-1] = ""
            piece = samples[start:end].astype(numpy.float32)
            parts += [piece / (numpy.sqrt((piece ** 2).mean()) + 1),
                      numpy.zeros(int(RATE * chance.uniform(*pauses)), numpy.float32)]
        return numpy.concatenate(parts[:-1]), " ".join(said) if all(said) else ""

    def play(self, chance, n):
        start = chance.integers(0, len(self.music) - n)
        piece = self.music[start:start + n].astype(numpy.float32)
        return piece / (numpy.sqrt((piece ** 2).mean()) + 1)


def tilt(chance, sound):
    """Another microphone: brighter or duller."""
    tilted = sound.copy()
    tilted[1:] -= chance.uniform(-0.6, 0.6) * sound[:-1]
    return tilted


def in_room(chance, sound, direct_to_late_db):
    """With the echo of a room, 0.2 to 0.6 s long."""
    n = int(RATE * chance.uniform(0.2, 0.6))
    late = chance.normal(size=n) * 10 ** (-3 * numpy.arange(n) / n)
    late[:80] = 0
    late *= 10 ** (-direct_to_late_db / 20) / numpy.sqrt((late ** 2).sum())
    size = 1 << int(numpy.ceil(numpy.log2(len(sound) + n)))
    echo = numpy.fft.irfft(numpy.fft.rfft(sound, size) * numpy.fft.rfft(late, size), size)[:len(sound)]
    return sound + echo.astype(numpy.float32)


def hiss(chance, n):
    spectrum = numpy.fft.rfft(chance.normal(size=n))
    colour = (numpy.arange(len(spectrum)) + 20.0) ** -chance.uniform(0, 1.2)
    sound = numpy.fft.irfft(spectrum * colour, n)
    if chance.random() < 0.4:
        sound *= numpy.interp(numpy.arange(n), numpy.linspace(0, n, 12), chance.uniform(0.2, 1, 12))
    return (sound / numpy.sqrt((sound ** 2).mean())).astype(numpy.float32)


def kitchen(chance, n):
    """Something that rushes, and dishes."""
    sound = 0.3 * hiss(chance, n)
    for _ in range(chance.integers(2, n // 5000 + 3)):
        start = chance.integers(0, n - 400)
        k = numpy.arange(min(int(chance.uniform(0.03, 0.25) * RATE), n - start))
        for _ in range(chance.integers(1, 4)):
            ring = numpy.exp(-5 * k / len(k)) * numpy.sin(2 * numpy.pi * chance.uniform(150, 5000) * k / RATE)
            sound[start:start + len(k)] += chance.uniform(0.2, 3) * ring
    return sound


def television(chance, voices, n, speaker):
    sound = numpy.zeros(n, numpy.float32)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        voice = voices.speak(chance, voices.choose(chance, speaker), n / RATE + 0.2, (0, 0.12))[0][:n]
        sound += chance.uniform(0.5, 1) * (tilt(chance, voice) if chance.random() < 0.5 else voice)
    if chance.random() < 0.4:
        sound = in_room(chance, sound, chance.uniform(-2, 8))
    if chance.random() < 0.25:
        sound += chance.uniform(0.1, 0.6) * voices.play(chance, n)
    return sound


def noise(chance, voices, n, speaker):
    """A sound and how far below the voice it lies, in dB."""
    kind = chance.random()
    if kind < 0.65:
        return television(chance, voices, n, speaker), chance.triangular(1, 9, 21)
    if kind < 0.72:
        return voices.play(chance, n), chance.uniform(3, 22)
    if kind < 0.80:
        return kitchen(chance, n), chance.uniform(3, 22)
    if kind < 0.88:
        return hiss(chance, n), chance.uniform(3, 25)
    return hiss(chance, n), chance.uniform(25, 50)


def narrow(chance, sound):
    """As over a telephone or through a cheap microphone: nothing above 3.8 to 7.5 kHz."""
    spectrum = numpy.fft.rfft(sound)
    spectrum[int(len(spectrum) * chance.uniform(3800, 7500) / (RATE / 2)):] = 0
    return numpy.fft.irfft(spectrum, len(sound)).astype(numpy.float32)


def active_power(sound):
    n = len(sound) // 320
    powers = (sound[:n * 320].reshape(n, 320) ** 2).mean(1)
    return powers[powers > powers.max() / 1000].mean()


def mixture(chance, voices):
    """(noisy, clean) as 16 bit samples, and what is said."""
    speaker = voices.choose(chance)
    seconds = chance.uniform(0.2, 1.0) if chance.random() < SHORT_SHARE else chance.uniform(1.2, 4.5)
    speech, text = voices.speak(chance, speaker, seconds, (0.05, 0.45))
    if chance.random() < 0.4:
        speech = tilt(chance, speech)
    waits_long = chance.random() < LONG_WAIT_SHARE
    lead, tail = (int(RATE * chance.uniform(*(wait[waits_long]))) for wait in WAITS)
    clean = numpy.pad(speech, (lead, tail))
    near = in_room(chance, clean, chance.uniform(1, 10)) if chance.random() < 0.25 else clean
    around, below_db = noise(chance, voices, len(clean), speaker)
    noisy = near + around * numpy.sqrt(active_power(clean) / (active_power(around) + 1e-9) / 10 ** (below_db / 10))
    if chance.random() < 0.25:
        noisy = narrow(chance, noisy)
    gain = chance.uniform(1500, 20000) / max(numpy.abs(noisy).max(), numpy.abs(clean).max())
    return (noisy * gain).astype(numpy.int16), (clean * gain).astype(numpy.int16), text


def make_shard(path, seed, voices, command):
    chance = numpy.random.default_rng(seed)
    lengths, noisy, clean, bands, texts = [], [], [], [], []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as front_end:
        for _ in range(SHARD):
            *sounds, text = mixture(chance, voices)
            tract = chance.choice(TRACTS) if chance.random() < 0.7 else round(chance.uniform(0.94, 1.34), 2)
            front_end.stdin.write(struct.pack("=fi", tract, len(sounds[0])) + sounds[0].tobytes() + sounds[1].tobytes())
            front_end.stdin.flush()
            n, = struct.unpack("=i", front_end.stdout.read(4))
            pair = numpy.frombuffer(front_end.stdout.read(2 * n * 13 * 4), numpy.float32).reshape(2, n, 13)
            seen = numpy.frombuffer(front_end.stdout.read(n * BANDS * 4), numpy.float32).reshape(n, BANDS)
            if n > 0:
                lengths.append(n)
                noisy.append(pair[0])
                clean.append(pair[1])
                bands.append(seen.astype(numpy.float16))
                texts.append(text)
    kept.save(path, lengths=lengths, texts=numpy.array(texts), noisy=numpy.concatenate(noisy), clean=numpy.concatenate(clean),
              bands=numpy.concatenate(bands))


def make(voices_folder, folder, count, command):
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{seed}.npz" for seed in range((count + SHARD - 1) // SHARD)]
    voices = None
    for seed, path in enumerate(paths):
        if not path.exists():
            print(f"==> mixing: {seed * SHARD} of {count}", file=sys.stderr, flush=True)
            voices = voices or Voices(voices_folder)
            make_shard(path, seed, voices, command)
    return paths
