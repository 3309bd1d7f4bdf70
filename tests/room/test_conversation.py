#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds conversations/NAME/script.json in the virtual room and compares with expect.json beside it.

usage: test_conversation.py NAME
       test_conversation.py --listed NAME...    whether every folder is one of these, and holds both files

expect.json: {"spoken": [words that must be said, in this order],
              "never": [words that must not be said],
              "logged": [codes that must come to stand in the daemon's log],
              "never_logged": [codes that must not stand in the daemon's log],
              "heard": [what each utterance means, in order: "affirm", "request groceries 2026-06-16 morning",
                        with items "request groceries [lait, pain]"],
              "erased": {"words", "when"}: words that stand in files of the state folder when the speaker says that, and in
                        none at the end, nor any file of before,
              "requests": [the requests at the service, in order; the members named must be so]}
"""
import json
import pathlib
import sys
import time

import conversation
import script
from room import Room, build_folder

FOLDER = pathlib.Path(__file__).resolve().parent / "conversations"


def meaning(event):
    """What was heard, as expect.json writes it: all of it, so that a misheard day is misheard."""
    parts = [event.get(name) for name in ("act", "service", "date", "part", "time")]
    if event.get("items"):
        parts.append(f"[{', '.join(event['items'])}]")
    return " ".join(part for part in parts if part)


def missing_in(spoken, wanted):
    """The first of the wanted words that was not said after those before it, or None."""
    at = 0
    for before, text in zip([None, *wanted], wanted):
        at += text == before  # what is wanted twice must be said twice
        while at < len(spoken) and conversation.words(text) not in conversation.words(spoken[at]):
            at += 1
        if at == len(spoken):
            return text
        # Two of them may stand in one sentence: the same sentence may serve the next one too.
    return None


def is_like(wanted, found):
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(is_like(v, found.get(k)) for k, v in wanted.items())
    return wanted == found


def faults(expect, spoken, requests):
    text = missing_in(spoken, expect.get("spoken", []))
    if text:
        yield f"not said (in this place): {text}"
    for never in expect.get("never", []):
        if any(conversation.words(never) in conversation.words(said) for said in spoken):
            yield f"said, and must not be: {never}"
    wanted = expect.get("requests", [])
    if len(wanted) != len(requests):
        yield f"{len(requests)} requests at the service in place of {len(wanted)}"
    for number, (want, found) in enumerate(zip(wanted, requests), 1):
        if not is_like(want, found):
            yield f"request {number} is not {json.dumps(want, ensure_ascii=False)}"


class Disk:
    """What the state folder holds of some words, before everything is erased and after."""

    def __init__(self, room, expect):
        self.room, self.expect = room, expect.get("erased")
        self.before = None

    def holding(self):
        """{file: what identifies it} of those that hold one of the words."""
        words = [word.encode() for word in self.expect["words"]]
        return sorted(path.name for path in self.room.state.rglob("*")
                      if path.is_file() and any(word in path.read_bytes() for word in words))

    def look(self, event):
        if (self.expect and self.before is None and event["event"] == "spoken"
                and conversation.words(self.expect["when"]) in conversation.words(event["text"])):
            self.before = self.holding()

    def faults(self):
        if self.expect and self.before is not None:
            if not self.before:
                yield f"no file held {self.expect['words']} before the erasing: the test looks at nothing"
            for _ in range(50):
                left = self.holding()
                if not left:
                    break
                time.sleep(0.2)  # it is erased by the daemon's next life
            if left:
                yield f"not erased: {left}"


def check_listed(names):
    folders = sorted(path.name for path in FOLDER.iterdir())
    wrong = [f"{name}: not listed in meson.build" for name in folders if name not in names]
    wrong += [f"{name}: listed, but there is no such folder" for name in names if name not in folders]
    wrong += [f"{name}: {file} is missing" for name in folders for file in ("script.json", "expect.json")
              if not (FOLDER / name / file).is_file()]
    print("\n".join(wrong))
    return 1 if wrong else 0


def hold(name):
    prepared = conversation.Prepared(script.read(FOLDER / name / "script.json"), build_folder())
    expect = json.loads((FOLDER / name / "expect.json").read_text(encoding="utf-8"))
    asked, events = prepared.script, []

    def on_event(event):
        events.append(event)
        disk.look(event)
        print(json.dumps(event, ensure_ascii=False), flush=True)

    with Room(asked.territory, asked.now, asked.config, asked.echo, asked.accepts) as room:
        if asked.is_introduced:
            room.skip_introduction()
        disk = Disk(room, expect)
        room.start_daemon()
        conversation.hold(room, prepared, on_event)
        wrong = [f"not said in time: {e['text']}" for e in events if e["event"] == "missing"]
        wrong += faults(expect, [e["text"] for e in events if e["event"] == "spoken"], events[-1]["requests"])
        wrong += disk.faults()
        wrong += [f"not logged: {code}" for code in expect.get("logged", [])
                  if not room.log.wait(lambda line, code=code: line.get("code") == code, LIMIT_S)]
        logged = {line.get("code") for line in room.log.all()}
        wrong += [f"{LOGGED}{code}" for code in expect.get("never_logged", []) if code in logged]
        if wrong:
            print(f"the daemon's log:\n{room.log_text(200)}")
    print("\n".join(f"FAULT: {fault}" for fault in wrong))
    return judge(expect, events, wrong)


LIMIT_S = 20
SKIPPED = 77  # what meson counts as skipped
LOGGED = "logged, and must not be: "
CLAIMS = ("noté", "transmis", "envoyé")
HELD, HARMED, BROKEN, MISHEARD = range(4)


def judge(expect, events, wrong):
    """What an attempt was. Harm: more requests than were confirmed, a claim that something was noted or sent which must
    not be made, what must not be logged, or other words that must not be said although all was heard as it was said. Broken: all was heard, and
    still it went otherwise. Misheard: the recogniser's share, which tools/evaluate measures."""
    if not wrong:
        return HELD
    is_heard = [meaning(e) for e in events if e["event"] == "heard"] == expect["heard"]
    spoken = [conversation.words(e["text"]) for e in events if e["event"] == "spoken"]
    said = [never for never in expect.get("never", []) if any(conversation.words(never) in text for text in spoken)]
    if (len(events[-1]["requests"]) > len(expect.get("requests", [])) or any(fault.startswith(LOGGED) for fault in wrong)
            or any(claim in never.lower() for never in said for claim in CLAIMS) or (said and is_heard)):
        return HARMED
    return BROKEN if is_heard else MISHEARD


def hold_once_of(name, n_attempts):
    """Sound in real time is never twice the same: streams fall otherwise into the recogniser's frames, and a synthetic
    voice at the edge of what it hears is now understood, now not. So a conversation may be tried again; one misheard at
    each attempt says nothing of the conversation and counts as skipped. Harm fails at once."""
    met = []
    for attempt in range(1, n_attempts + 1):
        met.append(hold(name))
        if met[-1] in (HELD, HARMED):
            print(f"{'held' if met[-1] == HELD else 'harm done'} at attempt {attempt} of {n_attempts}")
            return 0 if met[-1] == HELD else 1
    print(f"not held in {n_attempts} attempts, {met.count(MISHEARD)} of them misheard")
    return 1 if BROKEN in met else SKIPPED


if __name__ == "__main__":
    sys.exit(check_listed(sys.argv[2:]) if sys.argv[1] == "--listed" else hold_once_of(sys.argv[1], 3))
