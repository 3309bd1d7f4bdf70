# SPDX-License-Identifier: GPL-3.0-or-later
"""What the looks of the wake detector come to: `voisine wake --looks`, kept by tools/wake-curve, a JSON object a file."""
import json

KINDS = ("quiet", "television", "human", "synthetic")  # two with calls, two without
HOLD_OFF_S = 1.0  # asr/wake.c
SENSITIVITY = 50  # config/options_table.c


def read(path):
    """{kind: [file, ...]}"""
    found = {kind: [] for kind in KINDS}
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        found[entry["kind"]].append(entry)
    return found


def limit_of(sensitivity):
    return -13 - 20 * sensitivity / 100  # asr/wake.c


def n_wakes(looks, limit):
    """How often the phrase counts as heard when it must score more than the limit."""
    n, not_before = 0, 0.0
    for at_s, score in looks:
        if at_s >= not_before and score > limit:
            n += 1
            not_before = at_s + HOLD_OFF_S
    return n


def n_missed(files, limit):
    return sum(1 for f in files if n_wakes(f["looks"], limit) == 0)


def n_false(files, limit):
    return sum(n_wakes(f["looks"], limit) for f in files)


def hours(files):
    return sum(f["audio_s"] for f in files) / 3600
