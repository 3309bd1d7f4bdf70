# SPDX-License-Identifier: GPL-3.0-or-later
"""Which state of which phone each frame of a sentence is, where its words are known: the best path of its
pronunciations through the clean cepstra (Viterbi). Words that the dictionary lacks leave a sentence without labels.
"""
import re
import struct

import numpy

from .acoustics import STATES

UNKNOWN = -1
VARIANTS = 3  # of a word
SILENCE = "SIL"
STAY, GO = numpy.log(0.6), numpy.log(0.4)  # from frame to frame within a state, and on to the next


def phone_names(folder):
    data = (folder / "mdef").read_bytes()
    if data[:4] != b"BMDF":
        raise ValueError(f"{folder}/mdef: not the binary form")
    at = 12 + struct.unpack_from("<i", data, 8)[0]
    count, = struct.unpack_from("<i", data, at)
    return [name.decode() for name in data[at + 40:].split(b"\0", count)[:count]]


def pronunciations(folder):
    """{word: [[phone, ...], ...]}"""
    found = {}
    for line in (folder / "dict.txt").read_text(encoding="utf-8").splitlines():
        word, *phones = line.split()
        known = found.setdefault(re.sub(r"\(\d+\)$", "", word), [])
        if len(known) < VARIANTS:
            known.append(phones)
    return found


def words_of(text, known):
    """As the dictionary writes them: "l'eau" is two, "aujourd'hui" one, "vient-il" two."""
    found = []
    for word in re.sub(r"[^\w' -]", " ", text.lower().replace("’", "'")).split():
        for part in [word] if word in known else re.findall(r"[\w]+'|-?[\w]+", word):
            found.append(part if part in known else part.lstrip("-"))
    return found


class Aligner:
    def __init__(self, folder):
        self.known = pronunciations(folder)
        self.numbers = {name: i for i, name in enumerate(phone_names(folder))}

    def graph(self, text):
        """States in a row and where each may come from: silence may stand between words, words have variants."""
        words = words_of(text, self.known)
        if not words or any(word not in self.known for word in words):
            return None
        states, before = [], []

        def add(phones, entries):
            for phone in phones:
                for state in range(STATES):
                    states.append(self.numbers[phone] * STATES + state)
                    before.append(entries)
                    entries = [len(states) - 1]
            return entries

        ends = add([SILENCE], [])
        for word in words:
            reached = [end for phones in self.known[word] for end in add(phones, ends)]
            ends = reached + add([SILENCE], reached)
        return states, before, ends

    def align(self, text, likely):
        """A label a frame. likely: each state, logarithms, [frame][state]."""
        n_frames, graph = len(likely), self.graph(text) if text else None
        if not graph or len(graph[0]) == 0:
            return numpy.full(n_frames, UNKNOWN, numpy.int16)
        states, before, ends = graph
        width = max(1, *map(len, before))
        comes = numpy.array([sources + [len(states)] * (width - len(sources)) for sources in before])
        likely = likely[:, states]
        score = numpy.full(len(states) + 1, -1e30)
        score[0] = likely[0, 0]
        came = numpy.zeros((n_frames, len(states)), numpy.int32)
        for frame in range(1, n_frames):
            arriving = score[comes]
            best = arriving.argmax(1)
            moved = numpy.take_along_axis(arriving, best[:, None], 1)[:, 0] + GO
            stayed = score[:-1] + STAY
            goes = moved > stayed
            came[frame] = numpy.where(goes, numpy.take_along_axis(comes, best[:, None], 1)[:, 0], numpy.arange(len(states)))
            score[:-1] = numpy.where(goes, moved, stayed) + likely[frame]
        at, path = max(ends, key=lambda end: score[end]), []
        if score[at] < -1e29:
            return numpy.full(n_frames, UNKNOWN, numpy.int16)  # more phones than frames
        for frame in range(n_frames - 1, -1, -1):
            path.append(states[at])
            at = came[frame, at]
        return numpy.array(path[::-1], numpy.int16)
