#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""R9, R34, R35, R36: wrong TLS set-ups, each met by the real client; no byte of a request reaches any of them.

Usage: test_tls.py PROVE_CALL    (prints PROOF lines, see prove.h)

Every set-up is a real server with real certificates, made here by openssl. The server writes down every byte that
comes through TLS. A set-up that is right in all must be served, else the others prove nothing.
"""
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import warnings

warnings.simplefilter("ignore", DeprecationWarning)  # of the old versions that we want refused
TOKEN = "canary-token-8d1f"
CANARIES = (TOKEN, "canary-in-the-body")
CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = {cn}
[ext]
{ext}
"""
CA = "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash"
LEAF = "basicConstraints=CA:FALSE\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage={eku}\n{san}"
HERE = "subjectAltName=DNS:localhost,IP:127.0.0.1"


class Maker:
    """Keys and certificates in a folder, by openssl's command."""

    def __init__(self, folder):
        self.folder = folder
        self.n = 0

    def run(self, *args):
        run = subprocess.run(["openssl", *args], capture_output=True, text=True, check=False, cwd=self.folder,
                             env={**os.environ, "OPENSSL_CONF": "/dev/null"})
        if run.returncode:
            raise RuntimeError(f"openssl {args[0]}: {run.stderr}")

    def key(self, kind="ec"):
        self.n += 1
        path = self.folder / f"{self.n}.key"
        if kind == "ec":
            self.run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path)
        else:
            self.run("genrsa", "-out", path, kind)
        path.chmod(0o600)
        return path

    def cert(self, cn, ext, issuer=None, kind="ec", begin="20200101000000Z", end="20400101000000Z", digest="sha256"):
        """Returns (certificate, key); issuer is such a pair, None for itself."""
        key = self.key(kind)
        path, request, config = key.with_suffix(".pem"), key.with_suffix(".csr"), key.with_suffix(".cnf")
        config.write_text(CONFIG.format(cn=cn, ext=ext))
        self.run("req", "-new", "-key", key, "-config", config, "-out", request)
        (self.folder / "index.txt").write_text("")
        (self.folder / "index.txt.attr").write_text("unique_subject = no\n")
        (self.folder / "serial").write_text(f"{self.n:04d}10\n")
        ca = self.folder / "ca.cnf"
        ca.write_text("[ca]\ndefault_ca=me\n[me]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\n"
                      "policy=any\nrand_serial=yes\n[any]\ncommonName=supplied\n")
        signer = ["-selfsign", "-keyfile", key] if issuer is None else ["-cert", issuer[0], "-keyfile", issuer[1]]
        self.run("ca", "-batch", "-notext", "-config", ca, "-in", request, "-out", path, "-extfile", config,
                 "-extensions", "ext", "-startdate", begin, "-enddate", end, "-md", digest, *signer)
        return path, key


