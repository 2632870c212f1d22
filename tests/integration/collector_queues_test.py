"""`trailsift aws-s3 --subscriber`: what the messages of a queue name, at the queue of Wazuh. A message goes only when Wazuh has read all that
its objects gave."""

import json
import random
import subprocess
import unittest

import lake
import servers
import trail
from collector_test import KILL_SEED, CollectorCase, event_id, expected
from queues_test import QueueCase, by_cloudtrail, by_eventbridge, by_s3, by_sns
from wazuh_queue import WazuhQueue, collect, collecting

# The wait of an empty receive, and how long a killed run's messages stay hidden.
SHORT = ["--queue_wait", "1s", "--queue_visibility", "10s"]


def subscribed(event, key, bucket="a-trail", source="custom"):
    """The message of an event of an object that is no trail's."""
    return json.dumps({"integration": "aws", "aws": {"log_info": {"log_file": key, "s3bucket": bucket}, **event, "source": source}})


class SubscriberCase(QueueCase):
    kind = "buckets"

    def setUp(self):
        super().setUp()
        self.wazuh = self.scratch / "ossec"

    def collect(self, *arguments, code=0, env=None):
        outcome = collect(self.wazuh, "--subscriber", self.kind, "--queue", "new", *SHORT, *arguments, env=env or self.env)
        said = outcome.out.decode("utf-8") + outcome.err
        self.assertEqual(outcome.code, code, said)
        return said

    def sent(self, *arguments, **options):
        with WazuhQueue(self.wazuh) as queue:
            said = self.collect(*arguments, **options)
        self.assertTrue(options.get("code") or said == "", said)
        return queue.messages

    def collecting(self, queue="new"):
        return collecting(self.wazuh, "--subscriber", self.kind, "--queue", queue, *SHORT, env=self.env)

    def put(self, key, content):
        self.s3.put("a-trail", key, content)
        return key


