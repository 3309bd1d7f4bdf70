#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The coordinator's page in a real browser, 360 px wide. Usage: test_page.py SERVICE [FOLDER FOR PICTURES]"""
import http.client
import json
import pathlib
import re
import sqlite3
import sys
import tempfile
import urllib.parse
import uuid

from browser import Browser
from running import Service, make_request

SERVICE = sys.argv[1]
PICTURES = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
ROOT = "/coordination"
EVIL = 'Mme <script>document.title="x"</script> & "Fils"'
VOLUNTEERS = [
    {"id": "karim", "first_name": "Karim", "phone": "06 11 22 33 44", "latitude": 44.90, "longitude": -0.60},
    {"id": "lucie", "first_name": "Lucie", "days": ["monday"], "latitude": 44.806, "longitude": -0.631},
    {"id": "marie", "first_name": "Marie", "services": ["groceries"], "latitude": 44.81, "longitude": -0.63,
     "radius_km": 5},
    {"id": "zoe", "first_name": "Zoé", "latitude": 45.5, "longitude": -0.63, "radius_km": 30},
]
# Each text against the nearest background that is painted behind it, as WCAG 2 counts.
CONTRAST = """
const part = c => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4 };
const light = c => 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);
const rgba = s => s.match(/[\\d.]+/g).map(Number);
const behind = e => { for (; e; e = e.parentElement) { const c = rgba(getComputedStyle(e).backgroundColor);
                      if (c.length < 4 || c[3] > 0) return c } return [255, 255, 255] };
return [...document.querySelectorAll('body *')].filter(e => [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim()))
  .map(e => { const a = light(rgba(getComputedStyle(e).color)), b = light(behind(e));
              return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), e.textContent.trim().slice(0, 40)] })
  .filter(c => c[0] < 4.5)"""
LABELS = """return [...document.querySelectorAll('input:not([type=hidden]),select')].filter(e => !e.labels.length)
  .map(e => e.name)"""
SMALL = """return [...document.querySelectorAll('button,input:not([type=hidden]):not([type=checkbox]),select,summary,nav a')]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.textContent || e.name)"""


def look_at(browser, name):
    """What every page must be: nothing beside the screen, readable, labelled, large enough for a thumb."""
    if PICTURES:
        browser.picture(PICTURES / f"{name}.png")
    assert browser.run("return document.documentElement.scrollWidth") == 360, name
    assert browser.run("return document.documentElement.lang") == "fr"
    for what, script in (("too pale", CONTRAST), ("without a label", LABELS), ("too small", SMALL)):
        found = browser.run(script)
        assert not found, f"{name}: {what}: {found}"
    assert browser.run("return document.querySelectorAll('h1').length") == 1, name


def logs_in(browser, service):
    browser.go(service.url + "/")
    look_at(browser, "connexion")
    browser.type("#token", "wrong")
    browser.press("Se connecter")
    assert "n’est pas le bon" in browser.text()
    browser.type("#token", pathlib.Path(service.folder, "operator.token").read_text(encoding="ascii"))
    browser.press("Se connecter")
    assert "Aucune demande" in browser.text()
    assert pathlib.Path(service.folder, "operator.token").stat().st_mode & 0o777 == 0o600
    cookie, = browser.cookies()
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict"), cookie
    return f"{cookie['name']}={cookie['value']}"


def adds_a_volunteer(browser, service):
    browser.go(service.url + ROOT + "/benevoles")
    browser.type("#first_name", "Anaïs")
    browser.click(browser.find("input[value=pet_walk]"))
    browser.click(browser.find("input[value=saturday]"))
    browser.type("#place", "44.80, -0.60")
    browser.type("#radius", "3")
    browser.press("Ajouter")
    assert "Anaïs" in browser.text() and "La promenade du chien" in browser.text(), browser.text()
    look_at(browser, "benevoles")
    added, = service.admin("volunteers")
    assert (added["services"], added["days"], added["radius_km"]) == (["pet_walk"], ["saturday"], 3), added
    browser.press("Mettre en pause")
    assert "en pause" in browser.text()
    browser.click(browser.find("summary"))
    browser.press("Retirer Anaïs")
    assert service.admin("volunteers") == []


