#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person mistypes on the command line: each time one message that names the thing and what is right, a
distinct exit status, and nothing made. Usage: test_bad_words.py VOISINE"""
import pathlib
import subprocess
import sys
import tempfile

VOISINE = pathlib.Path(sys.argv[1]).resolve()
USAGE, INPUT, NO_SERVICE, CONFIG = 64, 65, 69, 78
CASES = [
    # words of the command line, status, what standard error says
    ([], USAGE, ["usage: voisine COMMAND"]),
    (["lisen"], USAGE, ['no command "lisen"', "listen"]),
    (["understand", "--now", "hier"], USAGE, ["--now", '"hier"', "2026-06-15T10:00"]),
    (["understand", "--expect", "joy"], USAGE, ["--expect", '"joy"', "confirmation"]),
    (["understand", "words.txt"], USAGE, ["standard input", '"words.txt"']),
    (["understand", "--territory", "pesac"], CONFIG, ['"pesac"', "all, correze, pessac, seine-et-marne"]),
    (["understand", "--language", "xx"], CONFIG, ['no language "xx"', "intents/xx"]),
    (["understand", "--model", "no.bin"], CONFIG, ["no.bin", "voisine bundle"]),
    (["listen", "--territory", "pesac", "a.wav"], CONFIG, ['"pesac"', "all, correze, pessac, seine-et-marne"]),
    (["listen", "--language", "xx", "a.wav"], CONFIG, ['no language "xx"']),
    (["listen", "--now", "2026-13-01T10:00", "a.wav"], USAGE, ["--now", '"2026-13-01T10:00"']),
    (["wake", "--sensitivity", "often", "a.wav"], USAGE, ["--sensitivity", '"often"', "from 0 to 100"]),
    (["wake", "--sensitivity", "101", "a.wav"], USAGE, ["--sensitivity", '"101"']),
    (["wake"], USAGE, ["usage: voisine wake"]),
    (["bundle", "--language", "xx", "-o", "out"], CONFIG, ['no language "xx"']),
    (["check-language", "xx"], CONFIG, ['no language "xx"']),
    (["pair", "--config", "none.json"], CONFIG, ["none.json", "write it"]),
    (["pair", "K7QM-4XTP", "--config", "fresh.json"], CONFIG, ["placeholder", "service.url", "n'est qu'un exemple"]),
    (["status", "--config", "fresh.json"], NO_SERVICE, ["no running daemon", "systemctl start voisined"]),
    (["outbox", "--config", "broken.json"], CONFIG, ["broken.json:1:"]),
    (["press", "twice", "--config", "fresh.json"], USAGE, ["button|button-long|mute|unmute"]),
    (["say", "a\x1bb", "-o", "x.wav"], INPUT, ["at most 300 characters"]),
]


def main():
    failures = 0
    with tempfile.TemporaryDirectory(prefix="voisine-words-") as name:
        folder = pathlib.Path(name)
        (folder / "fresh.json").write_text(f'{{"territory": "pessac", "state": {{"folder": "{folder}/state"}}}}\n')
        (folder / "broken.json").write_text('{"territory" "pessac"}\n')
        before = sorted(folder.iterdir())
        for words, status, said in CASES:
            done = subprocess.run([VOISINE, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            missing = [text for text in said if text not in done.stderr]
            if done.returncode != status or missing or done.stdout:
                failures += 1
                print(f"voisine {' '.join(words)}: ended with {done.returncode}, not {status}; not said: {missing}\n"
                      f"{done.stdout}{done.stderr}")
        made = sorted(set(folder.iterdir()) - set(before) - {folder / "state"})
        if made:
            failures += 1
            print(f"made: {made}")
    return 1 if failures else 0


sys.exit(main())
