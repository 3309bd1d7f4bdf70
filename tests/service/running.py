# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference service as a running program, for tests that call it over its real TLS."""
import http.client
import json
import ssl
import subprocess
import uuid


class Service:
    """A running voisine-service. Its folder outlives it: start it again and it knows what it knew."""

    def __init__(self, program, folder, *options, devices="device-1,device-2"):
        self.program, self.folder, self.options = program, folder, options
        self.devices = devices
        self.process = None
        self.port = 0
        self.start()

    def start(self):
        command = [self.program, "serve", "--state", self.folder, "--port", str(self.port), *self.options]
        if self.devices:
            command += ["--devices", self.devices]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.port, self.url, self.ca = ready["port"], ready["url"], ready["ca"]
        self.tls = ssl.create_default_context(cafile=self.ca)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def read_token(self, device="device-1"):
        with open(f"{self.folder}/tokens/{device}", encoding="ascii") as f:
            return f.read()

    def admin(self, *words):
        """A command of the coordinator or of a test, as a person would type it."""
        done = subprocess.run([self.program, words[0], "--state", self.folder, *words[1:]], stdout=subprocess.PIPE,
                              text=True, check=True)
        return json.loads(done.stdout)

    def connect(self, timeout=30):
        return http.client.HTTPSConnection("localhost", self.port, context=self.tls, timeout=timeout)

    def call(self, method, path, body=None, key=None, token=None, media="application/json", connection=None):
        """Returns: status, headers, the answer's bytes."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if key:
            headers["Idempotency-Key"] = key
        if body is not None:
            headers["Content-Type"] = media
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        own = connection or self.connect()
        own.request(method, path, body, headers)
        answer = own.getresponse()
        content = answer.read()
        if not connection:
            own.close()
        return answer.status, answer.headers, content

    def send(self, request, token=None, **options):
        status, _, content = self.call("POST", "/v1/requests", request, key=request["id"],
                                       token=token or self.read_token(request["device"]), **options)
        return status, json.loads(content)


def make_request(**changes):
    request = {"id": str(uuid.uuid4()), "kind": "request", "device": "device-1", "resident": "R-17",
               "territory": "pessac", "service": "groceries",
               "when": {"date": "2026-06-16", "part": "morning", "time": None}, "items": ["du pain"],
               "language": "fr", "spoken_at": "2026-06-15T09:30:00+02:00"}
    return request | changes
