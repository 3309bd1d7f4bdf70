#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""English, the second language, understood from text: each line of english.tsv. Usage: test_english.py VOISINE

Sentences that the data do not hold: nine of ten must be understood to the letter, and none of those that are no request
taken for one; moments and emergencies may not be missed at all."""
import json
import pathlib
import subprocess
import sys

NOW = "2026-06-15T09:30"
RIGHT_LEAST = 0.9


def understand(texts, expect):
    run = subprocess.run([sys.argv[1], "understand", "--language", "en", "--territory", "pessac", "--now", NOW,
                          "--expect", expect], input="\n".join(texts) + "\n", capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def check_beside():
    """What is said beside the matter, and two requests in one sentence: english_beside.tsv, to the letter."""
    lines = pathlib.Path(__file__).with_name("english_beside.tsv").read_text().splitlines()
    cases = [(line.split("\t") + [""] * 7)[:7] for line in lines[1:] if line]
    failures = 0
    for expect in ("request", "confirmation"):
        some = [case[1:] for case in cases if case[0] == expect]
        for (text, *wanted), result in zip(some, understand([case[0] for case in some], expect), strict=True):
            also = (result["also"] or [{}])[0].get("service")
            got = [value or "" for value in (result["act"], result["topic"], result["service"], also, result["behind"])]
            if got != wanted:
                failures += 1
                print(f"\"{text}\": {got}, not {wanted}")
    return failures


def main():
    lines = pathlib.Path(__file__).with_name("english.tsv").read_text().splitlines()
    cases = [(line.split("\t") + [""] * 7)[:7] for line in lines[1:] if line and not line.startswith("#")]
    heard = understand([case[0] for case in cases], "request")
    n_right, failures = 0, check_beside()
    for (text, *wanted), result in zip(cases, heard, strict=True):
        got = [result["act"], *(result[m] or "" for m in ("service", "date", "part", "time")),
               "|".join(result["items"] or [])]
        if got == wanted:
            n_right += 1
            continue
        is_grave = wanted[0] == "emergency" or (wanted[0] == "none" and got[0] == "request")
        failures += is_grave
        print(f"{'never: ' if is_grave else ''}\"{text}\": {got}, not {wanted}")
    print(f"{n_right} of {len(cases)} right")
    return failures > 0 or n_right < RIGHT_LEAST * len(cases)


sys.exit(main())
