"""`trailsift run`: the page's block against a real server, several buckets of which one is broken, and each option of a bucket."""

import json
import pathlib
import unittest

import servers
import trail
from trail import PRODUCTION, SANDBOX, STAGING

BUCKET = "wazuh-cloudtrail"


def credentials(folder, **profiles):
    """A shared credentials file with these profiles: name=(access key, secret key[, session token])."""
    path = pathlib.Path(folder) / "credentials"
    text = ""
    for name, keys in profiles.items():
        text += f"[{name}]\naws_access_key_id = {keys[0]}\naws_secret_access_key = {keys[1]}\n"
        if len(keys) > 2:
            text += f"aws_session_token = {keys[2]}\n"
    path.write_text(text, encoding="ascii")
    return path


class PageBlockTest(trail.TrailCase):
    """The block byte for byte; endpoint and credentials from the environment and the shared file."""

    def setUp(self):
        super().setUp()
        self.server = servers.S3Proxy()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__, None, None, None)
        self.server.create_bucket(BUCKET)
        shared = credentials(self.scratch, default=(self.server.access_key, self.server.secret_key))
        self.env = {"AWS_ENDPOINT_URL": self.server.endpoint, "AWS_SHARED_CREDENTIALS_FILE": str(shared)}

    def upload(self, name, records, at, **place):
        self.server.put(BUCKET, trail.key(name, at, **place), trail.packed(records))

    @unittest.skipUnless((trail.SHARED / "reference").is_dir(), "the page is not here")
    def test_block_is_that_of_the_page(self):
        page = (trail.SHARED / "reference" / "aws-cloudtrail-page.txt").read_text("utf-8")
        self.assertIn(trail.PAGE_BLOCK, page)

    def check_use_cases(self, config):
        cases = trail.use_cases()
        # A denied call's neighbour, so that an object holds what no rule needs, too.
        for n in range(0, len(cases), 4):
            self.upload(f"page {n}", [case[0] for case in cases[n:n + 4]] + [trail.quiet(f"quiet {n}", 3600 + n)], 4200 + n)
        first = self.once(config, env=self.env)
        by_event = {alert["trailsift"]["events"][-1]: alert for alert in trail.final(trail.alerts(self.home)).values()}
        for made, rule, level in cases:
            with self.subTest(rule=rule, event=made["eventName"]):
                alert = by_event.pop(made["eventID"])
                self.assertEqual((alert["rule"]["id"], alert["rule"]["level"]), (rule, level))
        self.assertEqual(by_event, {})
        self.assertTrue({"80446", "80255"} <= set(trail.rules_of(trail.alerts(self.home))))
        self.assertEqual((first.passed["objects"], first.passed["records"], first.passed["unmatched"]), (5, len(cases) + 5, 5))

        before = trail.alerts(self.home)
        second = self.once(config, env=self.env)
        self.assertEqual((second.passed["objects"], second.passed["alerts"], second.passed["known"]), (0, 0, 5))
        self.assertEqual(trail.alerts(self.home), before)

        self.upload("new", [trail.create_user("a new one", 5000, made="dave")], 5300)
        self.assertEqual(self.once(config, env=self.env).passed["alerts"], 1)
        self.upload("late", [trail.create_user("a late one", 3000, made="erin")], 3300)
        self.assertEqual(self.once(config, env=self.env).passed["alerts"], 1)
        users = [alert["trailsift"]["target"]["name"] for alert in trail.alerts(self.home)[len(before):]]
        self.assertEqual(users, ["dave", "erin"])
        self.assertEqual(self.once(config, env=self.env).passed["alerts"], 0)

    def test_inside_ossec_config(self):
        self.check_use_cases(self.config(f"<ossec_config>\n{trail.PAGE_BLOCK}\n</ossec_config>\n"))

    def test_bare(self):
        self.check_use_cases(self.config(trail.PAGE_BLOCK))


