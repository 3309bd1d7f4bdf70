#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the house that a machine can check. Usage: house.py CHECK SOURCE_ROOT [COMPILER... | BUILD_FOLDER]

Each check prints what breaks the rule as file:line and ends with status 1, so that a person can jump there.
"""
import json
import pathlib
import re
import subprocess
import sys

# design: dependence runs one way. A folder may include its own headers and those of these folders.
MAY_USE = {
    "base": set(),
    "config": {"base"},
    "audio": {"base"},
    "asr": {"base"},
    "tts": {"base"},
    "intents": {"base"},
    "matching": {"base"},
    "daemon": {"base", "config", "audio", "asr", "tts", "intents", "matching"},
}
# One door per header of a library: it stands in this source only ("*" in a path: any file of the folder).
DOORS = {
    "uv.h": ["base/loop.c"],
    "portaudio.h": ["audio/device.c"],
    "speex/speex_resampler.h": ["audio/resampler.c"],
    "speex/speex_echo.h": ["audio/canceller.c"],
    "sndfile.h": ["audio/soundfile.c"],
    "pocketsphinx.h": ["asr/decoder.c", "asr/library.c"],
    "sphinxbase/fe.h": ["asr/analysis.c", "asr/voice.c"],
    "sphinxbase/ckd_alloc.h": ["asr/analysis.c"],
    "sphinxbase/cmd_ln.h": ["asr/decoder.c", "asr/library.h"],
    "sphinxbase/err.h": ["asr/library.c"],
    "sphinxbase/ngram_model.h": ["asr/decoder.c"],
    "espeak-ng/speak_lib.h": ["tts/voice_espeak.c"],
    "espeak-ng/espeak_ng.h": ["tts/voice_espeak.c"],
    "sqlite3.h": ["matching/database.c"],
    "curl/curl.h": ["matching/client.c"],
    "jansson.h": ["config/", "intents/", "matching/", "tts/"],
}
# Headers that no other folder includes (checked) and that show a library's type within their own.
PRIVATE_HEADERS = {"asr/library.h", "config/json.h", "config/value.h", "tts/json.h"}
LIBRARY_PREFIXES = ("sphinxbase/", "pocketsphinx", "speex/", "espeak-ng/", "curl/", "microhttpd")
FOLDERS = list(MAY_USE)
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')


def sources(root, folders, patterns=("*.c", "*.h")):
    for folder in folders:
        for pattern in patterns:
            yield from sorted((root / folder).rglob(pattern))


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(2)


def check_direction(root):
    for path in sources(root, FOLDERS):
        folder = path.relative_to(root).parts[0]
        for number, header in includes(path):
            used = header.split("/")[0]
            if used in FOLDERS and used != folder and used not in MAY_USE[folder]:
                yield f"{path}:{number}: {folder}/ may not use {used}/ ({header})"
            if header in PRIVATE_HEADERS and used != folder:
                yield f"{path}:{number}: {header} is private to {used}/"
            if used == "tests":
                yield f"{path}:{number}: nothing includes tests/"


# The conversation is pure (design 5): no clock, no file, no socket. Of ours it may include these, of libc those.
PURE_FILES = "daemon/conversation*.[ch]"
PURE_OF_OURS = re.compile(r"daemon/(?:conversation\w*|draft)\.h|base/(?:log|text|date|strbuf|utf8)\.h")
PURE_OF_LIBC = {"errno.h", "limits.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h"}
PURE_NEVER = re.compile(r"\b(?:time|clock_gettime|gettimeofday|localtime(?:_r)?|fopen|fread|open|read|write|socket|getenv|rand|random)\s*\(")


def check_pure(root):
    files = sorted(root.glob(PURE_FILES))
    if len(files) < 5:
        yield f"{root / 'daemon'}: {len(files)} files match {PURE_FILES}: the check looks at nothing"
    for path in files:
        for number, header in includes(path):
            if not PURE_OF_OURS.fullmatch(header) and header not in PURE_OF_LIBC:
                yield f"{path}:{number}: the conversation is pure: {header} has no place in it"
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = PURE_NEVER.search(line)
            if match and not line.lstrip().startswith(("*", "/*", "//")):
                yield f"{path}:{number}: the conversation is pure: {match.group().strip()})"


def is_library(header):
    return header in DOORS or header.startswith(LIBRARY_PREFIXES)


def check_doors(root):
    for path in sources(root, FOLDERS):
        name = str(path.relative_to(root))
        for number, header in includes(path):
            if not is_library(header):
                continue
            doors = DOORS.get(header)
            if doors is None:
                doors = next((d for h, d in DOORS.items() if header.split("/")[0] in h
                              or (header.startswith("sphinxbase/") and h == "pocketsphinx.h")), [])
            if (name.endswith(".h") and name not in PRIVATE_HEADERS) or not any(name == d or (d.endswith("/") and name.startswith(d))
                                              for d in doors):
                yield f"{path}:{number}: <{header}> belongs to {', '.join(doors) or 'a door'} alone"


def check_headers_alone(root, compiler):
    for path in sources(root, FOLDERS, ("*.h",)):
        run = subprocess.run([*compiler, "-std=gnu11", "-D_GNU_SOURCE", "-fsyntax-only", "-Wall",
                              "-Werror", "-x", "c", f"-I{root}", "-include", str(path), "/dev/null"],
                             capture_output=True, text=True)
        if run.returncode:
            yield f"{path}:1: does not compile alone\n{run.stderr}"


def check_test_list(root):
    for path in sources(root, ["tests"], ("*.c",)):
        folder = path.parent
        listed = ""
        while folder != root:
            build = folder / "meson.build"
            listed += build.read_text() if build.exists() else ""
            folder = folder.parent
        if not re.search(rf"'(?:[\w./-]*/)?{re.escape(path.stem)}(?:\.c)?'", listed):
            yield f"{path}:1: not listed in a meson.build: it never runs"
    for path in sources(root, ["tests"], ("test_*.py", "*.sh")):
        if path.name not in (path.parent / "meson.build").read_text():
            yield f"{path}:1: not listed in {path.parent}/meson.build: it never runs"


NOT_IN_THE_TREE = ("build/", "style/") # what the build makes; names of tests


def check_map(root):
    """The files and functions that the doors for a reader name are there."""
    sources_there = {path.name for path in sources(root, FOLDERS)}
    for path in (root / "docs/ARCHITECTURE.md", root / "README.md", root / "CONTRIBUTING.md"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for name, function in re.findall(r"`([a-z_]+/[\w./]+?)(?:: (\w+))?`", line):
                there = [root / name, *(root / (name + ending) for ending in (".c", ".h"))]
                if not any(file.exists() for file in there) and not name.startswith(NOT_IN_THE_TREE):
                    yield f"{path}:{number}: there is no {name}"
                elif function and not re.search(rf"^\w.*\b{function}\(", (root / name).read_text(), re.M):
                    yield f"{path}:{number}: there is no {function} in {name}"
            for name in re.findall(r"`(\w+\.[ch])`", line):
                if name not in sources_there:
                    yield f"{path}:{number}: there is no {name}"


N_PROMISES = 64


def test_names(build):
    return {test["name"] for test in json.loads((pathlib.Path(build[0]) / "meson-info/intro-tests.json").read_text())}


def check_promises(root, build):
    """docs/reliability.md speaks of each promise, and of tests and conversations that there are."""
    path = root / "docs/reliability.md"
    tests = test_names(build)
    suites = "|".join(sorted({name.split("/")[0] for name in tests}))
    text = path.read_text()
    told = set()
    for first, last in re.findall(r"\bR(\d+)(?: to R(\d+))?", text):
        told.update(range(int(first), int(last or first) + 1))
    for number in sorted(set(range(1, N_PROMISES + 1)) - told):
        yield f"{path}:1: R{number} is not spoken of"
    for number, line in enumerate(text.splitlines(), 1):
        for name in re.findall(rf"`((?:{suites})/[\w.-]+)`", line):
            if name not in tests:
                yield f"{path}:{number}: there is no test {name}"
        for group in re.findall(r"`daemon/scenes` \(((?:`[a-z_*]+`(?:, )?)+)\)", line):
            for scene in re.findall(r"`([a-z_*]+)`", group):
                if not any((root / "tests/daemon/scenes").glob(scene)):
                    yield f"{path}:{number}: there is no conversation {scene}"


SECURITY_PAGES = ("SECURITY.md", "docs/threats.md", "docs/privacy.md", "docs/etsi-en-303-645.md")


def check_security(root, build):
    """What the pages on security name is there (R64): files, tests, options, lines of the unit, log codes, commands,
    conversations."""
    def listed(name, pattern):
        return set(re.findall(pattern, (root / name).read_text(), re.M))

    tests = test_names(build)
    options = listed("docs/configuration.md", r"^### `([^`]+)`")
    groups = {option.split(".")[0] for option in options if "." in option}
    unit = listed("daemon/voisined.service.in", r"^(\w+=)")
    codes = listed("docs/log-codes.md", r"^\| `([a-z0-9-]+)` \|")
    commands = listed("daemon/commands.h", r"\bcmd_(\w+)\(")
    scenes = root / "tests/daemon/scenes"
    kinds = (
        (r"\w+=", lambda name: name in unit, "line of the unit"),
        (r"voisine (\w+)", lambda name: name in commands, "command"),
        (r"[A-Za-z_]+/[\w./-]+", lambda name: name in tests or (root / name).exists(), "file or test"),
        (r"[A-Z]+\.md", lambda name: (root / name).exists(), "file"),
        (rf"(?:{'|'.join(sorted(groups))})\.\w+", lambda name: name in options, "option"),
        (r"[a-z0-9]+(?:-[a-z0-9]+)+", lambda name: name in codes, "log code"),
        (r"[a-z]+(?:_[a-z_]+\*?|\*)", lambda name: any(scenes.glob(name)), "conversation"),
    )
    for page in SECURITY_PAGES:
        for number, line in enumerate((root / page).read_text().splitlines(), 1):
            for name in re.findall(r"`([^`]+)`", line):
                for pattern, is_there, kind in kinds:
                    match = re.fullmatch(pattern, name)
                    if match:
                        if not is_there(match.group(match.lastindex or 0)):
                            yield f"{root / page}:{number}: there is no {kind} {name}"
                        break


GUIDES = ("README.md", "docs/installation.fr.md", "docs/service.md", "CONTRIBUTING.md")


def keys_of(settings, before=""):
    for key, value in settings.items():
        yield from keys_of(value, f"{before}{key}.") if isinstance(value, dict) else (before + key,)


def check_guides(root):
    """The commands, programs, settings, log codes and pages that the guides for people tell them of are there."""
    options = set(re.findall(r"^### `([^`]+)`", (root / "docs/configuration.md").read_text(), re.M))
    commands = set(re.findall(r'{"([a-z-]+)", cmd_', (root / "daemon/voisine.c").read_text()))
    codes = set(re.findall(r"^\| `([a-z0-9-]+)` \|", (root / "docs/log-codes.md").read_text(), re.M))
    for page in GUIDES:
        text = (root / page).read_text()
        code = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.S)) + re.findall(r"```sh\n(.*?)```", text, re.S)
        for name in sorted(set(re.findall(r"^(?:sudo )?voisine ([a-z-]+)\b", "\n".join(code), re.M)) - commands):
            yield f"{root / page}:1: there is no command voisine {name}"
        for name in sorted(set(re.findall(r"\btools/[\w.-]*\w", "\n".join(code)))):
            if not (root / name).exists():
                yield f"{root / page}:1: there is no {name}"
        for name in sorted(set(re.findall(r"\bdocs/[\w.-]+\w", text))):
            if not (root / name).exists():
                yield f"{root / page}:1: there is no {name}"
        for block in re.findall(r"```json\n(.*?)```", text, re.S):
            for key in keys_of(json.loads(block)):
                if key not in options:
                    yield f"{root / page}:1: there is no option {key}"
        for line in text.splitlines():
            for name in re.findall(r"`([a-z-]+)`", line) if "stable codes" in line else ():
                if name not in codes:
                    yield f"{root / page}:1: there is no log code {name}"


def check_versions(root):
    """The package has the program's version."""
    program = re.search(r"version: '([^']+)'", (root / "meson.build").read_text()).group(1)
    package = re.match(r"voisine \(([^)]+)\)", (root / "debian/changelog").read_text()).group(1)
    if package != program:
        yield f"{root / 'debian/changelog'}:1: the package is {package}, the program {program}"


