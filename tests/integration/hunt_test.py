"""`trailsift hunt`: its contract, and that it ends in the alerts in which `run` ends."""

import csv
import gzip
import io
import json
import os
import random
import signal
import subprocess
import time
import unittest

import fault_proxy
import kill_test
import servers
import trail
from trail import PRODUCTION, STAGING

SUMMARY_KEYS = ["objects", "bytes", "records", "duplicates", "discarded", "matched", "unmatched", "alerts", "quarantined_records",
                "quarantined_objects", "seconds", "cpu_seconds"]

CSV_COLUMNS = ["event_time", "level", "rule_id", "description", "actor", "actor_kind", "account", "region", "event_source", "event_name",
               "source_address", "error_code", "target", "instances", "alert_id", "event_ids", "account_name"]


class HuntCase(trail.TrailCase):
    def hunt(self, *arguments, code=0, **more):
        outcome = trail.program("hunt", *arguments, **more)
        self.assertEqual(outcome.code, code, outcome.err)
        return outcome

    def ndjson(self, *arguments, **more):
        return self.hunt(*arguments, "-o", "ndjson", **more).lines

    def summary(self, *arguments, **more):
        path = self.scratch / "summary.json"
        self.hunt(*arguments, "--summary", path, **more)
        found = json.loads(path.read_text("utf-8"))
        self.assertEqual(list(found), SUMMARY_KEYS)
        self.assertEqual(found["records"], found["duplicates"] + found["discarded"] + found["matched"] + found["unmatched"] +
                         found["quarantined_records"])
        return found

    def ids(self, lines):
        return [alert["trailsift"]["id"] for alert in lines]


