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


FEW = 5  # sentences: of fewer, no spread can be told


def independent(by_sentence):
    """How many independent trials a count is worth whose trials come in sentences, [(hits, trials), ...]: files of one sentence,
    in other voices or other stretches of a noise, fail together (J. N. K. Rao and A. J. Scott, 1992: the design effect).
    Never more than the trials nor fewer than the sentences, and those where too few went otherwise to tell."""
    m, k, n = len(by_sentence), sum(s[0] for s in by_sentence), sum(s[1] for s in by_sentence)
    if m == n or min(sum(s[0] > 0 for s in by_sentence), sum(s[0] < s[1] for s in by_sentence)) < FEW:
        return m
    share = k / n
    variance = m / (m - 1) * sum((hits - share * trials) ** 2 for hits, trials in by_sentence) / n ** 2
    return max(m, min(n, share * (1 - share) / variance)) if variance else n


class Count:
    """How many of how many, with the cases that count against the goal."""

    def __init__(self, name, goal="", good_is_high=True):
        self.name, self.goal, self.good_is_high = name, goal, good_is_high
        self.k = self.n = 0
        self.by_sentence = {}  # (hits, trials) of those that were named
        self.bad = []

    def add(self, hit, case=None, sentence=None):
        self.n += 1
        self.k += bool(hit)
        sentence = sentence if sentence is not None else self.n
        hits, trials = self.by_sentence.get(sentence, (0, 0))
        self.by_sentence[sentence] = hits + bool(hit), trials + 1
        if case is not None and bool(hit) != self.good_is_high:
            self.bad.append(case)

    def n_independent(self):
        return independent(list(self.by_sentence.values())) if self.by_sentence else self.n

    def interval(self):
        n = self.n_independent()
        return wilson(self.k * n / self.n if self.n else 0, n)

    def row(self):
        low, high = self.interval()
        share = 100 * self.k / self.n if self.n else 0
        of = f"as of {self.n_independent():.0f}  " if len(self.by_sentence) not in (0, self.n) else ""
        return f"{self.name:44} {self.k:5d}/{self.n:<5d} {share:6.1f} %  [{100 * low:5.1f} {100 * high:5.1f}]  {of}{self.goal}"

    def as_json(self):
        low, high = self.interval()
        return {"name": self.name, "k": self.k, "n": self.n, "share": self.k / self.n if self.n else None,
                "sentences": len(self.by_sentence) or self.n, "low": low, "high": high, "goal": self.goal}


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
    """Wrong, missing and added words. Words of one sentence fail together, and so do its files: sentences are drawn again."""

    RESAMPLED = 1000

    def __init__(self):
        self.by_sentence = {}  # (errors, words)

    def add(self, wanted, got, sentence=None):
        errors, words = word_errors(wanted, got)
        sentence = sentence if sentence is not None else len(self.by_sentence)
        before = self.by_sentence.get(sentence, (0, 0))
        self.by_sentence[sentence] = before[0] + errors, before[1] + words

    def totals(self, drawn=None):
        return tuple(sum(column) for column in zip(*(drawn or self.by_sentence.values()), strict=True))

    def share(self, drawn=None):
        errors, words = self.totals(drawn)
        return errors / max(1, words)

    def interval(self):
        """The 95 % interval, by bootstrap (M. Bisani and H. Ney, 2004)."""
        chance = random.Random(0)
        sentences = list(self.by_sentence.values())
        shares = sorted(self.share(chance.choices(sentences, k=len(sentences))) for _ in range(self.RESAMPLED))
        return shares[int(0.025 * self.RESAMPLED)], shares[int(0.975 * self.RESAMPLED)]

    def row(self):
        errors, words = self.totals()
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


