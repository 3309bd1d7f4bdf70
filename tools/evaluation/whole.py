# SPDX-License-Identifier: GPL-3.0-or-later
"""The rest of the table: the wake phrase (tools/wake-curve) and memory (tools/bench), both measured quickly."""
import json
import os
import pathlib
import subprocess
import sys

from . import measures, wakes

TOOLS = pathlib.Path(__file__).resolve().parents[1]
CALLS, HOURS = 40, 0.25
MEMORY_GOAL_MB = 60


def run(command, **environment):
    """Its own table goes to standard error: it is not the one that was asked for."""
    print(f"==> {' '.join(map(str, command[:4]))} ...", file=sys.stderr, flush=True)
    return subprocess.run([str(part) for part in command], stdout=sys.stderr, env={**os.environ, **environment}, check=False).returncode


def measure(build, work, has_recordings):
    """Returns: what was found of wakes and of memory; None for what could not be measured."""
    looks, bench = work / "wake.jsonl", work / "bench.json"
    work.mkdir(parents=True, exist_ok=True)
    for path in (looks, bench):
        path.unlink(missing_ok=True)  # one is added to, and neither may be of another build
    failed = run([TOOLS / "wake-curve", "--build", build, "--looks", looks, "--calls", CALLS, "--hours", HOURS,
                  *(["--recordings"] if has_recordings else [])])
    run([TOOLS / "bench", "--quick", "--only", "memory", "-o", bench], VOISINE_BUILD=str(build.resolve()))
    memory = json.loads(bench.read_text(encoding="utf-8")).get("memory") if bench.exists() else None
    return None if failed else wakes.read(looks), memory


class Rows:
    def __init__(self, found, memory):
        self.missed, self.false_wakes, self.hours, self.memory_mb = [], None, None, None
        limit = wakes.limit_of(wakes.SENSITIVITY)
        for kind, name, goal in (("quiet", "in quiet", ""), ("television", "television 10 dB", "<= 5 %")) if found else ():
            count = measures.Count(f"wake phrase missed, {name}", goal, good_is_high=False)
            count.n, count.k = len(found[kind]), wakes.n_missed(found[kind], limit)
            self.missed.append(count)
        if found:
            talk = found["human"] + found["synthetic"]
            self.false_wakes, self.hours = wakes.n_false(talk, limit), wakes.hours(talk)
        if memory:
            self.memory_mb = memory["pss_kb"] / 1024

    def print(self):
        print("\n== wake phrase, memory")
        for count in self.missed:
            print(count.row())
        false_wakes = "not measured" if self.hours is None else f"{self.false_wakes} in {self.hours:.2f} h"
        memory_mb = "not measured" if self.memory_mb is None else f"{self.memory_mb:.1f}"
        print(measures.figure_row("false wakes in unrelated speech", false_wakes, "<= 1 in 24 h (tools/wake-curve --hours 24)"))
        print(measures.figure_row("memory after a conversation, MB", memory_mb, f"<= {MEMORY_GOAL_MB}"))

    def as_json(self):
        return {"counts": [c.as_json() for c in self.missed], "false_wakes": self.false_wakes, "hours": self.hours, "memory_mb": self.memory_mb}
