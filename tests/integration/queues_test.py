"""New objects by SQS: ElasticMQ holds the queues, S3Proxy the objects; moto both, with policies enforced. Every alert once, whatever is
sent twice, killed, held up or refused; a message goes only when all of its objects are done."""

import contextlib
import json
import os
import random
import shutil
import signal
import tempfile
import time
import unittest
import urllib.parse

import servers
import trail

SEED = int(os.environ.get("TRAILSIFT_QUEUE_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)

KILLS = int(os.environ.get("TRAILSIFT_QUEUE_KILLS", "12" if "TRAILSIFT_SOAK" in os.environ else "4"))


def by_s3(bucket, *keys):
    return {"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
                         "s3": {"bucket": {"name": bucket}, "object": {"key": urllib.parse.quote_plus(key, safe="/")}}} for key in keys]}


def by_sns(inner):
    return {"Type": "Notification", "TopicArn": "arn:aws:sns:us-east-1:111122223333:new", "Message":
            inner if isinstance(inner, str) else json.dumps(inner)}


def by_eventbridge(bucket, key):
    return {"version": "0", "source": "aws.s3", "detail-type": "Object Created",
            "detail": {"bucket": {"name": bucket}, "object": {"key": key, "size": 1}}}


def by_cloudtrail(bucket, *keys):
    return {"s3Bucket": bucket, "s3ObjectKey": list(keys)}


def subscriber(queue="new", **options):
    return (f'<subscriber type="buckets"><sqs_name>{queue}</sqs_name>'
            + "".join(f"<{name}>{value}</{name}>" for name, value in options.items()) + "</subscriber>\n")


def configured(*blocks, visibility="10s", interval="1h"):
    return trail.wodle(*blocks, interval=interval).replace(
        "</ossec_config>", f"<trailsift><queue_visibility>{visibility}</queue_visibility></trailsift></ossec_config>")


class QueueCase(trail.TrailCase):
    @classmethod
    def setUpClass(cls):
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.s3 = stack.enter_context(servers.S3Proxy())
        cls.queues = stack.enter_context(servers.ElasticMq())

    def setUp(self):
        super().setUp()
        self.made = 0
        self.s3.create_bucket("a-trail")
        self.addCleanup(shutil.rmtree, self.s3.data / "a-trail")
        self.dead = self.queues.create_queue("dead")
        self.queue = self.queues.create_queue("new", dead_letters=("dead", 2))
        self.addCleanup(lambda: [self.queues.sqs("DeleteQueue", QueueUrl=url) for url in (self.queue, self.dead)])

    @property
    def env(self):
        return {**self.s3.environment(), "AWS_ENDPOINT_URL_SQS": self.queues.endpoint}

    def store(self, name, at=3600, **more):
        """An object with one alert of rule 80222; its key."""
        made = trail.key(name, at, **more)
        self.s3.put("a-trail", made, trail.packed([trail.create_user(name, at), trail.quiet(f"quiet {name}", at)]))
        return made

    def found(self, home=None):
        return trail.rules_of(trail.alerts(home or self.home))

    def assert_queue_empty(self, url=None):
        self.assertEqual(self.queues.queue_depth(url or self.queue), (0, 0))


