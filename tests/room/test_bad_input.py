#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input from the first day: one clear message that names the thing and the remedy, a distinct exit status
where the program must stop, and nothing lost."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import conversation
from conversation import words
from room import Room
from soundserver import Ear
import script as scripts

EXIT_NO_SERVICE, EXIT_NO_STATE = 69, 73
NOW = "2026-06-15T09:30"
LAST_GOOD = "Mes nouveaux réglages ne sont pas bons. Je garde les anciens."


class Case(unittest.TestCase):
    def room(self, **settings):
        room = Room(**{"territory": "pessac", "now": NOW, **settings})
        self.addCleanup(room.close)
        return room

    def status_of_daemon(self, room, wrapper=()):
        """Its exit status; it must end by itself."""
        room.launch_daemon(wrapper)
        status = room.daemon.wait(20)
        self.assertIsNotNone(status, f"it did not end\n{room.log_text()}")
        return status

    def assert_told(self, room, *patterns, code=None):
        """One line of the log that holds all of these."""
        def fits(event):
            text = json.dumps(event, ensure_ascii=False)
            return all(re.search(p, text) for p in patterns) and (not code or event.get("code") == code)
        self.assertTrue(room.log.wait(fits, 15), f"no line with {patterns}\n{room.log_text()}")

    def assert_spoken(self, room, text, timeout_s=20, after=0):
        self.assertTrue(
            room.trace.wait(lambda e: e.get("event") == "spoken" and words(text) in words(e["text"]), timeout_s,
                            after),
            f"not said: {text}\n{room.log_text()}")

    def hold(self, room, *turns):
        """A short conversation of sentences; the requests at the service afterwards."""
        script = scripts.Script("test", {"turns": list(turns), "end_silence_s": 3})
        prepared = conversation.Prepared(script, room.build)
        events = []
        conversation.hold(room, prepared, events.append)
        return events[-1]["requests"]


class Configuration(Case):
    def last_good(self, room):
        return pathlib.Path(f"{room.config_path}.last-good")

    def test_a_missing_file_is_named_and_the_last_good_one_holds(self):
        room = self.room()
        room.start_daemon()
        room.stop_daemon()
        room.config_path.unlink()
        room.start_daemon()
        self.assert_told(room, r"voisine\.json", "no such file|missing|not there|cannot be (read|opened)")
        self.assert_told(room, code="config-last-good")
        self.assert_spoken(room, LAST_GOOD)
        self.assertEqual(room.command("status")["territory"], "pessac")

    def test_a_broken_file_is_shown_with_line_and_column_and_the_last_good_one_holds(self):
        room = self.room()
        room.start_daemon()
        room.stop_daemon()
        good = room.config_path.read_text()
        room.config_path.write_text(good.replace('"territory": "pessac",', '"territory": "pessac"', 1))
        room.start_daemon()
        self.assert_told(room, r"voisine\.json:3:\d+")
        self.assert_told(room, code="config-last-good")
        self.assert_spoken(room, LAST_GOOD)
        self.assertEqual(room.command("status")["territory"], "pessac")

    def test_without_any_good_one_the_defaults_hold_and_that_is_told_aloud(self):
        room = self.room()
        room.config_path.write_text("{")
        room.launch_daemon()
        self.assert_told(room, code="config-defaults")
        self.assert_spoken(room, "Mes réglages ne sont pas bons. Prévenez un proche, s'il vous plaît.")

    def test_an_unknown_option_is_named_with_the_nearest_known_one(self):
        room = self.room()
        room.start_daemon()
        room.stop_daemon()
        room.write_config({"voice": {"rate_wmp": 140}})
        room.start_daemon()
        self.assert_told(room, r"voisine\.json:\d+:\d+", r"rate_wmp", r"rate_wpm")

    def test_an_unknown_territory_is_named_with_the_known_ones_and_the_last_good_settings_hold(self):
        room = self.room()
        room.start_daemon()
        room.stop_daemon()
        good = room.config_path.read_text()
        room.write_config({"territory": "bordeaux"})
        for _ in range(2):  # the second start finds the last good ones as the first did
            before = room.trace.count()
            room.start_daemon()
            self.assert_told(room, "bordeaux", "correze", "pessac", "seine-et-marne", code="start-failed")
            self.assert_told(room, r"voisine\.json", code="config-unusable")
            self.assert_spoken(room, "Je garde les anciens", after=before)
            self.assertEqual(room.command("status")["territory"], "pessac")
            room.stop_daemon()
        self.assertEqual(self.last_good(room).read_text(), good)

    def test_a_voice_and_a_button_that_do_not_exist_are_named_told_aloud_and_done_without(self):
        room = self.room(config={"voice": {"name": "frr"}, "button": {"device": "Jabra", "key": "KEY_ENTRE"}})
        room.start_daemon()
        self.assert_told(room, "voice.name", "frr", "espeak-ng --voices", code="setting-refused")
        self.assert_told(room, "button.key", "KEY_ENTRE", "KEY_ENTER", code="setting-refused")
        self.assert_spoken(room, "Un de mes réglages n'est pas bon")
        self.assertEqual(room.command("status")["button"], "none")
        self.assertFalse(self.last_good(room).exists(), "what is not right is nothing to fall back to")

    def test_a_missing_model_is_named_with_the_remedy_and_told_aloud(self):
        room = self.room(config={"models": {"folder": "/nonexistent/models"}})
        room.start_daemon()
        self.assert_told(room, "/nonexistent/models", "models.folder|tools/setup", code="language-damaged")
        self.assert_spoken(room, "je ne comprends plus ce que vous dites")
        self.assertEqual(room.command("status")["hearing"], "no-language")


