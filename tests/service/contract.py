#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds docs/matching-api.yaml against the reference service, over its real TLS: every operation
answers only statuses that are written there, in the form written there, and every status written
there was seen. Usage: contract.py SERVICE API.yaml"""
import hashlib
import http.client
import json
import re
import sys
import tempfile
import threading
import uuid

import yaml
from running import Service, make_request

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


class Caller:
    """Calls the service and holds every answer against the contract."""

    def __init__(self, service, contract):
        self.service, self.contract = service, contract
        self.token = service.read_token("device-1")
        self.read_token, self.admin = service.read_token, service.admin

    def fault(self, **wish):
        self.admin("fault", json.dumps(wish))

    def call(self, method, path, body=None, token="own", **options):
        """Returns: status, body."""
        status, headers, content = self.service.call(method, path, body,
                                                     token=self.token if token == "own" else token, **options)
        content = json.loads(content)
        self.contract.check_answer(method, path, status, headers["Content-Type"], content)
        return status, content

    def send(self, request, **options):
        return self.call("POST", "/v1/requests", request, key=options.pop("key", request["id"]), **options)


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
    expect(service.call("POST", cancel, {}, token=service.read_token("device-2")), 404)
    expect(service.call("POST", f"/v1/requests/{unknown}/cancel", {}), 200, id=unknown, status="cancelled")
    expect(service.call("GET", f"/v1/requests/{unknown}"), 404)


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


def make_registration(code, **changes):
    registration = {"code": code, "device": f"device-{uuid.uuid4()}", "version": "0.1.0",
                    "token_sha256": hashlib.sha256(uuid.uuid4().bytes).hexdigest()}
    return registration | changes


def registration(service):
    service.admin("resident-add", json.dumps({"reference": "R-99", "name": "Mme Durand"}))
    pair = lambda body, **options: service.call("POST", "/v1/devices", body, token=None, **options)
    code = service.admin("pair-code", "--resident", "R-99")["code"].replace("-", "")
    body = make_registration(code)
    service.contract.check_request("POST", "/v1/devices", body)
    expect(pair(body | {"device": "device-1"}), 409)
    expect(pair(body), 201, device=body["device"], resident="R-99")
    expect(pair(body), 200, device=body["device"], resident="R-99")
    expect(pair(make_registration(code)), 403)
    expect(pair(make_registration("AAAAAAAA")), 403)
    expect(pair("{"), 400)
    expect(pair(body, media="text/plain"), 415)
    expect(pair(body | {"token_sha256": "short"}), 422)
    expect(pair(body | {"version": "x" * 70000}), 413)


def renewal(service):
    path, token = "/v1/devices/device-2/token", str(uuid.uuid4())
    old = service.read_token("device-2")
    body = make_registration(None, device="device-2", token_sha256=hashlib.sha256(token.encode()).hexdigest())
    del body["code"]
    service.contract.check_request("POST", path, body)
    expect(service.call("POST", path, body, token=old), 200, device="device-2", resident=None)
    expect(service.call("GET", "/v1/devices/device-2/news", token=old), 200)  # the answer may have been lost
    expect(service.call("GET", "/v1/devices/device-2/news", token=token), 200)
    expect(service.call("POST", path, body, token=old), 401)
    expect(service.call("POST", path, body), 403)
    expect(service.call("POST", path, "{", token=token), 400)
    expect(service.call("POST", path, body, token=token, media="text/plain"), 415)
    expect(service.call("POST", path, body | {"token_sha256": ""}, token=token), 422)
    service.admin("revoke", "device-2")
    expect(service.call("POST", path, body, token=token), 403, title="device-revoked")


def revoked(service, known):
    service.admin("revoke", "device-1")
    request = make_request()
    expect(service.send(request), 403, title="device-revoked")
    expect(service.call("GET", f"/v1/requests/{known}"), 403)
    expect(service.call("POST", f"/v1/requests/{known}/cancel", {}), 403)
    expect(service.call("GET", "/v1/devices/device-1/news"), 403)
    service.admin("allow", "device-1")
    service.token = service.read_token("device-1")
    expect(service.send(request), 201)


def guesses(service):
    """Nobody may try codes for ever: not even a right one passes until the quarter of an hour is over."""
    code = service.admin("pair-code")["code"].replace("-", "")
    answers = [service.call("POST", "/v1/devices", make_registration("BBBBBBBB"), token=None)[0] for _ in range(12)]
    assert sorted(set(answers)) == [403, 429], answers
    expect(service.call("POST", "/v1/devices", make_registration(code), token=None), 429)


def main():
    contract = Contract(API)
    with tempfile.TemporaryDirectory() as folder:
        with Service(SERVICE, folder) as running:
            service = Caller(running, contract)
            known = requests(service)
            one_request(service, known)
            news(service)
            heartbeat(service)
            alerts(service)
            registration(service)
            renewal(service)
            revoked(service, known)
            guesses(service)
            in_progress(service)
    unseen = list(contract.unseen())
    assert not unseen, f"in the contract, but never answered: {unseen}"
    print(f"{len(contract.seen)} answers of {len(contract.api['paths'])} paths as the contract says")


main()