class QueueTest(QueueCase):
    def test_each_sender(self):
        keys = [self.store(f"object {n}") for n in range(7)]
        self.queues.send(self.queue, by_s3("a-trail", keys[0]), by_sns(by_s3("a-trail", keys[1])), by_eventbridge("a-trail", keys[2]),
                         by_sns(by_eventbridge("a-trail", keys[3])), by_cloudtrail("a-trail", keys[4], keys[5]),
                         by_sns(by_cloudtrail("a-trail", keys[6])), {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "a-trail"},
                         by_sns("CloudTrail validation message."))
        outcome = self.once(self.config(configured(subscriber())), env=self.env)
        self.assertEqual(self.found(), ["80222"] * 7)
        self.assertIn("from queues: 14 records in 7 objects", outcome.err)
        self.assert_queue_empty()
        # The accounts of the objects are the user's own.
        self.assertIn(trail.PRODUCTION, (self.home / "lists" / "trailsift" / "accounts_own").read_text("utf-8"))
        self.assertIn("a-trail", (self.home / "lists" / "trailsift" / "own_log_buckets").read_text("utf-8"))

    def test_a_url_names_the_server_too(self):
        self.assertTrue(self.queue.startswith(self.queues.endpoint), self.queue)
        self.queues.send(self.queue, by_s3("a-trail", self.store("by url")))
        self.once(self.config(configured(subscriber(self.queue))), env={**self.s3.environment(), "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9"})
        self.assertEqual(self.found(), ["80222"])
        self.assert_queue_empty()

    def test_keys_with_odd_characters(self):
        name = "odd/a b+c%2Bd=é&.json.gz"
        self.s3.put("a-trail", name, trail.packed([trail.create_user("odd", 3600)]))
        self.queues.send(self.queue, by_s3("a-trail", name), by_eventbridge("a-trail", name))
        self.once(self.config(configured(subscriber())), env=self.env)
        self.assertEqual(self.found(), ["80222"])
        self.assertEqual(trail.alerts(self.home)[0]["data"]["aws"]["log_info"]["log_file"], name)
        self.assert_queue_empty()

    def test_what_is_not_understood_is_left(self):
        key = self.store("good")
        self.queues.send(self.queue, "hello", {"hello": "world"}, by_s3("a-trail", key))
        outcome = self.once(self.config(configured(subscriber())), env=self.env)
        self.assertEqual(self.found(), ["80222"])
        self.assertEqual(self.queues.queue_depth(self.queue), (0, 2))
        self.assertEqual(outcome.err.count("names no object in a form that we know"), 2)

    def test_the_same_three_times(self):
        key = self.store("once")
        self.queues.send(self.queue, *[by_s3("a-trail", key)] * 3)
        config = self.config(configured(subscriber()))
        self.once(config, env=self.env)
        self.assert_queue_empty()
        self.queues.send(self.queue, by_s3("a-trail", key))
        outcome = self.once(config, env=self.env)
        self.assertIn("from queues: 0 records in 0 objects", outcome.err)
        self.assertIn("1 objects were known", outcome.err)
        self.assert_queue_empty()
        self.assertEqual(self.found(), ["80222"])
        self.assertEqual(len(trail.alerts(self.home)), 1)

    def test_a_bucket_that_is_listed_too(self):
        block = trail.bucket_block("a-trail", remove_from_bucket="yes")
        listed = self.store("listed")
        config = self.config(configured(block, subscriber()))
        self.once(config, env=self.env)
        self.assertFalse((self.s3.data / "a-trail" / listed).exists())
        noticed = self.store("noticed")
        # The first is known and gone; nobody fetches it again.
        self.queues.send(self.queue, by_s3("a-trail", listed), by_s3("a-trail", noticed))
        self.once(config, env=self.env)
        self.assertEqual(self.found(), ["80222"] * 2)
        self.assertFalse((self.s3.data / "a-trail" / noticed).exists())
        self.assert_queue_empty()

    def test_near_real_time(self):
        """The pass is an hour away: what comes in between comes by the queue."""
        with trail.Daemon("run", "--config", self.config(configured(trail.bucket_block("a-trail"), subscriber())), "--home", self.home,
                          env=self.env) as daemon:
            self.assertTrue(daemon.until(lambda: "objects were known" in daemon.err), daemon.err)
            for n in range(3):
                self.queues.send(self.queue, by_s3("a-trail", self.store(f"now {n}")))
                self.assertTrue(daemon.until(lambda n=n: len(trail.alerts(self.home)) == n + 1), daemon.err)
            self.assertTrue(daemon.until(lambda: self.queues.queue_depth(self.queue) == (0, 0)))
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(), 0)
        self.assertEqual(self.found(), ["80222"] * 3)

    def test_a_bucket_that_only_a_queue_names_falls_silent(self):
        """Told when nothing comes any more; not while the queue can't be read, for then nobody knows."""
        day = 86400
        # The days have to be named by the objects: the messages are of now.
        keys = [self.store(f"{n} days ago", day // 2 - n * day) for n in (6, 5, 4)]
        self.queues.send(self.queue, *[by_s3("a-trail", key) for key in keys])
        text = configured(subscriber())
        off = self.config(text.replace("<trailsift>", "<trailsift><silence_after>0</silence_after>"), "off.conf")
        on = self.config(text.replace("<trailsift>", "<trailsift><silence_after>6h</silence_after>"))
        told = lambda: [alert for alert in trail.alerts(self.home) if "trailsift" in alert["rule"]["groups"]]
        self.once(off, env=self.env)
        self.assertEqual(told(), [])
        self.once(on, code=4, env={**self.env, "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9"})
        self.assertEqual(told(), [])
        for _ in range(2):
            self.once(on, env=self.env)
            self.assertEqual([alert["rule"]["id"] for alert in told()], ["90304"])
        collector = told()[0]["data"]["collector"]
        self.assertEqual((collector["scope"], collector["bucket"], collector["source"]), ("bucket", "a-trail", "s3://a-trail/"))
        now = int(time.time() - trail.TODAY.timestamp())
        self.queues.send(self.queue, by_s3("a-trail", self.store("again", now)))
        self.once(on, env=self.env)
        self.assertEqual([alert["rule"]["id"] for alert in told()], ["90304", "90305"])
        # Once it is a <bucket>, too, its listing is what is watched.
        both = self.config(configured(trail.bucket_block("a-trail"), subscriber()).replace(
            "<trailsift>", "<trailsift><silence_after>6h</silence_after>"), "both.conf")
        self.once(both, env=self.env)
        self.assertEqual(len(told()), 2)

    def test_a_failure_goes_to_the_dead_letters_and_the_others_don_t_wait(self):
        gone = trail.key("gone", 3600)
        self.queues.send(self.queue, by_s3("no-such-bucket", trail.key("x", 3600)), by_cloudtrail("a-trail", self.store("good"), gone))
        with trail.Daemon("run", "--config", self.config(configured(subscriber())), "--home", self.home, env=self.env) as daemon:
            self.assertTrue(daemon.until(lambda: self.queues.queue_depth(self.dead)[0] == 1, 120), daemon.err)
            self.queues.send(self.queue, by_s3("a-trail", self.store("later")))
            self.assertTrue(daemon.until(lambda: len(trail.alerts(self.home)) == 2), daemon.err)
            self.assertIn("not read, its message stays in the queue: no bucket \"no-such-bucket\"", daemon.err)
            # An object that was deleted is no failure: it will not come back.
            self.assertIn(f"{gone}: deleted before it was read", daemon.err)
            self.assertTrue(daemon.until(lambda: self.queues.queue_depth(self.queue) == (0, 0)), daemon.err)
        self.assertEqual(self.found(), ["80222"] * 2)
        self.assert_queue_empty()

    def test_visibility_runs_out(self):
        """A process that stands still loses its messages to others, or gets them again: either way each alert once."""
        keys = [self.store(f"object {n}") for n in range(30)]
        self.queues.send(self.queue, *[by_s3("a-trail", key) for key in keys])
        config = self.config(configured(subscriber()))
        with trail.Daemon("run", "--config", config, "--home", self.home, "--threads", 1, env=self.env) as daemon:
            self.assertTrue(daemon.until(lambda: self.queues.queue_depth(self.queue)[1] > 0), daemon.err)
            daemon.signal(signal.SIGSTOP)
            limit = time.monotonic() + 60
            while self.queues.queue_depth(self.queue)[1] > 0 and time.monotonic() < limit:
                time.sleep(0.2)
            daemon.signal(signal.SIGCONT)
            self.assertTrue(daemon.until(lambda: self.queues.queue_depth(self.queue) == (0, 0)), daemon.err)
            self.assertTrue(daemon.until(lambda: len(trail.alerts(self.home)) == 30), daemon.err)
        self.assertEqual(len(trail.alerts(self.home)), 30)
        self.assertEqual(self.found(), ["80222"] * 30)

    def test_long_work_keeps_its_messages(self):
        """What is held is hidden again before its time is up: the dead letters, after two receives, stay empty."""
        keys = [trail.key(f"object {n}", 3600) for n in range(40)]
        for n, key in enumerate(keys):
            self.s3.put("a-trail", key, trail.packed([trail.create_user(f"object {n} {i}", 3600) for i in range(10)]))
        self.queues.send(self.queue, *[by_s3("a-trail", key) for key in keys])
        config = self.config(configured(subscriber()))
        # Nothing can be written: the objects stay in work.
        with trail.Daemon("run", "--config", config, "--home", self.home, env=self.env, before=trail.file_size_limit(200 * 1024)) as daemon:
            self.assertTrue(daemon.until(lambda: "nothing is read until this can be written" in daemon.err), daemon.err)
            held = self.queues.queue_depth(self.queue)[1]
            self.assertGreater(held, 0)
            limit = time.monotonic() + 25
            while time.monotonic() < limit:
                self.assertGreaterEqual(self.queues.queue_depth(self.queue)[1], held)
                time.sleep(0.5)
            trail.lift_file_size_limit(daemon.pid)
            self.assertTrue(daemon.until(lambda: self.queues.queue_depth(self.queue) == (0, 0)), daemon.err)
        self.assertEqual(self.found(), ["80222"] * 400)
        self.assertEqual(len(trail.alerts(self.home)), 400)
        self.assert_queue_empty(self.dead)

    def test_stopped_in_the_middle_gives_back(self):
        keys = [self.store(f"object {n}") for n in range(300)]
        # Without dead letters: a receive that was broken off counts, and a server may go on with it for a while.
        queue = self.queues.create_queue("stopped")
        self.addCleanup(self.queues.sqs, "DeleteQueue", QueueUrl=queue)
        self.queues.send(queue, *[by_s3("a-trail", key) for key in keys])
        config = self.config(configured(subscriber("stopped"), visibility="30s"))
        with trail.Daemon("run", "--config", config, "--home", self.home, "--threads", 1, env=self.env) as daemon:
            self.assertTrue(daemon.until(lambda: trail.alerts_so_far(self.home) > 0), daemon.err)
            daemon.signal(signal.SIGINT)
            self.assertEqual(daemon.wait(), 130)
        # Soon nothing is hidden but what four receives that were broken off may have brought; that comes when its time is up.
        limit = time.monotonic() + 20
        while self.queues.queue_depth(queue)[1] > 40 and time.monotonic() < limit:
            time.sleep(0.2)
        self.assertLessEqual(self.queues.queue_depth(queue)[1], 40)
        with trail.Daemon("run", "--config", config, "--home", self.home, env=self.env) as daemon:
            self.assertTrue(daemon.until(lambda: self.queues.queue_depth(queue) == (0, 0), 120), daemon.err)
            self.assertTrue(daemon.until(lambda: len(trail.alerts(self.home)) == 300), daemon.err)
        self.assertEqual(self.found(), ["80222"] * 300)

    def test_kills(self):
        """kill -9 at random, each message sent once to three times, in any order: the alerts of an undisturbed pass."""
        print(f"\nTRAILSIFT_QUEUE_SEED={SEED}", flush=True)
        chance = random.Random(SEED)
        records = [trail.create_user(f"made {n}", 60 * n) for n in range(400)]
        records += [trail.sign_in(f"failure {n} {i}", 600 * n + 20 * i, address=f"203.0.113.{n}") for n in range(30) for i in range(8)]
        chance.shuffle(records)
        keys = []
        for n in range(0, len(records), 4):
            keys.append(trail.key(f"object {n}", 30000 + n))
            self.s3.put("a-trail", keys[-1], trail.packed(records[n:n + 4]))
        bodies = [by_s3("a-trail", key) for key in keys for _ in range(chance.choice((1, 1, 2, 3)))]
        chance.shuffle(bodies)
        queue = self.queues.create_queue("kills")
        self.addCleanup(self.queues.sqs, "DeleteQueue", QueueUrl=queue)
        self.queues.send(queue, *bodies)
        config = self.config(configured(subscriber("kills")))
        kills = 0
        for _ in range(12):
            if kills >= KILLS:
                break
            with trail.Daemon("run", "--config", config, "--home", self.home, env=self.env) as daemon:
                before = trail.alerts_so_far(self.home)
                daemon.until(lambda n=before: trail.alerts_so_far(self.home) > n, 15)
                kills += daemon.kill_after(chance.uniform(0, 0.3))
        self.assertGreaterEqual(kills, KILLS)
        with trail.Daemon("run", "--config", config, "--home", self.home, env=self.env) as daemon:
            self.assertTrue(daemon.until(lambda: self.queues.queue_depth(queue) == (0, 0), 120), daemon.err)
            daemon.signal(signal.SIGTERM)
            daemon.wait()
        # What late events changed is written when nothing is under way.
        self.once(config, env=self.env)
        lines = trail.alerts(self.home)
        self.assert_no_id_twice(self.home)
        whole = self.config(trail.wodle(trail.bucket_block(f"file://{self.s3.data / 'a-trail'}")), "whole.conf")
        self.once(whole, home=self.scratch / "whole")
        self.assertEqual(trail.meaning(lines), trail.meaning(trail.alerts(self.scratch / "whole")))


class EnforcedTest(trail.TrailCase):
    """moto sends S3's notifications itself and checks policies."""

    STATEMENTS = {
        "sqs:GetQueueUrl": "queue", "sqs:ReceiveMessage": "queue", "sqs:DeleteMessage": "queue", "sqs:ChangeMessageVisibility": "queue",
        "s3:GetObject": "objects",
        # AWS asks for the permissions above, moto for these.
        "sqs:DeleteMessageBatch": "queue", "sqs:ChangeMessageVisibilityBatch": "queue",
    }

    def policy(self, *without):
        # moto knows no ARN of a queue when it judges a policy.
        resources = {"queue": "*", "objects": "arn:aws:s3:::a-trail/*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": action, "Resource": resources[kind]} for action, kind in self.STATEMENTS.items()
            if action not in without]})

    def test_from_s3_itself(self):
        with servers.Moto() as moto:
            queue = moto.create_queue("new")
            moto.create_bucket("a-trail")
            moto.notify("a-trail", f"arn:aws:sqs:us-east-1:{moto.account}:new")
            least = moto.create_user("least", self.policy())
            blind = moto.create_user("blind", self.policy("sqs:ReceiveMessage"))
            key = trail.key("a b+c é", 3600).replace(".json", " +.json")
            moto.put("a-trail", key, trail.packed([trail.create_user("odd", 3600)]))
            moto.enforce()
            config = self.config(configured(subscriber()))
            outcome = self.once(config, code=4, env=moto.environment(*blind))
            self.assertIn("need sqs:ReceiveMessage on arn:aws:sqs:us-east-1:*:new", outcome.err)
            self.once(config, env=moto.environment(*least))
            self.assertEqual(trail.rules_of(trail.alerts(self.home)), ["80222"])
            self.assertEqual(trail.alerts(self.home)[0]["data"]["aws"]["log_info"]["log_file"], key)
            del queue


if __name__ == "__main__":
    unittest.main()