class DuplicatesTest(trail.TrailCase):
    """The same records in two objects: the second time they are counted, and nothing else."""

    def setUp(self):
        super().setUp()
        self.records = [trail.create_user(f"user {n}", 3600 + n) for n in range(3)]
        self.records += [trail.sign_in(f"failure {n}", 3610 + n) for n in range(6)]
        self.put("one", self.records, 3900)

    def check(self, outcome, again):
        self.assertEqual((outcome.passed["duplicates"], outcome.passed["alerts"]), again)
        self.assertEqual(trail.rules_of(trail.alerts(self.home)).count("80222"), 3)

    def test_in_one_pass(self):
        self.put("copy", self.records, 4500)
        self.check(self.once(self.folder_config()), (9, 9))

    def test_in_one_object(self):
        self.put("thrice", self.records * 3, 3960)
        self.check(self.once(self.folder_config()), (27, 9))

    def test_in_a_later_run(self):
        self.once(self.folder_config())
        self.put("copy", self.records, 4500)
        self.check(self.once(self.folder_config()), (9, 0))

    def test_late_in_a_daemon(self):
        """Hours of other objects lie between the reading of the two; their names are minutes apart."""
        self.put("far", [trail.create_user("far", 20000)], 20300)
        config = self.config(trail.wodle(trail.bucket_block(f"file://{self.bucket}"), interval="1s"))
        with trail.Daemon("run", "--config", config, "--home", self.home) as daemon:
            self.assertTrue(daemon.until(lambda: "10 records in 2 objects" in daemon.err), daemon.err)
            self.put("copy", self.records, 4500)
            self.assertTrue(daemon.until(lambda: "9 records in 1 objects" in daemon.err), daemon.err)
            self.assertIn(" 9 duplicates", daemon.err)
        self.assert_no_id_twice(self.home)


class TwoBucketsTest(trail.TrailCase):
    """One bucket of two is broken: the other loses nothing, the message names the broken one, no secret is said."""

    GOOD, BAD = "good-trail", "bad-trail"

    @classmethod
    def setUpClass(cls):
        cls.server = servers.S3Proxy()
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        for bucket in (cls.GOOD, cls.BAD):
            for n in range(3):
                cls.server.put(bucket, trail.key(f"{bucket} {n}", 4000 + 60 * n),
                               trail.packed([trail.create_user(f"{bucket} {n} {i}", 3600 + 60 * n + i) for i in range(4)]))
        cls.good = [f"{cls.GOOD} {n} {i}" for n in range(3) for i in range(4)]
        cls.bad = [f"{cls.BAD} {n} {i}" for n in range(3) for i in range(4)]

    def setUp(self):
        super().setUp()
        self.keys = (self.server.access_key, self.server.secret_key)
        self.secrets = {self.server.secret_key}
        self.env = {"AWS_ENDPOINT_URL": self.server.endpoint}

    def profiles(self, **profiles):
        self.env["AWS_SHARED_CREDENTIALS_FILE"] = str(credentials(self.scratch, **profiles))
        for keys in profiles.values():
            self.secrets.update(keys[1:])

    def two(self, bad=None, **options):
        bad_block = trail.bucket_block(bad or self.BAD, **{"aws_profile": "two", **options})
        # The broken one first: it must not stand in the way.
        return self.config(trail.wodle(bad_block, trail.bucket_block(self.GOOD, aws_profile="one")))

    def broken(self, config, *said):
        outcome = self.once(config, code=4, env=self.env)
        self.assert_events(self.good)
        errors = [line for line in outcome.err.splitlines() if " E " in line]
        for text in said:
            self.assertTrue(any(text in line for line in errors), f"{text} is not in {outcome.err}")
        self.assertFalse(any(self.GOOD in line for line in errors), outcome.err)
        for secret in self.secrets:
            self.assertNotIn(secret, outcome.err + outcome.out.decode("utf-8"))
        return outcome

    def test_both_are_read(self):
        self.profiles(one=self.keys, two=self.keys)
        self.once(self.two(), env=self.env)
        self.assert_events(self.good + self.bad)

    def test_missing_profile(self):
        self.profiles(one=self.keys)
        self.broken(self.two(), self.BAD, "two")
        # Mended, the other comes along from where it was first configured.
        self.profiles(one=self.keys, two=self.keys)
        self.once(self.two(), env=self.env)
        self.assert_events(self.good + self.bad)

    def test_wrong_secret(self):
        self.profiles(one=self.keys, two=(self.server.access_key, "a-secret-of-nobody"))
        self.broken(self.two(), self.BAD, "SignatureDoesNotMatch")

    def test_wrong_secret_in_the_file(self):
        self.profiles(one=self.keys)
        self.secrets.add("another-secret-of-nobody")
        text = trail.wodle(trail.bucket_block(self.BAD, access_key=self.server.access_key, secret_key="another-secret-of-nobody"),
                           trail.bucket_block(self.GOOD, aws_profile="one"))
        self.broken(self.config(text), self.BAD)

    def test_unknown_access_key(self):
        self.profiles(one=self.keys, two=("AKIANOBODY0000000000", "a-secret-of-nobody"))
        self.broken(self.two(), self.BAD)

    def test_unknown_bucket(self):
        self.profiles(one=self.keys, two=self.keys)
        self.broken(self.two(bad="no-such-bucket"), 'no bucket "no-such-bucket"')

    def test_server_that_is_not_there(self):
        self.profiles(one=self.keys, two=self.keys)
        self.broken(self.two(service_endpoint="http://127.0.0.1:9"), self.BAD)


