#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures voice activity and end of utterance on made-up scenes; prints the tables of docs/performance.md.

    tests/audio/measure.py build/tests/audio/test-audio-endpoint-probe [--speech FOLDER] [--quick]

A scene is 8 s of background, the wake phrase, an utterance of the same voice 250 ms later and 7 s of background. The
endpointer is opened at the end of the wake phrase, 300 ms late, as the wake decoder does. Speech is espeak-ng's (made
here, twelve voices, four speeds), or the WAV files of --speech. Backgrounds are made here too: noises and a television
(other espeak-ng voices without a pause) at a level below the utterance's. The end of the words is where the clean
utterance falls 35 dB below its loudest block. Development figures: compare settings with them. Needs espeak-ng.
"""
import argparse
import array
import glob
import hashlib
import math
import os
import random
import subprocess
import sys
import tempfile
import wave

RATE = 16000
BLOCK = 160
SENTENCES = [
    "je voudrais que quelqu'un fasse mes courses demain matin", "est-ce que quelqu'un peut promener mon chien",
    "je me sens seule, j'aimerais bien parler à quelqu'un cet après-midi", "oui", "non merci", "oui, c'est ça",
    "il me faudrait du pain, du lait et puis un peu de beurre", "demain matin", "annuler", "pouvez-vous répéter",
    "mon robinet fuit depuis lundi, il faudrait venir voir", "vendredi vers dix heures s'il vous plaît",
]
TELEVISION = [
    "bonsoir mesdames et messieurs, voici les titres de ce journal", "la météo annonce de la pluie sur tout le nord",
    "et maintenant une page de publicité, restez avec nous sur cette chaîne", "le premier ministre a répondu aux députés",
    "dans cet épisode, le commissaire retrouve enfin la trace du suspect", "les prix ont encore augmenté cet hiver",
]
VOICES = ["fr+f1", "fr+f2", "fr+f4", "fr+f5", "fr+m1", "fr+m2", "fr+m4", "fr+m7", "fr-be+f3", "fr-be+m3", "fr-ch+f1", "fr"]
TELEVISION_VOICES = ["fr+m3", "fr+f3", "fr-ch+m5", "fr-be+f5"]


def load(path):
    with wave.open(path) as f:
        assert f.getnchannels() == 1 and f.getsampwidth() == 2, path
        return array.array("h", f.readframes(f.getnframes())), f.getframerate()


def save(path, samples):
    with wave.open(path, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(RATE)
        f.writeframes(array.array("h", [max(-32768, min(32767, round(s))) for s in samples]).tobytes())


def to_16_khz(samples, rate):
    """Linear interpolation: good enough for material that goes up to 4 kHz."""
    if rate == RATE:
        return [float(s) for s in samples]
    out = []
    for i in range(int((len(samples) - 1) * RATE / rate)):
        at = i * rate / RATE
        k = int(at)
        out.append(samples[k] + (samples[k + 1] - samples[k]) * (at - k))
    return out


def say(folder, text, voice, speed):
    path = os.path.join(folder, hashlib.md5(f"{text}{voice}{speed}".encode()).hexdigest() + ".wav")
    if not os.path.exists(path):
        subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", path, text], check=True,
                       stderr=subprocess.DEVNULL)
    return to_16_khz(*load(path))


def powers(samples):
    return [sum(s * s for s in samples[i:i + BLOCK]) / BLOCK + 1e-9 for i in range(0, len(samples) - BLOCK + 1, BLOCK)]


def to_db(power):
    return 10 * math.log10(power) - 90.3


def speech_db(samples):
    blocks = powers(samples)
    loud = [p for p in blocks if p > max(blocks) / 300]
    return to_db(sum(loud) / len(loud))


def at_level(samples, db):
    gain = 10 ** ((db - speech_db(samples)) / 20)
    return [s * gain for s in samples]


def words(samples):
    """First and one past the last sample of the words."""
    blocks = powers(samples)
    loud = [i for i, p in enumerate(blocks) if p > max(blocks) / 10 ** 3.5]
    return loud[0] * BLOCK, (loud[-1] + 1) * BLOCK


def noise(kind, n, rng):
    if kind == "white":
        return [rng.gauss(0, 1000) for _ in range(n)]
    if kind in ("brown", "vacuum"):
        out, x = [], 0.0
        for i in range(n):
            x = 0.98 * x + rng.gauss(0, 200)
            hum = sum(math.sin(2 * math.pi * 117 * h * i / RATE) / h for h in (1, 2, 3)) if kind == "vacuum" else 0
            out.append(x + 800 * hum + (rng.gauss(0, 300) if kind == "vacuum" else 0))
        return out
    if kind == "dishes":
        out = [rng.gauss(0, 30) for _ in range(n)]
        for _ in range(n // 5000):
            at, hz, decay = rng.randrange(n), [rng.uniform(900, 6000) for _ in range(4)], rng.uniform(200, 1500)
            gain = rng.uniform(500, 6000)
            for k in range(min(int(decay * 5), n - at)):
                ring = sum(math.sin(2 * math.pi * h * k / RATE) for h in hz) + rng.gauss(0, 1) * math.exp(-k / 60)
                out[at + k] += gain * ring * math.exp(-k / decay)
        return out
    if kind == "music":
        out, at = [0.0] * n, 0
        scale = [220, 246.9, 261.6, 293.7, 329.6, 349.2, 392, 440, 493.9, 523.3]
        while at < n:
            length = rng.choice([4000, 6000, 8000])
            for _ in range(3):
                hz = rng.choice(scale) * rng.choice([0.5, 1, 2])
                for k in range(min(2 * length, n - at)):
                    tone = sum(math.sin(2 * math.pi * hz * h * k / RATE) / h for h in (1, 2, 3, 4))
                    out[at + k] += 1000 * tone * math.exp(-k / 9000) * min(1, k / 200)
            at += length
        return out
    raise ValueError(kind)


def television(folder, n, rng):
    out = []
    while len(out) < n:
        voice = rng.choice(TELEVISION_VOICES)
        out += at_level(say(folder, rng.choice(TELEVISION), voice, 170), -20)
    return out[:n]


class Probe:
    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, path, open_at, patience_ms):
        self.process.stdin.write(f"{path} {open_at} {patience_ms}\n")
        self.process.stdin.flush()
        events = []
        while True:
            name, a, *b = self.process.stdout.readline().split()
            if name == "done":
                return events, float(a), float(b[0])
            events.append((name, a if name == "vad" else float(a), *map(float, b)))


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


class Scenes:
    def __init__(self, folder, probe, speech, seed=1):
        self.folder, self.probe, self.speech = folder, probe, speech
        self.rng = random.Random(seed)
        self.audio_s = self.cpu_s = 0.0
        self.backgrounds = {}

    def background(self, kind, n):
        if kind not in self.backgrounds:
            length = 40 * RATE
            made = television(self.folder, length, self.rng) if kind == "television" else noise(kind, length, self.rng)
            if kind not in ("television", "dishes"):
                gain = 10 ** ((-20 - to_db(sum(s * s for s in made) / len(made))) / 20)
                made = [s * gain for s in made]
            self.backgrounds[kind] = at_level(made, -20) if kind in ("television", "dishes") else made
        sound = self.backgrounds[kind]
        start = self.rng.randrange(len(sound))
        return [sound[(start + i) % len(sound)] for i in range(n)]

    def utterance(self, pause_ms):
        """(wake phrase, utterance) of one voice, both with no silence around the words."""
        if self.speech:
            a, b = (to_16_khz(*load(self.rng.choice(self.speech))) for _ in range(2))
        else:
            voice, speed = self.rng.choice(VOICES), self.rng.choice([100, 120, 140, 160])
            a, b = say(self.folder, "bonjour voisine", voice, speed), say(self.folder, self.rng.choice(SENTENCES), voice, speed)
            if pause_ms:
                c = say(self.folder, self.rng.choice(SENTENCES), voice, speed)
                first, end = words(c)
                gap = [0.0] * (pause_ms * RATE // 1000)
                b = b[:words(b)[1]] + gap + [s * 0.8 for s in c[first:end]]
        first, end = words(a)
        a = a[first:end]
        first, end = words(b)
        return a, b[first:end]

    def scene(self, kind, snr_db, level_db, pause_ms):
        """Returns: path, wake phrase and utterance as (first, one past the last) sample."""
        wake, words_ = self.utterance(pause_ms)
        wake, words_ = at_level(wake, level_db), at_level(words_, level_db)
        lead, gap = [0.0] * (8 * RATE), [0.0] * (RATE // 4)
        sound = lead + wake + gap + words_ + [0.0] * (7 * RATE)
        clean = powers(sound)
        sound = [s + self.rng.gauss(0, 2) for s in sound]
        if kind:
            gain = 10 ** ((level_db - snr_db + 20) / 20)
            sound = [s + gain * b for s, b in zip(sound, self.background(kind, len(sound)))]
        path = os.path.join(self.folder, "scene.wav")
        save(path, sound)
        return path, (len(lead) + len(wake)) / RATE, len(words_) / RATE, clean

    def one(self, kind, snr_db, level_db, patience_ms, pause_ms):
        path, open_s, words_s, _ = self.scene(kind, snr_db, level_db, pause_ms)
        true_start, true_end = open_s + 0.25, open_s + 0.25 + words_s
        events, audio_s, cpu_s = self.probe.run(path, open_s, patience_ms)
        self.audio_s, self.cpu_s = self.audio_s + audio_s, self.cpu_s + cpu_s
        return events, true_start, true_end

    def row(self, title, n, kind=None, snr_db=0, level_db=-26, patience_ms=1600, pause_ms=0):
        missed = early = never = late_start = 0
        errors, decided = [], []
        for _ in range(n):
            events, true_start, true_end = self.one(kind, snr_db, level_db, patience_ms, pause_ms)
            starts = [e for e in events if e[0] == "start"]
            ends = [e for e in events if e[0] == "end"]
            if not starts or starts[0][1] > true_end:
                missed += 1
                continue
            late_start += starts[0][1] - 0.3 > true_start  # the pre-roll does not reach the first sound
            if not ends:
                never += 1
            elif ends[0][2] < true_end:
                early += 1
            else:
                errors.append((ends[0][1] - true_end) * 1000)
                decided.append((ends[0][2] - true_end) * 1000 - patience_ms)
        print(f"| {title} | {n} | {missed} | {late_start} | {early} | {never} | {percentile(errors, 0.5):.0f} "
              f"({percentile(errors, 0.05):.0f} to {percentile(errors, 0.95):.0f}) | {percentile(decided, 0.5):.0f} "
              f"({percentile(decided, 0.05):.0f} to {percentile(decided, 0.95):.0f}) |", flush=True)

    def voice_row(self, title, n, kind=None, snr_db=0, level_db=-26):
        """Blocks against the clean sound: voice is less than 30 dB under the loudest block, a pause of up to 150 ms
        within counts as voice; blocks between 30 and 45 dB under it count for neither."""
        missed = false = of_voice = of_rest = 0
        for _ in range(n):
            path, _, _, clean = self.scene(kind, snr_db, level_db, 0)
            events, audio_s, cpu_s = self.probe.run(path, "vad", 0)
            self.audio_s, self.cpu_s = self.audio_s + audio_s, self.cpu_s + cpu_s
            loudest = max(clean)
            voiced = [i for i, p in enumerate(clean) if p > loudest / 1000]
            is_voice = set(voiced)
            for a, b in zip(voiced, voiced[1:]):
                if b - a <= 15:
                    is_voice.update(range(a, b))
            for i, said in enumerate(events[0][1]):
                if i in is_voice:
                    of_voice, missed = of_voice + 1, missed + (said == "0")
                elif i > 300 and all(p < loudest / 30000 for p in clean[max(0, i - 15):i + 5]):
                    of_rest, false = of_rest + 1, false + (said == "1")
        print(f"| {title} | {100 * missed / of_voice:.1f} % | {100 * false / of_rest:.1f} % |", flush=True)

    def false_starts(self, title, kind, minutes, level_db):
        n, found = 60 * RATE, 0
        for _ in range(minutes):
            gain = 10 ** ((level_db + 20) / 20)
            scene = [gain * s for s in self.background(kind, n)] if kind else [self.rng.gauss(0, 3) for _ in range(n)]
            path = os.path.join(self.folder, "scene.wav")
            save(path, scene)
            events, audio_s, cpu_s = self.probe.run(path, "all", 800)
            self.audio_s, self.cpu_s = self.audio_s + audio_s, self.cpu_s + cpu_s
            found += sum(e[0] == "start" for e in events)
        print(f"| {title} | {minutes} | {found * 60 / minutes:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("probe")
    parser.add_argument("--speech", help="folder of 16-bit mono WAV files to use in place of espeak-ng's speech")
    parser.add_argument("--quick", action="store_true", help="a tenth of the scenes")
    parser.add_argument("--only", help="rows whose title contains this")
    arguments = parser.parse_args()
    n = 6 if arguments.quick else 60
    speech = sorted(glob.glob(os.path.join(arguments.speech, "*.wav"))) if arguments.speech else None
    rows = [
        ("quiet room", {}), ("quiet room, soft voice (-46 dBFS)", {"level_db": -46}),
        ("white noise 10 dB below", {"kind": "white", "snr_db": 10}),
        ("brown noise 5 dB below", {"kind": "brown", "snr_db": 5}),
        ("vacuum cleaner 5 dB below", {"kind": "vacuum", "snr_db": 5}),
        ("dishes 10 dB below", {"kind": "dishes", "snr_db": 10}),
        ("music 10 dB below", {"kind": "music", "snr_db": 10}),
        ("television 10 dB below", {"kind": "television", "snr_db": 10}),
        ("television 5 dB below", {"kind": "television", "snr_db": 5}),
        ("quiet room, patience 700 ms", {"patience_ms": 700}),
        ("quiet room, a pause of 1.2 s inside", {"pause_ms": 1200}),
        ("television 10 dB below, a pause of 1.2 s inside", {"pause_ms": 1200, "kind": "television", "snr_db": 10}),
    ]
    with tempfile.TemporaryDirectory() as folder:
        scenes = Scenes(folder, Probe(arguments.probe), speech)
        print("| scene | n | missed | start cut | ended early | never ended | end of words found, ms off: median (5 to 95 %) "
              "| decided, ms after words + patience |\n|---|---|---|---|---|---|---|---|")
        for title, options in rows:
            if not arguments.only or arguments.only in title:
                scenes.row(title, n, **options)
        if not arguments.only:
            print("\n| voice activity, blocks of 10 ms | missed | false |\n|---|---|---|")
            for title, options in rows[:7]:
                scenes.voice_row(title, n // 3, **options)
        print("\n| background, nobody speaks | minutes | starts an hour |\n|---|---|---|")
        for kind in (None, "white", "brown", "vacuum", "dishes", "music"):
            if not arguments.only:
                scenes.false_starts(kind or "quiet room", kind, 1 if arguments.quick else 5, -35)
        print(f"\nendpointer with voice activity: {scenes.cpu_s / scenes.audio_s * 100:.3f} % of a core "
              f"({scenes.audio_s / 60:.0f} min of sound)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
