#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sentence of the catalogue is said in some conversation, or by a test that is named here. The log code that docs/conversation.md puts beside a sentence stands in the log of the conversations in which it is
said: for each such sentence some of tests/daemon/scenes are played, or all with --all.
Usage: test_sentence_codes.py TEST_DAEMON_SCENES SOURCE_ROOT [--all]"""
import json
import os
import pathlib
import re
import subprocess
import sys

SCENES_EACH = 2
LINE = re.compile(r"^\S+Z (?:error|warning|notice|info) +([a-z0-9-]+) +(.*)$")
# Said before or outside a conversation: the test that hears it, and what of it stands there.
ELSEWHERE = {"erase.done": ("room/test_erased.py", "Tout est effacé"), "erase.left": ("room/test_erased.py", "doit effacer le reste"),
             "speech.failed": ("daemon/speech.c", "speech.failed"),
             "language.back": ("room/test_damage.py", "C'est réparé"),
             "config.last_good": ("room/test_bad_input.py", "Je garde les anciens"),
             "config.defaults": ("room/test_bad_input.py", "Mes réglages ne sont pas bons"),
             "config.part": ("room/test_bad_input.py", "Un de mes réglages")}
# Their line is written by the daemon around the conversation, before it is told.
AROUND = {"mic.lost", "mic.back",  # daemon/soundcard.c (room/sound-server-restarts)
          "language.lost",  # daemon/speaker_language.c (room/test_damage.py)
          "config.last_good", "config.defaults", "config.part"}  # daemon/voisined.c (room/test_bad_input.py)
PLACE = re.compile(r"{[^}]*}")


def conversations(log):
    """The codes and the keys of the sentences of each."""
    name, codes, said = None, set(), set()
    for line in log.splitlines():
        match = LINE.match(line)
        if not match:
            continue
        code, text = match.groups()
        if code == "scene":
            if name:
                yield name, codes, said
            name, codes, said = text, set(), set()
        elif code == "say":
            said.add(text)
        codes.add(code)
    if name:
        yield name, codes, said


def pattern(wording):
    """What a scene's line of this wording looks like: the arguments may be anything, [ ] may be left out."""
    text = re.escape(PLACE.sub("\0", wording)).replace("\0", ".{1,80}")
    return re.compile('"speaker": "' + text.replace(r"\[", "(?:").replace(r"\]", ")?") + '"')


def unsaid(tests, prompts):
    """What no French scene says (daemon/scenes hears them word by word) and no test of ELSEWHERE. A line is the sentence that
    shares most with it, where it could be several."""
    wordings = [(len(PLACE.sub("", text)), key, pattern(text)) for key, prompt in prompts.items() for text in prompt["say"]]
    said, lines = set(), set()
    for path in sorted(tests.glob("daemon/scenes/*/scene.json")):
        scene = json.loads(path.read_text())
        if scene.get("language", "fr") == "fr":
            lines.update(turn["speaker"] for turn in scene["turns"] if "speaker" in turn)
    for line in lines:
        like = [(n, key) for n, key, wording in wordings if wording.fullmatch(f'"speaker": "{line}"')]
        said.update([line[1:]] if line.startswith("@") else [max(like)[1]] if like else [])
    for key, (test, words) in ELSEWHERE.items():
        if words not in (tests / test).read_text():
            yield f'tests/{test} holds no "{words}": who hears "{key}"?'
    for key in sorted(set(prompts) - said - set(ELSEWHERE)):
        yield f'"{key}" is said in no scene of tests/daemon/scenes'


def choose(scenes, prompts):
    """For each sentence some scenes in which it is said."""
    texts = {path.parent: path.read_text() for path in sorted(scenes.glob("*/scene.json"))}
    chosen = set()
    for prompt in prompts:
        said = pattern(prompt["say"][0])
        chosen.update([folder for folder, text in texts.items() if said.search(text)][:SCENES_EACH])
    return sorted(map(str, chosen))


def main():
    program, root = sys.argv[1], pathlib.Path(sys.argv[2])
    prompts = json.loads((root / "tts/fr/prompts.json").read_text())["prompts"]
    beside = {key: prompt["code"] for key, prompt in prompts.items() if prompt.get("code")}
    coded = [prompt for prompt in prompts.values() if prompt.get("code")]
    folders = [] if "--all" in sys.argv else choose(root / "tests/daemon/scenes", coded)
    run = subprocess.run([program, *folders], capture_output=True, text=True, check=False,
                         env=dict(os.environ, SCENES_LOG="1"))
    problems = list(unsaid(root / "tests", prompts))
    print("\n".join(problems))
    failures, heard = len(problems), set()
    for name, codes, said in conversations(run.stderr):
        said = {key.removesuffix(".moderated") if key not in prompts else key for key in said}
        for key in sorted(said & set(beside) - AROUND):
            heard.add(key)
            if beside[key] not in codes:
                failures += 1
                print(f"{name}: \"{key}\" was said and no line has the code {beside[key]}")
    for key in sorted(set(beside) - heard - set(ELSEWHERE) - AROUND):
        if key.removesuffix(".moderated") not in heard:
            failures += 1
            print(f"\"{key}\" is said in no conversation")
    print(f"{len(heard)} sentences with a code were said")
    return failures > 0 or not heard


sys.exit(main())
