#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls for help are understood as calls, whatever is waited for and behind a yes or no, too; what is only said like one
is not.

Usage: test_calls.py VOISINE [--tell]
"""
import csv
import json
import pathlib
import subprocess
import sys

CORPUS = pathlib.Path(__file__).resolve().parent.parent / "corpus"
HEARD_LEAST = 0.95  # of the calls of all sets
FALSE_MOST = 0.004  # of everything else, near misses included
# Calls for help and their everyday neighbours, word for word.
PAIRS = [
    ("je suis tombée", "je suis tombée d'accord avec lui"),
    ("je suis tombée sur la tête", "je suis tombée sur une émission intéressante"),
    ("au secours", "le secours catholique passe demain"),
    ("je n'arrive plus à respirer", "on respire mieux ce soir"),
    ("je me suis cassé la jambe", "je me suis cassé la tête sur ce mot croisé"),
    ("je crois que je vais faire un malaise", "je crois que je vais faire un gâteau"),
    ("je suis tombée d'accord avec personne au secours", "au secours populaire ils donnent des vêtements"),
]


EXPECTS = ("request", "confirmation", "choice", "day")
BEHIND = ("", "non non, ", "oui, ", "non, pas du tout, ")


def understand(voisine, texts, expect="request"):
    run = subprocess.run([voisine, "understand", "--territory", "all", "--now", "2026-06-15T09:30", "--expect", expect],
                         capture_output=True, input="".join(f"{text}\n" for text in texts), text=True, check=True)
    return [json.loads(line)["act"] == "emergency" for line in run.stdout.splitlines()]


def read(path):
    with open(path, encoding="utf-8") as f:
        return [row["text"] for row in csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE)]


def main():
    voisine, tells, failures = sys.argv[1], "--tell" in sys.argv, []
    calls, others = [], []
    for table in sorted(CORPUS.rglob("text/*.tsv")):
        (calls if table.stem == "emergency" else others).extend(read(table))
    for (call, other), heard, taken in zip(PAIRS, understand(voisine, [pair[0] for pair in PAIRS]),
                                           understand(voisine, [pair[1] for pair in PAIRS]), strict=True):
        failures += [f"not heard: {call}"] * (not heard) + [f"taken for a call: {other}"] * taken
    for expect in EXPECTS:
        said = [before + call for call in calls for before in (BEHIND if expect == "confirmation" else BEHIND[:2])]
        missed = [text for text, heard in zip(said, understand(voisine, said, expect), strict=True) if not heard]
        read_so = others if expect in EXPECTS[:2] else []
        taken = [text for text, heard in zip(read_so, understand(voisine, read_so, expect), strict=True) if heard]
        print(f"{expect}: {len(said) - len(missed)} of {len(said)} calls heard, {len(taken)} of {len(read_so)} others taken for one")
        if tells:
            print("missed:", *missed, "taken:", *taken, sep="\n  ")
        if len(missed) > (1 - HEARD_LEAST) * len(said):
            failures.append(f"{expect}: {len(missed)} of {len(said)} calls missed")
        if len(taken) > FALSE_MOST * len(others):
            failures.append(f"{expect}: {len(taken)} of {len(others)} others taken for a call")
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
