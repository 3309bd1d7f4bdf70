# SPDX-License-Identifier: GPL-3.0-or-later
"""What is counted, and how sure a count of so many is."""
import math
import random


def wilson(k, n, z=1.96):
    """The 95 % interval of a proportion (E. B. Wilson, 1927)."""
    if n == 0:
        return 0.0, 1.0
    p = k / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


class Count:
    """How many of how many, with the cases that count against the goal."""

    def __init__(self, name, goal="", good_is_high=True):
        self.name, self.goal, self.good_is_high = name, goal, good_is_high
        self.k = self.n = 0
        self.bad = []

    def add(self, hit, case=None):
        self.n += 1
        self.k += bool(hit)
        if case is not None and bool(hit) != self.good_is_high:
            self.bad.append(case)

    def row(self):
        low, high = wilson(self.k, self.n)
        share = 100 * self.k / self.n if self.n else 0
        return f"{self.name:44} {self.k:5d}/{self.n:<5d} {share:6.1f} %  [{100 * low:5.1f} {100 * high:5.1f}]  {self.goal}"

    def as_json(self):
        low, high = wilson(self.k, self.n)
        return {"name": self.name, "k": self.k, "n": self.n, "share": self.k / self.n if self.n else None,
                "low": low, "high": high, "goal": self.goal}


def figure_row(name, value, goal):
    """As a count's, for what is no share."""
    return f"{name:44} {value:>20} {'':17}  {goal}"


def word_errors(wanted, got):
    """Levenshtein distance in words, and how many words were wanted."""
    a, b = wanted.split(), got.split()
    before = list(range(len(b) + 1))
    for i, word in enumerate(a, 1):
        now = [i]
        for j, other in enumerate(b, 1):
            now.append(min(before[j] + 1, now[j - 1] + 1, before[j - 1] + (word != other)))
        before = now
    return before[-1], len(a)


class WordErrors:
    """Wrong, missing and added words, file by file: words of one file fail together, so files are what is drawn again."""

    RESAMPLED = 1000

    def __init__(self):
        self.files = []  # (errors, words)

    def add(self, wanted, got):
        self.files.append(word_errors(wanted, got))

    def share(self, files=None):
        errors, words = (sum(column) for column in zip(*(files or self.files), strict=True))
        return errors / max(1, words)

    def interval(self):
        """The 95 % interval, by bootstrap (M. Bisani and H. Ney, 2004)."""
        chance = random.Random(0)
        shares = sorted(self.share(chance.choices(self.files, k=len(self.files))) for _ in range(self.RESAMPLED))
        return shares[int(0.025 * self.RESAMPLED)], shares[int(0.975 * self.RESAMPLED)]

    def row(self):
        errors, words = (sum(column) for column in zip(*self.files, strict=True))
        low, high = self.interval()
        return f"{'word errors':44} {errors:5d}/{words:<5d} {100 * self.share():6.1f} %  [{100 * low:5.1f} {100 * high:5.1f}]"


MISSIONS = ("groceries", "pet_walk", "friendly_call")
# What is asked for, by count: on text, on any sound, and on one sound at a number of dB.
GOALS = {
    "text": {"service": ">= 95 %", "both": ">= 95 %", "items": ">= 80 %", "outside": "<= 2 %"},
    "sound": {"wrong": "<= 2 %", "outside": "<= 2 %", "yes_no": ">= 98 %", "swapped": "0", "emergency": ">= 95 %",
              "false_alarm": "<= 0.3 %", "real_time": "<= 0.10"},
    ("clean", None): {"service": ">= 92 %", "missions": ">= 95 %"},
    ("television", 10): {"missions": ">= 90 %"},
}


def goals(kind, snr_db=None):
    return GOALS["text"] if kind == "text" else {**GOALS["sound"], **GOALS.get((kind, snr_db), {})}


def when_of(row):
    return tuple(row.get(field) or "" for field in ("date", "part", "time"))


def items_are_right(row, got):
    wanted = sorted(item.strip() for item in row["items"].split(",") if item.strip())
    return wanted == sorted(got.get("items") or [])


