#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each language has its short answers to a question, to the closed choice and to the question for a day: without them
intents/sampler.c draws acts in their place, and the small models hold no service's name and no day. Each service of the
language is among the answers to the choice. Usage: test_short_answers.py VOISINE SOURCE_ROOT"""
import itertools
import json
import pathlib
import re
import subprocess
import sys

VOISINE, ROOT = sys.argv[1], pathlib.Path(sys.argv[2])
SHORT = ("short_answer", "short_choice", "short_day")
GROUP = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")


def wordings(template):
    """All that a template without {slots} can say: ( | ) is one of them, [ ] may be left out."""
    match = GROUP.search(template)
    if not match:
        return [" ".join(template.split())]
    ways = (match[1] if match[1] is not None else "|" + match[2]).split("|")
    return list(itertools.chain.from_iterable(wordings(template[:match.start()] + way + template[match.end():]) for way in ways))


def understand(language, texts):
    run = subprocess.run([VOISINE, "understand", "--language", language, "--territory", "all", "--now", "2026-06-15T09:30",
                          "--expect", "choice"], input="\n".join(texts) + "\n", capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def check(language):
    fragments = json.loads((ROOT / "intents" / language / "fragments.json").read_text(encoding="utf-8"))
    missing = [name for name in SHORT if not fragments.get(name)]
    if missing:
        yield f"intents/{language}/fragments.json: no {', '.join(missing)}"
        return
    texts = sorted({text for template in fragments["short_choice"] if "{" not in template for text in wordings(template)})
    meant = {result["service"] for result in understand(language, texts)}
    for service in sorted(path.stem for path in (ROOT / "intents" / language / "services").glob("*.json")):
        if service not in meant and service != "callback":
            yield f"intents/{language}/fragments.json: no short_choice means {service}"


problems = [problem for path in sorted((ROOT / "intents").glob("*/services")) for problem in check(path.parent.name)]
print("\n".join(problems))
sys.exit(1 if problems else 0)