def check_licence(root):
    listed = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True).stdout
    for name in listed.splitlines():
        path = root / name
        if path.suffix in (".c", ".h", ".py") or path.name == "meson.build":
            if "SPDX-License-Identifier: GPL-3.0-or-later" not in path.read_text()[:300]:
                yield f"{path}:1: no SPDX line"


def check_privacy_of_work(root):
    pattern = re.compile(r"deb\.debian\.org|registry\.npmjs\.org|/home/\w+/")
    for path in sources(root, FOLDERS + ["tests", "tools", "docs"], ("*",)):
        if not path.is_file() or path == pathlib.Path(__file__).resolve():
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line):
                yield f"{path}:{number}: names a host of a registry or a path of one machine"


def check_no_shell(root):
    pattern = re.compile(r"\b(system|popen|strcpy_s|gets|sprintf|strtok)\s*\(")
    for path in sources(root, FOLDERS):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if pattern.search(line) and not line.lstrip().startswith(("*", "/*", "//")):
                yield f"{path}:{number}: {line.strip()}"


# A compiler may leave out a memset of what nobody reads afterwards: before free, or of a local at the end of a function.
UNREAD = re.compile(r"memset\([^;]*, 0, [^;]*\);\n\s*free\(|"
                    r"^    memset\(&?(\w+), 0, sizeof\(\1\)\);\n(?:    return [^\n]*\n)?\}", re.M)