def makes_a_code(browser, service):
    """And what a coordinator types stays text."""
    browser.go(service.url + ROOT + "/appareils")
    browser.type("#name", EVIL)
    browser.type("#phone", "05 56 00 00 17")
    browser.type("#address", "12 rue des Lilas, Pessac")
    browser.type("#place", "44.806, -0.631")
    browser.press("Créer un code")
    assert EVIL in browser.text(), browser.text()
    look_at(browser, "code")
    code = browser.text("#code").replace("-", "")
    body = {"code": code, "device": "speaker-1", "version": "0.1.0", "token_sha256": "0" * 64}
    status, _, answer = service.call("POST", "/v1/devices", body)
    assert status == 201 and json.loads(answer)["resident"].startswith("R-"), answer


def proposals(service, request):
    return [(p["volunteer"], p["state"]) for p in service.admin("proposals", request["id"])]


def wait_for_proposal(service, request, n):
    """The service asks by itself, a moment after the request is open."""
    while len(proposals(service, request)) < n:
        pass


def asks_the_nearest_first(browser, service):
    for volunteer in VOLUNTEERS:
        service.admin("volunteer-add", json.dumps(volunteer))
    request = make_request(device="device-1")  # a Tuesday: Lucie is nearer and cannot
    assert service.send(request)[0] == 201
    wait_for_proposal(service, request, 1)
    browser.go(service.url + ROOT)
    assert "Proposée à Marie" in browser.text() and EVIL in browser.text() and "05 56 00 00 17" in browser.text()
    browser.press("Marie ne peut pas")
    wait_for_proposal(service, request, 2)
    browser.go(service.url + ROOT)
    assert "Proposée à Karim" in browser.text() and "Marie (ne peut pas)" in browser.text(), browser.text()
    assert "Karim (à 11 km)" in browser.text().replace("\xa0", " "), browser.text()
    look_at(browser, "jour")
    browser.run("document.querySelector('input[type=time]').value = '10:30'")
    browser.press("Karim accepte")
    assert "Karim, mardi 16 juin à 10 h 30" in browser.text().replace("\xa0", " "), browser.text()
    browser.press("Karim ne peut plus")
    assert "Plus personne" in browser.text(), browser.text()  # Zoé is too far
    assert proposals(service, request) == [("marie", "refused"), ("karim", "withdrawn")]
    browser.click(browser.find("summary"))
    browser.press("Confier")  # nobody named an hour, so nobody is promised one
    assert "Karim, mardi 16 juin, le matin" in browser.text().replace("\xa0", " "), browser.text()
    browser.press("C’est fait")
    assert "Terminées aujourd’hui" in browser.text()
    assert service.admin("show", request["id"])["status"] == "done"


def moderates(browser, service):
    first, second = make_request(territory="correze"), make_request(territory="correze")
    for request in (first, second):
        assert service.send(request)[1]["status"] == "pending_review"
        assert proposals(service, request) == []
    browser.go(service.url + ROOT)
    assert "À valider 2" in browser.text()
    browser.press("Accepter")
    browser.press("Refuser")
    assert [service.admin("show", r["id"])["status"] for r in (first, second)] == ["open", "cancelled"]
    wait_for_proposal(service, first, 1)