class HuntOutputTest(HuntCase):
    def setUp(self):
        super().setUp()
        self.cases = trail.use_cases()
        records = [case[0] for case in self.cases]
        random.Random(3).shuffle(records)
        for n in range(0, len(records), 3):
            self.put(f"object {n}", records[n:n + 3] + [trail.quiet(f"quiet {n}", 3700)], 4000 + 60 * n)

    def test_ndjson(self):
        lines = self.ndjson(self.bucket)
        self.assertEqual(sorted((alert["trailsift"]["events"][-1], alert["rule"]["id"], alert["rule"]["level"]) for alert in lines),
                         sorted((made["eventID"], rule, level) for made, rule, level in self.cases))
        order = [(alert["trailsift"]["event_time"], alert["trailsift"]["id"]) for alert in lines]
        self.assertEqual(order, sorted(order))
        for alert in lines:
            self.assertEqual(list(alert)[-1], "trailsift")
            self.assertEqual(alert["timestamp"], alert["trailsift"]["event_time"].replace("Z", ".000+0000"))
            self.assertNotIn("supersedes", alert["trailsift"])

    def test_lines_are_those_of_run(self):
        self.once(self.folder_config())

        def comparable(alert):
            for name in ("timestamp", "id"):
                alert.pop(name)
            alert["rule"].pop("firedtimes")
            # What `run` replaced on its way is no matter here; the bucket's name is written otherwise.
            alert["trailsift"].pop("supersedes", None)
            alert["data"]["aws"]["log_info"].pop("s3bucket")
            return json.dumps(alert)

        ran = {name: comparable(alert) for name, alert in trail.final(trail.alerts(self.home)).items()}
        hunted = {alert["trailsift"]["id"]: comparable(alert) for alert in self.ndjson(self.bucket)}
        self.assertEqual(set(ran), set(hunted))
        for name, text in ran.items():
            # `full_log` holds the bucket's name, too.
            self.assertEqual(text.replace(f"file://{self.bucket}", str(self.bucket)), hunted[name])

    def test_json_is_one_array_of_the_same(self):
        array = json.loads(self.hunt(self.bucket, "-o", "json").out)
        lines = self.ndjson(self.bucket)
        for alert in array + lines:
            alert.pop("id")  # holds the line's place
        self.assertEqual(array, lines)
        self.assertEqual(json.loads(self.hunt(self.bucket, "-o", "json", "--rules", "none").out), [])

    def test_csv(self):
        rows = list(csv.reader(io.StringIO(self.hunt(self.bucket, "-o", "csv").out.decode("utf-8"))))
        self.assertEqual(rows[0], CSV_COLUMNS)
        self.assertTrue(all(len(row) == len(CSV_COLUMNS) for row in rows))
        lines = self.ndjson(self.bucket)
        self.assertEqual([(row[0], row[1], row[2], row[3], row[4], row[14], row[15]) for row in rows[1:]],
                         [(a["trailsift"]["event_time"], str(a["rule"]["level"]), a["rule"]["id"], a["rule"]["description"],
                           a["trailsift"]["actor"]["name"], a["trailsift"]["id"], " ".join(a["trailsift"]["events"])) for a in lines])
        self.assertEqual(self.hunt(self.bucket, "-o", "csv", "--rules", "none").out.decode("utf-8").strip(), ",".join(CSV_COLUMNS))

    def test_csv_quotes(self):
        odd = 'a "b", c\nd'
        self.put("odd", [trail.create_user("odd", 3000, made=odd)])
        rows = list(csv.DictReader(io.StringIO(self.hunt(self.bucket, "-o", "csv").out.decode("utf-8"), newline="")))
        self.assertEqual([row["target"] for row in rows if row["event_time"] == trail.iso(3000)], [odd])

    def test_table(self):
        self.put("odd", [trail.create_user("odd", 3000, made="red\x1b[31m")])
        text = self.hunt(self.bucket).out.decode("utf-8")
        self.assertEqual(len(text.splitlines()), len(self.cases) + 2)
        for words in ("80446", "80255", "i-0a1b2c3d4e5f60718", "alice"):
            self.assertIn(words, text)
        self.assertNotIn("\x1b", text)

    def test_table_without_alerts_says_so_on_stderr(self):
        outcome = self.hunt(self.bucket, "--rules", "none")
        self.assertEqual(outcome.out, b"")
        self.assertIn("0 alerts", outcome.err)

    def test_output_file(self):
        for form in ("table", "json", "ndjson", "csv"):
            with self.subTest(form):
                path = self.scratch / form
                outcome = self.hunt(self.bucket, "-o", form, "-O", path)
                self.assertEqual(outcome.out, b"")
                self.assertEqual(path.read_bytes(), self.hunt(self.bucket, "-o", form).out)

    def test_terminal(self):
        """Colour and progress are for terminals, and NO_COLOR is heard."""
        self.assertIn("\x1b[", self.on_terminal({}))
        self.assertNotIn("\x1b[3", self.on_terminal({"NO_COLOR": "1"}))

    def on_terminal(self, env):
        master, slave = os.openpty()
        with open(os.devnull, "wb") as nothing:
            process = subprocess.Popen([trail.PROGRAM, "hunt", str(self.bucket)], stdin=slave, stdout=slave, stderr=nothing,
                                                     env=trail.surroundings({"TERM": "xterm", **env}))
        os.close(slave)
        text = trail.terminal_text(master)
        self.assertEqual(process.wait(60), 0)
        return text

    def test_summary(self):
        self.put("copy", [case[0] for case in self.cases[:5]], 7000)
        found = self.summary(self.bucket)
        size = sum(path.stat().st_size for path in self.bucket.rglob("*.gz"))
        self.assertEqual((found["objects"], found["bytes"], found["records"], found["duplicates"], found["unmatched"], found["alerts"]),
                         (8, size, 20 + 7 + 5, 5, 7, 20))

    def test_min_level(self):
        for level in (0, 3, 4, 5, 6, 10, 11, 16):
            with self.subTest(level):
                found = sorted(alert["rule"]["level"] for alert in self.ndjson(self.bucket, "--min-level", level))
                self.assertEqual(found, sorted(case[2] for case in self.cases if case[2] >= level))

    def test_start_and_end(self):
        start, end = 3600 + 25, 3600 + 200
        expected = sorted(made["eventID"] for made, _, _ in self.cases if trail.iso(start) <= made["eventTime"] < trail.iso(end))
        lines = self.ndjson(self.bucket, "--start", trail.iso(start), "--end", trail.iso(end))
        self.assertEqual(sorted(alert["trailsift"]["events"][-1] for alert in lines), expected)
        self.assertGreater(len(expected), 3)
        counted = self.summary(self.bucket, "--start", trail.iso(start))
        self.assertGreater(counted["discarded"], 0)
        day = trail.TODAY.strftime("%Y-%m-%d")
        self.assertEqual(len(self.ndjson(self.bucket, "--start", day)), len(self.cases))
        self.assertEqual(len(self.ndjson(self.bucket, "--end", day)), 0)

    def test_rules(self):
        own = self.scratch / "rules"
        own.mkdir()
        (own / "local.xml").write_text('<group name="local,"><rule id="100001" level="7"><decoded_as>json</decoded_as>'
                                       '<field name="aws.eventName">^CreateUser$</field><description>own</description></rule></group>',
                                       encoding="utf-8")
        self.assertEqual([alert["rule"]["id"] for alert in self.ndjson(self.bucket, "--rules", own)], ["100001", "100001"])
        self.assertEqual(self.ndjson(self.bucket, "--rules", "none"), [])
        (own / "local.xml").write_text("<group name='x'><rule id='1' level='x'></rule></group>", encoding="utf-8")
        outcome = self.hunt(self.bucket, "--rules", own, code=3)
        self.assertEqual(outcome.out, b"")
        self.assertIn("local.xml:1:", outcome.err)
        self.hunt(self.bucket, "--rules", self.scratch / "nothing", code=3)

    def test_stdin_and_files(self):
        records = [case[0] for case in self.cases]
        expected = self.ids(self.ndjson(self.bucket))
        text = json.dumps({"Records": records}).encode("utf-8")
        lines = "".join(json.dumps(record) + "\n" for record in records).encode("utf-8")
        for title, content in {"json": text, "gzip": gzip.compress(text), "lines": lines}.items():
            with self.subTest(title):
                self.assertEqual(self.ids(self.ndjson("-", stdin=content)), expected)
        files = sorted(self.bucket.rglob("*.gz"))
        self.assertEqual(self.ids(self.ndjson(*files)), expected)
        # The same twice is not twice.
        self.assertEqual(self.ids(self.ndjson(self.bucket, *files)), expected)

    def test_writes_nothing_else(self):
        before = sorted(self.scratch.rglob("*"))
        self.hunt(self.bucket)
        self.assertEqual(sorted(self.scratch.rglob("*")), before)


