"""`trailsift aws-s3` in the place of Wazuh's script: what it sends to a real datagram socket, what it remembers, how it ends.

`expected` is the collector of Wazuh as its messages are documented (docs/collector.md), written here a second time.
"""

import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import time
import unittest
import uuid

import servers
import trail
from import_wazuh_test import TABLE
from wazuh_queue import WazuhQueue, collect, collecting

DAY = trail.TODAY.strftime("%Y-%b-%d").upper()
BEFORE = (trail.TODAY - trail.timedelta(days=1)).strftime("%Y-%b-%d").upper()
DATAGRAM = 65_300
KILL_SEED = int(os.environ.get("TRAILSIFT_KILL_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)


def without_nulls(value):
    return {key: without_nulls(inner) for key, inner in value.items() if inner is not None} if isinstance(value, dict) else value


def without_lists_of_one(value):
    if not isinstance(value, dict):
        return value
    return {key: inner[0] if isinstance(inner, list) and len(inner) == 1 else without_lists_of_one(inner) for key, inner in value.items()}


def expected(record, key, bucket, account=trail.PRODUCTION, alias=""):
    """The message of a record."""
    event = without_lists_of_one(without_nulls(record))
    if re.match(r"\d+\.\d+.\d+\.\d+", event.get("sourceIPAddress", "")):
        event["source_ip_address"] = event["sourceIPAddress"]
    address = {"source_ip_address": event.pop("source_ip_address")} if "source_ip_address" in event else {}
    if "tags" in event and not isinstance(event["tags"], dict):
        event["tags"] = {"value": event["tags"]}
    for name in ("additionalEventData", "responseElements", "requestParameters"):
        if name in event and not isinstance(event[name], dict):
            event[name] = {"string": str(event[name])}
    termination = event.get("requestParameters", {}).get("disableApiTermination")
    if isinstance(termination, bool):
        event["requestParameters"]["disableApiTermination"] = {"value": termination}
    info = {"aws_account_alias": alias, "log_file": key, "s3bucket": bucket}
    return json.dumps({"integration": "aws",
                       "aws": {"log_info": info, **event, "source": "cloudtrail", "aws_account_id": account, **address}})


def event_id(name):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


class CollectorCase(trail.TrailCase):
    def setUp(self):
        super().setUp()
        self.wazuh = self.scratch / "ossec"
        self.source = ["--bucket", f"file://{self.bucket}"]

    def queue(self, **options):
        return WazuhQueue(self.wazuh, **options)

    def collect(self, *arguments, code=0, env=None, source=None):
        outcome = collect(self.wazuh, *(source or self.source), *arguments, env=env)
        said = outcome.out.decode("utf-8") + outcome.err
        self.assertEqual(outcome.code, code, said)
        if code == 0 and "--debug" not in arguments:
            self.assertNotIn("ERROR", said)
        return said

    def sent(self, *arguments, **options):
        """The names' ids of one collection, in order."""
        with self.queue() as queue:
            self.collect(*arguments, **options)
        return queue.ids

    def fill(self, names, first=3600, per_object=1, **place):
        """Objects of the records of these names; their keys."""
        keys = []
        for n in range(0, len(names), per_object):
            records = [trail.quiet(name, first + 60 * n) for name in names[n:n + per_object]]
            keys.append(self.put(names[n], records, first + 60 * n, **place))
        return keys

    def quarantined(self):
        path = self.wazuh / "var/trailsift/quarantine/index.ndjson"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


class MessageTest(CollectorCase):
    RECORDS = [
        trail.create_user("one", 3600),
        trail.sign_in("two", 3601, who="zoë"),
        trail.record("three", 3602, "ec2:RunInstances", requestParameters={"disableApiTermination": True, "instancesSet": {"items": [
            {"imageId": "ami-1", "none": None, "one": [1]}]}, "empty": [], "null": None, "list": [None, {"a": None}]},
            responseElements=None, tags=["x"]),
        trail.record("four", 3603, "s3:PutObject", requestParameters=["a", "日本", {"b": "it's"}], responseElements="text",
                     additionalEventData=17, sourceIPAddress="ec2.amazonaws.com", tags={"k": "v"}),
        trail.record("five", 3604, "s3:GetObject", sourceIPAddress="2001:db8::1", resources=[{"ARN": "arn:aws:s3:::b", "x": [1]}],
                     requestParameters={"n": 1700000000000, "f": 1.5, "big": 1e16, "text": "\u0000\u007f\"\\/\n\ud83d\ude00"}),
    ]

    def test_every_message_is_that_of_wazuh(self):
        key = self.put("all", self.RECORDS)
        with self.queue() as queue:
            said = self.collect("--aws_account_alias", "prod \"one\"")
        self.assertEqual(said, "")
        alias = 'prod "one"'
        self.assertEqual(queue.messages, [expected(made, key, f"file://{self.bucket}", alias=alias) for made in self.RECORDS])

    def test_over_s3_with_a_prefix_and_a_suffix(self):
        with servers.S3Proxy() as s3, self.queue() as queue:
            key = trail.key("all", 3600, before="p/", inner="s/")
            s3.put("a-trail", key, trail.packed(self.RECORDS))
            self.collect("-l", "p", "-L", "s/", "-r", "us-east-1", "-c", trail.PRODUCTION, source=["-b", "a-trail"], env=s3.environment())
        self.assertEqual(queue.messages, [expected(made, key, "a-trail") for made in self.RECORDS])

    def test_another_type(self):
        stamp = trail.TODAY.strftime("%Y%m%dT%H%MZ")
        seconds = int(trail.TODAY.timestamp())
        key = (f"AWSLogs/{trail.PRODUCTION}/vpcflowlogs/eu-west-1/{trail.TODAY.strftime('%Y/%m/%d')}/"
               f"{trail.PRODUCTION}_vpcflowlogs_eu-west-1_fl-1_{stamp}_9.log")
        trail.put(self.bucket, key, (f"2 {trail.PRODUCTION} eni-1 192.0.2.9 10.0.0.5 49152 22 6 20 4249 {seconds} {seconds + 60} "
                                     "REJECT OK\n").encode("ascii"))
        with self.queue() as queue:
            self.collect("--type", "vpcflow")
        event = json.loads(queue.messages[0])["aws"]
        self.assertEqual((event["source"], event["srcaddr"], event["action"], event["log_info"]["log_file"], event["aws_account_id"]),
                         ("vpc", "192.0.2.9", "REJECT", key, trail.PRODUCTION))

    def test_a_long_message_keeps_what_rules_ask_for(self):
        """Rules say the same of the shortened message as of the whole one, which no receiver of Wazuh would take."""
        made = trail.create_user("long", 3600)
        made["requestParameters"].update(note="é" * 40_000, list=[{"n": n} for n in range(9000)])
        near = trail.create_user("near", 3601)
        near["requestParameters"]["note"] = ""
        key = self.put("long", [made, near])
        near["requestParameters"]["note"] = "x" * (DATAGRAM - len(expected(near, key, f"file://{self.bucket}")) - len("1:Wazuh-AWS:"))
        over = trail.create_user("over", 3602)
        over["requestParameters"]["note"] = near["requestParameters"]["note"] + "x"
        self.put("long", [made, near, over])
        whole = [expected(one, key, f"file://{self.bucket}") for one in (made, near, over)]
        with self.queue() as queue:
            said = self.collect()
        self.assertEqual(said.count("WARNING: "), 2, said)
        self.assertIn(f"a message of {len(whole[0]) + 12} bytes, more than the {DATAGRAM} that Wazuh takes", said)
        short = queue.messages
        self.assertEqual(short[1], whole[1])
        self.assertEqual([len(one) <= DATAGRAM - 12 for one in short], [True] * 3)
        events = [json.loads(one)["aws"] for one in short]
        self.assertEqual(events[0]["trailsift"], {"shortened": ["requestParameters.note", "requestParameters.list"]})
        self.assertEqual(events[2]["trailsift"], {"shortened": ["requestParameters.note"]})
        self.assertEqual(events[0]["requestParameters"]["userName"], "bob")
        for name in ("eventName", "eventSource", "userIdentity", "sourceIPAddress", "eventID", "readOnly", "source", "aws_account_id",
                     "source_ip_address", "log_info", "responseElements"):
            self.assertEqual(events[0][name], json.loads(whole[0])["aws"][name], name)
        results = [trail.program("logtest", "--json", "-q", stdin=("\n".join(lines) + "\n").encode("ascii")).lines for lines in (whole, short)]
        found = [[line["rule"]["id"] for line in lines] for lines in results]
        self.assertEqual(found[0], found[1])
        self.assertEqual(found[0][0], "80222")
        kept = self.quarantined()
        self.assertEqual([(line["place"], line["record"]) for line in kept],
                         [(f"{self.bucket}/{key}", 0), (f"{self.bucket}/{key}", 2)])
        self.assertEqual(json.loads((self.wazuh / "var/trailsift" / kept[0]["file"]).read_text("utf-8")), made)


class LedgerTest(CollectorCase):
    def test_once_each_also_what_comes_late_or_twice(self):
        self.fill(["one", "two"])
        self.assertEqual(self.sent(), [event_id("one"), event_id("two")])
        self.assertEqual(self.sent(), [])
        # A key before those that were read; and a copy of a record in another object, sent once over two runs.
        self.put("late", [trail.quiet("late", 1800), trail.quiet("one", 3600)], 1800)
        self.assertEqual(self.sent(), [event_id("late")])
        self.put("again", [trail.quiet("late", 1800), trail.quiet("three", 1900), trail.quiet("three", 1900)], 2400)
        self.assertEqual(self.sent(), [event_id("three")])
        self.assertEqual(self.sent(), [])

    def test_reparse_sends_again_and_remembers_nothing(self):
        self.fill(["one", "two"])
        self.fill(["yesterday"], day=trail.TODAY - trail.timedelta(days=1))
        self.assertEqual(self.sent(), [event_id("one"), event_id("two")])
        self.assertEqual(self.sent("--reparse"), [event_id("one"), event_id("two")])
        self.assertEqual(self.sent("-o", "-s", BEFORE), [event_id("yesterday"), event_id("one"), event_id("two")])
        self.fill(["three"], first=7200)
        self.assertEqual(self.sent(), [event_id("three")])
        self.assertFalse((self.wazuh / "var/trailsift/reparse").exists())

    def test_only_logs_after_regions_accounts_discard(self):
        self.fill(["old"], day=trail.TODAY - trail.timedelta(days=1))
        self.fill(["ireland"], region="eu-west-1")
        self.fill(["staging"], account=trail.STAGING)
        self.put("two", [trail.quiet("kept", 3600), trail.create_user("left out", 3601)], 3600)
        found = self.sent("--only_logs_after", BEFORE, "--regions", "us-east-1,eu-west-1,us-gov-west-1,cn-north-1", "--aws_account_id",
                          f"{trail.PRODUCTION},{trail.SANDBOX}", "--discard-field", "eventName", "--discard-regex", "Create")
        self.assertEqual(sorted(found), sorted([event_id("old"), event_id("ireland"), event_id("kept")]))

    def test_what_wazuh_has_read_is_not_sent_again(self):
        yesterday = trail.TODAY - trail.timedelta(days=1)
        keys = self.fill(["before", "read", "missed", "read too"], day=yesterday)
        self.fill(["new"])
        path = self.wazuh / "wodles/aws/s3_cloudtrail.db"
        path.parent.mkdir(parents=True)
        db = sqlite3.connect(path)
        db.execute(TABLE)
        db.executemany("insert into cloudtrail values (?, ?, ?, ?, '2026-01-15 10:00:00', 20260115)",
                       [(f"file://{self.bucket}/", trail.PRODUCTION, "us-east-1", key) for key in (keys[1], keys[3])])
        db.commit()
        db.close()
        # The installation is found by the name under which the program is called.
        link = path.parent / "aws-s3"
        link.symlink_to(trail.PROGRAM)
        with self.queue() as queue:
            for _ in range(2):
                done = subprocess.run(["wodles/aws/aws-s3", *self.source, "-s", "2020-JAN-01"], cwd=self.wazuh, env=trail.surroundings(),
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
                self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertEqual(queue.ids, [event_id("missed"), event_id("new")])
        self.assertTrue((self.wazuh / "var/trailsift/state/trailsift.db").exists())

    def test_removed_once_all_of_it_was_read(self):
        with servers.S3Proxy() as s3:
            keys = [trail.key(name, 3600 + 60 * n) for n, name in enumerate(["one", "two", "damaged"])]
            for name, key in zip(("one", "two"), keys):
                s3.put("a-trail", key, trail.packed([trail.quiet(name, 3600)]))
            s3.put("a-trail", keys[2], b'{"Records": [{"eventID": "')
            source = ["--bucket", "a-trail", "--remove"]
            self.collect(source=source, env=s3.environment(), code=11)
            self.assertTrue(all((s3.data / "a-trail" / key).exists() for key in keys))
            with self.queue() as queue:
                self.collect(source=source, env=s3.environment(), code=9)
            self.assertEqual(queue.ids, [event_id("one"), event_id("two")])
            self.assertEqual([(s3.data / "a-trail" / key).exists() for key in keys], [False, False, True])
            self.assertEqual(len(self.quarantined()), 1)

    def test_a_damaged_object_with_skip_on_error_is_an_event(self):
        key = self.put("damaged", b'{"Records": [' + json.dumps(trail.quiet("whole", 3600)).encode("ascii") + b', {"eventID": "')
        with self.queue() as queue:
            said = self.collect("--skip_on_error")
            self.assertIn("WARNING: ", said)
            self.assertEqual(self.collect("--skip_on_error"), "")
        self.assertEqual(queue.messages[0], expected(trail.quiet("whole", 3600), key, f"file://{self.bucket}"))
        event = json.loads(queue.messages[1])
        self.assertEqual(event["aws"], {"log_info": {"aws_account_alias": "", "log_file": key, "s3bucket": f"file://{self.bucket}"},
                                        "aws_account_id": trail.PRODUCTION})
        self.assertIn(key, event["error_msg"])
        self.assertEqual(len(queue.messages), 2)


class QueueTest(CollectorCase):
    def test_no_queue(self):
        self.fill(["one", "two"])
        said = self.collect(code=11)
        self.assertRegex(said, r"\AERROR: .*cannot connect to the queue of Wazuh: No such file or directory; is Wazuh running\?\n\Z")
        # One that nobody reads any more.
        path = self.wazuh / "queue/sockets/queue"
        path.parent.mkdir(parents=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as left:
            left.bind(str(path))
        self.collect(code=11)
        self.assertEqual(self.sent(), [event_id("one"), event_id("two")])

    def wait_until_full(self, process):
        """Until the collector has sent what fits and sleeps."""
        limit = time.monotonic() + 60
        with self.watch() as probe:
            while time.monotonic() < limit and process.poll() is None:
                try:
                    probe.send(b"1:probe:x", socket.MSG_DONTWAIT)
                except BlockingIOError:
                    return
                time.sleep(0.01)
        self.fail("the queue has never been full")

    def watch(self):
        probe = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        probe.connect(str(self.wazuh / "queue/sockets/queue"))
        return probe

    def names(self, count):
        return [f"name {n}" for n in range(count)]

    def received(self, queue):
        return [json.loads(datagram[len(b"1:Wazuh-AWS:"):])["aws"]["eventID"] for datagram in queue.datagrams
                if not datagram.startswith(b"1:probe:")]

    def test_a_full_queue_is_waited_for(self):
        names = self.names(3000)
        self.fill(names, first=0, per_object=100)
        with self.queue(reading=False) as queue, collecting(self.wazuh, *self.source) as process:
            self.wait_until_full(process)
            queue.read()
            self.assertEqual(process.wait(60), 0, process.stdout.read())
        self.assertEqual(self.received(queue), [event_id(name) for name in names])

    def test_killed_before_a_full_queue_nothing_is_marked(self):
        names = self.names(3000)
        self.fill(names, first=0, per_object=1000)
        with self.queue(reading=False), collecting(self.wazuh, *self.source) as process:
            self.wait_until_full(process)
        self.assertEqual(self.sent(), [event_id(name) for name in names])

    def test_stopped_before_a_full_queue(self):
        names = self.names(3000)
        self.fill(names, first=0, per_object=1000)
        for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, 2)):
            with self.queue(reading=False), collecting(self.wazuh, *self.source) as process:
                self.wait_until_full(process)
                process.send_signal(number)
                self.assertEqual(process.wait(60), code)
        self.assertEqual(self.sent(), [event_id(name) for name in names])

    def test_a_queue_that_goes_with_messages_in_it(self):
        names = self.names(3000)
        self.fill(names, first=0, per_object=1000)
        with self.queue(reading=False) as queue, collecting(self.wazuh, *self.source) as process:
            self.wait_until_full(process)
            queue.go()
            self.assertEqual(process.wait(60), 11)
            self.assertIn(b"ERROR: ", process.stdout.read())
        self.assertEqual(self.sent(), [event_id(name) for name in names])

    def test_two_at_once(self):
        names = self.names(3000)
        self.fill(names, first=0, per_object=1000)
        with self.queue(reading=False) as queue, collecting(self.wazuh, *self.source) as process:
            self.wait_until_full(process)
            self.assertIn("in use by another process", self.collect(code=5))
            queue.read()
            self.assertEqual(process.wait(60), 0)
        self.assertEqual(self.received(queue), [event_id(name) for name in names])


class EndTest(CollectorCase):
    def test_exit_codes(self):
        self.fill(["one"])
        none = self.scratch / "none"
        none.mkdir()
        folder = f"file://{none}"
        other = self.scratch / "other"
        (other / "some/thing").mkdir(parents=True)
        (other / "some/thing/file").touch()
        cases = [
            ([], 2, "aws-s3: error: one of the arguments"),
            (["--bucket", "UPPER"], 2, "no name of a bucket"),
            (["--service", "inspector"], 3, "ERROR: inspector2://"),
            (["--service", "cloudwatchlogs", "--aws_log_groups", "g"], 3, "ERROR: cloudwatchlogs://"),
            (["--service", "cloudwatchlogs", "--aws_profile", "missing"], 23, "ERROR: "),
            (["--subscriber", "buckets", "--queue", "q", "--regions", "us-east-1"], 3, "ERROR: queue q: no AWS credentials"),
            (["--subscriber", "buckets", "--queue", "q", "--aws_profile", "missing"], 23, "ERROR: "),
            (["--subscriber", "buckets"], 20, "ERROR: --subscriber needs the name of its SQS queue"),
            (["--subscriber", "security_lake", "--queue", "q"], 21, "ERROR: --subscriber security_lake needs"),
            (["--subscriber", "x"], 12, "ERROR: argument --subscriber/-sb"),
            (["--service", "x"], 12, "ERROR: argument --service/-sr"),
            (["--bucket", folder], 14, "ERROR: "),
            (["--bucket", f"file://{other}"], 18, "no account folder here"),
            (["--bucket", f"file://{self.bucket}", "--type", "x"], 12, "ERROR: argument --type/-t"),
            (["--bucket", "a-bucket", "--aws_profile", "missing"], 23, "ERROR: "),
        ]
        with self.queue():
            for words, code, text in cases:
                with self.subTest(words=words):
                    self.assertIn(text, self.collect(source=words or ["--debug", "1"], code=code))

    def test_keys_that_are_refused_and_servers_that_are_not_there(self):
        with servers.S3Proxy() as s3, self.queue():
            s3.create_bucket("a-trail")
            source = ["--bucket", "a-trail"]
            self.assertIn("SignatureDoesNotMatch", self.collect(source=source, env=s3.environment(secret_key="wrong"), code=3))
            self.collect(source=source, env=s3.environment(), code=14)
            self.collect(source=["--bucket", "no-such-bucket"], env=s3.environment(), code=1)
            environment = {**s3.environment(), "AWS_MAX_ATTEMPTS": "1"}
        with self.queue():
            self.collect(source=source, env=environment, code=15)

    def test_a_home_that_cannot_be(self):
        self.fill(["one"])
        (self.wazuh / "var").mkdir(parents=True)
        (self.wazuh / "var/trailsift").write_text("a file")
        with self.queue():
            self.collect(code=6)

    def test_debug_goes_to_stdout(self):
        self.fill(["one"])
        with self.queue():
            said = self.collect("--debug", "2")
        self.assertRegex(said, r"DEBUG: state in .*\nDEBUG: .*: 1 messages sent\nINFO: .*1 records in 1 objects: 1 sent")
        self.assertTrue(all(re.match("DEBUG: |INFO: ", line) for line in said.splitlines()), said)


class KillTest(CollectorCase):
    def test_killed_again_and_again_nothing_is_lost(self):
        print(f"\nTRAILSIFT_KILL_SEED={KILL_SEED}", flush=True)
        chance = random.Random(KILL_SEED)
        names = [f"name {n}" for n in range(6000)]
        kills = 0
        with servers.S3Proxy() as s3, self.queue() as queue:
            self.bucket = s3.data / "a-trail"
            self.bucket.mkdir()
            self.source = ["--bucket", "a-trail"]
            self.fill(names, first=0, per_object=10)
            for _ in range(12):
                with collecting(self.wazuh, *self.source, env=s3.environment()) as process:
                    try:
                        process.wait(chance.uniform(0, 0.4))
                    except subprocess.TimeoutExpired:
                        process.kill()
                        kills += 1
            self.collect(env=s3.environment())
            found = queue.ids
            self.assertEqual(set(found), {event_id(name) for name in names}, KILL_SEED)
            self.assertGreater(kills, 2)
            self.collect(env=s3.environment())
            self.assertEqual(len(queue.ids), len(found))


if __name__ == "__main__":
    unittest.main()
