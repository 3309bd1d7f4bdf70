#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""`voisine check` on configurations that are good, doubtful and wrong. Usage: test_check.py VOISINE"""
import json
import pathlib
import subprocess
import sys
import tempfile

voisine = sys.argv[1]
folder = pathlib.Path(tempfile.mkdtemp(prefix="voisine-check-"))
failures = 0


def expect(name, content, status, *said, mode=0o600):
    """Checks a configuration; each of `said` must stand in the output."""
    global failures
    path = folder / "voisine.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    token = folder / "token"
    token.write_text("secret-token\n")
    token.chmod(mode)
    run = subprocess.run([voisine, "check", str(path)], capture_output=True, text=True)
    for words in said:
        if words not in run.stdout:
            failures += 1
            print(f"{name}: \"{words}\" is not said:\n{run.stdout}{run.stderr}")
    if run.returncode != status:
        failures += 1
        print(f"{name}: ended with {run.returncode}, not {status}:\n{run.stdout}{run.stderr}")
    if "secret-token" in run.stdout + run.stderr:
        failures += 1
        print(f"{name}: the token was printed")


good = {
    "territory": "pessac",
    "state": {"folder": str(folder)},
    "service": {"url": "https://entraide.pessac.fr", "token_file": str(folder / "token")},
}
# The acoustic model may not be fetched here: that finding alone is then allowed.
MODEL = not (pathlib.Path(__file__).resolve().parents[2] / "models/fr/mdef").exists()

expect("good", good, 78 if MODEL else 0, "ok       Pessac (SoBeezy): good")
expect("nothing set", {"state": {"folder": str(folder)}}, 78 if MODEL else 1,
       "\"territory\" is not set", "only a placeholder", "« territory » n'est pas réglé")
expect("token for all to read", good, 78, "can be read by others (mode 644): chmod 600",
       "peut être lu par d'autres", mode=0o644)
expect("broken", "{\"territory\": \"pessac\",}", 78, ":1:24: this is no JSON",
       "Le fichier est mal écrit à cet endroit")
expect("unknown territory beside another fault", {**good, "territory": "pesac", "voice": {"rate": 1}}, 78,
       "take one of all, correze, pessac, seine-et-marne", "did you mean \"voice.rate_wpm\"?")
expect("no such voice", {**good, "voice": {"name": "zz"}}, 78, "espeak-ng has no voice \"zz\"",
       "La voix « zz » n'existe pas")
expect("a short wake phrase", {**good, "wake": {"phrase": "dis Luc"}}, 78 if MODEL else 1, "\"dis Luc\" is short", "« dis Luc » est trop court")
expect("an everyday wake phrase", {**good, "wake": {"phrase": "bonjour madame"}}, 78 if MODEL else 1, "is said in everyday talk",
       "se dit tous les jours")
expect("a good wake phrase", {**good, "wake": {"phrase": "bonjour cacahuète"}}, 78 if MODEL else 0, "wake phrase: good")
expect("no such state folder", {**good, "state": {"folder": "/nowhere/voisine"}}, 78 if MODEL else 1,
       "the state folder /nowhere/voisine cannot be written", "il n'existe pas")
expect("no such CA", {**good, "service": {**good["service"], "ca_file": "/nowhere/ca.pem"}}, 78,
       "there is no file /nowhere/ca.pem")
expect("certificate without key", {**good, "service": {**good["service"], "client_cert_file": str(folder / "token")}},
       78, "go together")
expect("no such key", {**good, "button": {"key": "ENTER"}}, 78, "\"button.key\" is \"ENTER\", which is no key",
       "ce n'est pas une touche")
expect("no such button", {**good, "button": {"device": "No Such Button"}}, 78 if MODEL else 1,
       "the button \"No Such Button\" is not there", "est introuvable")
expect("no such language", {**good, "language": "xx"}, 78, "there is no language \"xx\"")
missing = subprocess.run([voisine, "check", str(folder / "none.json")], capture_output=True, text=True)
if missing.returncode != 78 or "there is no file" not in missing.stdout:
    failures += 1
    print(f"missing file: {missing.returncode} {missing.stdout}")
for name in folder.iterdir():
    name.unlink()
folder.rmdir()
sys.exit(1 if failures else 0)
