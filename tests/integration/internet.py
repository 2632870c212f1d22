"""All hosts of AWS on this machine: a proxy that takes every CONNECT, speaks TLS in the name of the host that was asked for, and answers itself.

    def answer(host, headers, body):      # lower-case header names; the status and the body, a dict for JSON or bytes
        return 200, {"findings": []}

    with Internet(folder) as internet:
        internet.answer = answer          # internet.environment(): for the program; internet.hosts: the set of who was asked for

Standard library and openssl.
"""

import http.server
import json
import ssl
import subprocess
import threading


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    host = ""

    def log_message(self, *_):
        pass

    def finish(self):
        super().finish()
        self.connection.close()  # the one that speaks TLS

    def do_CONNECT(self):
        self.host = self.path.rsplit(":", 1)[0]
        self.send_response_only(200)
        self.end_headers()
        try:
            self.connection = self.server.owner.context(self.host).wrap_socket(self.connection, server_side=True)
        except OSError:  # the client does not trust the name
            self.close_connection = True
            return
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.close_connection = False

    def _serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        status, answer = self.server.owner.answer(self.host, {name.lower(): value for name, value in self.headers.items()}, body)
        text = answer if isinstance(answer, bytes) else json.dumps(answer).encode("utf-8")
        self.send_response(status)  # with a Date
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = _serve


class Internet:
    def __init__(self, folder):
        self.answer = None
        self.hosts = set()
        self._folder = folder
        self._lock = threading.Lock()
        self._contexts = {}
        self._openssl("-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key.pem", "-subj", "/CN=authority", "-out", folder / "authority.pem")
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.owner = self
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @staticmethod
    def _openssl(*words):
        subprocess.run(["openssl", "req", "-x509", "-days", "2", *words], check=True, capture_output=True)

    def context(self, host):
        with self._lock:
            self.hosts.add(host)
            if host not in self._contexts:
                key, authority, mine = self._folder / "key.pem", self._folder / "authority.pem", self._folder / f"{host}.pem"
                self._openssl("-CA", authority, "-CAkey", key, "-key", key, "-subj", "/CN=host", "-addext", f"subjectAltName=DNS:{host}",
                              "-out", mine)
                self._contexts[host] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                self._contexts[host].load_cert_chain(mine, key)
            return self._contexts[host]

    def environment(self):
        return {"HTTPS_PROXY": f"http://127.0.0.1:{self._server.server_address[1]}", "AWS_CA_BUNDLE": str(self._folder / "authority.pem"),
                "AWS_ACCESS_KEY_ID": "AKIAINTERNET00000000", "AWS_SECRET_ACCESS_KEY": "internetsecretinternetsecret"}

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