def shows_silence_and_alarm(browser, service):
    beat = {"device": "device-2", "version": "0.1.0", "audio": "no-frames", "uptime_s": 93600, "restarts": 1,
            "queue_depth": 2, "oldest_s": 7300, "sent_at": "2026-06-15T07:30:00Z"}
    token = service.read_token("device-2")
    assert service.call("POST", "/v1/devices/device-2/heartbeat", beat, token=token)[0] == 200
    browser.go(service.url + ROOT + "/appareils")
    shown = browser.text().replace("\xa0", " ")
    assert "n’entend plus rien" in shown and "2 en attente d’envoi, depuis 2 heures" in shown, shown
    assert "Version 0.1.0 · en marche depuis 1 jour · démarré 2 fois" in shown, shown
    database = sqlite3.connect(f"{service.folder}/service.db")
    with database:  # two heartbeats missed
        database.execute("UPDATE device SET seen_ms = seen_ms - 50 * 3600000 - 1 WHERE device = 'device-2'")
    database.close()
    alert = {"id": str(uuid.uuid4()), "kind": "emergency", "device": "device-2", "resident": None,
             "spoken_at": "2026-06-15T09:30:00+02:00"}
    assert service.call("POST", "/v1/alerts", alert, key=alert["id"], token=token)[0] == 201
    browser.go(service.url + ROOT)
    assert "L’appareil device-2 a appelé à l’aide" in browser.text() or "l’appareil device-2" in browser.text()
    assert "silencieux" in browser.text()
    look_at(browser, "alarme")
    browser.press("Je m’en suis occupé")
    assert "appelé à l’aide" not in browser.text()
    browser.go(service.url + ROOT + "/appareils")
    assert "silencieux" in browser.text("article"), browser.text()  # the silent ones come first
    look_at(browser, "appareils")


def plain(service, method, path, body=None, **headers):
    connection = http.client.HTTPSConnection("localhost", service.port, context=service.tls, timeout=30)
    if body is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, body if isinstance(body, (str, type(None))) else urllib.parse.urlencode(body),
                       {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read().decode()


def refuses_strangers(service, cookie):
    """No data without a session; no change without the form's own value; guesses are counted."""
    request = make_request(territory="correze")
    service.send(request)
    for path in (ROOT, ROOT + "/benevoles", ROOT + "/appareils"):
        status, headers, page = plain(service, "GET", path)
        assert "Code du coordinateur" in page and "Mme" not in page, page
        assert "default-src 'none'" in headers["Content-Security-Policy"] and headers["Cache-Control"] == "no-store"
    wish = {"do": "approve", "id": request["id"]}
    assert plain(service, "POST", ROOT, wish)[0] == 403
    assert plain(service, "POST", ROOT, wish, Cookie=cookie)[0] == 403
    assert plain(service, "POST", ROOT, wish | {"form": "0" * 64}, Cookie=cookie)[0] == 403
    page = plain(service, "GET", ROOT, Cookie=cookie)[2]
    wish["form"] = re.search(r'name="form" value="(\w{64})"', page)[1]
    assert plain(service, "POST", ROOT, wish, Cookie=cookie, Origin="https://evil.example")[0] == 403
    assert service.admin("show", request["id"])["status"] == "pending_review"
    for broken in ("%", "do=%zz", "a=%00", "&".join(f"a{i}=1" for i in range(100))):
        assert plain(service, "POST", ROOT, broken, Cookie=cookie)[0] == 400, broken
    assert plain(service, "POST", ROOT, wish, Cookie=cookie)[0] == 303
    assert plain(service, "POST", ROOT, wish, Cookie=cookie)[0] == 409
    assert service.admin("show", request["id"])["status"] == "open"
    answers = {plain(service, "POST", ROOT + "/login", {"token": f"guess-{i}"})[0] for i in range(12)}
    assert answers == {403, 429}, answers


def main():
    with tempfile.TemporaryDirectory() as folder, Service(SERVICE, folder) as service, Browser() as browser:
        cookie = logs_in(browser, service)
        adds_a_volunteer(browser, service)
        makes_a_code(browser, service)
        database = sqlite3.connect(f"{service.folder}/service.db")
        with database:
            database.execute("UPDATE device SET resident = (SELECT reference FROM resident) WHERE device = 'device-1'")
        database.close()
        asks_the_nearest_first(browser, service)
        moderates(browser, service)
        shows_silence_and_alarm(browser, service)
        refuses_strangers(service, cookie)
        browser.press("Se déconnecter")
        assert "Code du coordinateur" in browser.text()
    print("the coordinator's page holds")


main()