def is_right(row, got):
    return got["act"] == "request" and got["service"] == row["service"]


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
        self.by_service, self.by_stretch = {}, {}
        self.curve = []  # (confidence, is a right request, is unrelated)
        self.word_errors = WordErrors()
        self.audio_s = self.cpu_s = 0.0

    def _count(self, key, name, good_is_high=True):
        return Count(name, self.goals.get(key, ""), good_is_high)

    def counts(self):
        return [self.service, self.missions, self.wrong, self.missed, self.when, self.both, self.items, self.outside,
                self.acts, self.yes_no, self.swapped, self.emergency, self.false_alarm]

    def add(self, table, row, got, stretch=None):
        """`stretch`: a name for the piece of noise that lies under it."""
        case = (row["id"], row["text"], got.get("text", ""), got["act"], got.get("service"), got.get("confidence"))
        sentence = (table, row["id"])
        {"requests": self._request, "dialogue": self._dialogue, "emergency": self._emergency,
         "outside": self._outside}[table](row, got, case, sentence)
        if table == "requests" and stretch:
            self.by_stretch.setdefault(stretch, Count(stretch)).add(is_right(row, got))
        if table != "emergency":
            self.false_alarm.add(got["act"] == "emergency", case, sentence)
        if got.get("audio_s"):
            if row["text"]:  # of a person's recording it is not known
                self.word_errors.add(row["text"], got["text"], sentence)
            self.audio_s += got["audio_s"]
            self.cpu_s += got.get("cpu_s") or 0

    def _request(self, row, got, case, sentence):
        is_request = got["act"] == "request"
        right = is_right(row, got)
        self.service.add(right, case, sentence)
        if row["service"] in MISSIONS:
            self.missions.add(right, None, sentence)
        self.wrong.add(is_request and not right, case, sentence)
        self.missed.add(not is_request, case, sentence)
        is_when_right = when_of(row) == when_of(got)
        if right:
            self.when.add(is_when_right, case + (when_of(row), when_of(got)), sentence)
        self.both.add(right and is_when_right, case, sentence)
        if row["items"]:
            self.items.add(items_are_right(row, got), case + (row["items"], got.get("items")), sentence)
        self.by_service.setdefault(row["service"], Count(row["service"])).add(right, None, sentence)
        self.curve.append((got.get("confidence") or 0 if right else 0.0, True, False))

    def _dialogue(self, row, got, case, sentence):
        self.acts.add(got["act"] == row["act"], case + (row["act"],), sentence)
        if row["act"] in ("affirm", "deny"):
            other = {"affirm": "deny", "deny": "affirm"}[row["act"]]
            self.yes_no.add(got["act"] == row["act"], case, sentence)
            self.swapped.add(got["act"] == other, case, sentence)

    def _emergency(self, row, got, case, sentence):
        self.emergency.add(got["act"] == "emergency", case, sentence)

    def _outside(self, row, got, case, sentence):
        taken = got["act"] == "request"
        self.outside.add(taken, case, sentence)
        self.curve.append(((got.get("confidence") or 0) if taken else 0.0, False, True))

    def print(self, title, n_examples=0):
        print(f"\n== {title}")
        for count in self.counts():
            if count.n:
                print(count.row())
        if self.word_errors.by_sentence:
            print(self.word_errors.row())
        if self.audio_s:
            print(figure_row("recognition, of real time", f"{self.cpu_s / self.audio_s:.3f}", self.goals.get("real_time", "")))
        if self.by_service:
            print("  by service: " + ", ".join(f"{c.name} {c.k}/{c.n}" for _, c in sorted(self.by_service.items())))
        if len(self.by_stretch) > 1:
            print("  right service by stretch of noise: " + ", ".join(f"{c.name} {c.k}/{c.n}" for c in self.by_stretch.values()))
        for count in self.counts() if n_examples else []:
            for case in count.bad[:n_examples]:
                print(f"    [{count.name}] {case}")

    def as_json(self):
        return {"counts": [c.as_json() for c in self.counts()],
                "services": {name: c.as_json() for name, c in self.by_service.items()},
                "stretches": {name: c.as_json() for name, c in self.by_stretch.items()},
                "word_errors": self.word_errors.share() if self.word_errors.by_sentence else None,
                "real_time": self.cpu_s / self.audio_s if self.audio_s else None}
