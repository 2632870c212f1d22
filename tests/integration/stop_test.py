"""Signals and a full disk in the middle of `run`: what was read is committed, nothing is lost or doubled, the next run completes."""

import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

import trail


class small_file_system:
    """A tmpfs of this size; `grow` makes room."""

    def __init__(self, folder, size):
        self.folder = folder
        self.size = size

    def __enter__(self):
        self.folder.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.size}", "tmpfs", str(self.folder)], check=True,
                       stderr=subprocess.DEVNULL)
        return lambda: subprocess.run(["mount", "-o", "remount,size=64m", str(self.folder)], check=True)

    def __exit__(self, *_):
        subprocess.run(["umount", str(self.folder)], check=True)


class StopTest(trail.TrailCase):
    """SIGTERM and SIGINT."""

    OBJECTS = 3000

    @classmethod
    def setUpClass(cls):
        whole = tempfile.TemporaryDirectory(prefix="trailsift-stop-")
        cls.addClassCleanup(whole.cleanup)
        cls.whole = pathlib.Path(whole.name) / "whole"
        cls.names = []
        for n in range(cls.OBJECTS):
            at = 3600 + n
            cls.names.append(f"alert {n}")
            records = [trail.quiet(f"quiet {n} {i}", at) for i in range(25)] + [trail.create_user(f"alert {n}", at)]
            trail.put(cls.whole, trail.key(f"object {n}", at + 300), trail.packed(records))

    def whole_config(self, interval="10m"):
        return self.config(trail.wodle(trail.bucket_block(f"file://{self.whole}"), interval=interval))

    def seen(self):
        path = self.home / "logs" / "alerts" / "alerts.json"
        return path.exists() and path.stat().st_size > 0

    def stop(self, number, *arguments):
        """A run that is stopped by the signal once its first alerts stand: its exit code."""
        with trail.Daemon("run", "--config", self.whole_config(), "--home", self.home, "--threads", 1, *arguments) as daemon:
            self.assertTrue(daemon.until(self.seen), daemon.err)
            daemon.signal(number)
            code = daemon.wait()
        return code

    def check_stopped(self, number, code, *arguments):
        for _ in range(5):  # on a fast machine the pass may be over before the signal
            shutil.rmtree(self.home, ignore_errors=True)
            self.assertEqual(self.stop(number, *arguments), code)
            written = len(trail.alerts(self.home))
            if written < self.OBJECTS:
                break
        self.assertLess(written, self.OBJECTS)
        # What was read is committed: the next run does only the rest.
        rest = self.once(self.whole_config())
        self.assertEqual(rest.passed["objects"], self.OBJECTS - written)
        self.assertEqual(rest.passed["alerts"], self.OBJECTS - written)
        self.assert_events(self.names)

    def test_terminate_one_pass(self):
        self.check_stopped(signal.SIGTERM, 0, "--once")

    def test_terminate_the_daemon(self):
        self.check_stopped(signal.SIGTERM, 0)

    def test_interrupt(self):
        self.check_stopped(signal.SIGINT, 130, "--once")

    def test_terminate_while_waiting(self):
        for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, 130)):
            with self.subTest(number):
                with trail.Daemon("run", "--config", self.whole_config("1h"), "--home", self.home) as daemon:
                    self.assertTrue(daemon.until(lambda: " records in " in daemon.err), daemon.err)
                    daemon.signal(number)
                    self.assertEqual(daemon.wait(10), code)
        self.assert_events(self.names)

    def test_interval(self):
        """Without --once a new object is picked up at the next interval."""
        self.put("first", [trail.create_user("first", 3600)])
        config = self.config(trail.wodle(trail.bucket_block(f"file://{self.bucket}"), interval="1s"))
        with trail.Daemon("run", "--config", config, "--home", self.home) as daemon:
            self.assertTrue(daemon.until(lambda: len(trail.alerts(self.home)) == 1), daemon.err)
            self.put("second", [trail.create_user("second", 3000)], 3300)
            self.assertTrue(daemon.until(lambda: len(trail.alerts(self.home)) == 2), daemon.err)
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(), 0)
        self.assert_events(["first", "second"])

    def test_terminate_while_the_server_hangs(self):
        """A server that takes the connection and never answers does not keep us."""
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen(8)
            env = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{deaf.getsockname()[1]}", "AWS_ACCESS_KEY_ID": "AKIA0000000000000000",
                   "AWS_SECRET_ACCESS_KEY": "x", "AWS_REGION": "us-east-1"}
            config = self.config(trail.wodle(trail.bucket_block("deaf-bucket")))
            with trail.Daemon("run", "--config", config, "--home", self.home, env=env) as daemon:
                deaf.settimeout(30)
                self.addCleanup(deaf.accept()[0].close)
                daemon.signal(signal.SIGTERM)
                self.assertEqual(daemon.wait(30), 0, daemon.err)

    def test_two_runs_of_one_home(self):
        with trail.Daemon("run", "--config", self.whole_config("1h"), "--home", self.home) as daemon:
            self.assertTrue(daemon.until(self.seen), daemon.err)
            second = trail.program("run", "--config", self.whole_config(), "--home", self.home, "--once")
            self.assertEqual(second.code, 6, second.err)
            self.assertIn(str(self.home), second.err)
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(), 0)
        self.once(self.whole_config())
        self.assert_events(self.names)


