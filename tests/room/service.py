# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference matching service of the room: real TLS on loopback, volunteers who accept by themselves."""
import json
import threading
import urllib.error
import urllib.request

from processes import Child, json_lines

DEVICE = "room"
START_LIMIT_S = 20
ACCEPT_AFTER_MS = 1500  # a volunteer looks at the telephone
VOLUNTEERS = [
    {"id": "marie", "first_name": "Marie", "services": ["groceries", "cooked_meal", "paperwork"]},
    {"id": "karim", "first_name": "Karim", "services": ["pet_walk", "repair", "diy", "gardening"]},
    {"id": "lucie", "first_name": "Lucie"},
]


class ServiceError(RuntimeError):
    pass


def as_stored(record):
    """The request's own body, with what became of it: status, who accepted and when. Its day and hour stand in
    `when` as sent, and beside it by the names that `voisine understand` gives them."""
    body = record["request"]
    when = {name: body["when"].get(name) for name in ("date", "part", "time")}
    name = record["first_name"]
    return {**body, **when, "status": record["status"], "received_at": record["received_at"],
            "matched": {"first_name": name, "when": record["when"]} if name else None}


class Service:
    """The address stays the same over stop and start, as a real one's would."""

    def __init__(self, build, folder, accepts=True, wrong_certificate=None):
        self.program = build / "tests/service/voisine-service"
        self.folder = folder
        self.folder.mkdir(mode=0o700)
        self.accepts = accepts
        self.wrong_certificate = wrong_certificate
        self.device = DEVICE
        self.token_file = folder / "tokens" / DEVICE
        self.record_path = folder / "calls.jsonl"
        self.child = None
        self.port = 0
        self._stored = []
        self.url = self.ca_file = self._admin_url = None
        (folder / "volunteers.json").write_text(json.dumps(VOLUNTEERS), encoding="utf-8")

    def start(self):
        command = [str(self.program), "serve", "--state", str(self.folder), "--port", str(self.port),
                   "--devices", DEVICE, "--volunteers", str(self.folder / "volunteers.json"),
                   "--record", str(self.record_path)]
        if self.accepts:
            command += ["--auto-accept", str(ACCEPT_AFTER_MS)]
        if self.wrong_certificate:
            command += ["--wrong-cert", self.wrong_certificate]
        ready, lines, faults = threading.Event(), [], []

        def on_line(line):
            lines.append(line)
            ready.set()

        self.child = Child(command, on_output=json_lines(on_line), on_error=faults.append)
        if not ready.wait(START_LIMIT_S) or "url" not in lines[0]:
            raise ServiceError("the reference service did not start: " + ("\n".join(faults) or str(lines)))
        self.port, self.url, self.ca_file = lines[0]["port"], lines[0]["url"], lines[0]["ca"]
        self._admin_url = f"http://127.0.0.1:{lines[0]['admin_port']}/admin"

    def stop(self):
        if self.is_running():
            self.requests()
            self.child.stop()

    def is_running(self):
        return bool(self.child) and self.child.is_running()

    def close(self):
        if self.child:
            self.child.stop()

    def admin(self, path, body=None, timeout_s=130):
        """Calls the admin's side. GET without a body."""
        token = (self.folder / "admin.token").read_text(encoding="ascii").strip()
        request = urllib.request.Request(
            f"{self._admin_url}/{path}", data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=timeout_s) as answer:
            return json.loads(answer.read() or b"null")

    def requests(self):
        """As stored; of a stopped service: when it was stopped."""
        if self.is_running():
            self._stored = [as_stored(record) for record in self.admin("requests")]
        return self._stored

    def wait_for(self, query, timeout_s):
        """Waits until so many requests, or one with such a status, are there: "requests=1&status=matched".
        Returns the requests, or None when it did not come."""
        try:
            answer = self.admin(f"wait?{query}&timeout_ms={int(timeout_s * 1000)}", timeout_s=timeout_s + 10)
            return [as_stored(record) for record in answer]
        except urllib.error.HTTPError as error:
            if error.code == 504:
                return None
            raise

    def fault(self, kind, **members):
        """The next calls go wrong: see tests/service/faults.h."""
        self.admin("faults", {"fault": kind, **members})
