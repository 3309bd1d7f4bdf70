#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the labelled sentences in text/: their shape, their labels and that the labels fit the words.

A wrong label costs more than a missing sentence, because measurements believe it. So beside the columns this test
compares what can be compared without understanding: weekday and date, items and text, clock and part.
"""
import collections
import datetime
import pathlib
import re
import unittest

TEXT = pathlib.Path(__file__).resolve().parent / "text"
EXAMPLES = TEXT.parent.parent.parent / "intents/fr"
NOW = datetime.date(2020, 6, 15)
HEADS = {
    "requests": ["id", "text", "service", "date", "part", "time", "items"],
    "dialogue": ["id", "text", "act"],
    "emergency": ["id", "text"],
    "outside": ["id", "text"],
}
IDS = {"requests": r"v-r-\d{3}", "dialogue": r"v-d-\d{3}", "emergency": r"v-e-\d{3}",
       "outside": r"v-(near|o)-\d{3}"}
LEAST = {"requests": 500, "dialogue": 250, "emergency": 70, "outside": 400}
SERVICES = {"groceries", "pet_walk", "friendly_call", "home_help", "repair", "parcel", "diy", "gardening",
            "tutoring", "childcare", "computer_help", "paperwork", "cooked_meal"}
ACTS = {"affirm", "deny", "cancel", "repeat", "status", "help", "louder", "softer", "slower", "faster"}
PARTS = {"", "morning", "noon", "afternoon", "evening"}
WEEKDAYS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
SPOKEN = re.compile(r"[a-zàâäçéèêëîïôöùûüÿœæ' -]+")


def table(name):
    lines = (TEXT / f"{name}.tsv").read_text(encoding="utf-8").split("\n")
    return [line.split("\t") for line in lines]


def rows(name):
    head, *body, _ = table(name)
    return [dict(zip(head, row)) for row in body]


class Shape(unittest.TestCase):
    def test_columns(self):
        for name, head in HEADS.items():
            lines = table(name)
            self.assertEqual(lines[0], head, name)
            self.assertEqual(lines[-1], [""], f"{name}: no newline at the end")
            for number, row in enumerate(lines[1:-1], 2):
                self.assertEqual(len(row), len(head), f"{name}.tsv:{number}")

    def test_ids_and_texts_are_unique(self):
        ids, texts = collections.Counter(), collections.Counter()
        for name in HEADS:
            for row in rows(name):
                self.assertRegex(row["id"], f"^{IDS[name]}$", name)
                ids[row["id"]] += 1
                texts[row["text"]] += 1
        self.assertEqual([i for i, n in ids.items() if n > 1], [])
        self.assertEqual([t for t, n in texts.items() if n > 1], [])

    def test_texts_are_spoken_words(self):
        for name in HEADS:
            for row in rows(name):
                text = row["text"]
                self.assertTrue(SPOKEN.fullmatch(text), f"{row['id']}: {text}")
                self.assertEqual(text, " ".join(text.split()), row["id"])

    def test_amounts(self):
        for name, least in LEAST.items():
            self.assertGreaterEqual(len(rows(name)), least, name)
        services = collections.Counter(row["service"] for row in rows("requests"))
        self.assertGreaterEqual(min(services[s] for s in SERVICES), 31, services)
        acts = collections.Counter(row["act"] for row in rows("dialogue"))
        self.assertGreaterEqual(min(acts[a] for a in ACTS), 18, acts)


class Labels(unittest.TestCase):
    def test_known(self):
        for row in rows("requests"):
            self.assertIn(row["service"], SERVICES, row["id"])
            self.assertIn(row["part"], PARTS, row["id"])
        for row in rows("dialogue"):
            self.assertIn(row["act"], ACTS, row["id"])

    def test_dates(self):
        for row in rows("requests"):
            if not row["date"]:
                continue
            date = datetime.date.fromisoformat(row["date"])
            self.assertLessEqual(NOW, date, row["id"])
            self.assertLessEqual(date, NOW + datetime.timedelta(days=60), row["id"])
            named = [word for word in row["text"].split() if word in WEEKDAYS]
            if named:
                self.assertIn(WEEKDAYS[date.weekday()], named, f"{row['id']}: {row['text']}")
            if "lundi" in named and named[-1] == "lundi":
                self.assertGreater(date, NOW, f"{row['id']}: a weekday said on that day is next week's")

    def test_words_of_time_have_their_label(self):
        near = {"demain": {1, 2}, "aujourd'hui": {0}, "ce soir": {0}, "ce matin": {0}, "ce tantôt": {0},
                "semaine prochaine": set(range(7, 14)), "dans quinze jours": {14}, "ce week-end": {5}}
        for row in rows("requests"):
            if not row["date"]:
                continue
            days = (datetime.date.fromisoformat(row["date"]) - NOW).days
            said = [allowed for words, allowed in near.items() if words in row["text"]]
            if said and not any(w in row["text"].split() for w in WEEKDAYS):
                self.assertTrue(any(days in allowed for allowed in said) or "non" in row["text"],
                                f"{row['id']}: {row['text']}: {row['date']}")

    def test_clock(self):
        for row in rows("requests"):
            if row["time"]:
                self.assertRegex(row["time"], r"^([01]\d|2[0-3]):[0-5]\d$", row["id"])
                self.assertEqual(row["part"], "", f"{row['id']}: with a clock time the part is empty")
                self.assertRegex(row["text"], r"heures?\b|midi", row["id"])

    def test_items_stand_in_the_text(self):
        for row in rows("requests"):
            if not row["items"]:
                continue
            self.assertEqual(row["service"], "groceries", row["id"])
            for item in row["items"].split(","):
                self.assertEqual(item, item.strip(), row["id"])
                self.assertTrue(item, row["id"])
                self.assertIn(item, row["text"], row["id"])
                self.assertNotRegex(item, r"^(le|la|les|du|des|un|une|de|de la|l'|d')\b", row["id"])


class Apart(unittest.TestCase):
    """What is learned from stands in no set, or the set measures nothing. "Oui, c'est bien ça" everybody says: up to four
    words, and answers, may stand in both."""

    def test_no_sentence_is_learned(self):
        words = re.compile(r"\w+")
        learned = {}
        for path in sorted(EXAMPLES.glob("*examples/*.txt")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                learned[" ".join(words.findall(line.lower()))] = f"{path.relative_to(EXAMPLES)}:{number}"
        self.assertGreater(len(learned), 10000)
        for path in sorted(TEXT.parent.rglob("text/*.tsv")):
            if path.stem == "dialogue" or "develop" in path.parts:
                continue
            for line in path.read_text(encoding="utf-8").splitlines()[1:]:
                said = words.findall(line.split("\t")[1])
                where = learned.get(" ".join(said)) if len(said) > 4 else None
                self.assertIsNone(where, f"{path}: {' '.join(said)}")


class Halves(unittest.TestCase):
    """short/: what one half teaches is measured on the other."""

    def test_no_sentence_stands_in_both(self):
        texts = {half: [row[1] for path in sorted((TEXT.parent / "short" / half / "text").glob("*.tsv"))
                        for row in (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:])]
                 for half in ("develop", "held")}
        self.assertGreater(len(texts["held"]), 100)
        self.assertEqual(set(texts["develop"]) & set(texts["held"]), set())

    def test_acts_are_known(self):
        for half in ("develop", "held"):
            lines = (TEXT.parent / "short" / half / "text" / "dialogue.tsv").read_text(encoding="utf-8").splitlines()
            self.assertEqual({line.split("\t")[2] for line in lines[1:]} - ACTS, set(), half)


if __name__ == "__main__":
    unittest.main()
