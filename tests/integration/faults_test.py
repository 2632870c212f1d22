"""What servers and networks do wrong while `run` is at work: it loses nothing and doubles nothing. A real server answers, a proxy before it
does the harm (fault_proxy.py), and in the end each event has its alert once.

Of the faults that are not here: credentials that end in the middle are in credentials_test, a queue's visibility that runs out and
notifications that come three times in queues_test, a full disk in stop_test, kills at random moments in kill_test.
"""

import contextlib
import os
import re
import shutil
import signal
import time
import unittest
from email.utils import formatdate

import fault_proxy
import servers
import trail
from queues_test import by_s3, configured, subscriber
from trail import STAGING

HOUR = 3600


def is_list(request):
    return "list-type=2" in request.target


def is_get(request):
    return request.method == "GET" and ".json.gz" in request.target and not is_list(request)


class FaultCase(trail.TrailCase):
    """A bucket of S3 for each test, read through a proxy."""

    @classmethod
    def setUpClass(cls):
        cls.server = servers.S3Proxy()
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)

    def setUp(self):
        super().setUp()
        self.names = []
        self.server.create_bucket("a-trail")
        self.addCleanup(lambda: shutil.rmtree(self.server.data / "a-trail", ignore_errors=True))

    def store(self, count, bucket="a-trail", label="made", **place):
        """Objects of two records, one of which has an alert."""
        self.server.create_bucket(bucket)
        for n in range(count):
            name = f"{label} {n}"
            at = 3600 + n
            self.server.put(bucket, trail.key(name, at, **place), trail.packed([trail.create_user(name, at), trail.quiet("q" + name, at)]))
            self.names.append(name)

    def through(self, fault):
        return fault_proxy.FaultProxy(self.server.endpoint, fault)

    def env(self, proxy, **more):
        return {**self.server.environment(), "AWS_ENDPOINT_URL": proxy.endpoint, **more}

    def s3_config(self, *buckets, interval="10m"):
        return self.config(trail.wodle(*(trail.bucket_block(name) for name in buckets or ("a-trail",)), interval=interval))

    def ordinary(self):
        """The alerts that are not about trailsift itself."""
        return [alert for alert in trail.alerts(self.home) if "trailsift" not in alert["rule"]["groups"]]

    def assert_each_once(self):
        """Each event has its alert, in one line."""
        found = sorted(alert["trailsift"]["events"] for alert in self.ordinary())
        self.assertEqual(found, sorted([trail.create_user(name, 0)["eventID"]] for name in self.names))


class BusyTest(FaultCase):
    def busy_for(self, seconds, after=4):
        """503 to everything, for a while, from this request on; `began` once it has."""
        self.began = None

        def fault(request):
            if request.number <= after:
                return None
            self.began = self.began or time.monotonic()
            return fault_proxy.Status(503, "SlowDown") if time.monotonic() < self.began + seconds else None

        return fault

    def test_slow_down_is_sat_out_in_one_pass(self):
        """Listing and objects; how long the attempts last at least is a unit test (Attempts.OutlastAMinuteOfSlowDown)."""
        self.store(40)
        with self.through(self.busy_for(20, after=12)) as proxy:
            outcome = self.once(self.s3_config(), env=self.env(proxy))
            self.assertGreater(len(proxy.requests), 12 + 3 * 16, "the fault was not met")
        self.assertNotIn(" E ", outcome.err)
        self.assert_each_once()

    def test_slow_down_that_outlasts_the_attempts(self):
        """The pass fails, a later one reads what is left: in the listing (request 1) and in the middle of the objects."""
        self.store(40)
        for after in (0, 15):
            with self.subTest(after=after):
                shutil.rmtree(self.home, ignore_errors=True)
                with self.through(self.busy_for(5, after)) as proxy:
                    env = self.env(proxy, AWS_MAX_ATTEMPTS="2")
                    with trail.Daemon("run", "--config", self.s3_config(interval="1s"), "--home", self.home, env=env) as daemon:
                        self.assertTrue(daemon.until(lambda: len(self.ordinary()) == 40), daemon.err)
                        # One more pass, which must find nothing new.
                        passes = daemon.err.count(" objects were known")
                        self.assertTrue(daemon.until(lambda: daemon.err.count(" objects were known") > passes + 1), daemon.err)
                        self.assertIn("answered HTTP 503 SlowDown", daemon.err)
                        daemon.signal(signal.SIGTERM)
                        self.assertEqual(daemon.wait(), 0)
                self.assert_each_once()


