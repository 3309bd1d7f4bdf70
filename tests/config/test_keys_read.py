#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every option of the table is read by something besides the table itself: an option that is accepted and changes
nothing misleads the carer. Usage: test_keys_read.py SOURCE_ROOT"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
header = (root / "config/options.h").read_text()
keys = re.findall(r"^    (CONFIG_[A-Z_]+),$", header[header.index("enum config_key {"):header.index("CONFIG_N_KEYS")], re.M)
sources = "".join(path.read_text() for folder in ("base", "audio", "asr", "tts", "intents", "matching", "daemon")
                  for path in sorted((root / folder).glob("*.c")))
# Whoever asks for the names needs no key (config_options_names).
read_by = {"CONFIG_NAMES": "config_options_names"}
unread = [key for key in keys if not re.search(rf"\b{read_by.get(key, key)}\b", sources)]
for key in unread:
    print(f"{key} is accepted, and nothing reads it")
if len(keys) < 40:
    print(f"only {len(keys)} keys found: the search is wrong")
print(f"{len(keys) - len(unread)} of {len(keys)} keys are read")
sys.exit(1 if unread or len(keys) < 40 else 0)