class ForbiddenPrefixTest(trail.TrailCase):
    """A policy that leaves one account's folder out, with a server that checks policies."""

    def test_one_prefix(self):
        with servers.Moto() as moto:
            moto.create_bucket("policed")
            for account in (PRODUCTION, STAGING):
                moto.put("policed", trail.key("policed", 4000, account),
                         trail.packed([trail.create_user(f"{account} {i}", 3600 + i, account) for i in range(3)]))
            bucket = "arn:aws:s3:::policed"
            policy = {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": bucket},
                {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{bucket}/*"},
                {"Effect": "Deny", "Action": "s3:GetObject", "Resource": f"{bucket}/AWSLogs/{STAGING}/*"}]}
            keys = moto.create_user("reader", json.dumps(policy))
            moto.enforce()
            shared = credentials(self.scratch, default=keys)
            env = {"AWS_ENDPOINT_URL": moto.endpoint, "AWS_SHARED_CREDENTIALS_FILE": str(shared)}
            config = self.config(trail.wodle(trail.bucket_block("policed", aws_profile="default")))
            outcome = self.once(config, code=4, env=env)
            self.assert_events(f"{PRODUCTION} {i}" for i in range(3))
            self.assertIn(trail.key("policed", 4000, STAGING), outcome.err)
            self.assertIn("access denied", outcome.err)
            self.assertNotIn(keys[1], outcome.err)
            # It is tried again, and nothing is doubled.
            self.once(config, code=4, env=env)
            self.assert_events(f"{PRODUCTION} {i}" for i in range(3))

    def test_session_that_has_expired(self):
        with servers.Moto() as moto:
            moto.create_bucket("policed")
            moto.enforce()
            keys = ("ASIAEXPIRED000000000", "secret-of-a-session", "token-of-a-session")
            shared = credentials(self.scratch, default=keys)
            env = {"AWS_ENDPOINT_URL": moto.endpoint, "AWS_SHARED_CREDENTIALS_FILE": str(shared)}
            outcome = self.once(self.config(trail.wodle(trail.bucket_block("policed", aws_profile="default"))), code=4, env=env)
            self.assertIn("policed", outcome.err)
            for secret in keys[1:]:
                self.assertNotIn(secret, outcome.err)


class OptionsTest(trail.TrailCase):
    """Each option of <bucket>, on a folder bucket unless it is about S3."""

    def test_path(self):
        self.put("inside", [trail.create_user("inside", 3600)], before="some/where/")
        self.put("outside", [trail.create_user("outside", 3600)])
        self.once(self.folder_config(path="some/where"))
        self.assert_events(["inside"])

    def test_path_suffix(self):
        self.put("inside", [trail.create_user("inside", 3600)], inner="suffix/")
        self.put("outside", [trail.create_user("outside", 3600)])
        self.once(self.folder_config(path_suffix="suffix"))
        self.assert_events(["inside"])

    def test_path_and_suffix_and_organization(self):
        self.put("inside", [trail.create_user("inside", 3600)], before="p/", inner="s/o-abc1234567/")
        for place in ({"before": "p/"}, {"inner": "s/o-abc1234567/"}, {"before": "p/", "inner": "s/"}):
            self.put("outside", [trail.create_user("outside", 3600)], **place)
        self.once(self.folder_config(path="p", path_suffix="s", aws_organization_id="o-abc1234567"))
        self.assert_events(["inside"])

    def test_organization(self):
        self.put("inside", [trail.create_user("inside", 3600)], inner="o-abc1234567/")
        self.put("outside", [trail.create_user("outside", 3600)])
        self.once(self.folder_config(aws_organization_id="o-abc1234567"))
        self.assert_events(["inside"])

    def test_organization_that_is_not_configured_is_hinted_at(self):
        self.put("inside", [trail.create_user("inside", 3600)], inner="o-abc1234567/")
        outcome = self.once(self.folder_config())
        self.assertIn("<aws_organization_id>o-abc1234567</aws_organization_id>", outcome.err)
        self.assert_events([])

    def test_accounts(self):
        for account in (PRODUCTION, STAGING, SANDBOX):
            self.put("one", [trail.create_user(account, 3600, account)], account=account)
        self.once(self.folder_config(aws_account_id=f"{PRODUCTION},{SANDBOX}"))
        self.assert_events([PRODUCTION, SANDBOX])

    def test_account_alias(self):
        self.put("one", [trail.create_user("one", 3600)])
        self.once(self.folder_config(aws_account_alias="prod"))
        self.assertEqual(trail.alerts(self.home)[0]["data"]["aws"]["log_info"]["aws_account_alias"], "prod")

    def test_regions(self):
        for region in ("us-east-1", "eu-west-1", "us-gov-west-1"):
            self.put("one", [trail.create_user(region, 3600, region=region)], region=region)
        self.once(self.folder_config(regions="us-east-1,us-gov-west-1"))
        self.assert_events(["us-east-1", "us-gov-west-1"])

    def test_each_account_has_its_own_regions(self):
        places = [(PRODUCTION, "us-east-1"), (PRODUCTION, "eu-west-1"), (STAGING, "ap-south-1"), (SANDBOX, "eu-west-1"),
                  (SANDBOX, "sa-east-1")]
        for account, region in places:
            self.put("one", [trail.create_user(f"{account} {region}", 3600, account, region)], account=account, region=region)
        self.once(self.folder_config())
        self.assert_events(f"{account} {region}" for account, region in places)

    def test_only_logs_after(self):
        for days in (0, 1, 2, 3):
            day = trail.TODAY - trail.timedelta(days=days)
            self.put(f"day {days}", [trail.create_user(f"day {days}", 3600 - 86400 * days)], at=4000 - 86400 * days, day=day)
        self.once(self.folder_config(), home=self.scratch / "plain")
        self.assert_events(["day 0"], self.scratch / "plain")
        after = (trail.TODAY - trail.timedelta(days=2)).strftime("%Y-%b-%d").upper()
        self.once(self.folder_config(only_logs_after=after))
        self.assert_events(["day 0", "day 1", "day 2"])

    def test_discard_regex(self):
        robot = {"userIdentity": {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}}
        self.put("mixed", [trail.create_user("kept", 3600), trail.create_user("dropped", 3601, **robot),
                           trail.create_user("dropped too", 3602, **robot), trail.quiet("quiet", 3603)])
        outcome = self.once(self.folder_config(discard=("userIdentity.type", "AWSService")))
        self.assert_events(["kept"])
        self.assertEqual((outcome.passed["records"], outcome.passed["discarded"], outcome.passed["unmatched"]), (4, 2, 1))

    def test_discard_regex_is_anchored_at_the_start_only(self):
        self.put("mixed", [trail.create_user("kept", 3600, made="xrobot"), trail.create_user("dropped", 3601, made="robot-7")])
        self.once(self.folder_config(discard=("requestParameters.userName", "robot")))
        self.assert_events(["kept"])

    def test_remove_from_bucket(self):
        good = self.put("good", [trail.create_user("good", 3600)])
        damaged = self.put("damaged", trail.packed([trail.create_user("cut", 3601)])[:-30])
        bad_record = self.put("bad record", [trail.create_user("beside", 3602), "not a record"])
        outcome = self.once(self.folder_config(remove_from_bucket="yes"), code=5)
        self.assertFalse((self.bucket / good).exists(), outcome.err)
        self.assertTrue((self.bucket / damaged).exists())
        self.assertTrue((self.bucket / bad_record).exists())
        self.assertTrue({"good", "beside"} <= {n for n in ("good", "beside", "cut") if self.has_event(n)})

    def has_event(self, name):
        wanted = trail.create_user(name, 0)["eventID"]
        return any(wanted in alert["trailsift"]["events"] for alert in trail.alerts(self.home))

    def test_remove_waits_for_the_alerts(self):
        """With no room for the alerts nothing is removed."""
        keys = [self.put(f"full {n}", [trail.create_user(f"full {n} {i}", 3600 + i) for i in range(200)]) for n in range(3)]
        config = self.folder_config(remove_from_bucket="yes")
        self.once(config, code=6, before=trail.file_size_limit(150_000))
        for made in keys:
            self.assertTrue((self.bucket / made).exists(), made)
        self.once(config)
        for made in keys:
            self.assertFalse((self.bucket / made).exists(), made)
        self.assert_events(f"full {n} {i}" for n in range(3) for i in range(200))

    def test_wodle_that_is_disabled(self):
        self.put("one", [trail.create_user("one", 3600)])
        text = trail.wodle(trail.bucket_block(f"file://{self.bucket}")).replace("<disabled>no", "<disabled>yes")
        outcome = self.once(self.config(text))
        self.assertIn("disabled", outcome.err)
        self.assertEqual(trail.alerts(self.home), [])

    def test_service_endpoint_and_removal_in_s3(self):
        with servers.S3Proxy() as server:
            made = trail.key("one", 4000)
            server.put("a-trail", made, trail.packed([trail.create_user("one", 3600)]))
            shared = credentials(self.scratch, default=(server.access_key, server.secret_key))
            config = self.config(trail.wodle(trail.bucket_block("a-trail", aws_profile="default", service_endpoint=server.endpoint,
                                                                remove_from_bucket="yes")))
            # The environment names another server, which the option overrules.
            env = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_SHARED_CREDENTIALS_FILE": str(shared)}
            self.once(config, env=env)
            self.assert_events(["one"])
            self.assertFalse((server.data / "a-trail" / made).exists())
            self.once(config, env=env)
            self.assert_events(["one"])


class CorrelationTimeTest(trail.TrailCase):
    """The same records by their own time and by arrival; `ignore` in both."""

    RULES = """<group name="test,">
  <rule id="100001" level="3"><decoded_as>json</decoded_as><field name="aws.eventName">^ConsoleLogin$</field><description>sign-in</description></rule>
  <rule id="100002" level="10" frequency="3" timeframe="60"><if_matched_sid>100001</if_matched_sid><description>three</description></rule>
  <rule id="100003" level="4"><decoded_as>json</decoded_as><field name="aws.eventName">^CreateUser$</field><description>user</description></rule>
  <rule id="100004" level="6" ignore="60"><if_sid>100003</if_sid><description>first user</description></rule>
</group>
"""

    def configured(self, clock):
        rules = self.scratch / "rules"
        rules.mkdir(exist_ok=True)
        (rules / "test.xml").write_text(self.RULES, encoding="utf-8")
        return self.config(trail.wodle(trail.bucket_block(f"file://{self.bucket}")) +
                           f"<trailsift><correlation_time>{clock}</correlation_time><rules>{rules}</rules></trailsift>\n")

    def test_by_arrival_and_by_event_time(self):
        # An hour apart each, read within a moment.
        signs = [trail.sign_in(f"sign {n}", 3600 * n) for n in range(3)]
        users = [trail.create_user(f"user {n}", 3600 * n) for n in range(3)]
        for n in range(3):
            self.put(f"object {n}", [signs[n], users[n]], 3600 * n + 300)
        outcome = self.once(self.configured("event"), home=self.scratch / "by-event")
        self.assertEqual(trail.rules_of(trail.alerts(self.scratch / "by-event")), ["100001"] * 3 + ["100004"] * 3)
        outcome = self.once(self.configured("arrival"))
        self.assertNotIn("correlation_time", outcome.err)
        lines = trail.alerts(self.home)
        self.assertEqual(trail.rules_of(lines), ["100001", "100001", "100002", "100003", "100003", "100004"])
        three = next(line for line in lines if line["rule"]["id"] == "100002")
        self.assertEqual(three["trailsift"]["events"], [made["eventID"] for made in signs])
        self.assertEqual(trail.withdrawn(lines), set())
        # Nothing is read twice, and what the process remembered is gone with it.
        self.assertEqual(self.once(self.configured("arrival")).passed["alerts"], 0)
        self.put("late", [trail.sign_in("sign 3", 7200)], 7500)
        self.once(self.configured("arrival"))
        self.assertEqual(trail.rules_of(trail.alerts(self.home)).count("100001"), 3)

    def test_a_late_event_corrects_what_ignore_gave_away(self):
        second = trail.create_user("second", 3630)
        self.put("b", [second], 3700)
        self.once(self.configured("event"))
        self.assertEqual(trail.rules_of(trail.alerts(self.home)), ["100004"])
        first = trail.create_user("first", 3600)
        self.put("a", [first], 3690)
        self.once(self.configured("event"))
        self.assertEqual(trail.meaning(trail.alerts(self.home)),
                         [("100003", (second["eventID"],)), ("100004", (first["eventID"],))])


if __name__ == "__main__":
    unittest.main()
