"""Lists that fill themselves: accounts, log buckets and regions, in `run` and `hunt`."""

import signal
import unittest
from datetime import timedelta

import servers
import trail
from trail import PRODUCTION, STAGING

HOUR = 3600

# 100500: a call in an account of ours. 100501: in a region that was not in use, once that is known. 100502: on a log bucket.
RULES = """<group name="test,">
  <rule id="100501" level="10">
    <if_sid>80202</if_sid>
    <list field="aws.source" lookup="match_key">etc/lists/trailsift/regions_used</list>
    <list field="aws.awsRegion" lookup="not_match_key">etc/lists/trailsift/regions_used</list>
    <description>a new region</description>
  </rule>
  <rule id="100502" level="9">
    <if_sid>80202</if_sid>
    <list field="aws.requestParameters.userName" lookup="match_key">etc/lists/trailsift/own_log_buckets</list>
    <description>a user called like the log bucket</description>
  </rule>
  <rule id="100500" level="4">
    <if_sid>80202</if_sid>
    <list field="aws.recipientAccountId" lookup="match_key">etc/lists/trailsift/accounts_own</list>
    <description>an account of ours</description>
  </rule>
</group>
"""


class LearnedTest(trail.TrailCase):
    def setUp(self):
        super().setUp()
        self.rules = self.scratch / "local.xml"
        self.rules.write_text(RULES, encoding="ascii")

    def run_config(self, interval="10m", own="", bucket=None, **options):
        # Three days back, so that no name lies in the future whenever the tests run.
        since = (trail.TODAY - timedelta(days=3)).strftime("%Y-%b-%d").upper()
        return self.config(f"<ossec_config><ruleset><rule_include>{self.rules}</rule_include></ruleset></ossec_config>\n"
                           f"<trailsift><learning_period>6h</learning_period><silence_after>0</silence_after>{own}</trailsift>\n"
                           + trail.wodle(trail.bucket_block(bucket or f"file://{self.bucket}", only_logs_after=since, **options),
                                         interval=interval))

    def call(self, name, hours, account=PRODUCTION, region="us-east-1", **more):
        """A change so many hours after two days ago, in an object of its own."""
        at = (hours - 48) * HOUR
        self.put(name, [trail.create_user(name, at, account, region, **more)], at + 300, account, region)

    def rules_by_name(self, *names):
        events = {trail.record(name, 0, "iam:CreateUser")["eventID"]: name for name in names}
        return {events[alert["trailsift"]["events"][-1]]: alert["rule"]["id"]
                for alert in trail.final(trail.alerts(self.home)).values()}

    def learned(self, name):
        return (self.home / "lists" / "trailsift" / name).read_text("ascii").splitlines()

    def test_accounts_are_known_before_the_first_object(self):
        self.call("one", 1)
        self.call("two", 2, STAGING)
        self.once(self.run_config())
        self.assertEqual(self.rules_by_name("one", "two"), {"one": "100500", "two": "100500"})
        self.assertEqual(self.learned("accounts_own"), [f"{PRODUCTION}:", f"{STAGING}:"])

    def test_a_list_of_the_user_wins(self):
        self.call("one", 1)
        self.call("two", 2, STAGING)
        (self.scratch / "lists").mkdir()
        (self.scratch / "lists" / "accounts_own").write_text(f"{STAGING}:\n", encoding="ascii")
        self.once(self.run_config())
        self.assertEqual(self.rules_by_name("one", "two"), {"one": "80222", "two": "100500"})

    def test_a_region_after_the_learning_period(self):
        self.call("first", 1)
        self.call("learned", 2, region="eu-west-1")
        self.call("refused", 3, region="sa-east-1", errorCode="AccessDenied")  # nobody has changed anything there
        self.call("over", 8)
        self.once(self.run_config())
        self.assertEqual(set(line.split(":")[0] for line in self.learned("regions_used")), {"cloudtrail", "eu-west-1", "us-east-1"})
        self.call("known", 9, region="eu-west-1")
        self.call("new", 10, region="sa-east-1")
        self.once(self.run_config())
        self.call("again", 11, region="sa-east-1")  # its events were judged once; now it is in use
        self.once(self.run_config())
        found = self.rules_by_name("first", "learned", "refused", "over", "known", "new", "again")
        self.assertEqual({name for name, rule in found.items() if rule == "100501"}, {"new"})
        self.assertEqual(found["again"], "100500")

    def test_within_one_pass(self):
        """Learning ends, and a region is new, while a single pass goes on."""
        names = ["first"]
        self.call("first", 1)
        for n in range(700):
            names.append(f"many {n}")
            self.call(f"many {n}", 7 + n / 100, region="eu-west-1")
        self.call("new", 15, region="sa-east-1")
        self.once(self.run_config())
        found = self.rules_by_name("new", *names)
        self.assertEqual(found["new"], "100501")
        self.assertEqual(found["many 699"], "100500")
        self.assertEqual(len(found), len(names) + 1)

    def test_kill(self):
        """What is on the disk is whole, and the next run goes on from there."""
        for n in range(300):
            self.call(f"many {n}", 1 + n / 300, region="eu-west-1")
        self.call("over", 8)
        for _ in range(3):
            with trail.Daemon("run", "--config", self.run_config("1h"), "--home", self.home, "--threads", 1) as daemon:
                daemon.until(lambda: (self.home / "lists" / "trailsift" / "regions_used").exists())
                daemon.signal(signal.SIGKILL)
                daemon.wait()
            self.assertEqual(self.learned("accounts_own"), [f"{PRODUCTION}:"])
        self.once(self.run_config())
        self.call("new", 10, region="sa-east-1")
        self.once(self.run_config())
        found = self.rules_by_name("over", "new", *(f"many {n}" for n in range(300)))
        self.assertEqual({name for name, rule in found.items() if rule == "100501"}, {"new"})
        self.assertEqual(len(found), 302)
        self.assert_no_id_twice(self.home)

    def test_log_buckets(self):
        with servers.S3Proxy() as server:
            server.create_bucket("trail-logs")
            at = -40 * HOUR
            server.put("trail-logs", trail.key("one", at + 300), trail.packed([trail.create_user("one", at, made="trail-logs")]))
            env = {"AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": server.access_key,
                   "AWS_SECRET_ACCESS_KEY": server.secret_key}
            self.once(self.run_config(bucket="trail-logs"), env=env)
            self.assertEqual(self.rules_by_name("one"), {"one": "100502"})
            self.assertEqual(self.learned("own_log_buckets"), ["trail-logs:"])
            outcome = trail.program("hunt", "--rules", self.hunt_rules(), "-o", "ndjson", "s3://trail-logs/", env=env)
            self.assertEqual([alert["rule"]["id"] for alert in outcome.lines], ["100502"], outcome.err)

    def hunt_rules(self):
        folder = self.scratch / "rules"
        folder.mkdir()
        (folder / "local.xml").write_text(RULES.replace("<if_sid>80202</if_sid>", "<decoded_as>json</decoded_as>"), encoding="ascii")
        return folder / "local.xml"

    def test_hunt_knows_the_accounts(self):
        self.call("one", 1)
        self.call("two", 9, STAGING, region="eu-west-1")
        outcome = trail.program("hunt", "--rules", self.hunt_rules(), "-o", "ndjson", self.bucket)
        self.assertEqual([alert["rule"]["id"] for alert in outcome.lines], ["100500", "100500"], outcome.err)


if __name__ == "__main__":
    unittest.main()
