# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversation scripts: read, checked, and their sounds loaded. Every fault names file, place and remedy.

    {"now": "2026-06-15T09:30", "territory": "pessac", "snr_db": 10, "noise": "tv.wav",
     "turns": [{"say": "a.wav"}, {"say": "b.wav"}]}

"noise" is a sound file, or "television": synthetic people who talk without a pause. "echo": true, or {"gain_db", "latency_ms"}: the microphone
hears the loudspeaker. "no_answer_s": after how long
without an answer the resident speaks on; "end_silence_s": after how long nothing more is awaited at the end. "introduced": true: it is no first start.

A turn is one of
    {"say": FILE}                      a sound file, relative to the script
    {"speak": TEXT, "voice", "rate", "pitch"}   said by espeak-ng; "over": true: without waiting for silence
    {"silence": true}                  the resident says nothing and waits for the speaker to go on
    {"do": ACTION}                     something happens in the room (see conversation.py)
    {"await": TEXT, "within_s": 30}    until the speaker has said words like these
"""
import json
import pathlib
import re
import subprocess

import resident

ACTIONS = ("stop-service", "start-service", "kill", "start", "restart-sound", "mute", "unmute", "button",
           "button-long")
MEMBERS = {"now": str, "territory": str, "snr_db": (int, float), "noise": str, "turns": list,
           "config": dict, "echo": (bool, dict), "end_silence_s": (int, float), "no_answer_s": (int, float),
           "accepts": bool, "introduced": bool, "note": str}
NOW = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$")


class ScriptError(Exception):
    """A fault of the script or its sounds; the text is for the person who wrote it."""

    def __init__(self, text, is_missing=False):
        super().__init__(text)
        self.is_missing = is_missing


class Script:
    def __init__(self, path, members):
        self.path = pathlib.Path(path)
        self.now = members.get("now")
        self.territory = members.get("territory", "all")
        self.snr_db = members.get("snr_db")
        self.noise = members.get("noise")
        self.turns = members["turns"]
        self.config = members.get("config", {})
        self.echo = members.get("echo", False)
        self.no_answer_s = members.get("no_answer_s", 12)
        self.end_silence_s = members.get("end_silence_s", 3)
        self.accepts = members.get("accepts", True)
        self.is_introduced = members.get("introduced", False)

    def sound_path(self, name):
        return self.path.parent / name

    def load_noise(self, soundcat):
        """16 kHz mono PCM, or None."""
        if not self.noise:
            return None
        path = resident.television() if self.noise == "television" else self.sound_path(self.noise)
        return load_sound(soundcat, path, f"{self.path}: noise")


def read(path):
    """The script in a file. Raises ScriptError."""
    try:
        text = pathlib.Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ScriptError(f"{path}: no such file", is_missing=True) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"{path}: cannot be read: {error}") from None
    try:
        members = json.loads(text)
    except json.JSONDecodeError as error:
        raise ScriptError(f"{path}:{error.lineno}:{error.colno}: {error.msg}") from None
    check(path, members)
    return Script(path, members)


def check(path, members):
    if not isinstance(members, dict):
        raise ScriptError(f"{path}: a script is one JSON object with \"turns\"")
    for name, value in members.items():
        if name not in MEMBERS:
            raise ScriptError(f"{path}: \"{name}\" is unknown; known are {', '.join(MEMBERS)}")
        if value is None and name in ("now", "snr_db", "noise"):
            continue
        if not isinstance(value, MEMBERS[name]) or (isinstance(value, bool) and MEMBERS[name] not in (bool, (bool, dict))):
            raise ScriptError(f"{path}: \"{name}\" has the wrong type")
    if members.get("now") and not NOW.match(members["now"]):
        raise ScriptError(f"{path}: \"now\" is no time like 2026-06-15T09:30")
    if "turns" not in members:
        raise ScriptError(f"{path}: \"turns\" is missing: [{{\"say\": \"a.wav\"}}, ...]")
    for number, turn in enumerate(members["turns"], 1):
        check_turn(f"{path}: turn {number}", turn)


def check_turn(place, turn):
    kinds = [kind for kind in ("say", "speak", "silence", "do", "await") if isinstance(turn, dict) and kind in turn]
    if len(kinds) != 1:
        raise ScriptError(f"{place}: needs one of say, speak, silence, do, await: {{\"say\": \"a.wav\"}}")
    if kinds[0] != "silence" and not isinstance(turn[kinds[0]], str):
        raise ScriptError(f"{place}: \"{kinds[0]}\" must be a text")
    if kinds[0] == "do" and turn["do"] not in ACTIONS:
        raise ScriptError(f"{place}: \"{turn['do']}\" cannot be done; known are {', '.join(ACTIONS)}")


def load_sound(soundcat, path, place):
    """A sound file as 16 kHz mono PCM."""
    if not path.is_file():
        raise ScriptError(f"{place}: the sound {path} is missing; paths are relative to the script",
                          is_missing=True)
    run = subprocess.run([str(soundcat), str(path)], capture_output=True, check=False)
    if run.returncode != 0:
        raise ScriptError(f"{place}: {run.stderr.decode(errors='replace').strip() or 'cannot be read'}")
    if not run.stdout:
        raise ScriptError(f"{place}: the sound {path} is empty")
    return run.stdout


def load_turns(script, soundcat):
    """The sound of each turn, None where nothing is said."""
    sounds = []
    for number, turn in enumerate(script.turns, 1):
        place = f"{script.path}: turn {number}"
        if "say" in turn:
            sounds.append(load_sound(soundcat, script.sound_path(turn["say"]), place))
        elif "speak" in turn:
            path = resident.speak(turn["speak"], *resident.voice_of(turn))
            sounds.append(load_sound(soundcat, path, place))
        else:
            sounds.append(None)
    return sounds
