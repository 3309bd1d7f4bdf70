# SPDX-License-Identifier: GPL-3.0-or-later
"""The voices that the denoiser learns from: people first, since synthetic ones are all alike. A file of samples each.

French is a small part: what a voice does to cepstra has little language in it, and the more kinds of people the better.
A part is kept away to be measured with: VARIANTS says which of espeak-ng's.
"""
import concurrent.futures
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy

from . import kept

RATE = 16000
TOGETHER = 40  # files that one program reads
ESPEAK_VOICES, ESPEAK_SENTENCES = 100, 35
ESPEAK_ANSWERS, ANSWER_WORDS = 25, 4  # as short as an answer: how many a voice speaks, how long at most
ACCENTS = ["fr", "fr-be", "fr-ch"]
# f2, f5, m2 and m6 are kept to be measured with.
VARIANTS = ["", *("+" + variant for variant in (
    "f1", "f3", "f4", "m1", "m3", "m4", "m5", "m7", "m8", "Alicia", "Andrea", "adam", "anika", "antonio", "aunty", "belinda",
    "benjamin", "boris", "caleb", "edward", "linda", "marcelo", "miguel", "pablo", "quincy", "rob", "steph", "travis", "victor"))]
FLITE_VOICES = ["awb", "kal16", "rms", "slt", "kal"]
FLITE_TEXT = ["the train was late again this morning", "she put the kettle on and sat down by the window",
              "we walked to the market and bought some apples", "my brother said that he would call on sunday",
              "there was nobody in the garden when we came home", "could you please pass me the newspaper",
              "the weather has been very cold for weeks", "all the children were playing behind the school",
              "they moved the old piano into the kitchen", "nothing happens here before nine in the evening"]
# A voice, the package, the end of its files, and at most how many are taken.
RECORDED = [*((f"people-asterisk-{language}", f"asterisk-core-sounds-{language}-g722", ".g722", 600)
              for language in ("fr", "es", "en", "it", "ru")),
            ("people-armelle", "asterisk-prompt-fr-armelle", ".gsm", 600),
            ("people-menardi", "asterisk-prompt-it-menardi-gsm", ".gsm", 600),
            ("people-colombia", "asterisk-prompt-es-co", ".gsm", 600),
            *((f"people-tuxpaint-{language}", "tuxpaint-stamps-default", f"_desc_{language}.ogg", 300)
              for language in ("be", "bg", "ca", "el", "es", "fr", "ro", "ru", "da")),
            ("music", "asterisk-moh-opsound-g722", ".g722", 10)]
# Words that a person says one by one, and what they are: French people whose words are known are few.
WORDS_FOLDER = pathlib.Path("/usr/share/asterisk/sounds/fr/digits")  # of asterisk-prompt-fr-armelle
WORDS = {
    **{str(i): word for i, word in enumerate(
        "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf vingt".split())},
    **{f"day-{i}": word for i, word in enumerate("dimanche lundi mardi mercredi jeudi vendredi samedi".split())},
    **{f"mon-{i}": word for i, word in enumerate(
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split())},
    "30": "trente", "40": "quarante", "50": "cinquante", "60": "soixante", "hundred": "cent", "thousand": "mille", "million": "million",
    "minus": "moins", "oclock": "heures", "today": "aujourd'hui", "tomorrow": "demain", "yesterday": "hier", "h-2": "deuxième",
    "h-3": "troisième", "h-4": "quatrième", "h-5": "cinquième",
}
UNVOICED = ("silence", "/tones", "beep")


def decode(path):
    command = ["sox", path, "-t", "raw", "-r", str(RATE), "-c", "1", "-b", "16", "-e", "signed-integer", "-"]
    return numpy.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, numpy.int16)


def decode_g722(paths):
    """Many in one run: most of ffmpeg's time is its start."""
    with tempfile.TemporaryDirectory() as folder:
        sounds = [pathlib.Path(folder) / str(i) for i in range(len(paths))]
        sources = [part for path in paths for part in ("-f", "g722", "-i", path)]
        targets = [part for i, sound in enumerate(sounds)
                   for part in ("-map", str(i), "-ac", "1", "-ar", str(RATE), "-f", "s16le", str(sound))]
        subprocess.run(["ffmpeg", "-v", "quiet", *sources, *targets], check=True, stdin=subprocess.DEVNULL)
        return [numpy.fromfile(sound, numpy.int16) for sound in sounds]


def trim(samples):
    """Without the silence around it."""
    n = len(samples) // 160
    if n < 10:
        return samples[:0]
    powers = (samples[:n * 160].astype(numpy.float32).reshape(n, 160) ** 2).mean(1)
    loud = numpy.flatnonzero(powers > powers.max() / 1000)
    return samples[max(0, loud[0] - 8) * 160:(loud[-1] + 8) * 160] if len(loud) else samples[:0]


