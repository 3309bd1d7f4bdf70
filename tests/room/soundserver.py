# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual room: a private PulseAudio with two null sinks and no hardware.

    room      what is played into it is heard by the device's microphone (room.monitor)
    speaker   what the device says; speaker.monitor is the resident's ear

Real streams end to end: the device opens PortAudio on ALSA's `pulse` device, the resident is pacat and parec.
"""
import array
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import wave

from processes import Child, now_s

RATE_HZ = 16000
BLOCK_MS = 10
BLOCK_BYTES = RATE_HZ * BLOCK_MS // 1000 * 2
AUDIBLE_RMS = 60  # an earcon of a quiet speaker; a null sink is exactly zero between sounds
ROOM_TONE_RMS = 30  # 60 dB below full scale; no microphone gives digital silence unless it is dead
SAME_SOUND_S = 0.3  # shorter silences are inside one sound
SAME_LIKENESS = 0.9  # of two sounds' levels: it is the same


def rms(pcm):
    """Root mean square of 16-bit samples."""
    samples = array.array("h", pcm[: len(pcm) // 2 * 2])
    return (sum(s * s for s in samples) / len(samples)) ** 0.5 if samples else 0.0


def levels(pcm):
    """The level of each block of 10 ms."""
    return [rms(pcm[i:i + BLOCK_BYTES]) for i in range(0, len(pcm), BLOCK_BYTES)]


def speech_rms(pcm):
    """The active speech level: of the blocks within 20 dB of the loudest, so without the pauses."""
    heard = levels(pcm)
    active = [level for level in heard if level >= max(heard) / 10] if heard else []
    return (sum(level * level for level in active) / len(active)) ** 0.5 if active else 0.0


def trailing_silence_s(pcm):
    """How long the sound file goes on after the last word."""
    heard = levels(pcm)
    floor = max(heard, default=0) / 50
    silent = 0
    while silent < len(heard) and heard[-1 - silent] <= floor:
        silent += 1
    return silent * BLOCK_MS / 1000


def correlation(a, b):
    """Of two lists of the same length; 0 when one of them does not vary."""
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    xx, yy = sum((x - mean_a) ** 2 for x in a), sum((y - mean_b) ** 2 for y in b)
    xy = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    return xy / (xx * yy) ** 0.5 if xx and yy else 0.0


def scaled(pcm, factor):
    samples = array.array("h", pcm[: len(pcm) // 2 * 2])
    return array.array("h", [max(-32768, min(32767, round(s * factor))) for s in samples]).tobytes()


def below(noise, speech, snr_db):
    """The noise, so many dB below the active level of the speech; nothing when one of them is silent."""
    level, speech_level = rms(noise), speech_rms(speech)
    return scaled(noise, speech_level * 10 ** (-snr_db / 20) / level) if level and speech_level else b""


def room_tone(seconds=5):
    """The noise of a quiet room, the same each time."""
    noise = random.Random(2)
    spread = ROOM_TONE_RMS * 3 ** 0.5
    return array.array("h", (round(noise.uniform(-spread, spread)) for _ in range(RATE_HZ * seconds))).tobytes()


def save_wav(path, pcm):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(pcm)


class SoundServer:
    """Starts in a folder of its own; several may run side by side.

    echo: what the loudspeaker plays is heard in the room; True, or {"gain_db", "latency_ms"}."""

    def __init__(self, echo=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="voisine-room-"))
        self.echo = echo
        self.child = self._hush = None
        self.env = dict(os.environ, XDG_RUNTIME_DIR=str(self.folder), HOME=str(self.folder),
                        PULSE_SERVER=f"unix:{self.folder}/native", PULSE_SOURCE="room.monitor",
                        PULSE_SINK="speaker")
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self, microphone=True):
        """Begins (or begins again, after stop: a restarted sound server), or without the microphone: unplugged."""
        modules = [f"module-native-protocol-unix socket={self.folder}/native auth-anonymous=1",
                   "module-null-sink sink_name=speaker rate=44100 channels=2 norewinds=1"]
        if microphone:
            modules.insert(1, f"module-null-sink sink_name=room rate={RATE_HZ} channels=1 norewinds=1")
        echo = {"latency_ms": 60, "gain_db": 0, **(self.echo if isinstance(self.echo, dict) else {})}
        if self.echo:  # the air between has a clock of no sort: the loopback is not to adjust its rate
            modules.append("module-loopback source=speaker.monitor sink=room adjust_time=0 "
                           f"latency_msec={echo['latency_ms']}")
        command = ["pulseaudio", "--daemonize=no", "-n", "--exit-idle-time=-1", "--use-pid-file=no",
                   "--log-target=stderr", "--log-level=error"]
        for module in modules:
            command += ["-L", module]
        if not shutil.which("pulseaudio"):
            raise RuntimeError("pulseaudio is missing: run tools/setup")
        self.child = Child(command, env=self.env)
        self._wait_until_it_answers()
        for line in self.listing("sink-inputs") if self.echo else ():
            self._pactl("set-sink-input-volume", line.split()[0], f"{echo['gain_db']}dB")
        if microphone:
            self._hush = self.play_for_ever(room_tone())

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.child.is_running():
            if self._pactl("info").returncode == 0:
                return
            time.sleep(0.03)  # polling a foreign process that offers no readiness signal
        raise RuntimeError("the private sound server did not start: is the package pulseaudio whole?")

    def _pactl(self, *words):
        return subprocess.run(["pactl", *words], env=self.env, capture_output=True, text=True, check=False)

    def listing(self, what):
        """"source-outputs" or "sink-inputs": one line each."""
        return self._pactl("list", "short", what).stdout.splitlines()

    def stop(self, kill=False):
        if self.child:
            self.child.stop(signal.SIGKILL if kill else signal.SIGTERM)
        if self._hush:
            self._hush()
            self._hush = None

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def play(self, pcm, sink="room"):
        """Plays 16 kHz mono PCM and returns when it has been played."""
        subprocess.run(self._pacat(sink), input=pcm, env=self.env, check=True,
                       timeout=len(pcm) / RATE_HZ / 2 + 30)

    def play_for_ever(self, pcm, sink="room"):
        """A television: repeats until the returned function is called."""
        process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *self._pacat(sink)],
                                   stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.env)

        def feed():
            try:
                while True:
                    process.stdin.write(pcm)
            except (BrokenPipeError, OSError, ValueError):
                pass

        threading.Thread(target=feed, daemon=True).start()

        def stop():
            process.kill()
            process.wait()

        return stop

    @staticmethod
    def _pacat(sink):
        return ["pacat", "--playback", f"--device={sink}", "--raw", "--format=s16le", f"--rate={RATE_HZ}",
                "--channels=1", "--latency-msec=50"]


class Ear:
    """An ear in the room: knows when there was sound. By default the resident's, at the loudspeaker."""

    def __init__(self, server, device="speaker.monitor", keep=False, audible_rms=AUDIBLE_RMS, same_sound_s=SAME_SOUND_S):
        self.server = server
        self.device = device
        self.audible_rms = audible_rms
        self.same_sound_s = same_sound_s  # a shorter silence parts nothing
        self.heard = bytearray() if keep else None
        self.began_s = None  # when the first block kept began
        self.stretches = []  # [began, ended] of each sound, by now_s()
        self._changed = threading.Condition()
        self._process = None
        self._thread = None
        self.open()

    def open(self):
        """Begins to listen; again, after the sound server was restarted."""
        self.close()
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "parec", f"--device={self.device}", "--raw",
             "--format=s16le", f"--rate={RATE_HZ}", "--channels=1", "--latency-msec=20"],
            env=self.server.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        listening = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(self._process, listening), daemon=True)
        self._thread.start()
        if not listening.wait(10):
            raise RuntimeError(f"nothing can be recorded from {self.device}")

    def _listen(self, process, listening):
        began_s, n_blocks = None, 0
        while True:
            block = process.stdout.read(BLOCK_BYTES)
            if len(block) < BLOCK_BYTES:
                return
            # Blocks come in batches; the earliest arrival of any gives the stream's own time.
            n_blocks += 1
            own_s = now_s() - n_blocks * BLOCK_MS / 1000
            began_s = own_s if began_s is None else min(began_s, own_s)
            self.began_s = began_s
            listening.set()
            self._note(block, began_s + n_blocks * BLOCK_MS / 1000)

    def _note(self, block, end_s):
        is_sound = any(block) and rms(block) > self.audible_rms
        with self._changed:
            if is_sound and self.stretches and end_s - self.stretches[-1][1] < self.same_sound_s:
                self.stretches[-1][1] = end_s
            elif is_sound:
                self.stretches.append([end_s - BLOCK_MS / 1000, end_s])
            if self.heard is not None:
                self.heard += block
            self._changed.notify_all()

    def last_sound_s(self):
        """When the last sound ended; 0 when there was none."""
        with self._changed:
            return self.stretches[-1][1] if self.stretches else 0.0

    def first_sound_after(self, after_s):
        """When the first sound that began after this time began, or None."""
        with self._changed:
            return next((began for began, _ in self.stretches if began > after_s), None)

    def find(self, pcm, after_s, within_s=4):
        """When that sound began in what was kept, the likeliest place soon after a moment; None when nothing is like it.

        By its rises and falls, so that what sounds right before it does not matter, nor how loud it is.
        """
        with self._changed:
            heard, began_s = bytes(self.heard), self.began_s
        hop, window = BLOCK_BYTES // 2, 3 * BLOCK_BYTES  # longer than a period of a low voice

        def rises_and_falls(sound):
            return [rms(sound[i:i + window]) for i in range(0, len(sound) - window + 1, hop)]

        first = max(0, int((after_s - began_s) * RATE_HZ) * 2) if began_s else 0
        wanted, held = rises_and_falls(pcm[:RATE_HZ * 2 * 3 // 2]), rises_and_falls(heard[first:first + int(within_s * RATE_HZ) * 2])
        likeness = [(correlation(wanted, held[i:i + len(wanted)]), i) for i in range(len(held) - len(wanted) + 1)]
        best, at = max(likeness, default=(0, 0))
        return began_s + (first + at * hop) / 2 / RATE_HZ if best > SAME_LIKENESS else None

    def wait_for_sound(self, after_s, timeout_s):
        """Waits for sound after a moment. Returns whether there was any."""
        deadline = now_s() + timeout_s
        with self._changed:
            while not (self.stretches and self.stretches[-1][1] > after_s) and now_s() < deadline:
                self._changed.wait(0.05)
            return bool(self.stretches) and self.stretches[-1][1] > after_s

    def wait_for_answer(self, after_s, silence_s, timeout_s):
        """Waits for sound after a moment, then for silence. Returns whether something was said.

        A sound that has begun is heard to its end, however long the timeout.
        """
        deadline = now_s() + timeout_s
        with self._changed:
            while True:
                last_s = self.stretches[-1][1] if self.stretches else 0.0
                is_answered = last_s > after_s
                if is_answered and now_s() - last_s >= silence_s:
                    return True
                if not is_answered and now_s() >= deadline:
                    return False
                if is_answered and now_s() >= deadline + 120:
                    raise RuntimeError("the speaker does not fall silent")
                self._changed.wait(0.05)

    def close(self):
        if self._process:
            self._process.kill()
            self._process.wait()
            self._thread.join()
            self._process.stdout.close()
            self._process = None