def check_wiped(root):
    for path in sources(root, FOLDERS, ("*.c",)):
        text = path.read_text()
        for match in UNREAD.finditer(text):
            number = text.count("\n", 0, match.start()) + 1
            yield f"{path}:{number}: what was heard or said is wiped with explicit_bzero (R10)"


# What residents and carers hear or read is data. Letters with accents, and words that no English message has, give it
# away; comments may quote.
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')
COMMENT = re.compile(r"/\*.*?\*/", re.S)
FOREIGN_LETTER = re.compile(r"[^\x00-\x7f]|\\u[0-9a-fA-F]{4}|\\x[cC]3")
FOREIGN_WORDS = set("bonjour bonsoir merci vous votre vos je nous une les des oui demain matin voulez demande dites "
                    "courses chien appareil réessaie".split())


def check_words_are_data(root):
    for path in sources(root, FOLDERS):
        text = COMMENT.sub(lambda comment: "\n" * comment.group().count("\n"), path.read_text())
        for number, line in enumerate(text.splitlines(), 1):
            if INCLUDE.match(line):
                continue
            for literal in LITERAL.findall(line):
                words = set(re.findall(r"[a-z]+", literal.lower()))
                if FOREIGN_LETTER.search(literal) or words & FOREIGN_WORDS:
                    yield f"{path}:{number}: {literal} belongs into the data of a language"


def check_format(root):
    files = [str(p) for p in sources(root, FOLDERS + ["tests"])]
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", *files], capture_output=True, text=True)
    if run.returncode:
        places = sorted({line.split(": error")[0] for line in run.stderr.splitlines() if ": error" in line})
        yield from (f"{place}: not in the house's format (clang-format -i)" for place in places[:40])


CHECKS = {
    "direction": check_direction,
    "doors": check_doors,
    "pure": check_pure,
    "headers-alone": check_headers_alone,
    "test-list": check_test_list,
    "map": check_map,
    "promises": check_promises,
    "security": check_security,
    "guides": check_guides,
    "versions": check_versions,
    "licence": check_licence,
    "privacy-of-work": check_privacy_of_work,
    "no-shell": check_no_shell,
    "wiped": check_wiped,
    "words-are-data": check_words_are_data,
    "format": check_format,
}


def main():
    name, root, *more = sys.argv[1:]
    problems = list(CHECKS[name](pathlib.Path(root).resolve(), *([more] if more else [])))
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
