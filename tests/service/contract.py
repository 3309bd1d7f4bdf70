#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds docs/matching-api.yaml against the reference service, over its real TLS: every operation
answers only statuses that are written there, in the form written there, and every status written
there was seen. Usage: contract.py SERVICE API.yaml"""
import http.client
import json
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import uuid

import yaml

SERVICE, API = sys.argv[1:3]
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
PAUSE_MS = 60000  # ended by the test itself, never waited for


class Contract:
    def __init__(self, path):
        with open(path, encoding="utf-8") as f:
            self.api = yaml.safe_load(f)
        self.seen = set()

    def resolve(self, node):
        while "$ref" in node:
            target = self.api
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def problems(self, schema, value, at="body"):
        """What in the value is not as the schema says; the part of JSON Schema that the file uses."""
        schema = self.resolve(schema)
        if "oneOf" in schema:
            fits = sum(not list(self.problems(s, value, at)) for s in schema["oneOf"])
            if fits != 1:
                yield f"{at}: fits {fits} of the forms"
            return
        types = schema.get("type", [])
        types = [types] if isinstance(types, str) else types
        if types and not any(isinstance(value, TYPES[t]) and not isinstance(value, bool) for t in types):
            yield f"{at}: {value!r} is no {types}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{at}: {value!r} is none of {schema['enum']}"
        if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
            yield f"{at}: {value!r} does not match {schema['pattern']}"
        if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{at}: {value} is out of range"
        for i, item in enumerate(value if isinstance(value, list) else []):
            yield from self.problems(schema.get("items", {}), item, f"{at}[{i}]")
        if isinstance(value, dict):
            for name in schema.get("required", []):
                if name not in value:
                    yield f"{at}: {name} is missing"
            for name, item in value.items():
                if name in schema.get("properties", {}):
                    yield from self.problems(schema["properties"][name], item, f"{at}.{name}")
                elif schema.get("additionalProperties", True) is False:
                    yield f"{at}: {name} is not in the contract"

    def operation(self, method, path):
        path = path.split("?")[0]
        for template, operations in self.api["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations:
                return operations[method.lower()]
        raise AssertionError(f"{method} {path} is not in the contract")

    def check_request(self, method, path, body):
        operation = self.operation(method, path)
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        wrong = list(self.problems(schema, body))
        assert not wrong, f"{method} {path}: {wrong}"

    def check_answer(self, method, path, status, media, body):
        operation = self.operation(method, path)
        where = f"{method} {path} -> {status}"
        assert str(status) in operation["responses"], f"{where}: not in the contract"
        content = self.resolve(operation["responses"][str(status)])["content"]
        assert media in content, f"{where}: {media} is none of {list(content)}"
        wrong = list(self.problems(content[media]["schema"], body))
        assert not wrong, f"{where}: {wrong}"
        self.seen.add((operation["operationId"], str(status)))

    def unseen(self):
        for operations in self.api["paths"].values():
            for operation in operations.values():
                for status in operation["responses"]:
                    if (operation["operationId"], status) not in self.seen:
                        yield f"{operation['operationId']} {status}"


class Service:
    def __init__(self, folder, contract):
        self.folder, self.contract = folder, contract
        self.process = subprocess.Popen(
            [SERVICE, "serve", "--state", folder, "--devices", "device-1,device-2"], stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.port, self.tls = ready["port"], ssl.create_default_context(cafile=ready["ca"])
        self.token = self.read_token("device-1")

    def read_token(self, device):
        with open(f"{self.folder}/tokens/{device}", encoding="ascii") as f:
            return f.read()

    def admin(self, *words):
        done = subprocess.run([SERVICE, words[0], "--state", self.folder, *words[1:]], stdout=subprocess.PIPE,
                              text=True, check=True)
        return json.loads(done.stdout)

    def fault(self, **wish):
        self.admin("fault", json.dumps(wish))

    def call(self, method, path, body=None, key=None, token="own", media="application/json"):
        """Makes a call and holds its answer against the contract. Returns: status, body."""
        headers = {"Authorization": f"Bearer {self.token if token == 'own' else token}"} if token else {}
        if key:
            headers["Idempotency-Key"] = key
        if body is not None:
            headers["Content-Type"] = media
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        connection = http.client.HTTPSConnection("localhost", self.port, context=self.tls, timeout=30)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = json.loads(answer.read())
        connection.close()
        self.contract.check_answer(method, path, answer.status, answer.getheader("Content-Type"), content)
        return answer.status, content

    def send(self, request, **options):
        return self.call("POST", "/v1/requests", request, key=options.pop("key", request["id"]), **options)


def make_request(**changes):
    request = {"id": str(uuid.uuid4()), "kind": "request", "device": "device-1", "resident": "R-17",
               "territory": "pessac", "service": "groceries",
               "when": {"date": "2026-06-16", "part": "morning", "time": None}, "items": ["du pain"],
               "language": "fr", "spoken_at": "2026-06-15T09:30:00+02:00"}
    return request | changes


def expect(got, code, /, **fields):
    assert got[0] == code, f"{got} instead of {code}"
    for name, value in fields.items():
        assert got[1][name] == value, f"{name} is {got[1][name]!r}, not {value!r}"


def requests(service):
    request = make_request()
    service.contract.check_request("POST", "/v1/requests", request)
    expect(service.send(request), 201, id=request["id"], status="open", service="groceries")
    expect(service.send(request), 200, id=request["id"])
    expect(service.send(request | {"items": []}), 422)
    expect(service.send(make_request(), key=str(uuid.uuid4())), 422)
    expect(service.send(make_request(when={"date": "2026-02-31", "part": None, "time": None})), 422)
    expect(service.send(make_request(service=None)), 422)
    expect(service.send(make_request(kind="callback", service=None)), 201, status="open")
    expect(service.send(make_request(territory="correze")), 201, status="pending_review")
    expect(service.send(make_request(device="device-2")), 403)
    expect(service.call("POST", "/v1/requests", make_request()), 400)
    expect(service.call("POST", "/v1/requests", "{", key=str(uuid.uuid4())), 400)
    expect(service.call("POST", "/v1/requests", "[]", key=str(uuid.uuid4())), 400)
    expect(service.send(make_request(), media="text/plain"), 415)
    expect(service.send(make_request(), token=None), 401)
    expect(service.send(make_request(), token="wrong"), 401)
    expect(service.send(make_request(items=["x" * 70000])), 413)
    for status in (429, 503):
        service.fault(fault="status", status=status, path="/v1/requests", retry_after=7)
        expect(service.send(make_request()), status)
    return request["id"]


def in_progress(service):
    """The same key while the first call is still being worked on."""
    request = make_request()
    service.fault(fault="delay", path="/v1/requests", delay_ms=PAUSE_MS)
    threading.Thread(target=lambda: send_quietly(service, request), daemon=True).start()
    service.admin("wait", "busy=1&timeout_ms=20000")
    expect(service.send(request), 409)


def send_quietly(service, request):
    try:
        service.send(request)
    except (OSError, http.client.HTTPException, ValueError):
        pass  # the service is stopped while it works on this


def one_request(service, known):
    unknown = str(uuid.uuid4())
    expect(service.call("GET", f"/v1/requests/{known}"), 200, id=known, first_name=None)
    expect(service.call("GET", f"/v1/requests/{unknown}"), 404)
    expect(service.call("GET", f"/v1/requests/{known}", token=service.read_token("device-2")), 404)
    expect(service.call("GET", f"/v1/requests/{known}", token=None), 401)
    service.admin("accept", known, "--volunteer", "Zoé", "--when", "2026-06-16T11:30")
    expect(service.call("GET", f"/v1/requests/{known}"), 200, first_name="Zoé",
           when={"date": "2026-06-16", "part": None, "time": "11:30"})
    cancel = f"/v1/requests/{known}/cancel"
    service.contract.check_request("POST", cancel, {})
    expect(service.call("POST", cancel, {}, token=None), 401)
    expect(service.call("POST", cancel, {}), 200, status="cancelled")
    expect(service.call("POST", cancel, {}), 200, status="cancelled")
    expect(service.call("POST", f"/v1/requests/{unknown}/cancel", {}), 404)


def news(service):
    path = "/v1/devices/device-1/news"
    got = service.call("GET", f"{path}?after=&wait=0")
    expect(got, 200)
    cursor = got[1]["cursor"]
    assert [item["status"] for item in got[1]["news"]] == ["matched"], got
    expect(service.call("GET", f"{path}?after={cursor}&wait=0"), 200, news=[], cursor=cursor)
    request = make_request(territory="correze")
    service.send(request)
    waiting = []
    poll = threading.Thread(target=lambda: waiting.append(service.call("GET", f"{path}?after={cursor}&wait=60")))
    poll.start()
    service.admin("approve", request["id"])
    poll.join()
    expect(waiting[0], 200)
    assert [(n["id"], n["status"]) for n in waiting[0][1]["news"]] == [(request["id"], "open")], waiting
    for verb, status in (("accept", "matched"), ("withdraw", "open"), ("accept", "matched"), ("done", "done")):
        cursor = service.call("GET", f"{path}?after={cursor}&wait=0")[1]["cursor"]
        service.admin(verb, request["id"])
        got = service.call("GET", f"{path}?after={cursor}&wait=60")
        assert [n["status"] for n in got[1]["news"]] == [status], got
    expect(service.call("GET", f"{path}?after=nonsense"), 410)
    expect(service.call("GET", path, token=None), 401)
    expect(service.call("GET", "/v1/devices/device-2/news"), 403)


def heartbeat(service):
    path = "/v1/devices/device-1/heartbeat"
    beat = {"device": "device-1", "version": "0.1.0", "audio": "ok", "uptime_s": 3600, "restarts": 1,
            "queue_depth": 0, "oldest_s": 0, "sent_at": "2026-06-15T07:30:00Z"}
    service.contract.check_request("POST", path, beat)
    expect(service.call("POST", path, beat), 200, device="device-1")
    expect(service.call("POST", path, "{"), 400)
    expect(service.call("POST", path, beat, token=None), 401)
    expect(service.call("POST", "/v1/devices/device-2/heartbeat", beat), 403)
    expect(service.call("POST", path, {"device": "device-1"}), 422)
    seen = [d for d in service.admin("devices")["devices"] if d["device"] == "device-1"]
    assert seen[0]["heartbeat"] == beat, seen


def alerts(service):
    alert = {"id": str(uuid.uuid4()), "kind": "emergency", "device": "device-1", "resident": None,
             "spoken_at": "2026-06-15T09:30:00+02:00"}
    service.contract.check_request("POST", "/v1/alerts", alert)
    expect(service.call("POST", "/v1/alerts", alert, key=alert["id"]), 201, id=alert["id"])
    expect(service.call("POST", "/v1/alerts", alert, key=alert["id"]), 200, id=alert["id"])
    expect(service.call("POST", "/v1/alerts", "{", key=alert["id"]), 400)
    expect(service.call("POST", "/v1/alerts", alert, key=alert["id"], token=None), 401)
    expect(service.call("POST", "/v1/alerts", alert | {"device": "device-2"}, key=alert["id"]), 403)
    expect(service.call("POST", "/v1/alerts", alert), 422)
    assert len(service.admin("devices")["alerts"]) == 1


def main():
    contract = Contract(API)
    with tempfile.TemporaryDirectory() as folder:
        service = Service(folder, contract)
        try:
            known = requests(service)
            one_request(service, known)
            news(service)
            heartbeat(service)
            alerts(service)
            in_progress(service)
        finally:
            service.process.terminate()
            service.process.wait()
    unseen = list(contract.unseen())
    assert not unseen, f"in the contract, but never answered: {unseen}"
    print(f"{len(contract.seen)} answers of {len(contract.api['paths'])} paths as the contract says")


main()
