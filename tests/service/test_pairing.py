#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""R35: a speaker gets, renews and loses its identity. The real `voisine pair` and `voisine renew` against the real
service over TLS. Usage: test_pairing.py SERVICE VOISINE"""
import hashlib
import json
import os
import pathlib
import sqlite3
import socket
import subprocess
import sys
import tempfile
import threading

from running import Service, make_request

SERVICE, VOISINE = sys.argv[1:3]


class Speaker:
    def __init__(self, folder, service, device=""):
        self.state = folder / "speaker"
        self.config = folder / "speaker.json"
        self.config.write_text(json.dumps({
            "territory": "pessac", "device": {"id": device}, "state": {"folder": str(self.state)},
            "service": {"url": service.url, "ca_file": service.ca}}), encoding="utf-8")

    def run(self, command, *words, typed=None):
        return subprocess.run([VOISINE, command, *words, "--config", str(self.config)], input=typed,
                              capture_output=True, text=True, check=False)

    def token(self):
        return (self.state / "token").read_text(encoding="ascii")

    def name(self):
        return (self.state / "device-id").read_text(encoding="ascii")


def speaker(folder, name, service, **options):
    place = folder / name
    place.mkdir()
    return Speaker(place, service, **options)


def code_of(service, *words):
    return service.admin("pair-code", *words)["code"]


def expect(done, status, *words):
    assert done.returncode == status, done
    for word in words:
        assert word in done.stdout + done.stderr, (word, done)


def may_call(service, token):
    return service.call("GET", "/v1/devices/x/news", token=token)[0] != 401


def pairs(folder, service):
    """The token is made here, stays here, and works; the service has its hash alone."""
    service.admin("resident-add", json.dumps({"reference": "R-17", "name": "Mme Durand"}))
    one = speaker(folder, "pairs", service)
    code = code_of(service, "--resident", "R-17")
    expect(one.run("pair", typed=code.lower().replace("-", " ") + "\n"), 0, "paired: " + one.name())
    assert (one.state / "token").stat().st_mode & 0o777 == 0o600
    assert not (one.state / "token.next").exists()
    assert json.loads((one.state / "paired.json").read_text()) == {"resident": {"reference": "R-17"}}
    request = make_request(device=one.name())
    assert service.send(request, token=one.token())[0] == 201
    for path in pathlib.Path(service.folder).rglob("*"):
        assert not path.is_file() or one.token().encode() not in path.read_bytes(), path
    database = sqlite3.connect(f"file:{service.folder}/service.db?mode=ro", uri=True)
    rows = database.execute("SELECT token, resident FROM device WHERE device = ?", (one.name(),)).fetchall()
    database.close()
    assert rows == [(hashlib.sha256(one.token().encode()).hexdigest(), "R-17")], rows
    return one, code


def a_code_is_good_once(folder, service, used):
    other = speaker(folder, "again", service)
    expect(other.run("pair", used), 69, "used or too old")
    expect(other.run("pair", "AAAA-BBBB"), 69, "used or too old")
    expect(other.run("pair", "???"), 64, "no pairing code", "Ce n'est pas un code d'appairage")
    assert not (other.state / "token").exists()


def a_code_grows_old(folder, service):
    other = speaker(folder, "old", service)
    code = code_of(service, "--hours", "1")
    database = sqlite3.connect(f"{service.folder}/service.db")
    with database:
        database.execute("UPDATE pairing SET expires_ms = expires_ms - 3600001 WHERE used_by IS NULL")
    database.close()
    expect(other.run("pair", code), 69, "too old")


def a_lost_answer_locks_nobody_out(folder, service):
    """Applied, not answered: the same code and the same token once more."""
    other = speaker(folder, "lost", service)
    code = code_of(service)
    service.admin("fault", json.dumps({"fault": "drop", "path": "/v1/devices", "times": 1}))
    expect(other.run("pair", code), 69, "cannot be reached")
    waiting = (other.state / "token.next").read_text(encoding="ascii")
    assert (other.state / "token.next").stat().st_mode & 0o777 == 0o600
    expect(other.run("pair", code), 0)
    assert other.token() == waiting
    before = other.token()
    service.admin("fault", json.dumps({"fault": "drop", "path": "/v1/devices", "times": 1}))
    expect(other.run("renew"), 69, "cannot be reached")
    assert other.token() == before and may_call(service, before)
    expect(other.run("renew"), 0, "renewed")
    assert other.token() != before and may_call(service, other.token()) and not may_call(service, before)


def a_name_cannot_be_taken(folder, service, victim):
    """Whoever holds a code may not become a speaker that is known already."""
    thief = speaker(folder, "thief", service, device=victim.name())
    code = code_of(service)
    expect(thief.run("pair", code), 69, "another speaker of this name")
    assert may_call(service, victim.token())
    assert not (thief.state / "token").exists()


def what_is_no_service_is_not_believed(folder, service):
    other = speaker(folder, "portal", service)
    code = code_of(service)
    for fault, words in (("portal", "not as a matching service"), ("redirect", "not as a matching service"), ("status", "busy"),
                         ("large", "cannot be reached")):
        service.admin("fault", json.dumps({"fault": fault, "path": "/v1/devices", "times": 1, "status": 503}))
        expect(other.run("pair", code), 69, words)
        assert not (other.state / "token").exists()
    expect(other.run("pair", code), 0)


def a_revoked_speaker_is_told(folder, service, known):
    old = known.token()
    service.admin("revoke", known.name())
    status, answer = service.send(make_request(device=known.name()), token=old)
    assert (status, answer["type"]) == (403, "urn:voisine:problem:device-revoked"), answer
    expect(known.run("renew"), 69, "revoked")
    expect(known.run("pair", code_of(service)), 0)
    assert known.token() != old and may_call(service, known.token())
    assert service.send(make_request(device=known.name()), token=old)[0] == 401
    assert service.send(make_request(device=known.name()), token=known.token())[0] == 201


def root_leaves_files_to_the_daemon(folder, service):
    """`sudo voisine pair` in the folder of the daemon's user: what it writes is that user's."""
    if os.geteuid() != 0:
        return
    other = speaker(folder, "owned", service)
    other.state.mkdir(mode=0o700)
    os.chown(other.state, 65534, 65534)
    service.admin("resident-add", json.dumps({"reference": "R-18", "name": "M. Petit"}))
    expect(other.run("pair", code_of(service, "--resident", "R-18")), 0)
    for name in ("device-id", "token", "paired.json"):
        assert (other.state / name).stat().st_uid == 65534, name


def status_says_it_in_words(folder, service):
    """What the daemon tells of itself (here a stand-in on its control socket), as `voisine status` shows it."""
    other = speaker(folder, "status", service)
    other.state.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as control:
        control.bind(str(other.state / "control.sock"))
        control.listen()

        def answer():
            connection = control.accept()[0]
            connection.recv(256)
            connection.sendall(b'{"state":"asleep","trouble":"identity-revoked"}\n')
            connection.close()

        daemon = threading.Thread(target=answer)
        daemon.start()
        expect(other.run("status"), 0, "trouble: identity-revoked", "has revoked this speaker")
        daemon.join()


def secrets_stay_off_the_command_line(folder, service):
    """No option takes a token, and none is printed."""
    other = speaker(folder, "quiet", service)
    done = other.run("pair", code_of(service))
    assert other.token() not in done.stdout + done.stderr


def a_token_that_is_too_old_opens_its_renewal_alone(folder):
    """A speaker that lay in a cupboard comes back by itself; nobody else gets anywhere with its token."""
    with Service(SERVICE, str(folder / "short"), "--token-life", "3600", devices="") as service:
        one, other = speaker(folder, "short-one", service), speaker(folder, "short-two", service)
        for each in (one, other):
            expect(each.run("pair", code_of(service)), 0)
        made, expires = map(int, (one.state / "token.life").read_text().split())
        assert expires - made == 3600 * 1000
        assert service.send(make_request(device=one.name()), token=one.token())[0] == 201
        database = sqlite3.connect(f"{service.folder}/service.db")
        with database:
            database.execute("UPDATE token_life SET expires_ms = 1")
        database.close()
        old = one.token()
        status, answer = service.send(make_request(device=one.name()), token=old)
        assert (status, answer["title"]) == (401, "token-expired"), answer
        assert service.call("POST", f"/v1/devices/{one.name()}/token", {}, token=other.token())[0] == 401
        expect(one.run("renew"), 0, "renewed")
        assert service.send(make_request(device=one.name()), token=one.token())[0] == 201
        assert service.send(make_request(device=one.name()), token=old)[0] == 401
        service.admin("revoke", other.name())
        expect(other.run("renew"), 69, "revoked")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with Service(SERVICE, str(folder / "service"), devices="") as service:
            known, used = pairs(folder, service)
            a_code_is_good_once(folder, service, used)
            a_code_grows_old(folder, service)
            a_lost_answer_locks_nobody_out(folder, service)
            a_name_cannot_be_taken(folder, service, known)
            what_is_no_service_is_not_believed(folder, service)
            a_revoked_speaker_is_told(folder, service, known)
            root_leaves_files_to_the_daemon(folder, service)
            status_says_it_in_words(folder, service)
            secrets_stay_off_the_command_line(folder, service)
        a_token_that_is_too_old_opens_its_renewal_alone(folder)
    print("pairing, renewal and revocation hold")


main()
