# SPDX-License-Identifier: GPL-3.0-or-later
"""A virtual room: a private PulseAudio with two null sinks and no hardware.

    room      what is played into it is heard by the device's microphone (room.monitor)
    speaker   what the device says; speaker.monitor is the resident's ear

Real streams end to end: the device opens PortAudio on ALSA's `pulse` device, the resident is pacat and parec.
"""
import array
import collections
import os
import shutil
import subprocess
import tempfile
import threading
import time

RATE_HZ = 16000
BLOCK_MS = 10
BLOCK_BYTES = RATE_HZ * BLOCK_MS // 1000 * 2
AUDIBLE_RMS = 60  # an earcon of a quiet speaker; a null sink is exactly zero between sounds


def rms(pcm):
    """Root mean square of 16-bit samples."""
    samples = array.array("h", pcm[: len(pcm) // 2 * 2])
    return (sum(s * s for s in samples) / len(samples)) ** 0.5 if samples else 0.0


def speech_rms(pcm):
    """The level of the loud half of the blocks: of speech without its pauses."""
    levels = sorted(rms(pcm[i:i + BLOCK_BYTES]) for i in range(0, len(pcm) - BLOCK_BYTES, BLOCK_BYTES))
    loud = levels[len(levels) // 2:]
    return (sum(level * level for level in loud) / len(loud)) ** 0.5 if loud else 0.0


def scaled(pcm, factor):
    samples = array.array("h", pcm[: len(pcm) // 2 * 2])
    return array.array("h", [max(-32768, min(32767, round(s * factor))) for s in samples]).tobytes()


class SoundServer:
    """Starts in a folder of its own; several may run side by side."""

    def __init__(self, echo=False):
        self.folder = tempfile.mkdtemp(prefix="voisine-room-")
        self.echo = echo
        self.process = None
        self.env = dict(os.environ, XDG_RUNTIME_DIR=self.folder, HOME=self.folder,
                        PULSE_SERVER=f"unix:{self.folder}/native", PULSE_SOURCE="room.monitor",
                        PULSE_SINK="speaker", PULSE_LATENCY_MSEC="30")
        self.start()

    def start(self):
        """Begins (or begins again, after stop: a restarted sound server)."""
        modules = [f"module-native-protocol-unix socket={self.folder}/native auth-anonymous=1",
                   f"module-null-sink sink_name=room rate={RATE_HZ} channels=1",
                   "module-null-sink sink_name=speaker rate=44100 channels=2"]
        if self.echo:
            modules.append("module-loopback source=speaker.monitor sink=room latency_msec=60")
        command = ["pulseaudio", "--daemonize=no", "-n", "--exit-idle-time=-1", "--use-pid-file=no",
                   "--log-target=stderr", "--log-level=error"]
        for module in modules:
            command += ["-L", module]
        self.process = subprocess.Popen(command, env=self.env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait_until_it_answers()

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            answer = subprocess.run(["pactl", "info"], env=self.env, capture_output=True, check=False)
            if answer.returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)  # polling a foreign process that offers no readiness signal
        raise RuntimeError("the private sound server did not start: is the package pulseaudio installed?")

    def stop(self, kill=False):
        if self.process and self.process.poll() is None:
            (self.process.kill if kill else self.process.terminate)()
            self.process.wait()

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def play(self, pcm, sink="room"):
        """Plays 16 kHz mono PCM and returns when it has been played."""
        subprocess.run(self._pacat(sink), input=pcm, env=self.env, check=True)

    def play_for_ever(self, pcm, sink="room"):
        """A television: repeats until the returned function is called."""
        process = subprocess.Popen(self._pacat(sink), stdin=subprocess.PIPE, env=self.env)

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
    """The resident's ear at the loudspeaker: knows since when it has been silent, and keeps what it heard."""

    def __init__(self, server, keep=False):
        self.lock = threading.Lock()
        self.heard = bytearray() if keep else None
        self.n_blocks = 0
        self.last_sound = None  # block number
        self.n_sounds = 0  # stretches of sound, told apart by 300 ms of silence
        self.levels = collections.deque(maxlen=100)
        self.process = subprocess.Popen(
            ["parec", "--device=speaker.monitor", "--raw", "--format=s16le", f"--rate={RATE_HZ}",
             "--channels=1", "--latency-msec=20"], env=server.env, stdout=subprocess.PIPE)
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while True:
            block = self.process.stdout.read(BLOCK_BYTES)
            if len(block) < BLOCK_BYTES:
                return
            level = rms(block)
            with self.lock:
                self.n_blocks += 1
                if level > AUDIBLE_RMS:
                    if self.last_sound is None or self.n_blocks - self.last_sound > 30:
                        self.n_sounds += 1
                    self.last_sound = self.n_blocks
                if self.heard is not None:
                    self.heard += block

    def sounds(self):
        with self.lock:
            return self.n_sounds

    def silent_for_s(self):
        """Seconds since the last sound; since the beginning when there was none."""
        with self.lock:
            return (self.n_blocks - (self.last_sound or 0)) * BLOCK_MS / 1000

    def wait_until_spoken(self, n_before, silence_s, timeout_s):
        """Waits for a sound after the first n_before, then for silence. Returns whether there was one."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.sounds() > n_before and self.silent_for_s() >= silence_s:
                return True
            time.sleep(0.01)  # a person's ear: looks at the sound a hundred times a second
        return False

    def close(self):
        self.process.kill()
        self.process.wait()
        self.thread.join()
        self.process.stdout.close()