class HuntCodesTest(HuntCase):
    def setUp(self):
        super().setUp()
        self.put("one", [trail.create_user("one", 3600)])

    def refused(self, code, *arguments, said="", **more):
        outcome = self.hunt(*arguments, code=code, **more)
        self.assertIn(said, outcome.err)
        self.assertNotEqual(outcome.err, "")
        return outcome

    def test_usage(self):
        for arguments in ([], [self.bucket, "--nonsense"], [self.bucket, "-o", "xml"], [self.bucket, "--min-level", "17"],
                          [self.bucket, "--start", "yesterday"], [self.bucket, "--threads", "0"],
                          [self.bucket, "--start", "2026-01-02", "--end", "2026-01-01"]):
            with self.subTest(arguments):
                self.assertEqual(self.refused(2, *arguments).out, b"")

    def test_fail_on(self):
        """`one` is of level 3, failed sign-ins of 5, five of them of 10."""
        for form in ("table", "json", "ndjson", "csv", "html"):
            self.hunt(self.bucket, "-o", form, "--fail-on", 3, code=1)
            self.hunt(self.bucket, "-o", form, "--fail-on", 4)
        self.hunt(self.bucket, "--fail-on", 1, "--min-level", 4)
        self.hunt(self.bucket, "--fail-on", 1, "--rules", "none")
        self.put("failures", [trail.sign_in(f"failure {n}", 3600 + n) for n in range(5)])
        self.hunt(self.bucket, "--fail-on", 10, code=1)
        self.hunt(self.bucket, "--fail-on", 11)
        # What could not be judged is told first.
        self.put("bad record", [7])
        self.hunt(self.bucket, "--fail-on", 10, code=5)
        for wrong in ("0", "17", "high"):
            self.refused(2, self.bucket, "--fail-on", wrong, said="--fail-on")
        self.refused(2, self.bucket, "--plan", "--fail-on", 3, said="--fail-on")

    def test_quarantine(self):
        whole = trail.packed([trail.create_user(f"cut {n}", 3600 + n) for n in range(40)])
        self.put("cut", whole[:len(whole) * 2 // 3])
        self.put("bad record", [trail.create_user("beside", 3700), 7])
        counted = self.summary(self.bucket, code=5)
        self.assertEqual((counted["quarantined_objects"], counted["quarantined_records"]), (1, 1))
        self.assertGreater(counted["matched"], 3)

    def test_local_faults(self):
        self.refused(6, self.scratch / "nothing", said=str(self.scratch / "nothing"))
        # What is there is read all the same.
        self.assertEqual(len(self.hunt(self.bucket, self.scratch / "nothing", "-o", "ndjson", code=6).lines), 1)
        self.refused(6, self.bucket, "-O", self.scratch / "no" / "file", said=str(self.scratch / "no" / "file"))
        self.refused(6, self.bucket, "--summary", self.scratch / "no" / "file", said=str(self.scratch / "no" / "file"))
        self.refused(6, self.bucket, "-O", "/dev/full", said="/dev/full")

    def test_local_faults_come_before_quarantine(self):
        self.put("bad", b"nonsense")
        self.refused(6, self.bucket, self.scratch / "nothing")

    def test_interrupt(self):
        content = trail.packed([trail.quiet(f"quiet {n}", 3600 + n % 600) for n in range(4000)])
        whole = self.scratch / "many"
        first = whole / trail.key("many 0", 4000)
        trail.put(whole, trail.key("many 0", 4000), content)
        for n in range(1, 400):
            path = whole / trail.key(f"many {n}", 4000 + n)
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(first, path)
        with trail.Daemon("hunt", whole, "--threads", 1) as daemon:
            time.sleep(0.2)
            daemon.signal(signal.SIGINT)
            self.assertEqual(daemon.wait(), 130, daemon.err)


class HuntServerTest(HuntCase):
    def test_s3(self):
        with servers.S3Proxy() as server:
            for account in (PRODUCTION, STAGING):
                for n in range(6):
                    records = [trail.create_user(f"{account} {n} {i}", 3600 + 60 * n + i, account) for i in range(3)]
                    self.put(f"object {n}", records, 3900 + 60 * n, account)
            server.fill("a-trail", self.bucket)
            env = server.environment()
            local = self.ids(self.ndjson(self.bucket))
            self.assertEqual(len(local), 36)
            for threads in (1, 2, 4):
                self.assertEqual(self.ids(self.ndjson("s3://a-trail/", "--threads", threads, env=env)), local)
            self.assertEqual(self.ids(self.ndjson("s3://a-trail", env=env)), local)
            part = self.ndjson(f"s3://a-trail/AWSLogs/{STAGING}/", env=env)
            self.assertEqual(len(part), 18)
            self.assertTrue(set(self.ids(part)) < set(local))
            one = trail.key("object 3", 3900 + 180)
            self.assertEqual(len(self.ndjson(f"s3://a-trail/{one}", env=env)), 3)
            # Nothing was changed in the bucket.
            self.assertEqual(len(list((server.data / "a-trail").rglob("*.gz"))), 12)

            secret = "the-secret-of-nobody"
            outcome = self.hunt("s3://a-trail/", code=4, env=server.environment(secret_key=secret))
            self.assertIn("a-trail", outcome.err)
            self.assertNotIn(secret, outcome.err)
            outcome = self.hunt("s3://no-such-bucket/", code=4, env=env)
            self.assertIn("no-such-bucket", outcome.err)
            # AWS fails, the disk too: the disk counts.
            self.hunt("s3://no-such-bucket/", self.scratch / "nothing", code=6, env=env)

            def fault(request):
                return fault_proxy.Status(403, "AccessDenied") if one in request.target else None

            with fault_proxy.FaultProxy(server.endpoint, fault) as proxy:
                outcome = self.hunt("s3://a-trail/", "-o", "ndjson", code=4, env={**env, "AWS_ENDPOINT_URL": proxy.endpoint})
            self.assertEqual(len(outcome.lines), 33)
            self.assertIn(one, outcome.err)


class HuntAgreesTest(HuntCase):
    """Windows over several accounts, copies, shuffled objects: one outcome, whoever asks."""

    def test_threads_and_run(self):
        seed = random.SystemRandom().randrange(1, 1 << 32)
        print(f"\nhunt seed {seed}", flush=True)
        with self.subTest(seed=seed):
            for name, content in kill_test.Generator(seed, span=3000, slots=2, ordinary=6).objects().items():
                trail.put(self.bucket, name, content)
            outputs = {threads: self.hunt(self.bucket, "-o", "ndjson", "--threads", threads) for threads in (1, 2, 4)}
            self.assertEqual(outputs[1].out, outputs[2].out)
            self.assertEqual(outputs[1].out, outputs[4].out)
            hunted = outputs[1].lines
            self.assertEqual(len(set(self.ids(hunted))), len(hunted))
            self.assertGreater(sum(alert["rule"]["id"] == "80255" for alert in hunted), 5)
            ran = self.once(self.folder_config())
            self.assertEqual(set(trail.final(trail.alerts(self.home))), set(self.ids(hunted)))
            for name in ("records", "objects", "matched", "unmatched", "duplicates"):
                self.assertEqual(ran.passed[name], outputs[1].passed[name], name)
            self.assertGreater(ran.passed["duplicates"], 0)


if __name__ == "__main__":
    unittest.main()
