# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser, Debian's chromium, driven over WebDriver with Python's own library."""
import base64
import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the WebDriver standard's name for a reference


PATIENCE_S = 20


class Browser:
    def __init__(self, width=360, height=740):
        self.profile = tempfile.mkdtemp()
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = None
        try:
            self.url = f"http://127.0.0.1:{self._port()}"
            self.session = self._start(width, height)
        except BaseException:
            self.close()
            raise

    def _port(self):
        for line in self.driver.stdout:
            if "successfully on port" in line:
                return int(line.rsplit(" ", 1)[1].strip(" .\n"))
        raise RuntimeError("chromedriver did not start")

    def _start(self, width, height):
        arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--hide-scrollbars",
                     f"--user-data-dir={self.profile}"]
        wanted = {"acceptInsecureCerts": True, "goog:chromeOptions": {
            "args": arguments,
            "mobileEmulation": {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 1.0}}}}
        return self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def _call(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method,
                                         data=None if body is None else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {json.loads(error.read())['value']['message']}") from None

    def _do(self, method, path, body=None):
        return self._call(method, f"/session/{self.session}{path}", body)

    def go(self, url):
        self._do("POST", "/url", {"url": url})

    def find(self, css):
        return self._do("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]

    def find_button(self, words):
        xpath = f'//button[starts-with(normalize-space(.), "{words}")]'
        return self._do("POST", "/element", {"using": "xpath", "value": xpath})[ELEMENT]

    def type(self, css, text):
        self._do("POST", f"/element/{self.find(css)}/value", {"text": text})

    def click(self, element):
        self._do("POST", f"/element/{element}/click", {})

    def press(self, words):
        """Presses the button that says this, and waits for the page that comes: the mark is the old one's."""
        self.run("window.isOld = true")
        self.click(self.find_button(words))
        until = time.monotonic() + PATIENCE_S
        while not self.run("return !window.isOld && document.readyState === 'complete'"):
            assert time.monotonic() < until, f"nothing came after {words}"

    def run(self, script):
        return self._do("POST", "/execute/sync", {"script": script, "args": []})

    def text(self, css="main"):
        return self._do("GET", f"/element/{self.find(css)}/text")

    def cookies(self):
        return self._do("GET", "/cookie")

    def picture(self, path):
        """The whole page."""
        shot = self._do("POST", "/goog/cdp/execute", {"cmd": "Page.captureScreenshot",
                                                       "params": {"captureBeyondViewport": True}})
        with open(path, "wb") as f:
            f.write(base64.b64decode(shot["data"]))

    def close(self):
        try:
            if self.url and hasattr(self, "session"):
                self._do("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            shutil.rmtree(self.profile, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