def may_mount():
    with tempfile.TemporaryDirectory() as folder:
        try:
            with small_file_system(pathlib.Path(folder) / "try", "1m"):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


class FullDiskTest(trail.TrailCase):
    OBJECTS, EACH = 40, 50

    def setUp(self):
        super().setUp()
        self.names = [f"{n} {i}" for n in range(self.OBJECTS) for i in range(self.EACH)]
        for n in range(self.OBJECTS):
            self.put(f"object {n}", [trail.create_user(f"{n} {i}", 3600 + 60 * n + i) for i in range(self.EACH)], 3900 + 60 * n)

    @property
    def alert_file(self):
        return self.home / "logs" / "alerts" / trail.TODAY.strftime("%Y/%b/ossec-alerts-%d.json")

    def test_limit_on_file_size(self):
        """The alert file can't grow beyond a place in the middle of a line."""
        config = self.folder_config()
        for size in (100_001, 1_000_003):
            outcome = self.once(config, code=6, before=trail.file_size_limit(size))
            said = [line for line in outcome.err.splitlines() if str(self.home / "logs") in line]
            self.assertTrue(said, outcome.err)
            self.assertIn("File too large", said[0])
            self.assertTrue(self.alert_file.read_bytes()[-1:] in (b"", b"\n"))
        self.once(config)
        self.assert_events(self.names)

    def test_daemon_waits_until_the_limit_is_lifted(self):
        before = trail.file_size_limit(1_000_003)
        with trail.Daemon("run", "--config", self.folder_config(), "--home", self.home, before=before) as daemon:
            self.assertTrue(daemon.until(lambda: "File too large" in daemon.err), daemon.err)
            trail.lift_file_size_limit(daemon.pid)
            self.assertTrue(daemon.until(lambda: " records in " in daemon.err), daemon.err)
            self.assert_no_id_twice(self.home)
            self.assert_events(self.names)
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(), 0)
        self.assertEqual(self.once(self.folder_config()).passed["objects"], 0)

    def test_terminate_while_there_is_no_room(self):
        before = trail.file_size_limit(1_000_003)
        with trail.Daemon("run", "--config", self.folder_config(), "--home", self.home, before=before) as daemon:
            self.assertTrue(daemon.until(lambda: "File too large" in daemon.err), daemon.err)
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(), 6)
        self.once(self.folder_config())
        self.assert_events(self.names)

    @unittest.skipUnless(may_mount(), "mounting is not allowed here")
    def test_full_file_system(self):
        config = self.folder_config()
        with small_file_system(self.home, "3m") as grow:
            outcome = self.once(config, code=6)
            said = [line for line in outcome.err.splitlines() if str(self.home) in line and "No space left" in line]
            self.assertTrue(said, outcome.err)
            self.once(config, code=6)
            grow()
            self.once(config)
            self.assert_events(self.names)

    @unittest.skipUnless(may_mount(), "mounting is not allowed here")
    def test_daemon_waits_for_room(self):
        config = self.folder_config()
        with small_file_system(self.home, "3m") as grow:
            with trail.Daemon("run", "--config", config, "--home", self.home) as daemon:
                self.assertTrue(daemon.until(lambda: "No space left" in daemon.err), daemon.err)
                self.assertTrue(daemon.alive(), daemon.err)
                grow()
                self.assertTrue(daemon.until(lambda: " records in " in daemon.err), daemon.err)
                self.assert_no_id_twice(self.home)
                self.assert_events(self.names)
                daemon.signal(signal.SIGTERM)
                self.assertEqual(daemon.wait(), 0)
            self.assertEqual(self.once(config).passed["objects"], 0)

    @unittest.skipUnless(may_mount(), "mounting is not allowed here")
    def test_kill_of_a_daemon_that_waits_for_room(self):
        config = self.folder_config()
        with small_file_system(self.home, "3m") as grow:
            with trail.Daemon("run", "--config", config, "--home", self.home) as daemon:
                self.assertTrue(daemon.until(lambda: "No space left" in daemon.err), daemon.err)
                daemon.signal(signal.SIGKILL)
                daemon.wait()
            grow()
            self.once(config)
            self.assert_events(self.names)

    def test_home_that_can_not_be_made(self):
        place = self.scratch / "file"
        place.write_text("", encoding="ascii")
        outcome = trail.program("run", "--config", self.folder_config(), "--home", place / "home", "--once")
        self.assertEqual(outcome.code, 6, outcome.err)
        self.assertIn(str(place / "home"), outcome.err)


if __name__ == "__main__":
    unittest.main()
