#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each program of tools/ still runs and prints its table, on as little as it takes. Usage: test_tools.py BUILD NAME

A figure is not judged here: tools that nothing ran have broken unnoticed. NAME `listed` checks that every tool stands
in TOOLS, with the arguments that make it small or the reason why it is not run.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BY_THE_TESTS = "runs whenever the tests are run by tools/test"
# Name: what is run ({build}, {work}, {corpus}) and words of its table; or why nothing is.
TOOLS = {
    "bench": (["--tiny", "-o", "{work}/bench.json"], ["recogniser.voisine.cpu_per_audio", "emergency.after_wake.called", "idle.silent_percent",
                                                      "memory.pss_kb", "enqueue.waiting_10.p99_ms", "conversation.clean.turns_mean"]),
    "evaluate": (["--build", "{build}", "--corpus", "{corpus}", "--sound", "--household", "--layings", "2", "--snr", "10", "--work", "{work}"],
                 ["right service", "when right", "word errors", "== sound, 10 dB", "household 2 "]),
    "fit-confidence": (["--build", "{build}", "gather", "{work}/rows.json", "{corpus}", "{corpus}/audio"], []),
    "learning": (["fr+f2", "--build", "{build}", "--test", "2", "--train", "1"], ["| fr+f2 |"]),
    "prove": (["--short", "--build", "{build}", "--only", "enqueue"], ["R52", "held"]),
    "alternatives": (["--build", "{build}", "--corpus", "{corpus}", "--only", "breadth,speexdsp", "--sentences", "200"],
                     ["trigram of 200 sentences", "Voisine behind speexdsp, kitchen"]),
    "overheard": (["--build", "{build}", "--calls", "1", "--false", "1"], ["| call for help over our own speech |", "| alone | 0 of 1 lives |"]),
    "day-answers": (["--build", "{build}", "-n", "1", "--voices", "1"], ["synthetic voices"]),
    "fuzz": (["--help"], ["usage"]),  # builds with libFuzzer, for minutes
    "denoiser": (["--help"], ["usage"]),  # teaches for an hour
    "sanitizers": (["--help"], ["usage"]),  # builds everything anew
    "package": (["--help"], ["usage"]),  # builds for two minutes, and wants to be root
    "coverage": (["--help"], ["usage"]),  # builds everything anew
    "demo": (["--help"], ["usage"]),  # its conversations are those of tests/room
    "wake-curve": (["--build", "{build}", "--calls", "1", "--looks", "{work}/looks.jsonl"], []),
    "build": (["--help"], ["usage"]),  # the tests are built by it
    "test": (["--help"], ["usage"]),  # runs the tests
    "fleet": (["--help"], ["usage"]),  # draws into docs/; its program is run by the test fleet/storm
    "setup": BY_THE_TESTS, "count_tests.py": BY_THE_TESTS,
    "packages.txt": "a list",
}
REQUEST = "v-r-001\til me faudrait une bonne âme pour aller aux commissions\tgroceries\t\t\t\t\n"


def make_corpus(folder):
    """One request, and its sound."""
    (folder / "text").mkdir(parents=True)
    (folder / "text/requests.tsv").write_text("id\ttext\tservice\tdate\tpart\ttime\titems\n" + REQUEST, encoding="utf-8")
    subprocess.run([ROOT / "tests/corpus/speak", folder / "audio", "--text", folder / "text", "--tables", "requests"],
                   check=True, stdout=subprocess.DEVNULL)


def run(build, name):
    arguments, words = TOOLS[name]
    with tempfile.TemporaryDirectory(prefix="voisine-tools-") as folder:
        work = pathlib.Path(folder)
        if any("{corpus}" in argument for argument in arguments):
            make_corpus(work / "corpus")
        command = [ROOT / "tools" / name, *(argument.format(build=build, work=work, corpus=work / "corpus") for argument in arguments)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        missing = [word for word in words if word not in done.stdout]
        for path in work.glob("*.json"):
            json.loads(path.read_text(encoding="utf-8"))
    if done.returncode or missing:
        print(done.stdout, done.stderr, sep="\n")
        sys.exit(f"tools/{name}: status {done.returncode}, missing in its output: {missing}")


def listed():
    there = {path.name for path in (ROOT / "tools").iterdir() if path.is_file()}
    if there != set(TOOLS):
        sys.exit(f"tools/ and TOOLS differ: {sorted(there ^ set(TOOLS))}")


if __name__ == "__main__":
    build, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    listed() if name == "listed" else run(build, name)
