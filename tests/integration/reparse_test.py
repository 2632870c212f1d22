"""`trailsift reparse DATE`: what is missing in the alert files is written, nothing twice, whatever happened before and whenever it is killed."""

import gzip
import json
import os
import random
import re
import time
import unittest
from datetime import timedelta

import fault_proxy
import kill_test
import servers
import trail

DAY = 86400
RULES = """<group name="test,">
  <rule id="100500" level="7">
    <if_sid>80202</if_sid>
    <field name="aws.userIdentity.userName">^{name}$</field>
    <description>a named user</description>
  </rule>
</group>
"""


def date(days=0):
    return (trail.TODAY - timedelta(days=days)).strftime("%Y-%m-%d")


class ReparseCase(trail.TrailCase):
    def reparse(self, config, days=0, code=0, *more, env=None):
        outcome = trail.program("reparse", date(days), "--config", config, "--home", self.home, *more, env=env)
        self.assertEqual(outcome.code, code, outcome.err)
        self.assert_no_id_twice(self.home)
        return outcome

    def said(self, outcome):
        """(alerts written, alerts that were there)"""
        found = re.search(r"; (\d+) alerts.*?; (\d+) alerts were in the files already", outcome.err)
        return int(found[1]), int(found[2])

    def again(self, config, days=0, *more):
        return self.said(self.reparse(config, days, 0, *more))

    def old_config(self, **options):
        return self.folder_config(only_logs_after=(trail.TODAY - timedelta(days=3)).strftime("%Y-%b-%d").upper(), **options)


class ReparseTest(ReparseCase):
    def test_nothing_is_doubled(self):
        for n in range(5):
            self.put(f"object {n}", [trail.create_user(f"made {n} {i}", 3600 + i) for i in range(3)], 3900 + 60 * n)
        config = self.folder_config()
        self.once(config)
        before = trail.alerts(self.home)
        self.assertEqual(len(before), 15)
        self.assertEqual(self.again(config), (0, 15))
        self.assertEqual(trail.alerts(self.home), before)
        # The pass that follows knows nothing of it.
        self.assertEqual(self.once(config).passed["objects"], 0)

    def test_new_rules(self):
        rules = self.scratch / "local.xml"
        rules.write_text(RULES.format(name="nobody"), encoding="ascii")
        config = self.config(f"<ossec_config><ruleset><rule_include>{rules}</rule_include></ruleset></ossec_config>\n"
                             + trail.wodle(trail.bucket_block(f"file://{self.bucket}")))
        for name in ("alice", "bob"):
            self.put(name, [trail.create_user(f"by {name}", 3600, who=name), trail.create_user(f"more by {name}", 3601, who=name)], 3900)
        self.once(config)
        self.assertEqual([alert["rule"]["id"] for alert in trail.alerts(self.home)], ["80222"] * 4)
        rules.write_text(RULES.format(name="alice"), encoding="ascii")
        self.assertEqual(self.again(config, 0, "--dry-run"), (2, 2))
        self.assertEqual(len(trail.alerts(self.home)), 4)
        self.assertEqual(self.again(config), (2, 2))
        new = trail.alerts(self.home)[4:]
        self.assertEqual([(alert["rule"]["id"], alert["trailsift"]["reparsed"]) for alert in new], [("100500", True)] * 2)
        self.assertNotIn("reparsed", trail.alerts(self.home)[0]["trailsift"])
        self.assertEqual(self.again(config), (0, 4))

    def test_missed_and_quarantined(self):
        """An object that came after the look-back, one that was damaged when it was read, and one that the next pass will read."""
        config = self.old_config()
        self.put("seen", [trail.create_user("seen", 3600)], 3900)
        damaged = self.put("damaged", b"nonsense", 4000)
        self.once(config, code=5)
        self.put("missed", [trail.create_user("missed", 3600 - 3 * DAY)], 3900 - 3 * DAY)
        self.once(config)
        self.assert_events(["seen"])
        trail.put(self.bucket, damaged, trail.packed([trail.create_user("damaged", 3700)]))
        self.put("later", [trail.create_user("later", 3800)], 4100)
        outcome = self.reparse(config, 3)
        self.assertEqual(self.said(outcome), (2, 1))
        self.assertIn("1 objects are left to the next pass", outcome.err)
        self.assert_events(["seen", "missed", "damaged"])
        self.once(config)
        self.assert_events(["seen", "missed", "damaged", "later"])
        self.assertEqual(self.again(config, 3), (0, 4))

    def test_only_from_the_day_on(self):
        config = self.old_config()
        for days in range(4):
            self.put(f"day {days}", [trail.create_user(f"day {days}", 3600 - days * DAY)], 3900 - days * DAY)
            self.once(config)
        self.assertEqual(len(trail.alerts(self.home)), 3)  # the look-back reaches two days
        self.assertEqual(self.again(config, 2), (0, 3))
        self.assertEqual(self.again(config, 3), (1, 3))

    def test_gzipped_files_count(self):
        config = self.folder_config()
        self.put("object", [trail.create_user(f"made {n}", 3600 + n) for n in range(9)], 3900)
        self.once(config)
        today = os.path.realpath(self.home / "logs" / "alerts" / "alerts.json")
        with open(today, "rb") as file:
            text = file.read()
        newest = max((self.home / "logs" / "alerts").rglob("ossec-alerts-*.json"))
        tomorrow = trail.TODAY + timedelta(days=1)
        other = self.home / "logs" / "alerts" / tomorrow.strftime("%Y") / tomorrow.strftime("%b") / tomorrow.strftime("ossec-alerts-%d.json.gz")
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_bytes(gzip.compress(text))
        os.truncate(newest, 0)
        self.assertEqual(self.again(config), (0, 9))

    def test_refused(self):
        config = self.folder_config()
        for words, code in ((["yesterday"], 2), (["2026-01-15T10:00:00Z"], 2), ([date(), "--bucket", "other"], 2), ([], 2)):
            outcome = trail.program("reparse", *words, "--config", config, "--home", self.home)
            self.assertEqual(outcome.code, code, outcome.err)
        self.assertFalse(self.home.exists())
        with trail.Daemon("run", "--config", config, "--home", self.home) as daemon:
            self.assertTrue(daemon.until(lambda: "objects were known" in daemon.err), daemon.err)
            outcome = self.reparse(config, 0, 6)
            self.assertIn(str(self.home), outcome.err)

    def test_one_bucket_of_two(self):
        other = self.scratch / "other"
        config = self.config(trail.wodle(trail.bucket_block(f"file://{self.bucket}"), trail.bucket_block(f"file://{other}")))
        for folder in (self.bucket, other):
            trail.put(folder, trail.key(folder.name, 3900), trail.packed([trail.create_user(folder.name, 3600)]))
        self.once(config)
        self.assertEqual(self.again(config), (0, 2))
        self.assertEqual(self.again(config, 0, "--bucket", f"file://{other}"), (0, 1))