def keep(folder, name, sounds, texts=None):
    """Texts: what each sound says, in French; empty where it is not known."""
    spoken_texts = [(sound, text) for sound, text in zip(sounds, texts or [""] * len(sounds), strict=True)
                    if len(sound) > RATE // 5 and numpy.abs(sound.astype(numpy.int32)).max() > 300]
    if spoken_texts:
        sounds, texts = zip(*spoken_texts, strict=True)
        kept.save(folder / f"{name}.npz", samples=numpy.concatenate(sounds), lengths=[len(sound) for sound in sounds],
                  texts=numpy.array(texts))
    print(f"==> {name}: {sum(map(len, sounds)) / RATE / 60:.1f} min", file=sys.stderr, flush=True)


def stamp_text(path):
    """What a French recording of tuxpaint says: its picture's text."""
    table = pathlib.Path(path.removesuffix("_desc_fr.ogg") + ".txt")
    lines = table.read_text(encoding="utf-8", errors="replace").splitlines() if table.exists() else []
    found = [line.removeprefix("fr.utf8=") for line in lines if line.startswith("fr.utf8=")]
    return found[0] if found and path.endswith("_desc_fr.ogg") else ""


def missing(package):
    sys.exit(f"denoiser: no recordings of the package {package}: apt-get install {package}")


def recorded(pool, package, ending, most):
    listed = subprocess.run(["dpkg", "-L", package], capture_output=True, text=True, check=False).stdout.split("\n")
    files = [path for path in listed if path.endswith(ending) and not any(word in path for word in UNVOICED)]
    if not files:
        missing(package)
    files = files[::max(1, len(files) // most)]
    if ending == ".g722":
        parts = [files[i:i + TOGETHER] for i in range(0, len(files), TOGETHER)]
        return [sound for sounds in pool.map(decode_g722, parts) for sound in sounds], [""] * len(files)
    return list(pool.map(decode, files)), [stamp_text(path) for path in files]


def spoken(command, path):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return decode(str(path))


def sentences(voisine):
    """Of the language data, without their labels: longer ones, and those as short as an answer."""
    rows = subprocess.run([voisine, "check-language", "--sample", "6000", "fr"], capture_output=True, text=True, check=True).stdout
    texts = [row.split("\t")[-1] for row in rows.splitlines()]
    return ([text for text in texts if ANSWER_WORDS < len(text.split()) <= 22],
            [text for text in texts if len(text.split()) <= ANSWER_WORDS])


def date(chance):
    """"mardi onze août", or a part of it."""
    day, number, month = (WORDS[key] for key in (
        f"day-{chance.randint(0, 6)}", str(chance.randint(2, 19)), f"mon-{chance.randint(0, 11)}"))
    return chance.choice([day, f"{day} {number}", f"{day} {number} {month}", f"le {number} {month}", f"{day} à {number} heures"])


def espeak_voice(pool, number, texts, folder):
    chance = random.Random(f"espeak-{number}")  # the same whatever else is there already
    voice, jobs = chance.choice(ACCENTS) + chance.choice(VARIANTS), []
    texts, answers = texts
    texts = (chance.sample(texts, ESPEAK_SENTENCES) + chance.sample(answers, ESPEAK_ANSWERS // 2)
             + [date(chance) for _ in range(ESPEAK_ANSWERS - ESPEAK_ANSWERS // 2)])
    for i, text in enumerate(texts):
        path = folder / f"spoken-{i}.wav"
        jobs.append((["espeak-ng", "-v", voice, "-s", str(chance.randint(95, 175)), "-p", str(chance.randint(10, 90)),
                      "-w", str(path), "--", text], path))
    sounds = list(pool.map(lambda job: spoken(*job), jobs))
    for _, path in jobs:
        path.unlink()
    return sounds, texts


def flite_voice(voice, folder):
    path = folder / "spoken.wav"
    sounds = [spoken(["flite", "-voice", voice, "-t", text, "-o", str(path)], path) for text in FLITE_TEXT]
    path.unlink()
    return sounds


def gather(folder, voisine):
    folder.mkdir(parents=True, exist_ok=True)
    texts = sentences(voisine)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, package, ending, most in RECORDED:
            if not (folder / f"{name}.npz").exists():
                sounds, said = recorded(pool, package, ending, most)
                keep(folder, name, sounds if name == "music" else [trim(sound) for sound in sounds], said)
        if not (folder / "words-armelle.npz").exists():
            files = {WORDS_FOLDER / f"{name}.gsm": word for name, word in WORDS.items()}
            there = [path for path in files if path.exists()] or missing("asterisk-prompt-fr-armelle")
            keep(folder, "words-armelle", [trim(sound) for sound in pool.map(decode, map(str, there))], [files[path] for path in there])
        for i in range(ESPEAK_VOICES):
            if not (folder / f"espeak-{i}.npz").exists():
                keep(folder, f"espeak-{i}", *espeak_voice(pool, i, texts, folder))
    for voice in FLITE_VOICES:
        if not (folder / f"flite-{voice}.npz").exists():
            keep(folder, f"flite-{voice}", flite_voice(voice, folder))


def gather_corpus(folder, corpus, names):
    """Of recordings DIR/audio/TABLE/ID.VOICE.flac, whose texts stand in DIR/text/TABLE.tsv by their ids."""
    texts = {}
    for table in (corpus / "text").glob("*.tsv"):
        head, *rows = table.read_text(encoding="utf-8").splitlines()
        at = head.split("\t").index("text")
        texts |= {row.split("\t")[0]: row.split("\t")[at] for row in rows}
    for name in names:
        files = sorted((corpus / "audio").glob(f"*/*.{name}.*"))
        if not files:
            sys.exit(f"denoiser: no recordings of {name} in {corpus}/audio")
        if not (folder / f"corpus-{name}.npz").exists():
            keep(folder, f"corpus-{name}", [trim(decode(str(path))) for path in files],
                 [texts[path.name.split(".")[0]] for path in files])
