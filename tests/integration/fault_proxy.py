"""An HTTP proxy in this process that stands before a real server and harms some of its answers.

    def fault(request):               # called for each request; request.number counts from 1
        return Status(503, "SlowDown") if request.number < 3 else None

    with FaultProxy(server.endpoint, fault) as proxy: …    # proxy.endpoint, proxy.requests

A fault is None (passed on untouched), a Status, or one of CUT (the body ends in the middle although Content-Length says more), TRUNCATE
(half a body with the right Content-Length), RESET (the connection is reset instead of an answer). Requests go on as they came, Host header
included, so that signatures stay good. With `certificate=(pem, key)` it speaks TLS to its clients. Standard library only.
"""

import http.client
import http.server
import socket
import ssl
import struct
import threading
import typing
import urllib.parse

CUT = "cut"
TRUNCATE = "truncate"
RESET = "reset"


class Status(typing.NamedTuple):
    """An error answer of S3's form."""

    status: int
    code: str
    headers: dict = {}
    more: str = ""
    message: str = "on purpose"


class Request(typing.NamedTuple):
    number: int
    method: str
    target: str
    headers: dict  # lower-case names


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except OSError:  # the client went, or refused our certificate
            self.close_connection = True

    def _reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        # Takes effect when the handler's reading file, which holds the socket too, is closed at the end of the handler.
        self.connection.close()

    def _answer(self, status, headers, body, length=None):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        proxy = self.server.owner
        fault = proxy.judge(self.command, self.path, {name.lower(): value for name, value in self.headers.items()})
        if fault == RESET:
            self._reset()
            return
        if isinstance(fault, Status):
            text = f"<Error><Code>{fault.code}</Code><Message>{fault.message}</Message>{fault.more}</Error>"
            self._answer(fault.status, fault.headers.items(), text.encode("ascii"))
            return
        connection = http.client.HTTPConnection(proxy.upstream.hostname, proxy.upstream.port, timeout=60)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body if body else None)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        headers = [(n, v) for n, v in answer.getheaders() if n.lower() not in ("content-length", "transfer-encoding", "connection")]
        if fault is None:
            self._answer(answer.status, headers, content)
            return
        half = content[: len(content) // 2]
        self._answer(answer.status, headers, half, len(content) if fault == CUT else None)
        if fault == CUT:
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_DELETE = _serve


class FaultProxy:
    def __init__(self, upstream, fault, certificate=None):
        self.upstream = urllib.parse.urlsplit(upstream)
        self.requests = []
        self._fault = fault
        self._certificate = certificate
        self._lock = threading.Lock()
        self._server = None
        self._thread = None

    @property
    def endpoint(self):
        return f"http{'s' if self._certificate else ''}://127.0.0.1:{self._server.server_address[1]}"

    def judge(self, method, target, headers):
        with self._lock:
            request = Request(len(self.requests) + 1, method, target, headers)
            self.requests.append(request)
            return self._fault(request)

    def held(self):
        """A context in which no request is judged: they wait."""
        return self._lock

    def __enter__(self):
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.owner = self
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self._certificate)
            # The handshake waits for the handler's first read, so that a client that hangs up then does not end the accepting thread.
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
