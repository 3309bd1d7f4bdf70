# SPDX-License-Identifier: GPL-3.0-or-later
"""One conversation between a resident of sound files and the real speaker in the virtual room.

The resident judges by sound alone, as a person would: speaks when the speaker has said something and fallen
silent, and speaks on when nothing is said for too long.
"""
import threading
import time

from processes import now_s
from soundserver import Ear, below, save_wav, trailing_silence_s
import script as scripts

FALLEN_SILENT_S = 0.8
GOES_ON_S = 25  # for a silent turn: how long the speaker may take to go on by itself
END_LIMIT_S = 90
OVER_S = 0.5  # into what the speaker says, when the resident does not let it finish
BEFORE_S = 2  # how long the room is as it is before anybody speaks


def words(text):
    """The words alone, to compare what was said."""
    plain = "".join(c if c.isalnum() else " " for c in text.lower())
    return f" {' '.join(plain.split())} "


class Conversation:
    """on_event gets {"t", "event", ...} as things happen; t counts from the conversation's beginning."""

    def __init__(self, room, script, sounds, on_event, keep_sound=False):
        self.room = room
        self.script = script
        self.sounds = sounds
        self.on_event = on_event
        self.began_s = now_s()
        self.turn_ended_s = 0.0
        self.mark = room.trace.count()  # what is awaited must come after this event
        self._lock = threading.Lock()
        self._stop_noise = None
        self.ear = Ear(room.sound, keep=keep_sound)
        room.trace.tell(self._traced)

    def tell(self, t, event, **members):
        with self._lock:
            self.on_event({"t": round(t - self.began_s, 2), "event": event, **members})

    def _traced(self, event):
        members = {k: v for k, v in event.items() if k not in ("t", "event")}
        if "t" in event:
            self.tell(event["t"], event["event"], **members)

    def start_noise(self, noise):
        """Loops the noise at snr_db below the active speech level of the turns."""
        snr_db = self.script.snr_db if self.script.snr_db is not None else 10
        noise = below(noise, b"".join(s for s in self.sounds if s), snr_db)
        if noise:
            self._stop_noise = self.room.sound.play_for_ever(noise)

    def hold(self):
        """All turns, then until the speaker says nothing more."""
        time.sleep(BEFORE_S)
        for turn, sound in zip(self.script.turns, self.sounds):
            if sound is not None:
                self._say(turn, sound)
            elif "do" in turn:
                self._do(turn["do"])
            elif "await" in turn:
                self._await(turn)
            else:
                self._keep_silent()
        self.wait_for_the_end()

    def _say(self, turn, sound):
        if turn.get("over"):
            time.sleep(OVER_S)
        elif self.turn_ended_s:
            self.ear.wait_for_answer(self.turn_ended_s, FALLEN_SILENT_S, self.script.no_answer_s)
        self.mark = self.room.trace.count()
        self.tell(now_s(), "said", text=turn.get("speak") or turn["say"])
        self.room.sound.play(sound)
        self.turn_ended_s = now_s() - trailing_silence_s(sound)

    def _keep_silent(self):
        """The speaker answers what was said before, the resident lets that pass too, the speaker goes on."""
        self.ear.wait_for_answer(self.turn_ended_s, FALLEN_SILENT_S, self.script.no_answer_s)
        self.tell(now_s(), "said", text="")
        self.turn_ended_s = now_s()
        self.ear.wait_for_answer(self.turn_ended_s, FALLEN_SILENT_S, GOES_ON_S)
        self.turn_ended_s = min(self.turn_ended_s, self.ear.last_sound_s() - 0.01)

    def _await(self, turn):
        wanted = words(turn["await"])
        if not self.room.trace.wait(lambda e: e.get("event") == "spoken" and wanted in words(e["text"]),
                                    turn.get("within_s", 30), self.mark):
            self.tell(now_s(), "missing", text=turn["await"])
        self.turn_ended_s = now_s()  # the speaker has begun to say it: whoever speaks next lets it finish

    def _do(self, action):
        if action.startswith("button") and self.turn_ended_s:  # pressed as one speaks: when the speaker is silent
            self.ear.wait_for_answer(self.turn_ended_s, FALLEN_SILENT_S, self.script.no_answer_s)
        self.mark = self.room.trace.count()
        self.tell(now_s(), "done", text=action)
        room = self.room
        if action in ("mute", "unmute", "button", "button-long"):
            self.turn_ended_s = now_s()
            room.command(action)
        elif action == "restart-sound":
            room.sound.stop(kill=True)
            room.sound.start()
            self.ear.open()
        else:
            {"stop-service": room.service.stop, "start-service": room.service.start,
             "kill": room.kill_daemon, "start": room.start_daemon}[action]()

    def wait_for_the_end(self):
        if self.turn_ended_s:
            self.ear.wait_for_answer(self.turn_ended_s, FALLEN_SILENT_S, self.script.no_answer_s)
        limit_s = now_s() + END_LIMIT_S
        while now_s() < limit_s and self.ear.wait_for_answer(now_s(), FALLEN_SILENT_S,
                                                             self.script.end_silence_s):
            pass

    def close(self):
        self.room.trace.tell(None)
        if self._stop_noise:
            self._stop_noise()
        self.ear.close()


class Prepared:
    """A script with its sounds in memory, so that every fault of them shows before anything starts."""

    def __init__(self, script, build):
        soundcat = build / "tests/room/soundcat"
        self.script = script
        self.sounds = scripts.load_turns(self.script, soundcat)
        self.noise = script.load_noise(soundcat)


def hold(room, prepared, on_event, keep_sound=None):
    """Holds the conversation in a room whose daemon listens; ends by telling the requests as stored."""
    conversation = Conversation(room, prepared.script, prepared.sounds, on_event, bool(keep_sound))
    try:
        if prepared.noise:
            conversation.start_noise(prepared.noise)
        conversation.hold()
    finally:
        conversation.close()
        if keep_sound:
            save_wav(keep_sound, bytes(conversation.ear.heard))
    conversation.tell(now_s(), "end", requests=room.service.requests())
