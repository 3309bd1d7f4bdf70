# SPDX-License-Identifier: GPL-3.0-or-later
"""Speech for tests, made by espeak-ng: voices chosen by seed, sound as lists of samples, noise and a room.

The library behind ./speak and ./television, and for other tests:

    import speech
    for line in speech.lines(["requests"], every=10):
        voice = speech.voice_for(line.id)
        sound = speech.say(line.text, voice)
        sound = speech.mix(speech.echo(sound), noise, snr_db=10, seed=line.id)
        speech.write("a.wav", sound)

Sound is an array('h') of mono samples at RATE, espeak-ng's own rate, so that nothing is resampled but noise read from
a file. Standard library only. The same arguments give the same bytes: every choice comes from a seed in a string, none
from the clock, the order of calls or the hash of an object.
"""
import array
import collections
import math
import pathlib
import random
import subprocess
import sys
import tempfile
import wave

RATE = 22050
TABLES = ["requests", "dialogue", "emergency", "outside"]
TEXT = pathlib.Path(__file__).resolve().parent / "text"

ACCENTS = ["fr", "fr-be", "fr-ch"]
VARIANTS = [f"f{n}" for n in range(1, 6)] + [f"m{n}" for n in range(1, 9)]
# Variants of ours are kept from television, so that noise is never the resident's own voice.
TELEVISION_VARIANTS = ["Alicia", "Andrea", "adam", "anika", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb",
                       "edward", "linda", "marcelo", "miguel", "pablo", "quincy", "rob", "steph", "travis", "victor"]

SPEEDS = (100, 150)  # words a minute

FRAME = RATE // 50  # 20 ms
ACTIVE_BELOW_PEAK_DB = 30  # frames quieter than this below the loudest are pauses

Voice = collections.namedtuple("Voice", "accent variant speed pitch")
Line = collections.namedtuple("Line", "table id text")


def lines(tables=None, every=1, offset=0, folder=TEXT):
    """Every n-th line of each table in folder, from line offset on."""
    found = []
    for table in tables or TABLES:
        head, *body = (pathlib.Path(folder) / f"{table}.tsv").read_text(encoding="utf-8").splitlines()
        at_id, at_text = (head.split("\t").index(name) for name in ("id", "text"))
        for row in body[offset::every]:
            cells = row.split("\t")
            found.append(Line(table, cells[at_id], cells[at_text]))
    return found


def pick(chance, choices):
    """random.choice may draw differently from one Python to the next; random() may not."""
    return choices[int(chance.random() * len(choices))]


def voice_for(key, seed=0, variants=VARIANTS, speeds=SPEEDS, pitches=(20, 80)):
    """The voice of a line: the same for the same id and seed, whatever else is spoken."""
    chance = random.Random(f"voice {seed} {key}")
    return Voice(pick(chance, ACCENTS), pick(chance, variants), pick(chance, range(speeds[0], speeds[1] + 1)),
                 pick(chance, range(pitches[0], pitches[1] + 1)))


def voice_name(voice):
    return f"{voice.accent}+{voice.variant}-s{voice.speed}-p{voice.pitch}"