class ReparseWindowsTest(ReparseCase):
    def test_windows_come_out_the_same(self):
        """Break-ins over several accounts, copies, objects out of order and late: a run in pieces, then all of it again."""
        seed = random.SystemRandom().randrange(1, 1 << 32)
        print(f"\nreparse seed {seed}", flush=True)
        with self.subTest(seed=seed):
            chance = random.Random(seed)
            objects = list(kill_test.Generator(seed, span=3000, slots=2, ordinary=6).objects().items())
            chance.shuffle(objects)
            config = self.folder_config()
            for part in range(4):
                for name, content in objects[part::4]:
                    trail.put(self.bucket, name, content)
                self.once(config)
            stands = trail.final(trail.alerts(self.home))
            self.assertGreater(sum(alert["rule"]["id"] == "80255" for alert in stands.values()), 5)
            lines = len(trail.alerts(self.home))
            written, known = self.again(config)
            self.assertEqual((written, known, len(trail.alerts(self.home))), (0, len(stands), lines))

    def test_kill(self):
        """kill -9 of `reparse` and of `run` by turns, at random moments: the end is that of an undisturbed run, and no id stands twice."""
        seed = random.SystemRandom().randrange(1, 1 << 32)
        print(f"\nreparse kill seed {seed}", flush=True)
        with self.subTest(seed=seed):
            chance = random.Random(seed)
            config = self.folder_config()
            for n in range(120):
                self.put(f"object {n}", [trail.create_user(f"made {n} {i}", 3600 + n) for i in range(25)], 3900 + 60 * (n % 60))
            # A home in which all was read and next to nothing was worth an alert.
            quiet = self.config(config.read_text("utf-8").replace("<log_alert_level>3<", "<log_alert_level>16<"), "quiet.conf")
            self.once(quiet)
            self.assertEqual(trail.alerts(self.home), [])
            link = self.home / "logs" / "alerts" / "alerts.json"
            began = time.monotonic()
            trail.program("reparse", date(), "--config", config, "--home", self.home, "--dry-run")
            took = time.monotonic() - began
            kills = 0
            for n in range(40):
                words = ["reparse", date()] if n % 3 < 2 else ["run", "--once"]
                if n % 3 == 2:
                    self.put(f"late {n}", [trail.create_user(f"late {n} {i}", 3600 + n) for i in range(25)], 3900 + 60 * (n % 60))
                with trail.Daemon(*words, "--config", config, "--home", self.home) as daemon:
                    kills += daemon.kill_after(chance.uniform(0.2, 1.3) * took)
                ids = [json.loads(line)["trailsift"]["id"] for line in link.read_bytes().split(b"\n")[:-1]]
                self.assertEqual(len(ids), len(set(ids)), f"round {n}")
            self.assertGreater(kills, 5)
            self.once(config)
            self.reparse(config)
            self.once(config, home=self.scratch / "whole")
            wanted = set(trail.final(trail.alerts(self.scratch / "whole")))
            self.assertEqual(len(wanted), 25 * (120 + 13))
            self.assertEqual(set(trail.final(trail.alerts(self.home))), wanted)
            self.assertEqual(self.once(config).passed["objects"], 0)
            self.assertEqual(self.again(config), (0, len(wanted)))


class ReparseServerTest(ReparseCase):
    def test_s3(self):
        for n in range(4):
            self.put(f"object {n}", [trail.create_user(f"made {n}", 3600 + n)], 3900 + 60 * n)
        refused = trail.key("object 2", 4020)
        with servers.S3Proxy() as server:
            server.fill("a-trail", self.bucket)
            config = self.config(trail.wodle(trail.bucket_block("a-trail")))

            def fault(request):
                return fault_proxy.Status(403, "AccessDenied") if refused in request.target else None

            self.once(config, env=server.environment())
            with fault_proxy.FaultProxy(server.endpoint, fault) as proxy:
                outcome = self.reparse(config, 0, 4, env={**server.environment(), "AWS_ENDPOINT_URL": proxy.endpoint})
            self.assertIn(refused, outcome.err)
            self.assertEqual(self.said(outcome), (0, 3))
            self.assertEqual(self.said(self.reparse(config, env=server.environment())), (0, 4))


if __name__ == "__main__":
    unittest.main()
