#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the service promises holds under faults: killed in the middle of writes, the same key at once, keys of a month,
slow clients, many of them. Usage: test_faults.py SERVICE"""
import concurrent.futures
import http.client
import json
import pathlib
import random
import resource
import socket
import sqlite3
import sys
import tempfile
import threading

from running import Service, make_request

SERVICE = sys.argv[1]
KILLS = 12
SENDERS = 6
DAY_MS = 24 * 3600 * 1000
LOST = (OSError, http.client.HTTPException)


def send_until_killed(service, token, acknowledged, tried):
    """Sends new requests on one connection until the service is gone."""
    connection = service.connect()
    while True:
        request = make_request()
        tried.append(request)
        try:
            status, _, content = service.call("POST", "/v1/requests", request, key=request["id"], token=token,
                                              connection=connection)
        except LOST:
            return
        assert status == 201 and json.loads(content)["id"] == request["id"], content
        acknowledged.append(request)


def survives_kills(folder):
    """kill -9 at a random moment of six senders: what was acknowledged is there, and sent again it is no second one."""
    seed = random.randrange(1 << 32)
    draw = random.Random(seed)
    service = Service(SERVICE, folder)
    token = service.read_token()
    n_all = 0
    for _ in range(KILLS):
        acknowledged, tried = [], []
        senders = [threading.Thread(target=send_until_killed, args=(service, token, acknowledged, tried))
                   for _ in range(SENDERS)]
        for sender in senders:
            sender.start()
        goal = draw.randrange(1, 40)
        while len(acknowledged) < goal:
            pass
        service.kill()
        for sender in senders:
            sender.join()
        service.start()
        stored = {r["id"] for r in service.admin("list")}
        lost = [r["id"] for r in acknowledged if r["id"] not in stored]
        assert not lost, f"seed {seed}: {lost}"
        n_all += len(tried)
        for request in tried:
            assert service.send(request, token=token)[0] in (200, 201)
        stored = [r["id"] for r in service.admin("list")]
        assert len(stored) == len(set(stored)) == n_all, f"seed {seed}: {len(stored)} of {n_all}"
    service.stop()
    return n_all


def acknowledges_nothing_that_it_cannot_write(folder):
    """A disk that is full (a limit on every file): refused with 503, so that the speakers keep it; then all is taken, once."""
    with Service(SERVICE, folder) as service:
        requests = [make_request() for _ in range(12)]
        taken = [r["id"] for r in requests[:4] if service.send(r)[0] == 201]
        assert len(taken) == 4
        journal = pathlib.Path(folder, "service.db-wal").stat().st_size
        before = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (journal + 6000, before[1]))
        statuses = [service.send(r)[0] for r in requests[4:]]
        assert set(statuses) <= {201, 503} and 503 in statuses, statuses
        taken += [r["id"] for r, status in zip(requests[4:], statuses) if status == 201]
        assert {r["id"] for r in service.admin("list")} == set(taken)
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, before)
        assert all(service.send(r)[0] in (200, 201) for r in requests)
        stored = [r["id"] for r in service.admin("list")]
        assert sorted(stored) == sorted(r["id"] for r in requests), stored


def one_of_many_at_once(service):
    """The same request from many sides at the same moment is one."""
    token = service.read_token()
    for _ in range(10):
        request = make_request()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = sorted(pool.map(lambda r: service.send(r, token=token)[0], [request] * 8))
        assert answers.count(201) == 1 and set(answers) <= {200, 201, 409}, answers
        assert service.send(request | {"items": []}, token=token)[0] == 422
        assert [r["id"] for r in service.admin("list")].count(request["id"]) == 1


def change_times(service, ids, age_ms):
    database = sqlite3.connect(f"{service.folder}/service.db")
    with database:
        for table, column in (("request", "changed_ms"), ("request", "received_ms"), ("news", "at_ms")):
            where = "1" if table == "news" else f"id IN ({','.join('?' * len(ids))})"
            database.execute(f"UPDATE {table} SET {column} = {column} - {age_ms} WHERE {where}",
                             [] if table == "news" else ids)
    database.close()


def keeps_keys_for_a_month(service):
    """After 30 days the same bytes are still the same request; after 31 what was said is erased, the key is not."""
    ended, under_way = make_request(items=["un mot très rare"]), make_request(items=["un autre mot rare"])
    for request in (ended, under_way):
        assert service.send(request)[0] == 201
    service.admin("cancel", ended["id"])
    for age_ms, is_kept in ((30 * DAY_MS, True), (DAY_MS + 1, False)):
        change_times(service, [ended["id"], under_way["id"]], age_ms)
        service.stop()
        service.start()
        while not is_kept and service.admin("show", ended["id"])["request"]:
            pass  # the erasing runs beside
        assert bool(service.admin("show", ended["id"])["request"]) == is_kept
        assert service.admin("show", under_way["id"])["request"]["items"] == ["un autre mot rare"]
        assert service.send(ended)[0] == 200
        assert service.send(ended | {"items": []})[0] == 422
        assert service.send(under_way)[0] == 200
    database = sqlite3.connect(f"{service.folder}/service.db")
    rows = database.execute("SELECT count(*) FROM request WHERE body LIKE '%très rare%'").fetchall()
    database.close()
    assert rows == [(0,)], rows


def remembers_what_was_called_off(service):
    """A cancellation that comes before its request, which the network holds: over a restart too, and nobody is asked."""
    late = make_request(items=["un mot jamais dit"])
    token = service.read_token()
    for _ in range(2):
        status, _, content = service.call("POST", f"/v1/requests/{late['id']}/cancel", {}, token=token)
        assert (status, json.loads(content)["status"]) == (200, "cancelled"), content
    other = make_request(device="device-2", id=late["id"])  # an id is called off by its own device only
    service.stop()
    service.start()
    for _ in range(2):
        status, answer = service.send(late, token=token)
        assert (status, answer["id"], answer["status"]) == (200, late["id"], "cancelled"), answer
    assert service.send(late | {"items": []}, token=token)[0] == 422
    assert service.send(other)[0] == 422
    stored = service.admin("show", late["id"])
    assert stored["request"] is None and stored["status"] == "cancelled", stored
    assert service.admin("proposals", late["id"]) == []
    again = make_request()
    status, _, _ = service.call("POST", f"/v1/requests/{again['id']}/cancel", {}, token=service.read_token("device-2"))
    assert (status, service.send(again)[0]) == (200, 201)


def dawdle(service, n):
    """Connections that begin and never go on: some in the handshake, some in the request, some in an endless body."""
    lines = (None, b"POST /v1/requests HTTP/1.1\r\nHost: x\r\nX-A: ",
             b"POST /v1/devices HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n{")
    connections = []
    for i in range(n):
        connection = socket.create_connection(("localhost", service.port), timeout=30)
        line = lines[i % len(lines)]
        if line:
            connection = service.tls.wrap_socket(connection, server_hostname="localhost")
            connection.sendall(line)
        connections.append(connection)
    return connections


def is_ended(connection):
    """Waits until the service has closed it; a TLS alert or an answer before that does not matter."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        pass
    connection.close()
    return True


