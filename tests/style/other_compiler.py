#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every source passes the other compiler without a warning. Usage: other_compiler.py COMPILER COMPILE_COMMANDS.json

Only as far as warnings go (-fsyntax-only): a second build would take minutes. With gcc's own build this is clang; with
clang's it is gcc.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

# Of the one and unknown to the other.
LEFT_OUT = re.compile(r"-Wno-format-truncation|-Wno-gnu-.*|-fsanitize.*|-f.*-sections|-MD|-fdiagnostics-color.*")


def command_of(entry, compiler):
    words, taken = shlex.split(entry["command"]), []
    while words and words[0].endswith("ccache"):
        words.pop(0)
    words = iter(words[1:])
    for word in words:
        if word in ("-o", "-MQ", "-MF"):
            next(words)
        elif not LEFT_OUT.fullmatch(word):
            taken.append(word)
    return [compiler, *taken, "-fsyntax-only", "-Wno-gnu-zero-variadic-macro-arguments" if "clang" in compiler else "-Wall"]


def complaints(entry, compiler):
    run = subprocess.run(command_of(entry, compiler), cwd=entry["directory"], capture_output=True, text=True, check=False)
    return run.stderr if run.returncode else ""


def main():
    compiler, path = sys.argv[1], pathlib.Path(sys.argv[2])
    # A source that several programs share is looked at once.
    entries = {entry["file"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))}.values()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(lambda entry: complaints(entry, compiler), entries) if text]
    print(*found, f"{len(entries)} sources, {len(found)} with complaints", sep="\n")
    return 1 if found or not entries else 0


if __name__ == "__main__":
    sys.exit(main())