class Words(Case):
    def test_a_damaged_catalogue_of_sentences_is_logged_and_heard(self):
        """R25: what is stored as sound stands in for the sentences; it must not end in silence, again and again."""
        room = self.room()
        data, source = room.folder / "data", pathlib.Path(__file__).resolve().parents[2]
        data.mkdir()
        for name in ("asr", "config", "intents"):
            (data / name).symlink_to(source / name)
        shutil.copytree(source / "tts", data / "tts")
        prompts = data / "tts/fr/prompts.json"
        prompts.write_bytes(prompts.read_bytes()[:4096])
        room.env["VOISINE_DATA"] = str(data)
        ear = Ear(room.sound, same_sound_s=1)
        self.addCleanup(ear.close)
        room.start_daemon()
        self.assert_told(room, "tts/fr", "install the data again", code="prompts-damaged")
        self.assertTrue(ear.wait_for_answer(0, 2, 30), room.log_text())
        began_s, ended_s = ear.stretches[0]
        self.assertGreater(ended_s - began_s, 2, "a sentence, not a tone alone")


class Places(Case):
    def test_an_unwritable_state_folder_is_named_with_the_remedy(self):
        room = self.room()
        locked = room.folder / "locked"
        locked.mkdir(mode=0o500)
        room.write_config({"state": {"folder": str(locked / "state")}})
        # Without root's right to write everywhere, which a test run as root would have.
        status = self.status_of_daemon(room, ["setpriv", "--inh-caps=-all", "--bounding-set=-all"])
        self.assertEqual(status, EXIT_NO_STATE)
        self.assert_told(room, re.escape(str(locked)), "state.folder", code="start-failed")

    def test_two_daemons_do_not_share_one_state(self):
        room = self.room()
        room.start_daemon()
        second = subprocess.run(
            [str(room.build / "voisined"), "--config", str(room.config_path)], env=room.env,
            capture_output=True, text=True, timeout=20, check=False)
        self.assertEqual(second.returncode, EXIT_NO_SERVICE)
        self.assertRegex(second.stderr, "another voisined runs")
        self.assertTrue(room.daemon.is_running())


class Sound(Case):
    def test_without_a_loudspeaker_it_says_so_and_stops(self):
        room = self.room()
        room.sound.stop(kill=True)
        self.assertEqual(self.status_of_daemon(room), EXIT_NO_SERVICE)
        self.assert_told(room, "no loudspeaker", "audio.playback_device", code="start-failed")

    def test_without_a_microphone_it_says_so_aloud_and_waits_for_one(self):
        room = self.room(config={"audio": {"capture_device": "no such microphone"}})
        room.start_daemon()
        self.assert_told(room, "no microphone", "audio.capture_device", code="mic-missing")
        self.assert_spoken(room, "Je n'entends plus rien")
        self.assertTrue(room.daemon.is_running())
        self.assertEqual(room.command("status")["audio"], "no-microphone")


class TheService(Case):
    ASK = ({"speak": "Bonjour voisine."},
           {"speak": "J'ai besoin de quelqu'un pour faire mes courses mercredi matin."})

    def ask_and_press(self, room):
        """The request by voice, the yes by the button: these tests are about the service, not the ears."""
        for _ in range(3):
            self.hold(room, *self.ASK)
            if any("C'est bien ça" in text for text in room.spoken()):
                break
        self.assertTrue(room.command("button")["ok"])

    def test_a_wrong_certificate_keeps_the_request_and_tells(self):
        room = self.room(accepts=False)
        room.service.stop()
        room.service.wrong_certificate = "unknown-ca"
        room.service.start()
        room.start_daemon()
        self.ask_and_press(room)
        self.assert_spoken(room, "Votre demande est gardée")
        self.assertEqual(self.hold(room), [], "not a byte of it reached the impostor")
        self.assert_told(room, "tls-untrusted")
        kept = room.command("outbox")
        self.assertEqual([r["service"] for r in kept], ["groceries"])

        room.service.stop()  # the right certificate again: it arrives, once
        room.service.wrong_certificate = None
        room.service.start()
        room.command("retry")  # by itself it would come back too, but up to fifteen minutes later
        self.assertEqual(len(room.service.wait_for("requests=1", 60) or []), 1)

    def test_nonsense_from_the_service_keeps_the_request_and_it_arrives_once(self):
        room = self.room(accepts=False)
        room.service.fault("nonsense", method="POST", path="/v1/requests", times=2)
        room.start_daemon()
        self.ask_and_press(room)
        self.assert_spoken(room, "C'est noté")
        self.assertNotIn("C'est transmis", " ".join(room.spoken()[:3]), "no claim on nonsense")
        stored = room.service.wait_for("requests=1&calls=3", 60)
        self.assertEqual(len(stored or []), 1)


class Resident(unittest.TestCase):
    """The converse command's own faults."""

    def converse(self, room_folder, text):
        path = pathlib.Path(room_folder) / "script.json"
        path.write_text(text)
        return subprocess.run([str(pathlib.Path(__file__).resolve().parent / "converse"), str(path)],
                              capture_output=True, text=True, timeout=30, check=False)

    def test_faults_of_the_script_are_placed(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = self.converse(folder, '{"turns": [\n  {"say": "a.wav",}\n]}')
            self.assertEqual(broken.returncode, 65)
            self.assertRegex(broken.stderr, r"script\.json:2:\d+: ")
            missing = self.converse(folder, '{"turns": [{"say": "a.wav"}]}')
            self.assertEqual(missing.returncode, 66)
            self.assertRegex(missing.stderr, r"turn 1: the sound .*a\.wav is missing")


if __name__ == "__main__":
    unittest.main(verbosity=2)