class BucketsTest(SubscriberCase):
    def test_each_kind_of_object_as_wazuh_sends_it(self):
        made = [trail.create_user("one", 3600), trail.sign_in("two", 3601)]
        by_name = self.put(trail.key("trail", 3600), trail.packed(made))
        elsewhere = self.put("copied/trail.json.gz", trail.packed([trail.create_user("three", 3600)]))
        detail = self.put("events/detail.json", b'{"detail": {"x": null, "y": [1], "z": "\xc3\xa9"}, "source": "mine"}{"bare": true, "source": "mine"}')
        lines = self.put("events/lines.jsonl.gz", trail.gzip.compress(b'{"source": "own", "n": 1}\n{"n": 2}\n'))
        table = self.put("events/table", b"name,who\nlogin,ann\n")
        text = self.put("events/text", b"Jan 15 10:00:00 host sshd[1]: Accepted\nJan 15 10:00:01 host su: no\n")
        self.queues.send(self.queue, by_s3("a-trail", by_name), by_sns(by_s3("a-trail", elsewhere)), by_eventbridge("a-trail", detail),
                         by_cloudtrail("a-trail", lines, table), by_s3("a-trail", text),
                         {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "a-trail"})
        bare = subscribed({}, lines)[:-len(', "source": "custom"}}')]
        third = {**json.loads(expected(trail.create_user("three", 3600), elsewhere, "a-trail"))["aws"]}
        third["log_info"].pop("aws_account_alias")
        third.pop("aws_account_id")
        self.assertEqual(sorted(self.sent()), sorted([
            *[expected(record, by_name, "a-trail") for record in made], json.dumps({"integration": "aws", "aws": third}),
            subscribed({"y": [1], "z": "é"}, detail), subscribed({"bare": True}, detail),
            bare + ', "source": "own", "n": 1}}', bare + ', "n": 2}}',
            subscribed({"name": "login", "who": "ann"}, table),
            subscribed({"full_log": "Jan 15 10:00:00 host sshd[1]: Accepted"}, text), subscribed({"full_log": "Jan 15 10:00:01 host su: no"}, text)]))
        self.assert_queue_empty()
        self.assertEqual(self.sent(), [])

    def test_discarded(self):
        self.queues.send(self.queue, by_s3("a-trail", self.put("text", b"noise\na noise\nword\n")), by_s3("a-trail", self.put("json", b'{"who": "noise"}{"who": "ann"}')))
        found = [json.loads(message)["aws"] for message in self.sent("--discard-regex", "noise")]
        self.assertEqual(sorted(event.get("full_log", event.get("who")) for event in found), ["a noise", "ann", "noise", "word"])
        self.queues.send(self.queue, by_s3("a-trail", self.put("again", b'{"who": "noise"}{"who": "ann"}')))
        found = [json.loads(message)["aws"]["who"] for message in self.sent("-df", "who", "-dr", "noi")]
        self.assertEqual(found, ["ann"])

    def test_the_same_three_times_and_again(self):
        key = self.store("once")
        self.queues.send(self.queue, *[by_s3("a-trail", key)] * 3)
        self.assertEqual(len(self.sent()), 2)
        self.queues.send(self.queue, by_s3("a-trail", key))
        self.assertEqual(self.sent(), [])
        self.assert_queue_empty()
        # What a subscriber sent, the listing of the bucket does not send again.
        with WazuhQueue(self.wazuh) as queue:
            self.assertEqual(collect(self.wazuh, "--bucket", "a-trail", env=self.env).code, 0)
        self.assertEqual(queue.messages, [])

    def test_nothing_goes_before_wazuh_has_it(self):
        keys = [self.store(f"object {n}") for n in range(30)]
        self.queues.send(self.queue, *[by_s3("a-trail", key) for key in keys])
        self.assertIn("is Wazuh running?", self.collect(code=11))
        self.assertEqual(self.queues.queue_depth(self.queue), (30, 0))
        wanted = sorted(event_id(name) for n in range(30) for name in (f"object {n}", f"quiet object {n}"))
        # A receiver that holds what it got, and goes with it.
        with WazuhQueue(self.wazuh, reading=False) as queue, self.collecting() as process:
            trail.until(lambda: self.queues.queue_depth(self.queue) == (0, 30))
            self.assertIsNone(process.poll())
            queue.go()
            self.assertEqual(process.wait(60), 11, process.stdout.read())
        self.assertEqual(sum(self.queues.queue_depth(self.queue)), 30)
        trail.until(lambda: self.queues.queue_depth(self.queue) == (30, 0))
        with WazuhQueue(self.wazuh) as queue:
            self.collect()
        self.assertEqual(sorted(queue.ids), wanted)
        self.assert_queue_empty()

    def test_what_fails_is_left_and_told(self):
        gone = trail.key("gone", 3600)
        damaged = self.put(trail.key("damaged", 3600), b'{"Records": [{"eventID": "')
        self.queues.send(self.queue, "hello", by_s3("no-such-bucket", "x"), by_cloudtrail("a-trail", self.store("good"), gone))
        with WazuhQueue(self.wazuh) as queue:
            said = self.collect(code=7)
        self.assertIn('ERROR: s3://no-such-bucket/x: not read, its message stays in the queue: no bucket "no-such-bucket"', said)
        self.assertIn("names no object in a form that we know", said)
        self.assertIn(f"WARNING: s3://a-trail/{gone}: deleted before it was read", said)
        self.assertEqual(len(queue.ids), 2)
        self.assertEqual(self.queues.queue_depth(self.queue), (0, 2))
        self.queues.send(self.queue, by_s3("a-trail", damaged))
        with WazuhQueue(self.wazuh) as queue:
            said = self.collect("--skip_on_error")
        self.assertEqual(json.loads(queue.messages[0])["aws"]["log_info"]["log_file"], damaged)
        self.assertIn(damaged, json.loads(queue.messages[0])["error_msg"])
        self.assertEqual(self.queues.queue_depth(self.queue), (0, 2))

    def test_exit_codes(self):
        self.put("x", b"x")
        with WazuhQueue(self.wazuh):
            self.assertIn("ERROR: queue ", self.collect("--queue", "no-such-queue", code=20))
            self.queues.send(self.queue, by_s3("a-trail", "x"))
            self.collect(code=3, env={**self.env, **self.s3.environment(secret_key="wrong"), "AWS_ENDPOINT_URL_SQS": self.queues.endpoint})
            self.collect(code=15, env={**self.env, "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"})

    def test_killed_again_and_again_nothing_is_lost(self):
        print(f"\nTRAILSIFT_KILL_SEED={KILL_SEED}", flush=True)
        chance = random.Random(KILL_SEED)
        names = [f"name {n}" for n in range(2000)]
        keys = []
        for n in range(0, len(names), 5):
            keys.append(self.put(trail.key(names[n], 3600 + n), trail.packed([trail.quiet(name, 3600 + n) for name in names[n:n + 5]])))
        # Without dead letters, which a message comes to that was killed twice.
        queue = self.queues.create_queue("kills")
        self.addCleanup(self.queues.sqs, "DeleteQueue", QueueUrl=queue)
        self.queues.send(queue, *[by_s3("a-trail", key) for key in keys])
        kills = 0
        with WazuhQueue(self.wazuh) as wazuh:
            for _ in range(20):
                if kills == 4:
                    break
                with self.collecting("kills") as process:
                    before = len(wazuh.datagrams)
                    trail.until(lambda n=before: len(wazuh.datagrams) > n or process.poll() is not None)
                    try:
                        process.wait(chance.uniform(0, 0.2))
                    except subprocess.TimeoutExpired:
                        process.kill()
                        kills += 1
            trail.until(lambda: self.queues.queue_depth(queue)[1] == 0)
            self.collect("--queue", "kills")
            found = wazuh.ids
        self.assertGreater(kills, 2)
        self.assertEqual(set(found), {event_id(name) for name in names})
        self.assert_queue_empty(queue)


