# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `voisine` over the sets of a corpus (docs: tests/corpus/README.md)."""
import csv
import json
import pathlib
import subprocess
import sys

TABLES = ("requests", "dialogue", "emergency", "outside")


def read_table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def expectation(table):
    """What the daemon waits for when such a sentence comes."""
    return "confirmation" if table == "dialogue" else "request"


def json_lines(command, text=None):
    """What a program prints, given the text; stops with the program's own words when it fails."""
    command = [str(part) for part in command]
    run = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"{' '.join(command[:6])} ...: status {run.returncode}: {run.stderr.strip()[-1000:]}")
    return [json.loads(line) for line in run.stdout.splitlines()]


def understand(voisine, rows, table, now, territory):
    return json_lines([voisine, "understand", "--now", now, "--territory", territory, "--expect", expectation(table)],
                      "".join(row["text"] + "\n" for row in rows))


RANK = {"emergency": 3, "request": 2}


def best_of(utterances):
    """A file may hold several utterances: what a conversation would have acted on."""
    best = max(utterances, key=lambda u: (RANK.get(u["act"], u["act"] != "none"), u["confidence"] or 0))
    result = dict(best)
    result["text"] = " ".join(u["text"] for u in utterances if u["text"])
    result["audio_s"] = sum(u["audio_s"] or 0 for u in utterances)
    result["cpu_s"] = sum(u["cpu_s"] or 0 for u in utterances)
    return result


def listen(voisine, files, table, now, territory, expect=None):
    """One result a file, in order."""
    by_file = {}
    for utterance in json_lines([voisine, "listen", "--now", now, "--territory", territory, "--expect",
                                 expect or expectation(table), *files]):
        by_file.setdefault(utterance["file"], []).append(utterance)
    missing = [str(f) for f in files if str(f) not in by_file]
    if missing:
        sys.exit(f"`voisine listen` said nothing of {missing[0]} and {len(missing) - 1} more")
    return [best_of(by_file[str(f)]) for f in files]


def text_sets(corpus):
    for table in TABLES:
        path = pathlib.Path(corpus) / "text" / f"{table}.tsv"
        if path.exists():
            yield table, read_table(path)


def sound_sets(corpus, audio=None):
    """(table, rows, files) of the recordings that an index names."""
    audio = pathlib.Path(audio or pathlib.Path(corpus) / "audio")
    rows = {(table, row["id"]): row for table, table_rows in text_sets(corpus) for row in table_rows}
    index = read_table(audio / "index.tsv")
    for table in TABLES:
        entries = [e for e in index if e["table"] == table and (table, e["id"]) in rows]
        if entries:
            yield table, [rows[(table, e["id"])] for e in entries], [audio / e["file"] for e in entries]