class DamagedAnswersTest(FaultCase):
    def test_connection_cut_in_mid_body(self):
        self.store(40)
        seen = set()

        def cut_first(request):
            if not is_get(request) or request.target in seen:
                return None
            seen.add(request.target)
            return fault_proxy.CUT

        with self.through(cut_first) as proxy:
            self.once(self.s3_config(), env=self.env(proxy))
        self.assertEqual(len(seen), 40)
        self.assert_each_once()

    def test_connection_that_is_cut_each_time(self):
        """Some objects can't be had at all: the others are read, these are no alerts and not taken for read; later they come."""
        self.store(40)
        broken = {"/a-trail/" + trail.key(name, 3600 + n) for n, name in enumerate(self.names) if n % 5 == 0}
        with self.through(lambda request: fault_proxy.CUT if request.target in broken else None) as proxy:
            outcome = self.once(self.s3_config(), code=4, env=self.env(proxy, AWS_MAX_ATTEMPTS="2"))
        self.assertEqual(outcome.err.count("the connection was closed after"), 8)
        self.assertEqual(len(trail.alerts(self.home)), 32)
        with self.through(lambda _: None) as proxy:
            self.assertEqual(self.once(self.s3_config(), env=self.env(proxy)).passed["objects"], 8)
        self.assert_each_once()

    def test_truncated_listing_page(self):
        """The second page of a folder comes with half its body, twice; then it is whole."""
        self.store(1100)
        harmed = []

        def truncate(request):
            if "continuation-token=" in request.target and len(harmed) < 2:
                harmed.append(request.number)
                return fault_proxy.TRUNCATE
            return None

        with self.through(truncate) as proxy:
            self.once(self.s3_config(), env=self.env(proxy))
        self.assertEqual(len(harmed), 2)
        self.assert_each_once()

    def test_listing_page_that_stays_truncated(self):
        """What the first page named is read; the folder is listed again next time."""
        self.store(1100)
        with self.through(lambda request: fault_proxy.TRUNCATE if "continuation-token=" in request.target else None) as proxy:
            outcome = self.once(self.s3_config(), code=4, env=self.env(proxy, AWS_MAX_ATTEMPTS="2"))
        self.assertIn("the listing is broken", outcome.err)
        self.assertEqual(len(trail.alerts(self.home)), 1000)
        with self.through(lambda _: None) as proxy:
            self.assertEqual(self.once(self.s3_config(), env=self.env(proxy)).passed["objects"], 100)
        self.assert_each_once()


class VanishingBucketTest(FaultCase):
    def test_in_the_middle_of_its_listing_while_others_go_on(self):
        self.store(1100, "vanishing", "first")
        self.addCleanup(lambda: shutil.rmtree(self.server.data / "vanishing", ignore_errors=True))
        gone = list(self.names)
        self.store(60, account=STAGING)
        vanished = []

        def vanish(request):
            """Said by the proxy, at once for all requests: a folder that goes below S3Proxy's hands looks like single objects that are gone."""
            if request.target.startswith("/vanishing") and ("continuation-token=" in request.target or vanished):
                vanished.append(request.target)
                return fault_proxy.Status(404, "NoSuchBucket")
            return None

        with self.through(vanish) as proxy:
            outcome = self.once(self.s3_config("vanishing", "a-trail"), code=4, env=self.env(proxy))
        self.assertGreater(len(vanished), 0)
        self.assertIn('no bucket "vanishing"', outcome.err)
        self.assertNotIn("deleted before it was read", outcome.err)
        found = {event for alert in trail.alerts(self.home) for event in alert["trailsift"]["events"]}
        for name in self.names:
            if name not in gone:
                self.assertIn(trail.create_user(name, 0)["eventID"], found)
        self.assertLess(len(found), len(self.names))
        # It comes back, and nothing of it was taken for read that was not.
        with self.through(lambda _: None) as proxy:
            self.once(self.s3_config("vanishing", "a-trail"), env=self.env(proxy))
        self.assert_each_once()


