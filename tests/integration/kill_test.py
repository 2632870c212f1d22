"""kill -9 at random points of `run`, again in the recovery, while objects arrive late, out of order and twice: the final set of alerts
is that of an undisturbed run over the same bucket, and no id is written twice.

The seed is printed, and what a failed round left is kept. TRAILSIFT_KILL_SEED repeats it (but for the moments, which are the machine's),
TRAILSIFT_KILL_ROUNDS and TRAILSIFT_SOAK make more rounds.
"""

import contextlib
import json
import os
import pathlib
import random
import shutil
import tempfile
import time
import unittest

import servers
import trail
from trail import PRODUCTION, SANDBOX, STAGING

ACCOUNTS = (PRODUCTION, STAGING, SANDBOX)
REGIONS = ("us-east-1", "eu-west-1")
KILLS_AT_LEAST = 15  # of each test; on a fast machine that takes more rounds
SEED = int(os.environ.get("TRAILSIFT_KILL_SEED", "0"))
ROUNDS = int(os.environ.get("TRAILSIFT_KILL_ROUNDS", "40" if "TRAILSIFT_SOAK" in os.environ else "4"))


class Generator:
    """A bucket of made records over `span` seconds, as {key: bytes}."""

    def __init__(self, seed, span, slots, ordinary):
        self.chance = random.Random(seed)
        self.name = f"made {seed}"
        self.span = span
        self.slots = slots  # objects a minute, account and region
        self.ordinary = ordinary  # records in each
        self.places = {}  # (account, region, minute, slot): records
        self.count = 0

    def add(self, made, account, region, at):
        """Delivered 3 to 10 minutes later, in any of the objects of that minute."""
        minute = (at + self.chance.randrange(180, 600)) // 60
        self.places.setdefault((account, region, minute, self.chance.randrange(self.slots)), []).append(made)

    def next_name(self):
        self.count += 1
        return f"{self.name} {self.count}"

    def work(self):
        for account in ACCOUNTS:
            for region in REGIONS:
                for minute in range(self.span // 60):
                    for slot in range(self.slots):
                        records = self.places.setdefault((account, region, minute, slot), [])
                        for _ in range(self.ordinary):
                            at = minute * 60 + self.chance.randrange(60)
                            make = trail.create_user if self.chance.random() < 0.04 else trail.quiet
                            records.append(make(self.next_name(), at, account, region))

    def break_ins(self):
        """Bursts of failures, some long enough, some not, some that hang together; several at the same second."""
        for account in ACCOUNTS:
            at = self.chance.randrange(300)
            while at < self.span - 600:
                for _ in range(self.chance.randrange(3, 14)):
                    at += self.chance.choice((0, 1, 7, 30, 60, 90))
                    who = self.chance.choice(("alice", "mallory", "oscar"))
                    address = f"203.0.113.{self.chance.randrange(1, 5)}"
                    self.add(trail.sign_in(self.next_name(), at, account=account, who=who, address=address), account, "us-east-1", at)
                at += self.chance.randrange(100, 700)

    def objects(self):
        self.work()
        self.break_ins()
        found = {}
        for (account, region, minute, slot), records in self.places.items():
            self.chance.shuffle(records)
            found[trail.key(f"{self.name} {slot}", minute * 60, account, region)] = trail.packed(records)
            if self.chance.random() < 0.15:
                # The same records once more, or some of them, in an object of its own within the hour.
                again = self.chance.sample(records, self.chance.randrange(len(records) // 2, len(records) + 1))
                later = minute * 60 + self.chance.randrange(0, 1800)
                found[trail.key(f"{self.name} again {slot}", later, account, region)] = trail.packed(again)
        return found


class KillTest(trail.TrailCase):
    @classmethod
    def setUpClass(cls):
        cls.seed = SEED or random.SystemRandom().randrange(1, 1 << 32)
        print(f"\nTRAILSIFT_KILL_SEED={cls.seed}", flush=True)
        whole = tempfile.TemporaryDirectory(prefix="trailsift-kill-bucket-")
        cls.addClassCleanup(whole.cleanup)
        cls.whole = pathlib.Path(whole.name) / "whole"
        objects = Generator(cls.seed, span=3000, slots=24, ordinary=10).objects()
        cls.keys = sorted(objects)
        for key, content in objects.items():
            trail.put(cls.whole, key, content)
        cls.expected = {}
        for threads in (2, 1):
            began = time.monotonic()
            cls.expected[threads] = cls.undisturbed(pathlib.Path(whole.name), threads)
            cls.whole_pass = time.monotonic() - began

    @classmethod
    def undisturbed(cls, folder, threads):
        config = folder / "ossec.conf"
        config.write_text(trail.wodle(trail.bucket_block(f"file://{cls.whole}")), encoding="utf-8")
        outcome = trail.program("run", "--config", config, "--home", folder / f"home{threads}", "--once", "--threads", threads)
        if outcome.code != 0:
            raise AssertionError(outcome.err)
        return trail.alerts(folder / f"home{threads}")

    def rounds(self, salt):
        """(number, threads) of each round; the random generator is set, the scratch folder fresh."""
        self.kills = 0
        for n in range(5 * ROUNDS):
            if n >= ROUNDS and self.kills >= KILLS_AT_LEAST:
                break
            self.chance = random.Random(self.seed + salt + n)
            shutil.rmtree(self.scratch)
            self.bucket.mkdir(parents=True)
            yield n, 1 + n % 2
        self.assertGreaterEqual(self.kills, KILLS_AT_LEAST, "too few runs were killed at work")

    def arrive(self, keys):
        for key in keys:
            path = self.bucket / key
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(self.whole / key, path)

    def compare(self, lines, expected, context):
        """The same rules over the same events. Ids too, but for an alert that was withdrawn and became right again: that is a line of its
        own, whose first id stands withdrawn."""
        self.assertEqual(trail.meaning(lines), trail.meaning(expected), context)
        found, wanted = set(trail.final(lines)), set(trail.final(expected))
        self.assertLessEqual(wanted - found, trail.withdrawn(lines), context)
        self.assertEqual(len(found), len(wanted), context)

    def assert_lines_stand(self, context):
        """Whatever a kill left: but for a torn last line all is JSON, and no id stands twice."""
        path = self.home / "logs" / "alerts" / "alerts.json"
        if not path.exists():
            return
        ids = [json.loads(line)["trailsift"]["id"] for line in path.read_bytes().split(b"\n")[:-1]]
        self.assertEqual(len(ids), len(set(ids)), context)

    def kill_once(self, config, threads, longest, moments):
        with trail.Daemon("run", "--config", config, "--home", self.home, "--once", "--threads", threads) as daemon:
            pause = self.chance.uniform(0, longest * self.whole_pass)
            killed = daemon.kill_after(pause)
        moments.append(f"{pause * 1000:.0f}{'' if killed else ' (over)'}")
        self.kills += killed
        self.assert_lines_stand(moments)
        return killed

    def end(self, config, threads, context):
        print(context, flush=True)
        self.once(config, threads=threads)
        lines = trail.alerts(self.home)
        self.compare(lines, self.expected[threads], context)
        self.assertEqual(self.once(config, threads=threads).passed["objects"], 0)
        self.assertEqual(trail.alerts(self.home), lines)
        return lines

    @contextlib.contextmanager
    def kept_on_failure(self):
        try:
            yield
        except AssertionError:
            kept = tempfile.mkdtemp(prefix="trailsift-kill-")
            shutil.copytree(self.scratch, pathlib.Path(kept) / "scratch")
            print(f"kept in {kept}", flush=True)
            raise

    def test_undisturbed_runs_agree(self):
        one, two = (trail.final(self.expected[threads]) for threads in (1, 2))
        self.assertEqual(set(one), set(two))
        rules = trail.rules_of(self.expected[1])
        self.assertGreater(rules.count("80255"), 5)
        self.assertGreater(rules.count("80254"), 5)
        self.assertGreater(rules.count("80222"), 1000)

    def test_kills_while_objects_arrive(self):
        for n, threads in self.rounds(0):
            with self.kept_on_failure():
                self.round_while_objects_arrive(n, threads)

    def round_while_objects_arrive(self, n, threads):
        # Any order at all: most of what comes later is older than what was read.
        waiting = list(self.keys)
        self.chance.shuffle(waiting)
        config = self.folder_config()
        moments = []
        self.arrive(waiting[: len(waiting) // 3])
        del waiting[: len(waiting) // 3]
        while waiting:
            if self.kill_once(config, threads, self.chance.choice((0.3, 0.5, 1.1)), moments):
                # In the recovery, too.
                self.kill_once(config, threads, 0.3, moments)
            share = len(self.keys) // 6
            self.arrive(waiting[:share])
            del waiting[:share]
        self.kill_once(config, threads, 0.5, moments)
        self.end(config, threads, f"round {n}, {threads} threads, kills after {', '.join(moments)} ms")

    def test_kills_of_a_whole_bucket(self):
        """Nothing arrives in between, so that even the ids are those of the undisturbed run."""
        for n, threads in self.rounds(1000):
            with self.kept_on_failure():
                self.arrive(self.keys)
                config = self.folder_config()
                moments = []
                while len(moments) < 6 and self.kill_once(config, threads, self.chance.choice((0.4, 0.7, 1.1)), moments):
                    pass
                lines = self.end(config, threads, f"whole round {n}, {threads} threads, kills after {', '.join(moments)} ms")
                self.assertEqual(set(trail.final(lines)), set(trail.final(self.expected[threads])))

    def test_kills_over_s3(self):
        """The same with requests under way, against a real server; the set is that of `hunt`."""
        with servers.S3Proxy() as server, self.kept_on_failure():
            keys = list(self.keys)
            self.chance = random.Random(self.seed)
            self.chance.shuffle(keys)
            keys = keys[:1200]
            folder = self.bucket
            self.bucket = server.data / "a-trail"
            self.arrive(keys[:600])
            config = self.config(trail.wodle(trail.bucket_block("a-trail")))
            env = server.environment()
            for share in range(600, 1200, 100):
                with trail.Daemon("run", "--config", config, "--home", self.home, "--once", env=env) as daemon:
                    daemon.kill_after(self.chance.uniform(0, 1.2))
                self.assert_lines_stand(self.seed)
                self.arrive(keys[share:share + 100])
            self.once(config, env=env)
            self.bucket = folder
            self.arrive(keys)
            hunted = trail.program("hunt", self.bucket, "-o", "ndjson")
            self.assertEqual(hunted.code, 0, hunted.err)
            self.assertGreater(len(hunted.lines), 100)
            self.compare(trail.alerts(self.home), hunted.lines, f"seed {self.seed}")


if __name__ == "__main__":
    unittest.main()
