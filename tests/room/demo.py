#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversation before one's eyes: called by tools/demo, which builds first.

usage: tools/demo [--live] [--mission groceries|pet_walk|friendly_call] [--keep-sound FOLDER]

The resident is synthetic, the rest is real: sound server, voisined, recogniser, synthesis, outbox, HTTPS, the reference
service. With --live the machine's own microphone and loudspeaker are used and you are the resident.
"""
import argparse
import collections
import json
import pathlib
import signal
import sys
import threading

import conversation
from processes import now_s
from room import Room, RoomError, build_folder
import script as scripts

N_ATTEMPTS = 3
NOW = "2026-06-15T09:30"
YES = {"speak": "Oui, c'est ça."}
CALL = {"speak": "Bonjour voisine."}
Mission = collections.namedtuple("Mission", "service title turns heard")
# What the resident says, and what must be heard and stored of it. The first one asks in one breath.
MISSIONS = (
    Mission("groceries", "someone to do the shopping",
            ({"speak": "Bonjour voisine, je voudrais que quelqu'un fasse mes courses demain matin, s'il vous plaît.",
              "rate": 145, "pitch": 25}, YES),
            ("request groceries 2026-06-16 morning", "affirm")),
    Mission("pet_walk", "someone to walk the dog",
            (CALL, {"speak": "Je voudrais que quelqu'un promène mon chien jeudi matin."}, YES),
            ("request pet_walk 2026-06-18 morning", "affirm")),
    Mission("friendly_call", "someone to talk to",
            (CALL, {"speak": "Je voudrais parler à quelqu'un demain après-midi."}, YES),
            ("request friendly_call 2026-06-16 afternoon", "affirm")),
)
MISSION_LIMIT_S = 90
LIVE_LIMIT_S = 180


class Screen:
    """Lines of who says what; colour only on a terminal."""

    COLOURS = {"Resident": "36", "Voisine": "32", "Service": "33", "heading": "1", "quiet": "2", "bad": "31"}

    def __init__(self):
        self.is_terminal = sys.stdout.isatty()
        self.began_s = now_s()

    def paint(self, text, colour):
        return f"\033[{self.COLOURS[colour]}m{text}\033[0m" if self.is_terminal else text

    def heading(self, text):
        print("\n" + self.paint(text, "heading"), flush=True)

    def quiet(self, text):
        print(self.paint(text, "quiet"), flush=True)

    def line(self, who, text, t=None):
        t = now_s() - self.began_s if t is None else t
        print(f"{t:7.1f} s  {self.paint(f'{who:9}', who)} {text}", flush=True)

    def event(self, event):
        if event["event"] == "said" and event["text"]:
            self.line("Resident", f"« {event['text']} »", event["t"])
        elif event["event"] == "spoken":
            self.line("Voisine", f"« {event['text']} »", event["t"])
        elif event["event"] == "heard":
            self.quiet(f"{event['t']:7.1f} s  {'':9} (heard: {event.get('text', '')})")


class MissionFailed(Exception):
    pass


class Watcher:
    """Tells what happens at the service, as it happens."""

    def __init__(self, screen, service, known):
        self.screen, self.service, self.known = screen, service, known

    def wait(self, timeout_s):
        """For one more request, and for a volunteer. Returns it, or None."""
        requests = self.service.wait_for(f"requests={len(self.known) + 1}", timeout_s)
        if not requests:
            return None
        self.screen.line("Service", f"a request has arrived: {requests[-1]['service']}")
        requests = self.service.wait_for(f"status=matched&id={requests[-1]['id']}", timeout_s)
        if not requests:
            return None
        self.screen.line("Service", f"{requests[-1]['matched']['first_name']} accepts")
        return requests[-1]

    def start(self):
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        try:
            self.wait(MISSION_LIMIT_S)
        except OSError:
            pass  # the room was closed before


def stored_text(request):
    return json.dumps(request, indent=2, ensure_ascii=False)


def check(request, mission):
    _, service, date, part = mission.heard[0].split()
    when = request["when"]
    if (request["service"], when.get("date"), when.get("part")) != (service, date, part):
        raise MissionFailed(f"the stored request is another one: {request['service']} {when}, asked for was "
                            f"{service} {date} {part}")


def play(screen, room, mission, keep_sound):
    """One mission by the synthetic resident. Returns the request as stored."""
    script = scripts.Script("demo", {"turns": mission.turns, "end_silence_s": 4})
    prepared = conversation.Prepared(script, room.build)
    known = room.service.requests()
    mark = room.trace.count()
    screen.began_s = now_s()
    Watcher(screen, room.service, known).start()
    keep = keep_sound / f"{mission.service}.wav" if keep_sound else None
    conversation.hold(room, prepared, lambda e: screen.event(e) if e["event"] != "end" else None, keep)
    return judge(room, known, mark, mission)


def judge(room, known, mark, mission=None):
    """The request that arrived; of a mission its words are known."""
    requests = room.service.requests()
    spoken = room.spoken(mark)
    if len(requests) != len(known) + 1:
        raise MissionFailed(f"{len(requests) - len(known)} requests arrived in place of one; Voisine said: "
                            + (" / ".join(spoken) or "nothing"))
    request = requests[-1]
    if mission:
        check(request, mission)
    if request["status"] != "matched":
        raise MissionFailed("no volunteer has accepted")
    name = request["matched"]["first_name"]
    if not any(conversation.words(name) in conversation.words(text) for text in spoken):
        raise MissionFailed(f"{name} accepted, but the speaker did not tell it")
    return request


def play_missions(screen, missions, keep_sound):
    screen.quiet("the resident is synthetic; everything else is the real thing, in real time")
    for number, mission in enumerate(missions, 1):
        screen.heading(f"Mission {number} of {len(missions)}: {mission.title}")
        request = play_until_heard(screen, mission, keep_sound)
        screen.quiet("as the service stored it:")
        print(stored_text(request), flush=True)


def play_until_heard(screen, mission, keep_sound):
    """Synthetic voices are hard to hear: a mission that went otherwise is shown as it went, and begun again."""
    for attempt in range(1, N_ATTEMPTS + 1):
        with Room(territory="pessac", now=NOW) as room:
            started_s = now_s()
            room.start_daemon()
            screen.quiet(f"voisined listens after {now_s() - started_s:.1f} s; the service answers at {room.service.url}")
            try:
                return play(screen, room, mission, keep_sound)
            except MissionFailed as failed:
                if attempt == N_ATTEMPTS:
                    raise
                screen.quiet(f"misheard: {failed}")
                screen.quiet(f"once more, with a fresh speaker (attempt {attempt + 1} of {N_ATTEMPTS})")


def live(screen, missions):
    """The person at the desk is the resident."""
    with Room(territory="pessac", real_sound=True) as room:
        room.trace.tell(lambda e: "t" in e and screen.event({**e, "t": e["t"] - screen.began_s}))
        room.launch_daemon()
        ready = room.trace.wait(lambda e: e.get("event") == "ready", 30)
        missing = room.log.wait(lambda e: e.get("code") in ("start-failed", "mic-missing"), 0.5)
        if not ready or missing:
            raise MissionFailed(missing.get("message", str(missing)) if missing else "voisined did not start\n" +
                                room.log_text())
        for number, mission in enumerate(missions, 1):
            screen.heading(f"Mission {number} of {len(missions)}: {mission.title}")
            print("Say, for instance: " + ", then ".join(f"« {turn['speak']} »" for turn in mission.turns), flush=True)
            known, mark = room.service.requests(), room.trace.count()
            screen.began_s = now_s()
            if not Watcher(screen, room.service, known).wait(LIVE_LIMIT_S):
                raise MissionFailed(f"no request arrived within {LIVE_LIMIT_S} s")
            room.trace.wait(lambda e: e.get("event") == "spoken" and "nouvelle" in e["text"].lower(), 30, mark)
            print(stored_text(judge(room, known, mark)), flush=True)


def parse():
    parser = argparse.ArgumentParser(prog="tools/demo", description="a real conversation before your eyes")
    parser.add_argument("--live", action="store_true", help="your own microphone and loudspeaker; you are the resident")
    parser.add_argument("--mission", choices=[m.service for m in MISSIONS], help="this one alone")
    parser.add_argument("--keep-sound", metavar="FOLDER", type=pathlib.Path, help="keeps what the resident hears")
    return parser.parse_args()


def main():
    arguments, screen = parse(), Screen()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    missions = [m for m in MISSIONS if arguments.mission in (None, m.service)]
    if arguments.keep_sound:
        arguments.keep_sound.mkdir(parents=True, exist_ok=True)
    try:
        live(screen, missions) if arguments.live else play_missions(screen, missions, arguments.keep_sound)
    except (MissionFailed, RoomError, RuntimeError, OSError, scripts.ScriptError) as error:
        print(screen.paint(f"demo: {error}", "bad"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    screen.heading(f"{len(missions)} of {len(missions)} missions arrived and were told back.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
