#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/log-codes.md lists every code that the sources write and that the catalogue of sentences names, and no other.
Usage: test_log_codes.py SOURCE_ROOT"""
import json
import pathlib
import re
import sys

FOLDERS = ("base", "config", "audio", "asr", "tts", "intents", "matching", "daemon")
CODE = re.compile(r'"([a-z][a-z0-9]*(?:-[a-z0-9]+)*)"')
CALLS = (re.compile(r"\blog_(?:error|warning|notice|info|debug)\(\s*(.*?),", re.S),
         re.compile(r"\bbase_log(?:_fault)?\(\s*[^,]*?,\s*(.*?),", re.S))
CAUSE = re.compile(r'\b[A-Z_]+\((?:[A-Z]+, )?"([a-z-]+)"\)')


def used(root):
    """Each code with the place that writes it."""
    for folder in FOLDERS:
        for path in sorted((root / folder).glob("*.c")):
            text = path.read_text()
            for call in CALLS:
                for match in call.finditer(text):
                    line = text.count("\n", 0, match.start()) + 1
                    for code in CODE.findall(match.group(1)):
                        yield code, f"{path}:{line}"
    outcomes = root / "matching/outcome.c"
    for code in CAUSE.findall(outcomes.read_text()):
        yield code, str(outcomes)
    for path in sorted((root / "tts").glob("*/prompts.json")):
        for key, prompt in json.loads(path.read_text())["prompts"].items():
            if prompt.get("code"):
                yield prompt["code"], f"{path}: {key}"


def main():
    root = pathlib.Path(sys.argv[1])
    listed = set(re.findall(r"^\| `([a-z0-9-]+)` \|", (root / "docs/log-codes.md").read_text(), re.M))
    explained = json.loads((root / "config/fr/carer.json").read_text())["messages"]
    written, failures = set(), 0
    for code, place in used(root):
        written.add(code)
        if code not in listed and code not in explained:
            print(f"{place}: the code {code} is not in docs/log-codes.md")
            failures += 1
    for code in sorted(listed - written):
        print(f"docs/log-codes.md: nothing writes {code}")
        failures += 1
    return failures > 0


sys.exit(main())
