"""The queue of a Wazuh agent or manager, as a folder of its installation: a real datagram socket and a thread that reads it."""

import contextlib
import json
import pathlib
import select
import socket
import subprocess
import threading

import trail

HEADER = b"1:Wazuh-AWS:"


class WazuhQueue:
    """A context manager. `messages` are what was received, without the header, in order."""

    def __init__(self, folder, reading=True):
        self.home = pathlib.Path(folder)
        self.path = self.home / "queue" / "sockets" / "queue"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.datagrams = []
        self._reading = reading
        self._stop, self._stopped = socket.socketpair()

    def __enter__(self):
        self.path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._thread = None
        if self._reading:
            self.read()
        return self

    def read(self):
        """Begins to read what comes and what has come."""
        self._thread = threading.Thread(target=self._receive)
        self._thread.start()

    def _receive(self):
        while True:
            ready, _, _ = select.select([self._socket, self._stopped], [], [])
            if self._socket in ready:
                self.datagrams.append(self._socket.recv(1 << 20))
            elif self._stopped in ready:
                return

    def go(self):
        """As a receiver that ends: what is in its queue goes with it."""
        self._socket.close()

    def __exit__(self, *_):
        self._stop.send(b"x")
        if self._thread is not None:
            self._thread.join()
        for one in (self._socket, self._stop, self._stopped):
            one.close()
        self.path.unlink(missing_ok=True)

    @property
    def messages(self):
        found = list(self.datagrams)
        assert all(datagram.startswith(HEADER) for datagram in found), found
        return [datagram[len(HEADER):].decode("ascii") for datagram in found]

    @property
    def ids(self):
        """The eventID of each message."""
        return [json.loads(message)["aws"]["eventID"] for message in self.messages]


def command(queue_home, *arguments):
    return [trail.PROGRAM, "aws-s3", "--socket", str(queue_home / "queue/sockets/queue"), "--home", str(queue_home / "var/trailsift"),
            *map(str, arguments)]


def collect(queue_home, *arguments, env=None, timeout=120):
    done = subprocess.run(command(queue_home, *arguments), env=trail.surroundings(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=timeout, check=False)
    return trail.Outcome(done.returncode, done.stdout, done.stderr)


@contextlib.contextmanager
def collecting(queue_home, *arguments, env=None):
    """The collector in the background; killed on leaving where it still runs."""
    process = subprocess.Popen(command(queue_home, *arguments), env=trail.surroundings(env), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