class WrongClockTest(trail.TrailCase):
    """Every server is an hour off ours: STS that gives the role, SQS, S3."""

    @staticmethod
    def server_that_is_off(seconds, refused):
        """Refuses what is not signed within a quarter of an hour of the server's time, as AWS does, each service in its own words."""

        def judge(request):
            signed = request.headers.get("x-amz-date")
            now = time.time() + seconds
            if signed is None:  # before the policies: nothing is anonymous here
                return None
            stamp = trail.datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=trail.timezone.utc).timestamp()
            if abs(stamp - now) < 900:
                return None
            service = request.headers["authorization"].split("/")[3]
            refused.append(request.headers.get("x-amz-target") or service)
            date = {"Date": formatdate(now, usegmt=True)}
            if service == "s3":
                return fault_proxy.Status(403, "RequestTimeTooSkewed", date,
                                          message="The difference between the request time and the current time is too large.")
            code = "SignatureDoesNotMatch" if service == "sts" else "InvalidSignatureException"
            message = "Signature expired: it is too old" if stamp < now else "Signature not yet current: it is too new"
            return fault_proxy.Status(403, code, date, message=message)

        return judge

    def test_an_hour_off(self):
        for seconds in (HOUR, -HOUR):
            with self.subTest(seconds=seconds), servers.Moto() as moto:
                home = self.scratch / f"home {seconds}"
                queue = moto.create_queue("new")
                moto.create_bucket("a-trail")
                names = [f"object {n}" for n in range(12)]
                for n, name in enumerate(names):
                    key = trail.key(name, 3600 + n)
                    moto.put("a-trail", key, trail.packed([trail.create_user(name, 3600 + n)]))
                    if n % 2:
                        moto.send(queue, by_s3("a-trail", key))
                role = f"arn:aws:iam::{moto.account}:role/reader"
                refused = []
                with fault_proxy.FaultProxy(moto.endpoint, self.server_that_is_off(seconds, refused)) as proxy:
                    env = {**moto.environment(), "AWS_ENDPOINT_URL": proxy.endpoint}
                    config = self.config(configured(trail.bucket_block("a-trail", iam_role_arn=role), subscriber(iam_role_arn=role)))
                    outcome = self.once(config, env=env, home=home)
                # Each client finds out with its first requests, and nothing after these is refused.
                self.assertEqual(set(refused), {"sts", "s3", "AmazonSQS.GetQueueUrl"})
                self.assertIn(f"seconds {'behind' if seconds > 0 else 'ahead of'} that of", outcome.err)
                self.assertIn("signing with the server's time; set the clock", outcome.err)
                self.assertEqual(len(trail.alerts(home)), 12)
                self.assert_events(names, home)
                self.assertEqual(moto.queue_depth(queue), (0, 0))


class KilledBeforeTheDeleteTest(FaultCase):
    """kill -9 when the alerts are durable and the object, or the message, is about to be deleted."""

    def killed_at(self, config, matches, upstream, **env):
        """Runs until the first such request has come to the server; it gets no further."""
        daemons = []
        there = []

        def fault(request):
            if not matches(request):
                return None
            if not there:
                there.append(request.target)
                os.kill(daemons[0].pid, signal.SIGKILL)
            return fault_proxy.RESET

        with fault_proxy.FaultProxy(upstream, fault) as proxy:
            env = {name: proxy.endpoint if value is None else value for name, value in env.items()}
            with contextlib.ExitStack() as stack:
                # The proxy's lock keeps the request waiting until the daemon is known.
                with proxy.held():
                    daemons.append(stack.enter_context(trail.Daemon("run", "--config", config, "--home", self.home, "--once", env=env)))
                self.assertEqual(daemons[0].wait(), -signal.SIGKILL, daemons[0].err)
        self.assertEqual(len(there), 1)

    def test_object(self):
        self.store(30)
        config = self.config(trail.wodle(trail.bucket_block("a-trail", remove_from_bucket="yes")))
        env = self.server.environment()
        self.killed_at(config, lambda request: request.method == "DELETE", self.server.endpoint, **{**env, "AWS_ENDPOINT_URL": None})
        # Alerts were written, no object was deleted.
        written = trail.alerts_so_far(self.home)
        self.assertGreater(written, 0)
        self.assertEqual(len(list((self.server.data / "a-trail").rglob("*.json.gz"))), 30)
        outcome = self.once(config, env=env)
        self.assertEqual(outcome.passed["objects"], 30 - written)
        self.assert_each_once()

    def test_message(self):
        with servers.ElasticMq() as queues:
            queue = queues.create_queue("new")
            self.store(30)
            queues.send(queue, *[by_s3("a-trail", trail.key(name, 3600 + n)) for n, name in enumerate(self.names)])
            config = self.config(configured(subscriber(), visibility="10s"))
            env = {**self.server.environment(), "AWS_ENDPOINT_URL_SQS": queues.endpoint}
            self.killed_at(config, lambda request: request.headers.get("x-amz-target", "").endswith("DeleteMessageBatch"), queues.endpoint,
                           **{**env, "AWS_ENDPOINT_URL_SQS": None})
            written = trail.alerts_so_far(self.home)
            self.assertGreater(written, 0)
            self.assertEqual(sum(queues.queue_depth(queue)), 30)
            with trail.Daemon("run", "--config", config, "--home", self.home, env=env) as daemon:
                self.assertTrue(daemon.until(lambda: queues.queue_depth(queue) == (0, 0)), daemon.err)
                daemon.signal(signal.SIGTERM)
                self.assertEqual(daemon.wait(), 0)
                known = [int(number) for number in re.findall(r"(\d+) objects were known", daemon.err)]
            self.assertGreaterEqual(sum(known), written)
        self.assert_each_once()


if __name__ == "__main__":
    unittest.main()