def ends_slow_clients(service):
    connections = dawdle(service, 60)
    assert service.send(make_request())[0] == 201  # and the others are served meanwhile
    assert all(is_ended(connection) for connection in connections)


def serves_many(service):
    """Three hundred connections that stand, then a call on each."""
    token = service.read_token()
    connections = [service.connect() for _ in range(300)]
    for connection in connections:
        connection.connect()
    n_before = len(service.admin("list"))
    for connection in connections:
        request = make_request()
        assert service.send(request, token=token, connection=connection)[0] == 201
    for connection in connections:
        connection.close()
    assert len(service.admin("list")) == n_before + 300


def main():
    with tempfile.TemporaryDirectory() as folder:
        n = survives_kills(folder)
    with tempfile.TemporaryDirectory() as folder:
        acknowledges_nothing_that_it_cannot_write(folder)
    with tempfile.TemporaryDirectory() as folder, Service(SERVICE, folder) as service:
        one_of_many_at_once(service)
        keeps_keys_for_a_month(service)
        remembers_what_was_called_off(service)
        serves_many(service)
    with tempfile.TemporaryDirectory() as folder, Service(SERVICE, folder, "--patience", "1500") as service:
        ends_slow_clients(service)
    print(f"{KILLS} kills over {n} requests: none lost, none doubled; slow clients and crowds are borne")


main()
