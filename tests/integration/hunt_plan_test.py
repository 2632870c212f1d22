"""`trailsift hunt --plan` says before what a hunt asks for; `--progress` says how far one is."""

import json
import os
import subprocess
import threading
import unittest

import fault_proxy
import servers
import trail
from trail import PRODUCTION, STAGING


class PlanCase(trail.TrailCase):
    def setUp(self):
        super().setUp()
        for account, count in ((PRODUCTION, 5), (STAGING, 2)):
            for n in range(count):
                self.put(f"{account} {n}", [trail.create_user(f"{account} {n}", 3600 + n, account)], 3900 + 60 * n, account)
        self.size = sum(path.stat().st_size for path in self.bucket.rglob("*.gz"))

    def plan(self, *arguments, code=0, **more):
        outcome = trail.program("hunt", "--plan", *arguments, **more)
        self.assertEqual(outcome.code, code, outcome.err)
        return outcome

    def plan_json(self, *arguments, **more):
        outcome = self.plan(*arguments, "-o", "json", **more)
        self.assertEqual(len(outcome.lines), 1)
        return outcome.lines[0]


class PlanFolderTest(PlanCase):
    def test_folder(self):
        found = self.plan_json(self.bucket)
        self.assertEqual((found["objects"], found["bytes"], found["complete"], found["requests"]), (7, self.size, True, {"list": 0, "get": 0}))
        self.assertEqual({part["account"]: part["objects"] for part in found["parts"]}, {PRODUCTION: 5, STAGING: 2})
        self.assertEqual(set(found["dollars_estimate"].values()), {0})
        text = self.plan(self.bucket).out.decode("utf-8")
        self.assertIn(PRODUCTION, text)
        self.assertIn("cost       none", text)
        # The same by another name.
        self.assertEqual(self.plan("--json", self.bucket).lines, [found])
        one = next(self.bucket.rglob("*.gz"))
        self.assertEqual(self.plan_json(one)["bytes"], one.stat().st_size)

    def test_reads_and_writes_nothing(self):
        for path in self.bucket.rglob("*.gz"):
            path.write_bytes(b"no gzip at all")
        before = sorted(self.scratch.rglob("*"))
        self.assertEqual(self.plan_json(self.bucket)["objects"], 7)
        self.assertEqual(sorted(self.scratch.rglob("*")), before)

    def test_nothing_found(self):
        empty = self.scratch / "empty"
        empty.mkdir()
        (empty / "readme.txt").write_text("x", encoding="ascii")
        outcome = self.plan(empty)
        self.assertIn("nothing to read", outcome.out.decode("utf-8"))
        self.assertIn("1 other files", outcome.err)
        found = self.plan_json(self.bucket, "--start", "2999-01-01")
        self.assertEqual((found["objects"], found["left_out"], found["parts"]), (0, {"outside_times": 7, "other_files": 0}, []))

    def test_refused(self):
        for arguments in ([self.bucket, "-o", "csv"], ["-"], [self.bucket, "--summary", self.scratch / "x"], []):
            with self.subTest(arguments):
                self.assertEqual(self.plan(*arguments, code=2).out, b"")
        outcome = self.plan(self.bucket, self.scratch / "nothing", code=6)
        self.assertIn("incomplete 1 places", outcome.out.decode("utf-8"))
        self.plan(self.bucket, "-O", "/dev/full", code=6)
        path = self.scratch / "plan"
        self.assertEqual(self.plan(self.bucket, "-O", path).out, b"")
        self.assertEqual(path.read_bytes(), self.plan(self.bucket).out)


class PlanServerTest(PlanCase):
    def test_asks_what_the_hunt_will_ask(self):
        asked = []
        lock = threading.Lock()

        def watch(request):
            with lock:
                asked.append("list" if "list-type=2" in request.target else request.method.lower())

        with servers.S3Proxy() as server:
            server.fill("a-trail", self.bucket)
            with fault_proxy.FaultProxy(server.endpoint, watch) as proxy:
                env = {**server.environment(), "AWS_ENDPOINT_URL": proxy.endpoint}
                found = self.plan_json("s3://a-trail/AWSLogs/", env=env)
                self.assertEqual(asked, ["list"] * found["requests"]["list"])
                self.assertEqual((found["objects"], found["bytes"]), (7, self.size))
                asked.clear()
                self.assertEqual(trail.program("hunt", "s3://a-trail/AWSLogs/", env=env).code, 0)
                self.assertEqual({kind: asked.count(kind) for kind in set(asked)}, found["requests"])
                self.assertEqual(found["inputs"], [{"input": "s3://a-trail/AWSLogs/", "region": "us-east-1", "endpoint": proxy.endpoint}])
                for name in ("list", "get", "kms_decrypt"):
                    self.assertGreater(found["dollars_estimate"][name], 0, name)
                text = self.plan("s3://a-trail/", env=env).out.decode("utf-8")
                for words in ("7 GET", "(us-east-1)", f"{proxy.endpoint} is not AWS"):
                    self.assertIn(words, text)

            def refuse(request):
                return fault_proxy.Status(403, "AccessDenied") if STAGING in request.target else None

            with fault_proxy.FaultProxy(server.endpoint, refuse) as proxy:
                env = {**server.environment(), "AWS_ENDPOINT_URL": proxy.endpoint}
                outcome = self.plan(f"s3://a-trail/AWSLogs/{PRODUCTION}/", f"s3://a-trail/AWSLogs/{STAGING}/", "--json", code=4, env=env)
            found = outcome.lines[0]
            self.assertEqual((found["objects"], found["complete"], len(found["failures"])), (5, False, 1))
            self.assertIn(STAGING, found["failures"][0])
            self.assertIn(STAGING, outcome.err)


class ProgressTest(PlanCase):
    def test_lines_where_asked_for(self):
        for arguments, shown in (([], False), (["--progress"], True), (["--no-progress"], False)):
            with self.subTest(arguments):
                outcome = trail.program("hunt", self.bucket, "-o", "ndjson", *arguments)
                self.assertEqual((outcome.code, len(outcome.lines)), (0, 7), outcome.err)
                self.assertEqual("100% 7/7 objects" in outcome.err, shown, outcome.err)
                self.assertNotIn("\x1b", outcome.err)
                self.assertNotIn("\r", outcome.err)

    def test_bar_on_a_terminal_only(self):
        """400 copies take long enough for a bar; none is drawn where it is refused."""
        first = next(self.bucket.rglob("*.gz"))
        first.write_bytes(trail.packed([trail.quiet(f"quiet {n}", 3600 + n % 600) for n in range(4000)]))
        many = self.scratch / "many"
        many.mkdir()
        for n in range(60):
            os.link(first, many / f"{n}.json.gz")
        for arguments, shown in (([], True), (["--no-progress"], False)):
            with self.subTest(arguments):
                text = self.stderr_on_terminal(many, *arguments)
                self.assertEqual("/60 objects" in text, shown, text)
                self.assertIn("240000 records in 60 objects", text)

    def stderr_on_terminal(self, *arguments):
        master, slave = os.openpty()
        with subprocess.Popen([trail.PROGRAM, "hunt", *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave,
                              env=trail.surroundings({"TERM": "xterm"})) as process:
            os.close(slave)
            text = trail.terminal_text(master)
            self.assertEqual(process.wait(60), 0)
        return text


if __name__ == "__main__":
    unittest.main()