class Scores:
    """All counts of one run over one kind of input (text, or a sound at one noise level)."""

    def __init__(self, kind, snr_db=None):
        self.goals = goals(kind, snr_db)
        self.service = self._count("service", "right service, 13 services")
        self.missions = self._count("missions", "right service, three missions")
        self.wrong = self._count("wrong", "wrong service", good_is_high=False)
        self.missed = self._count("missed", "request missed", good_is_high=False)
        self.when = self._count("when", "when right, where the service is")
        self.both = self._count("both", "service and when both right")
        self.items = self._count("items", "items right")
        self.outside = self._count("outside", "unrelated taken for a request", good_is_high=False)
        self.acts = self._count("acts", "act right")
        self.yes_no = self._count("yes_no", "yes / no right")
        self.swapped = self._count("swapped", "yes taken for no or no for yes", good_is_high=False)
        self.emergency = self._count("emergency", "emergency heard")
        self.false_alarm = self._count("false_alarm", "false emergency", good_is_high=False)
        self.by_service = {}
        self.curve = []  # (confidence, is a right request, is unrelated)
        self.word_errors = WordErrors()
        self.audio_s = self.cpu_s = 0.0

    def _count(self, key, name, good_is_high=True):
        return Count(name, self.goals.get(key, ""), good_is_high)

    def counts(self):
        return [self.service, self.missions, self.wrong, self.missed, self.when, self.both, self.items, self.outside,
                self.acts, self.yes_no, self.swapped, self.emergency, self.false_alarm]

    def add(self, table, row, got):
        case = (row["id"], row["text"], got.get("text", ""), got["act"], got.get("service"), got.get("confidence"))
        {"requests": self._request, "dialogue": self._dialogue, "emergency": self._emergency,
         "outside": self._outside}[table](row, got, case)
        if table != "emergency":
            self.false_alarm.add(got["act"] == "emergency", case)
        if got.get("audio_s"):
            if row["text"]:  # of a person's recording it is not known
                self.word_errors.add(row["text"], got["text"])
            self.audio_s += got["audio_s"]
            self.cpu_s += got.get("cpu_s") or 0

    def _request(self, row, got, case):
        is_request = got["act"] == "request"
        right = is_request and got["service"] == row["service"]
        self.service.add(right, case)
        if row["service"] in MISSIONS:
            self.missions.add(right)
        self.wrong.add(is_request and not right, case)
        self.missed.add(not is_request, case)
        is_when_right = when_of(row) == when_of(got)
        if right:
            self.when.add(is_when_right, case + (when_of(row), when_of(got)))
        self.both.add(right and is_when_right, case)
        if row["items"]:
            self.items.add(items_are_right(row, got), case + (row["items"], got.get("items")))
        self.by_service.setdefault(row["service"], Count(row["service"])).add(right)
        self.curve.append((got.get("confidence") or 0 if right else 0.0, True, False))

    def _dialogue(self, row, got, case):
        self.acts.add(got["act"] == row["act"], case + (row["act"],))
        if row["act"] in ("affirm", "deny"):
            other = {"affirm": "deny", "deny": "affirm"}[row["act"]]
            self.yes_no.add(got["act"] == row["act"], case)
            self.swapped.add(got["act"] == other, case)

    def _emergency(self, row, got, case):
        self.emergency.add(got["act"] == "emergency", case)

    def _outside(self, row, got, case):
        taken = got["act"] == "request"
        self.outside.add(taken, case)
        self.curve.append(((got.get("confidence") or 0) if taken else 0.0, False, True))

    def print(self, title, n_examples=0):
        print(f"\n== {title}")
        for count in self.counts():
            if count.n:
                print(count.row())
        if self.word_errors.files:
            print(self.word_errors.row())
        if self.audio_s:
            print(figure_row("recognition, of real time", f"{self.cpu_s / self.audio_s:.3f}", self.goals.get("real_time", "")))
        if self.by_service:
            print("  by service: " + ", ".join(f"{c.name} {c.k}/{c.n}" for _, c in sorted(self.by_service.items())))
        for count in self.counts() if n_examples else []:
            for case in count.bad[:n_examples]:
                print(f"    [{count.name}] {case}")

    def as_json(self):
        return {"counts": [c.as_json() for c in self.counts()],
                "services": {name: c.as_json() for name, c in self.by_service.items()},
                "word_errors": self.word_errors.share() if self.word_errors.files else None,
                "real_time": self.cpu_s / self.audio_s if self.audio_s else None}