def say(text, voice, lead_s=0.2, tail_s=0.5, gap=0):
    """Text spoken, with silence before and after. gap: espeak-ng's pause between words, 10 ms each at 175 words a minute,
    longer in a slower voice."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "said.wav"
        subprocess.run(["espeak-ng", "-v", f"{voice.accent}+{voice.variant}", "-s", str(voice.speed),
                        "-p", str(voice.pitch), "-g", str(gap), "-b", "1", "--stdin", "-w", str(path)],
                       input=text, text=True, encoding="utf-8", check=True)
        said = read(path)
    return array.array("h", bytes(2 * int(lead_s * RATE))) + said + array.array("h", bytes(2 * int(tail_s * RATE)))


def read(path):
    """A 16 bit WAV file of any rate, its channels averaged, at RATE."""
    with wave.open(str(path), "rb") as source:
        if source.getsampwidth() != 2:
            raise ValueError(f"{path}: not 16 bit")
        n_channels, rate = source.getnchannels(), source.getframerate()
        samples = array.array("h", source.readframes(source.getnframes()))
    if sys.byteorder == "big":
        samples.byteswap()
    if n_channels > 1:
        usable = len(samples) - len(samples) % n_channels
        samples = array.array("h", (sum(samples[i:i + n_channels]) // n_channels
                                    for i in range(0, usable, n_channels)))
    return samples if rate == RATE else resample(samples, rate)


def resample(samples, rate):
    """Linear, after averaging when the rate goes down: good enough for noise, not meant for speech under test."""
    span = max(1, round(rate / RATE))
    if span > 1:
        samples = [sum(samples[i:i + span]) / span for i in range(len(samples) - span + 1)]
    step, resampled = rate / RATE, array.array("h")
    for n in range(int((len(samples) - 1) / step)):
        at = n * step
        left = int(at)
        resampled.append(int(samples[left] + (samples[left + 1] - samples[left]) * (at - left)))
    return resampled


def write(path, samples):
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    if sys.byteorder == "big":
        samples = samples[:]
        samples.byteswap()
    with wave.open(str(path), "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(RATE)
        target.writeframes(samples.tobytes())


def power(samples):
    return sum(s * s for s in samples) / len(samples) if len(samples) else 0.0


def active_level(samples):
    """Root mean square of the frames that are speech: pauses and the silence around must not soften the noise."""
    powers = [power(samples[i:i + FRAME]) for i in range(0, len(samples) - FRAME + 1, FRAME)]
    floor = max(powers, default=0.0) * 10 ** (-ACTIVE_BELOW_PEAK_DB / 10)
    active = [p for p in powers if p > 0 and p >= floor]
    return math.sqrt(sum(active) / len(active)) if active else 0.0


def fit(values):
    """Samples as 16 bit; all of it quieter when a peak would clip, which leaves the ratio as it is."""
    peak = max((abs(v) for v in values), default=0)
    gain = 32000 / peak if peak > 32000 else 1.0
    return array.array("h", (int(v * gain) for v in values))


def mix(samples, noise, snr_db, seed=0):
    """Samples with a piece of noise under all of them, taken at a place the seed decides, around its end if need be."""
    if not len(noise):
        raise ValueError("no noise in the file")
    start = int(random.Random(f"noise {seed}").random() * len(noise))
    piece = noise[start:start + len(samples)]
    while len(piece) < len(samples):
        piece = piece + noise[:len(samples) - len(piece)]
    level = math.sqrt(power(piece))
    if level == 0:
        raise ValueError("the noise is silent")
    gain = active_level(samples) / level / 10 ** (snr_db / 20)
    return fit([s + gain * n for s, n in zip(samples, piece)])


def echo(samples, reverberation_s=0.5, wet=0.35):
    """A furnished living room in the crudest way: four feed-back delays (Schroeder's combs) under the direct sound."""
    n_out = len(samples) + int(reverberation_s * RATE)
    values = [float(s) for s in samples] + [0.0] * (n_out - len(samples))
    room = [0.0] * n_out
    for delay_s in (0.0297, 0.0371, 0.0411, 0.0437):
        delay = int(delay_s * RATE)
        feedback = 10 ** (-3 * delay_s / reverberation_s)  # 60 dB down after reverberation_s
        comb = [0.0] * n_out
        for n in range(delay, n_out):
            comb[n] = values[n - delay] + feedback * comb[n - delay]
            room[n] += comb[n]
    return fit([v + wet * r for v, r in zip(values, room)])


def trim(samples):
    """Without the quiet before the first and after the last frame that is speech."""
    loud = [i for i in range(0, len(samples) - FRAME + 1, FRAME) if power(samples[i:i + FRAME]) > 1e4]
    return samples[loud[0]:loud[-1] + FRAME] if loud else samples[:0]


def normalise(samples, level=3000):
    """Brought to one active level, as television sound is."""
    now = active_level(samples)
    return fit([s * level / now for s in samples]) if now else samples


def television(seconds, seed=0, layers=1, folder=TEXT):
    """That many seconds of people talking without a pause, each sentence in another voice than the last."""
    spoken = lines(["outside"], folder=folder)
    n_samples = int(seconds * RATE)
    total = [0] * n_samples
    for layer in range(layers):
        chance = random.Random(f"television {seed} {layer}")
        order, filled, last = [], 0, None
        while filled < n_samples:
            if not order:
                order = sorted(spoken, key=lambda _: chance.random())
            line = order.pop()
            variants = [v for v in TELEVISION_VARIANTS if v != last]
            voice = voice_for(f"{layer} {filled} {line.id}", seed, variants, (150, 200), (20, 80))
            last = voice.variant
            said = normalise(trim(say(line.text, voice, 0, 0)))
            for n, sample in enumerate(said[:n_samples - filled], filled):
                total[n] += sample
            filled += len(said)
    return fit(total)