class SecurityHubTest(SubscriberCase):
    kind = "security_hub"

    def test_findings(self):
        key = self.put("hub", json.dumps(lake.hub_event("first", "second")).encode("utf-8"))
        self.queues.send(self.queue, by_s3("a-trail", key))
        event = lake.hub_event("first", "second")
        found = []
        for finding in event["detail"]["findings"]:
            del finding["Note"]
            found.append(subscribed({"detail_type": event["detail-type"], "finding": finding}, key, source="securityhub"))
        self.assertEqual(self.sent(), found)
        self.assert_queue_empty()


class SecurityLakeTest(trail.TrailCase):
    """Queue, objects and role of one account, as moto plays them; only the role may read."""

    def test_rows_are_messages_without_an_envelope(self):
        wazuh = self.scratch / "ossec"
        rows = [lake.finding("é one", 5, 3600), lake.finding("two", 3, 3700)]
        with servers.Moto() as moto, WazuhQueue(wazuh) as queue:
            url = moto.create_queue("lake")
            moto.create_bucket(lake.BUCKET)
            user = moto.create_user("collector", lake.USER)
            source = ["-sb", "security_lake", "-q", "lake", "-i", moto.create_role("lake", lake.ROLE, ("collector",)), "-x", "lake-1", *SHORT]
            stranger = moto.create_user("stranger", lake.ROLE)
            half = [*source[:5], moto.create_role("half", lake.ROLE.replace("sqs:*", "sqs:SendMessage"), ("collector",)), *source[6:]]
            moto.put(lake.BUCKET, "ext/a.zstd.parquet", lake.parquet(self.scratch, rows))
            moto.send(url, by_eventbridge(lake.BUCKET, "ext/a.zstd.parquet"))
            moto.enforce()
            outcome = collect(wazuh, *source, env=moto.environment(*stranger))
            self.assertEqual(outcome.code, 3, outcome.out)
            self.assertIn(b"sts:AssumeRole", outcome.out)
            outcome = collect(wazuh, *half, env=moto.environment(*user))
            self.assertEqual(outcome.code, 21, outcome.out)
            self.assertIn(b"need sqs:", outcome.out)
            self.assertEqual(queue.messages, [])
            outcome = collect(wazuh, *source, env=moto.environment(*user))
            self.assertEqual((outcome.code, outcome.out), (0, b""))
            moto.relax()
            self.assertEqual(sum(moto.queue_depth(url)), 0)
        self.assertEqual([json.loads(message) for message in queue.messages], rows)
        self.assertEqual([list(json.loads(message)) for message in queue.messages], [list(row) for row in rows])


if __name__ == "__main__":
    unittest.main()
