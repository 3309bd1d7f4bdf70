#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sentence that the daemon asks for by key stands in the catalogue of each language, so that no
state ends in silence, and every sentence of the catalogue is said somewhere. Usage: test_prompt_keys.py SOURCE_ROOT"""
import json
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
catalogues = {path.parent.name: json.loads(path.read_text())["prompts"]
              for path in sorted((root / "tts").glob("*/prompts.json"))}
# Keys are said by name, announced, queued as news, or returned by the functions that choose one.
CALLS = re.compile(r'\b(?:say|on_say|ops->say|announce|assistant_announce|tell|told_add_key|conversation_say|conversation_ask|SAYS|SAYS_AND_ASKS|SAYS_OF_CANCELLED|ASKS|CLOSES)\((?:[^()"]*,\s*)?"([a-z_.]+)"')
KEYS = re.compile(r'"((?:start|listen|confirm|ask|repair|silence|news|status|config|callback|cancel|store|refuse|refused|duplicate|help|privacy'
                  r'|erase|emergency|voice|repeat|close|language|mic|mute|clock|error|transmitted|speech|next|undone|alarm|aside|learn)\.[a-z_.]+)"')
OPTIONS = {"voice.name", "voice.json"}
failures, used = 0, set()
for path in sorted((root / "daemon").glob("*.c")):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        for key in set(CALLS.findall(line)) | set(KEYS.findall(line)):
            if key in OPTIONS:
                continue
            used.add(key)
            for language, prompts in catalogues.items():
                if key not in prompts:
                    failures += 1
                    print(f"{path}:{number}: no prompt \"{key}\" in {language}")
if len(used) < 20 or len(catalogues) < 2:
    failures += 1
    print(f"only {len(used)} keys found in {len(catalogues)} catalogues: the search is wrong")
# "x.moderated" is said in place of "x" (daemon/phrasing.c).
for key in sorted(set(catalogues["fr"]) - used):
    if key.removesuffix(".moderated") not in used:
        failures += 1
        print(f"\"{key}\" stands in the catalogue and is said nowhere")
print(f"{len(used)} keys are said")
sys.exit(1 if failures else 0)
