#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tools/evaluation: no noise stands in for another, and the table says what is asked for; tools/day-answers: no speaker is
heard whose words are not all there. Usage: test_evaluation.py BUILD"""
import array
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import pathlib
import sys
import tempfile
import types
import unittest
from unittest import mock

sys.dont_write_bytecode = True
TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
from evaluation import curves, measures, noise, recordings, wakes, whole  # noqa: E402

BUILD = pathlib.Path(sys.argv[1])
REQUEST = {"id": "r-1", "text": "mes courses demain", "service": "groceries", "date": "2020-06-16", "part": "", "time": "", "items": ""}


def load_tool(name):
    """A program of tools/, as a module."""
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(TOOLS / name))
    tool = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(tool)
    return tool


def heard(act, service=None, date=None):
    return {"act": act, "service": service, "date": date, "text": "ce qui fut entendu", "confidence": 0.5}


def saw(period, n=8000):
    return array.array("h", (20000 * (i % period) // period - 10000 for i in range(n)))


def printed(what, *arguments):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        what.print(*arguments)
    return out.getvalue()


def row(table, name):
    return next(line for line in table.splitlines() if line.startswith(name))


class Noise(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.files = [self.write(f"set/r-{i}.wav", 60 + i) for i in range(4)]

    def write(self, name, period):
        noise.write_wav(self.folder / name, saw(period))
        return self.folder / name

    def copies(self, files, noise_path, work="work", laying=0):
        return [path.read_bytes() for path in noise.noisy_copies(files, noise_path, 10, self.folder / work, BUILD, laying)]

    def test_another_recording_of_the_same_name_is_mixed(self):
        first = self.copies(self.files, self.write("one/tv.wav", 17))
        self.assertEqual(set(first) & set(self.copies(self.files, self.write("two/tv.wav", 31))), set())
        self.assertNotEqual(first, self.copies(self.files, self.write("one/tv.wav", 23)), "the file was made anew with another seed")

    def test_what_else_is_heard_does_not_matter(self):
        path = self.write("tv.wav", 1013)
        self.assertEqual(self.copies(self.files, path)[::2], self.copies(self.files[::2], path, "every-second"))

    def test_another_laying_is_another_stretch(self):
        path = self.write("tv.wav", 1013)
        layings = [self.copies(self.files, path, laying=laying) for laying in range(3)]
        for of_one_file in zip(*layings, strict=True):
            self.assertEqual(len(set(of_one_file)), 3)
        self.assertEqual(layings[0], self.copies(self.files, path), "the first is what one alone would be")

    def test_layings_lie_apart(self):
        for n in (2, 3, 5, 8):
            starts = sorted(noise.start_of(self.files[0], laying, 1000) for laying in range(n))
            gaps = [b - a for a, b in zip(starts, starts[1:] + [starts[0] + 1000], strict=True)]
            self.assertGreater(min(gaps), 1000 / n / 3)

    def test_files_of_one_name_have_a_copy_each(self):
        files = [self.write("digits/1.wav", 40), self.write("letters/1.wav", 50)]
        copies = recordings.copies(files, self.folder / "copies", BUILD)
        for file, copy in zip(files, copies, strict=True):
            samples = noise.read_sound(file, BUILD)
            self.assertEqual(noise.read_sound(copy, BUILD), samples + array.array("h", bytes(noise.RATE)))


class DayAnswers(unittest.TestCase):
    """Other packages of the same speaker fill her folder with files of another kind."""
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.tool = load_tool("day-answers")
        self.tool.SPEAKERS = {name: (f"package-of-{name}", self.folder / name, ".wav") for name in ("Zoe", "Mia")}
        self.record("Zoe", ".g722")
        self.record("Mia", ".wav")

    def record(self, speaker, suffix):
        for name in [f"day-{i}" for i in range(7)] + [str(i) for i in range(21)] + [f"mon-{i}" for i in range(12)]:
            noise.write_wav(self.folder / speaker / (name + suffix), saw(40))

    def heard(self):
        """(whose dates are counted, what is said about the others)"""
        said = io.StringIO()
        with mock.patch.object(self.tool, "count_answers") as counted, contextlib.redirect_stderr(said):
            self.tool.hear_people(types.SimpleNamespace(n=1), self.folder / "made")
        return [call.args[1] for call in counted.call_args_list], said.getvalue()

    def test_a_speaker_of_another_format_is_left_out(self):
        self.assertEqual(self.heard(), (["Mia, dates"], "day-answers: no recordings of Zoe: apt-get install package-of-Zoe\n"))

    def test_a_speaker_who_lacks_a_word_is_left_out(self):
        (self.folder / "Mia/mon-7.wav").unlink()
        self.assertEqual(self.heard()[0], [])


class Table(unittest.TestCase):
    def goal(self, name, *kind):
        scores = measures.Scores(*kind)
        return next(count.goal for count in scores.counts() if count.name == name)

    def test_goals_are_those_of_the_sound(self):
        for name, kind, goal in (
                ("right service, 13 services", ("text",), ">= 95 %"), ("right service, 13 services", ("clean",), ">= 92 %"),
                ("right service, 13 services", ("television", 10), ""), ("right service, three missions", ("text",), ""),
                ("right service, three missions", ("clean",), ">= 95 %"), ("right service, three missions", ("television", 10), ">= 90 %"),
                ("right service, three missions", ("television", 5), ""), ("right service, three missions", ("kitchen", 10), ""),
                ("service and when both right", ("text",), ">= 95 %"), ("service and when both right", ("clean",), ""),
                ("act right", ("text",), ""), ("act right", ("clean",), ""), ("items right", ("text",), ">= 80 %"),
                ("unrelated taken for a request", ("recordings",), "<= 2 %")):
            self.assertEqual(self.goal(name, *kind), goal, f"{name}, {kind}")

    def test_a_missed_request_is_shown(self):
        scores = measures.Scores("text")
        scores.add("requests", REQUEST, heard("none"))
        self.assertIn("[request missed] ('r-1', 'mes courses demain'", printed(scores, "text", 1))

    def test_when_is_counted_where_the_service_is_right(self):
        scores = measures.Scores("text")
        for got in (heard("request", "groceries", "2020-06-16"), heard("request", "groceries", "2020-06-17"),
                    heard("request", "pet_walk", "2020-06-17"), heard("none")):
            scores.add("requests", REQUEST, got)
        table = printed(scores, "text")
        self.assertIn("1/2 ", row(table, "when right"))
        self.assertIn("1/4 ", row(table, "service and when both right"))

    def test_people_whose_words_are_not_known(self):
        scores = measures.Scores("recordings")
        for act in ("none", "request", "emergency"):
            scores.add("outside", {"id": "/usr/share/1.wav", "text": ""}, {**heard(act), "audio_s": 2.0, "cpu_s": 0.1})
        table = printed(scores, "recordings")
        self.assertIn("1/3 ", row(table, "unrelated taken for a request"))
        self.assertIn("1/3 ", row(table, "false emergency"))
        self.assertNotIn("word errors", table)
        self.assertRegex(row(table, "recognition, of real time"), r" 0\.050 +<= 0\.10$")


class SeveralLayings(unittest.TestCase):
    """Stretches of noise under one sentence are no new sentences: the interval must not shrink as if they were."""

    def width(self, hits):
        """Of the interval over {sentence: [hit, ...]}."""
        count = measures.Count("count")
        for sentence, tries in hits.items():
            for hit in tries:
                count.add(hit, sentence=sentence)
        low, high = count.interval()
        return high - low, count.row()

    def test_sentences_that_always_go_alike_count_once(self):
        once = {i: [i % 4 > 0] for i in range(60)}
        many = {i: [i % 4 > 0] * 6 for i in range(60)}
        self.assertAlmostEqual(self.width(many)[0], self.width(once)[0], places=3)
        self.assertIn("270/360", self.width(many)[1])
        self.assertIn("as of 60 ", self.width(many)[1])

    def test_each_try_counts_where_sentences_do_not_matter(self):
        single = {i: [i % 4 > 0] for i in range(240)}
        together = {i: [True, True, False, True] for i in range(60)}
        self.assertAlmostEqual(self.width(together)[0], self.width(single)[0], places=6)
        self.assertNotIn("as of", self.width(single)[1])

    def test_too_few_failures_tell_nothing(self):
        self.assertIn("as of 60 ", self.width({i: [i > 0, True, True] for i in range(60)})[1])
        self.assertIn("as of 60 ", self.width({i: [True] * 3 for i in range(60)})[1])

    def test_word_errors_are_drawn_by_the_sentence(self):
        once, twice = measures.WordErrors(), measures.WordErrors()
        for i in range(40):
            wanted, got = "un deux trois quatre", "un deux trois" if i % 3 else "un"
            once.add(wanted, got, i)
            for _ in range(4):
                twice.add(wanted, got, i)
        self.assertEqual(once.interval(), twice.interval())
        self.assertEqual(once.share(), twice.share())

    def test_the_table_says_what_each_stretch_gave(self):
        scores = measures.Scores("television", 10)
        for i in range(10):
            for stretch, act in (("tv 1", "request"), ("tv 2", "request" if i % 2 else "none")):
                scores.add("requests", {**REQUEST, "id": f"r-{i}"}, heard(act, "groceries"), stretch)
        table = printed(scores, "sound")
        self.assertIn("tv 1 10/10, tv 2 5/10", table)
        self.assertRegex(row(table, "right service, 13"), r" 15/20 .* as of 20 ")


class Curve(unittest.TestCase):
    # Requests, of which one is hardly heard and one not at all; unrelated sentences, of which one is taken for one.
    POINTS = [(0.9, True, False), (0.4, True, False), (0.0, True, False), (0.0, True, False), (0.4499, False, True), (0.0, False, True)]

    def test_a_limit_is_found_on_the_curve(self):
        curve = curves.acceptance_curve(self.POINTS)
        self.assertEqual(curves.point_at(curve, 0)[:2], (50, 50))
        self.assertEqual(curves.point_at(curve, 0.35)[:2], (50, 50))
        self.assertEqual(curves.point_at(curve, 0.41)[:2], (75, 50))
        self.assertEqual(curves.point_at(curve, 0.45)[:2], (75, 0))

    def test_the_limits_in_force_are_drawn(self):
        asked_from = curves.request_limits()
        self.assertGreater(asked_from[0], asked_from[1])
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "curve.svg"
            load_tool("evaluate").draw_curve(path, {"text": curves.acceptance_curve(self.POINTS), "clean": curves.acceptance_curve(self.POINTS)})
            drawn = path.read_text(encoding="utf-8")
        self.assertEqual(drawn.count("<circle"), 2)  # of sound alone
        self.assertIn(f"black: restated, from {asked_from[0]}", drawn)


class Whole(unittest.TestCase):
    def rows(self, looks, memory):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "looks.jsonl"
            path.write_text("".join(json.dumps(entry) + "\n" for entry in looks), encoding="utf-8")
            return printed(whole.Rows(wakes.read(path), memory))

    def test_wakes_and_memory(self):
        looks = [{"kind": kind, "audio_s": 900, "looks": found} for kind, found in (
            ("quiet", [[1.0, -5.0]]), ("television", [[1.0, -30.0]]), ("television", [[1.0, -20.0]]),
            ("human", [[3.0, -40.0]]), ("synthetic", [[2.0, -20.0], [2.5, -10.0], [9.0, -10.0]]))]
        table = self.rows(looks, {"pss_kb": 59 * 1024})
        self.assertRegex(row(table, "wake phrase missed, in quiet"), r" 0/1 ")
        self.assertRegex(row(table, "wake phrase missed, television 10 dB"), r" 1/2 .*<= 5 %$")
        self.assertRegex(row(table, "false wakes"), r" 2 in 0\.50 h +<= 1 in 24 h")
        self.assertRegex(row(table, "memory"), r" 59\.0 +<= 60$")

    def test_what_was_not_measured_is_said(self):
        table = printed(whole.Rows(None, None))
        self.assertIn("not measured", row(table, "false wakes"))
        self.assertIn("not measured", row(table, "memory"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