class Server(threading.Thread):
    """Takes connections until stopped; `seen` is all that came through TLS, and all that came in the open."""

    def __init__(self, chain=None, key=None, setup=None, plain=None):
        super().__init__(daemon=True)
        self.plain, self.seen, self.handshakes = plain, b"", 0
        self.context = None
        if chain:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.set_ciphers("DEFAULT:@SECLEVEL=0")
            self.context.load_cert_chain(chain, key)
            if setup:
                setup(self.context)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            connection.settimeout(5)
            try:
                self.serve(connection)
            except OSError:
                pass
            finally:
                connection.close()

    def serve(self, connection):
        if self.plain is not None:
            connection.sendall(self.plain)
            self.seen += connection.recv(4096)
            return
        with self.context.wrap_socket(connection, server_side=True) as tls:
            self.handshakes += 1
            while b"canary-in-the-body" not in self.seen:
                piece = tls.recv(4096)
                if not piece:
                    return
                self.seen += piece
            tls.sendall(b"HTTP/1.1 500 Enough\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def stop(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.join()


def only(version):
    def setup(context):
        context.minimum_version = context.maximum_version = version
    return setup


def joined(folder, name, *paths):
    path = folder / name
    path.write_text("".join(pathlib.Path(p).read_text() for p in paths))
    return path


class Proof:
    def __init__(self, program, folder):
        self.program, self.folder, self.make = program, folder, Maker(folder)
        self.ca = self.make.cert("Voisine test authority", CA)
        self.token = folder / "token"
        self.token.write_text(TOKEN)
        self.token.chmod(0o600)
        self.n_cases = self.n_failed = 0
        self.logs, self.prefix = "", []

    def call(self, server, host="localhost", ca=None, pair=None, env=None, scheme="https"):
        run = subprocess.run([self.program, *self.prefix, f"{scheme}://{host}:{server.port}", str(ca or self.ca[0]), str(self.token),
                              *map(str, pair or ())], capture_output=True, text=True, timeout=90, check=False,
                             env={**os.environ, **(env or {})})
        self.logs += run.stdout + run.stderr
        return json.loads(run.stdout.splitlines()[-1]) if run.stdout else {"transport": f"died {run.returncode}"}

    def refused(self, name, transports, server, **how):
        """The set-up is met and gets nothing."""
        answer = self.call(server, **how)
        server.stop()
        clear = any(canary.encode() in server.seen for canary in CANARIES) or (server.context and server.seen)
        good = answer["transport"] in transports and not clear
        self.n_cases += 1
        self.n_failed += not good
        if not good:
            print(f"{name}: {answer['transport']}, {len(server.seen)} bytes arrived: {server.seen[:60]!r}")

    def leaf(self, issuer=None, san=HERE, eku="serverAuth", cn="localhost", **how):
        return self.make.cert(cn, LEAF.format(eku=eku, san=san), issuer or self.ca, **how)

    def wrong_certificates(self):
        untrusted, host = ("tls-untrusted",), ("tls-host",)
        make, leaf = self.make, self.leaf
        other = make.cert("Another authority", CA)
        twin = make.cert("Voisine test authority", CA)  # the same name, another key
        middle = make.cert("Intermediate", CA, self.ca)
        old_middle = make.cert("Old intermediate", CA, self.ca, end="20210101000000Z")
        no_ca = leaf()
        short = make.cert("No more below", CA.replace("CA:TRUE", "CA:TRUE,pathlen:0"), self.ca)
        below = make.cert("Below", CA, short)
        named = make.cert("For others only", CA + "\nnameConstraints=critical,permitted;DNS:other.example", self.ca)
        old_ca = make.cert("Old authority", CA, end="20210101000000Z")
        cases = [
            ("expired", ("tls-expired",), leaf(end="20210101000000Z"), {}),
            ("not yet valid", ("tls-not-yet",), leaf(begin="20390101000000Z"), {}),
            ("for another host", host, leaf(san="subjectAltName=DNS:other.example"), {}),
            ("right name, other alternative names", host, leaf(san="subjectAltName=DNS:other.example", cn="localhost"), {}),
            ("name but not the address", host, leaf(san="subjectAltName=DNS:localhost"), {"host": "127.0.0.1"}),
            ("address but not the name", host, leaf(san="subjectAltName=IP:127.0.0.1", cn="x"), {}),
            ("a star for everything", host, leaf(san="subjectAltName=DNS:*", cn="x"), {}),
            ("name with something behind", host, leaf(san="subjectAltName=DNS:localhost.evil.example", cn="x"), {}),
            ("self-signed", untrusted, make.cert("localhost", LEAF.format(eku="serverAuth", san=HERE)), {}),
            ("an unknown authority's", untrusted, leaf(other), {}),
            ("an authority of the same name", untrusted + ("tls",), leaf(twin), {}),
            ("signed by one that is no authority", untrusted, leaf(no_ca), {"chain": no_ca}),
            ("without its intermediate", untrusted, leaf(middle), {}),
            ("by an intermediate that expired", ("tls-expired",), leaf(old_middle), {"chain": old_middle}),
            ("deeper than the chain allows", untrusted, leaf(below), {"chain": (below, short)}),
            ("outside the names of its authority", untrusted, leaf(named), {"chain": named}),
            ("of an authority that expired", ("tls-expired",), leaf(old_ca), {"ca": old_ca[0]}),
            ("for clients, not servers", untrusted, leaf(eku="clientAuth"), {}),
            ("weak key (RSA 1024)", untrusted, leaf(kind="1024"), {}),
            ("signed with SHA-1", untrusted, leaf(digest="sha1"), {}),
            ("of the system's authorities only", untrusted, leaf(other), {"env": {"SSL_CERT_FILE": str(other[0])}}),
        ]
        for name, transports, pair, how in cases:
            links = how.pop("chain", ())
            links = links if links and isinstance(links[0], tuple) else (links,) if links else ()
            chain = joined(self.folder, "chain.pem", pair[0], *(link[0] for link in links))
            self.refused("certificate " + name, transports, Server(chain, pair[1]), **how)

    def wrong_protocols(self):
        pair, failed = self.leaf(), ("tls",)
        for name, version in (("TLS 1.0", ssl.TLSVersion.TLSv1), ("TLS 1.1", ssl.TLSVersion.TLSv1_1)):
            self.refused(name + " only", failed, Server(*pair, only(version)))

        def no_certificate(context):
            context.set_ciphers("aNULL:@SECLEVEL=0")
            context.maximum_version = ssl.TLSVersion.TLSv1_2

        def no_secrecy(context):
            context.set_ciphers("eNULL:@SECLEVEL=0")
            context.maximum_version = ssl.TLSVersion.TLSv1_2

        self.refused("a cipher without certificate", failed, Server(*pair, no_certificate))
        self.refused("a cipher without secrecy", failed, Server(*pair, no_secrecy))
        self.refused("plain HTTP where TLS was asked for", failed,
                     Server(plain=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
        self.refused("an address without TLS", ("bad-setting",),
                     Server(plain=b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), scheme="http")
        self.refused("closed in the middle of the greeting", failed + ("broken",), Server(plain=b"\x16\x03\x03"))

    def wrong_clients(self):
        """The service asks for a client certificate: without a good one nothing is served."""
        pair, clients = self.leaf(), self.make.cert("Clients' authority", CA)
        good = self.make.cert("device-1", LEAF.format(eku="clientAuth", san="subjectAltName=DNS:device-1"), clients)
        bad = self.make.cert("device-1", LEAF.format(eku="clientAuth", san="subjectAltName=DNS:device-1"), self.ca)

        def asks(context):
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(clients[0])
            context.maximum_version = ssl.TLSVersion.TLSv1_2  # 1.3 tells the client only afterwards

        failed = ("tls", "broken", "no-identity")
        self.refused("client certificate missing", failed, Server(*pair, asks))
        self.refused("client certificate of another authority", failed, Server(*pair, asks), pair=bad)
        self.refused("client key of another certificate", ("no-identity",), Server(*pair, asks), pair=(good[0], bad[1]))
        open_key = self.folder / "open.key"
        open_key.write_text(good[1].read_text())
        open_key.chmod(0o644)
        self.refused("client key that others may read", ("no-identity",), Server(*pair, asks), pair=(good[0], open_key))
        self.served("client certificate", Server(*pair, asks), pair=good)

    def served(self, name, server, **how):
        answer = self.call(server, **how)
        server.stop()
        good = answer.get("status") == 500 and all(canary.encode() in server.seen for canary in CANARIES)
        self.n_cases += 1
        self.n_failed += not good
        if not good:
            print(f"{name}: not served: {answer}")

    def right_ones(self):
        middle = self.make.cert("Intermediate", CA, self.ca)
        below = self.leaf(middle)
        self.served("right in all", Server(*self.leaf()))
        self.served("by its address", Server(*self.leaf()), host="127.0.0.1")
        self.served("TLS 1.2", Server(*self.leaf(), only(ssl.TLSVersion.TLSv1_2)))
        self.served("TLS 1.3", Server(*self.leaf(), only(ssl.TLSVersion.TLSv1_3)))
        self.served("with its intermediate", Server(joined(self.folder, "two.pem", below[0], middle[0]), below[1]))

    def tell(self, promise, what):
        print("PROOF " + json.dumps({"promise": promise, "what": what, "cases": self.n_cases, "failed": self.n_failed}))
        failed, self.n_cases, self.n_failed = self.n_failed, 0, 0
        return failed

    def environment(self):
        """Nothing that the environment offers is taken (R34)."""
        keylog, evil = self.folder / "keylog", self.folder / "evil.cnf"
        evil.write_text("openssl_conf=a\n[a]\nssl_conf=b\n[b]\nsystem_default=c\n[c]\nCipherString=ALL:@SECLEVEL=0\n"
                        "MinProtocol=TLSv1\nVerifyMode=none\n")
        env = {"SSLKEYLOGFILE": str(keylog), "https_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9",
               "OPENSSL_CONF": str(evil), "CURL_CA_BUNDLE": "/dev/null", "HOME": str(self.folder)}
        (self.folder / ".netrc").write_text("machine localhost login canary password canary\n")
        (self.folder / ".curlrc").write_text("insecure\n")
        self.served("in a hostile environment", Server(*self.leaf()), env=env)
        self.refused("weak key, with OpenSSL told to take it", ("tls-untrusted",), Server(*self.leaf(kind="1024")), env=env)
        self.refused("TLS 1.0, with OpenSSL told to take it", ("tls",), Server(*self.leaf(), only(ssl.TLSVersion.TLSv1)),
                     env=env)
        self.n_cases += 1
        self.n_failed += keylog.exists()

    def own_authority_alone(self):
        """With an own authority set, the system's folder of authorities is not trusted beside it."""
        system, folder = self.make.cert("A system authority", CA), self.folder / "certs"
        folder.mkdir()
        name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", system[0]], capture_output=True, text=True,
                              check=True).stdout.strip()
        (folder / f"{name}.0").write_text(system[0].read_text())
        wrapper = self.folder / "with-system-authority"
        wrapper.write_text(f'#!/bin/sh\nmount --bind "{folder}" /etc/ssl/certs || exit 9\nexec "{self.program}" "$@"\n')
        wrapper.chmod(0o755)
        inside = ["unshare", "--mount", "--map-root-user"]
        mount = ["mount", "--bind", folder, "/etc/ssl/certs"]
        if subprocess.run([*inside, *mount], capture_output=True, check=False).returncode:
            print("no name space of our own here: the system's folder of authorities is not checked")
            return
        outer, self.program = self.program, inside[0]
        self.prefix = [*inside[1:], str(wrapper)]
        self.refused("the system's folder of authorities", ("tls-untrusted",), Server(*self.leaf(system)))
        self.served("own authority beside the system's", Server(*self.leaf()))
        self.program, self.prefix = outer, []

    def secrets(self):
        """The token is in no line of the log (R35), and authorities are changed by replacing a file (R36)."""
        self.n_cases += 2
        self.n_failed += TOKEN in self.logs
        new = self.make.cert("New authority", CA)
        both = joined(self.folder, "both.pem", self.ca[0], new[0])
        self.served("new authority beside the old one", Server(*self.leaf(new)), ca=both)
        self.served("old authority beside the new one", Server(*self.leaf()), ca=both)
        self.refused("old authority, once it is removed", ("tls-untrusted",), Server(*self.leaf()), ca=new[0])
        self.own_authority_alone()
        unreadable = self.folder / "open-token"
        unreadable.write_text(TOKEN)
        unreadable.chmod(0o640)
        self.token, kept = unreadable, self.token
        self.refused("a token that others may read", ("no-identity",), Server(*self.leaf()))
        self.token = kept


def main():
    with tempfile.TemporaryDirectory(prefix="voisine-tls-") as name:
        proof = Proof(sys.argv[1], pathlib.Path(name))
        proof.right_ones()
        failed = proof.tell("R9", "right TLS set-ups are served")
        proof.wrong_certificates()
        proof.wrong_protocols()
        proof.wrong_clients()
        n = proof.n_cases
        failed += proof.tell("R9", f"{n} TLS set-ups, wrong ones get no byte of a request")
        proof.environment()
        failed += proof.tell("R34", "hostile environment: proxy, key log, OpenSSL configuration, netrc")
        proof.secrets()
        failed += proof.tell("R35 R36", "token in no log line and not read when open to others; authorities renewed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
