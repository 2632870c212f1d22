"""`trailsift aws-s3 --service`: what comes out of CloudWatch Logs and Inspector, as moto plays them, at the queue of Wazuh."""

import json
import random
import subprocess
import time
import unittest

import servers
import trail
from collector_test import BEFORE, KILL_SEED, CollectorCase
from services_test import DELETE, GROUP, READ, Logs, failed, findings
from wazuh_queue import collecting


class ServiceCase(CollectorCase):
    def setUp(self):
        super().setUp()
        self.moto = servers.Moto()
        self.moto.__enter__()
        self.addCleanup(self.moto.__exit__, None, None, None)
        self.logs = Logs(self.moto)
        self.logs.call("CreateLogGroup", logGroupName=GROUP)
        self.keys = self.moto.create_user("collector", READ)
        self.source = ["--service", "cloudwatchlogs", "--aws_log_groups", GROUP]

    def collect(self, *arguments, **options):
        return super().collect(*arguments, env={**self.moto.environment(*self.keys), **options.pop("env", {})}, **options)

    def sent(self, *arguments, **options):
        """The messages of one collection, sorted: streams have no order among each other."""
        with self.queue() as queue:
            self.collect(*arguments, **options)
        return sorted(datagram[len(b"1:Wazuh-AWS:"):].decode("utf-8") for datagram in queue.datagrams)


class LogEventsTest(ServiceCase):
    def test_the_lines_as_they_are_once_each(self):
        midnight = int(trail.TODAY.timestamp() * 1000)
        for name in ("a", "b/c", "empty"):
            self.logs.stream(name)
        lines = [failed("ann"), "kernel: x[1]: segfault at 0 ip 0", "日本 \"quoted\"", '{"aws": {"source": "mine"}}']
        self.logs.write("a", *lines, at=midnight + 1000)
        self.logs.write("b/c", lines[1])
        self.logs.write("b/c", failed("yesterday"), at=midnight - 3_600_000)
        self.moto.enforce()
        self.assertEqual(self.sent(), sorted([*lines, lines[1]]))
        self.assertEqual(self.sent(), [])
        self.moto.relax()
        self.logs.write("a", "new")
        self.assertEqual(self.sent(), ["new"])

    def test_only_logs_after_and_reparse(self):
        self.logs.stream("a")
        self.logs.write("a", "yesterday", at=int(trail.TODAY.timestamp() * 1000) - 3_600_000)
        self.logs.write("a", "today")
        self.assertEqual(self.sent("-s", BEFORE), ["today", "yesterday"])
        self.assertEqual(self.sent("-s", BEFORE), [])
        self.assertEqual(self.sent("--reparse"), ["today"])
        self.assertEqual(self.sent("--reparse", "-s", BEFORE), ["today", "yesterday"])
        self.logs.write("a", "new")
        self.assertEqual(self.sent("-s", BEFORE), ["new"])

    def test_regions_groups_discard(self):
        for region, group in (("us-east-1", "other"), ("eu-west-1", GROUP), ("ap-south-1", GROUP)):
            self.logs.call("CreateLogGroup", region, logGroupName=group)
        for region, group in (("us-east-1", GROUP), ("us-east-1", "other"), ("eu-west-1", GROUP), ("ap-south-1", GROUP)):
            self.logs.stream("s", group, region)
            self.logs.write("s", f"{region} {group}", f"noise of {region}", failed("robot"), group=group, region=region)
        found = self.sent("--regions", "us-east-1,eu-west-1", "-dr", "noise", source=["-sr", "CloudWatchLogs", "-g", f"{GROUP},other"])
        robot = failed("robot")
        self.assertEqual(found, sorted([f"us-east-1 {GROUP}", "us-east-1 other", f"eu-west-1 {GROUP}", robot, robot, robot]))
        found = self.sent("-r", "ap-south-1", "--discard-field", "who", "--discard-regex", "rob")
        self.assertEqual(found, [f"ap-south-1 {GROUP}", "noise of ap-south-1"])

    def test_a_long_line_loses_its_end_and_is_kept_whole(self):
        self.logs.stream("a")
        text = "日" * 30_000
        made = json.dumps({"event": "login_failed", "who": "ann", "note": text}, ensure_ascii=False)
        self.logs.write("a", text, made)
        with self.queue() as queue:
            said = self.collect()
        self.assertEqual(said.count("WARNING: "), 2, said)
        short = [datagram[len(b"1:Wazuh-AWS:"):].decode("utf-8") for datagram in queue.datagrams]
        self.assertTrue(all(len(datagram) <= 65_300 for datagram in queue.datagrams))
        self.assertTrue(text.startswith(short[0]) and len(short[0]) > 21_000)
        event = json.loads(short[1])
        self.assertEqual((event["event"], event["who"], event["trailsift"]), ("login_failed", "ann", {"shortened": ["note"]}))
        kept = self.quarantined()
        self.assertEqual([(line["place"].split("@")[0], line["record"]) for line in kept],
                         [(f"cloudwatchlogs://us-east-1/{GROUP}:a", 0), (f"cloudwatchlogs://us-east-1/{GROUP}:a", 1)])
        self.assertEqual([(self.wazuh / "var/trailsift" / line["file"]).read_text("utf-8") for line in kept], [text, made])

    def test_streams_are_removed_once_all_of_them_was_read(self):
        for name in ("a", "empty"):
            self.logs.stream(name)
        self.logs.write("a", "one", "two")
        self.assertIn("is Wazuh running?", self.collect("--remove-log-streams", code=11))
        self.assertEqual(self.logs.names(), ["a", "empty"])
        self.assertEqual(self.sent("-P"), ["one", "two"])
        self.assertEqual(self.logs.names(), ["empty"])
        self.logs.stream("a")
        self.logs.write("a", "three")
        self.assertEqual(self.sent(), ["three"])
        self.assertEqual(self.logs.names(), ["a", "empty"])

    def test_exit_codes(self):
        self.logs.stream("a")
        self.logs.write("a", "one")
        blind = self.moto.create_user("blind", READ.replace(f'"{DELETE}", ', "").replace('"logs:GetLogEvents", ', ""))
        gone = ["--service", "cloudwatchlogs", "--aws_log_groups", f"/no/such/group,{GROUP}"]
        with self.queue() as queue:
            self.assertIn("log group /no/such/group: there is none", self.collect(source=gone, code=16))
            self.assertEqual([datagram[len(b"1:Wazuh-AWS:"):] for datagram in queue.datagrams], [b"one"])
            self.moto.enforce()
            good, self.keys = self.keys, blind
            said = self.collect("--home", self.scratch / "other", code=16)
            self.assertRegex(said, r"\AERROR: .*logs:GetLogEvents")
            self.assertNotIn(blind[1], said)
            self.keys = (good[0], "not-the-secret")
            self.assertNotIn("not-the-secret", self.collect(code=3))
            self.moto.relax()
            self.keys = good
            self.collect("--aws_profile", "missing", code=23)
            self.moto.stop()
            self.collect(code=15, env={"AWS_MAX_ATTEMPTS": "1"})

    def test_killed_again_and_again_nothing_is_lost(self):
        print(f"\nTRAILSIFT_KILL_SEED={KILL_SEED}", flush=True)
        chance = random.Random(KILL_SEED)
        names = []
        for stream in range(12):
            self.logs.stream(f"s{stream}")
            names += [f"s{stream}-{n}" for n in range(800)]
            self.logs.write(f"s{stream}", *names[-800:])
        kills = 0
        with self.queue() as queue:
            for _ in range(12):
                with collecting(self.wazuh, *self.source, env=self.moto.environment(*self.keys)) as process:
                    try:
                        process.wait(chance.uniform(0, 0.12))
                    except subprocess.TimeoutExpired:
                        process.kill()
                        kills += 1
            self.collect()
            found = len(queue.datagrams)
            self.assertEqual({datagram[len(b"1:Wazuh-AWS:"):].decode("ascii") for datagram in queue.datagrams}, set(names))
            self.assertGreater(kills, 2)
            self.collect()
            self.assertEqual(len(queue.datagrams), found)


class InspectorTest(ServiceCase):
    def test_findings(self):
        now = time.time()

        def finding(name, updated=now, **more):
            return {"findingArn": f"arn:aws:inspector2:us-east-1:{self.moto.account}:finding/{name}", "severity": "HIGH", "updatedAt": updated,
                    "awsAccountId": self.moto.account, "title": f"title {name} é", "resources": [{"id": "i-1"}], **more}

        findings(self.moto, [finding("a"), finding("b", severity="LOW")], [finding("a"), finding("b", now + 1)], [finding("c")])
        self.source = ["--service", "Inspector"]
        found = [json.loads(message) for message in self.sent()]
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))
        self.assertEqual(found, [{"integration": "aws", "aws": {**finding(name), "updatedAt": stamp, "severity": severity, "source": "inspector2"}}
                                 for name, severity in (("a", "HIGH"), ("b", "LOW"))])
        # What an answer repeats is known, what was updated is an event again.
        self.assertEqual([json.loads(message)["aws"]["findingArn"][-1] for message in self.sent()], ["b"])
        self.assertEqual(self.sent("--discard-field", "title", "--discard-regex", "title c"), [])

    def test_refused(self):
        self.keys = self.moto.create_user("blind", READ.replace('"inspector2:ListFindings"', '"s3:ListBucket"'))
        self.moto.enforce()
        with self.queue():
            said = self.collect(source=["-sr", "inspector"], code=1)
        self.assertRegex(said, r"\AERROR: inspector2://us-east-1: .*inspector2:ListFindings")
        self.assertIn("ERROR: Unknown error: ", said)


if __name__ == "__main__":
    unittest.main()
