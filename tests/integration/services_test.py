"""<service>: CloudWatch Logs and Inspector, as moto plays them (its answers have no next page; unit tests have)."""

import json
import time
import unittest
import urllib.request

import servers
import trail

GROUP = "/app/web"
RULES = """<group name="app,">
  <rule id="100100" level="7">
    <decoded_as>json</decoded_as>
    <field name="event">^login_failed$</field>
    <description>$(who) failed to sign in to the application</description>
  </rule>
  <rule id="100102" level="10" frequency="3" timeframe="60">
    <if_matched_sid>100100</if_matched_sid>
    <same_field>who</same_field>
    <description>$(who) failed to sign in again and again</description>
  </rule>
  <rule id="100101" level="5">
    <match>segfault at</match>
    <description>a program crashed</description>
  </rule>
</group>
"""
READ = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["logs:DescribeLogStreams", "logs:GetLogEvents", "logs:DeleteLogStream", "inspector2:ListFindings"], "Resource": "*"}]})
DELETE = "logs:DeleteLogStream"

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Logs:
    """What an application does to CloudWatch Logs."""

    def __init__(self, moto):
        self.moto = moto

    def call(self, operation, region="us-east-1", **body):
        scope = f"{self.moto.access_key}/20200101/{region}/logs/aws4_request"
        request = urllib.request.Request(self.moto.endpoint, data=json.dumps(body).encode(), method="POST", headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"Logs_20140328.{operation}"})
        with _direct.open(request, timeout=30) as answer:
            return json.loads(answer.read() or b"{}")

    def stream(self, name, group=GROUP, region="us-east-1"):
        self.call("CreateLogStream", region, logGroupName=group, logStreamName=name)

    def write(self, name, *messages, at=None, group=GROUP, region="us-east-1"):
        now = int(time.time() * 1000) if at is None else at
        self.call("PutLogEvents", region, logGroupName=group, logStreamName=name,
                  logEvents=[{"timestamp": now + n, "message": message} for n, message in enumerate(messages)])

    def names(self, group=GROUP):
        return [stream["logStreamName"] for stream in self.call("DescribeLogStreams", logGroupName=group)["logStreams"]]


def failed(who):
    return json.dumps({"event": "login_failed", "who": who})


def who(lines):
    return sorted(alert["data"]["who"] for alert in trail.final(lines).values() if alert["rule"]["id"] == "100100")


def findings(moto, *results):
    """What Inspector will answer, one after the other."""
    body = json.dumps({"results": results, "account_id": moto.account, "region": "us-east-1"}).encode()
    request = urllib.request.Request(moto.endpoint + "/moto-api/static/inspector2/findings-results", data=body, method="POST",
                                     headers={"Content-Type": "application/json"})
    with _direct.open(request, timeout=30) as answer:
        assert answer.status == 201, answer.status


class ServicesTest(trail.TrailCase):
    def setUp(self):
        super().setUp()
        self.moto = servers.Moto()
        self.moto.__enter__()
        self.addCleanup(self.moto.__exit__, None, None, None)
        self.logs = Logs(self.moto)
        self.logs.call("CreateLogGroup", logGroupName=GROUP)
        self.keys = self.moto.create_user("collector", READ)
        (self.scratch / "local.xml").write_text(RULES, encoding="ascii")

    def service(self, kind, **options):
        inner = "".join(f'<{name}>{value}</{name}>' if name != "discard_regex" else value for name, value in options.items())
        text = trail.wodle(f'<service type="{kind}">{inner}</service>\n')
        ruleset = f"<ruleset><rule_include>{self.scratch}/local.xml</rule_include></ruleset>\n"
        return self.config(text.replace("<wodle ", ruleset + "<wodle ", 1))

    def env(self, **more):
        return {**self.moto.environment(*self.keys), **more}

    def read(self, config, code=0):
        return self.once(config, code=code, env=self.env())

    def test_log_events_are_messages_and_come_once(self):
        midnight = int(trail.TODAY.timestamp() * 1000)
        for name in ("a", "b/c", "empty"):
            self.logs.stream(name)
        self.logs.write("a", failed("ann"), "kernel: x[1]: segfault at 0 ip 0", "nothing", at=midnight + 1000)
        self.logs.write("b/c", failed("bob"))
        self.logs.write("b/c", failed("yesterday"), at=midnight - 3_600_000)
        self.moto.enforce()
        config = self.service("cloudwatchlogs", aws_log_groups=f"{GROUP},/no/such/group")
        outcome = self.read(config, code=4)
        self.assertIn("log group /no/such/group: there is none in the regions that are read; is <aws_log_groups> right?", outcome.err)
        lines = trail.alerts(self.home)
        self.assertEqual(who(lines), ["ann", "bob"])
        self.assertEqual(trail.rules_of(lines), ["100100", "100100", "100101"])
        crash = next(alert for alert in lines if alert["rule"]["id"] == "100101")
        self.assertEqual(crash["full_log"], "kernel: x[1]: segfault at 0 ip 0")
        self.assertEqual(crash["location"], "Wazuh-AWS")
        self.assertEqual(crash["decoder"], {})
        self.assertNotIn("data", crash)
        sign_in = next(alert for alert in lines if alert["rule"]["id"] == "100100")
        self.assertEqual(sign_in["decoder"], {"name": "json"})
        self.assertEqual(sign_in["data"], {"event": "login_failed", "who": "ann"})
        self.assertEqual(sign_in["trailsift"]["event_time"], trail.iso(1))
        self.assertEqual(outcome.passed["records"], 4)
        self.assertEqual(outcome.passed["unmatched"], 1)

    def test_goes_on_where_it_stood(self):
        self.logs.stream("a")
        self.logs.write("a", failed("ann"))
        config = self.service("cloudwatchlogs", aws_log_groups=GROUP)
        self.read(config)
        self.assertEqual(self.read(config).passed["records"], 0)
        self.logs.write("a", failed("bob"))
        self.logs.stream("new")
        self.logs.write("new", failed("cid"))
        self.assertEqual(self.read(config).passed["records"], 2)
        self.logs.call("DeleteLogStream", logGroupName=GROUP, logStreamName="new")
        self.read(config)
        self.logs.stream("new")  # another one of the name
        self.logs.write("new", failed("dan"))
        self.read(config)
        self.assertEqual(who(trail.alerts(self.home)), ["ann", "bob", "cid", "dan"])

    def test_a_late_event_changes_what_stands_for_an_answer_of_before(self):
        """The record of the event that fires then is gone with the process: the alert comes all the same, and says so."""
        midnight = int(trail.TODAY.timestamp() * 1000)
        self.logs.stream("a")
        self.logs.write("a", failed("ann"), at=midnight + 10_000)
        self.logs.write("a", failed("ann"), at=midnight + 20_000)
        config = self.service("cloudwatchlogs", aws_log_groups=GROUP)
        self.read(config)
        self.assertEqual(trail.rules_of(trail.alerts(self.home)), ["100100"] * 2)
        self.logs.stream("late")
        self.logs.write("late", failed("ann"), at=midnight + 5_000)
        self.read(config)
        lines = trail.alerts(self.home)
        self.assertEqual(trail.rules_of(lines), ["100100", "100100", "100102"])
        again = next(alert for alert in lines if alert["rule"]["id"] == "100102")
        self.assertEqual(again["trailsift"]["event_time"], trail.iso(20))
        self.assertIn("what a service answered is not kept", again["full_log"])

    def test_discarded_and_removed(self):
        for name in ("a", "empty"):
            self.logs.stream(name)
        self.logs.write("a", failed("ann"), failed("robot"), "noise 17", "more noise")
        config = self.service("cloudwatchlogs", aws_log_groups=GROUP, remove_log_streams="yes",
                              discard_regex='<discard_regex>noise \\d+</discard_regex><discard_regex field="who">rob</discard_regex>')
        outcome = self.read(config)
        self.assertEqual(outcome.passed["discarded"], 2)
        self.assertEqual(who(trail.alerts(self.home)), ["ann"])
        # An empty stream is waiting for its writer.
        self.assertEqual(self.logs.names(), ["empty"])
        self.assertEqual(self.read(config).passed["records"], 0)

    def test_a_denied_region_is_told_and_stops_no_other(self):
        self.logs.call("CreateLogGroup", "eu-west-1", logGroupName=GROUP)
        self.logs.stream("a", region="eu-west-1")
        self.logs.write("a", failed("ann"), region="eu-west-1")
        self.logs.stream("b")
        self.logs.write("b", failed("bob"))
        self.keys = self.moto.create_user("half", READ.replace(f'"{DELETE}", ', "").replace('"logs:GetLogEvents", ', ""))
        config = self.service("cloudwatchlogs", aws_log_groups=GROUP, regions="eu-west-1,us-east-1")
        self.moto.enforce()
        outcome = self.read(config, code=4)
        self.assertIn("logs:GetLogEvents", outcome.err)
        self.assertNotIn(self.keys[1], outcome.err)
        self.assertEqual(trail.alerts(self.home), [])

    def test_regions_by_name(self):
        for region in ("eu-west-1", "us-east-1"):
            if region != "us-east-1":
                self.logs.call("CreateLogGroup", region, logGroupName=GROUP)
            self.logs.stream("same", region=region)
            self.logs.write("same", failed(region), region=region)
        self.read(self.service("cloudwatchlogs", aws_log_groups=GROUP, regions="eu-west-1,us-east-1"))
        self.assertEqual(who(trail.alerts(self.home)), ["eu-west-1", "us-east-1"])

    def test_killed_at_any_moment_nothing_is_lost_or_doubled(self):
        wanted = []
        for stream in range(12):
            self.logs.stream(f"s{stream}")
            names = [f"s{stream}-{n}" for n in range(400)]
            self.logs.write(f"s{stream}", *map(failed, names))
            wanted += names
        config = self.service("cloudwatchlogs", aws_log_groups=GROUP)
        killed = 0
        for delay in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
            with trail.Daemon("run", "--config", config, "--home", self.home, "--once", env=self.env()) as daemon:
                killed += daemon.kill_after(delay)
        self.read(config)
        self.assertEqual(who(trail.alerts(self.home)), sorted(wanted))
        self.assertEqual(len(trail.alerts(self.home)), len(wanted))
        self.assertGreater(killed, 0)

    def test_findings_of_inspector(self):
        now = time.time()

        def finding(name, severity, updated=now, **more):
            return {"findingArn": f"arn:aws:inspector2:us-east-1:{self.moto.account}:finding/{name}", "severity": severity, "updatedAt": updated,
                    "awsAccountId": self.moto.account, "title": f"title {name}", "status": "ACTIVE", "resources": [{"id": "i-1"}], **more}

        findings(self.moto, [finding("a", "CRITICAL"), finding("b", "LOW"), finding("c", "HIGH", status="CLOSED")],
                            [finding("a", "CRITICAL"), finding("b", "MEDIUM", now + 1)])
        config = self.service("inspector")
        self.assertEqual(self.read(config).passed["records"], 3)
        lines = trail.alerts(self.home)
        self.assertEqual(trail.rules_of(lines), ["80498", "90361"])
        critical = next(alert for alert in lines if alert["rule"]["level"] == 12)
        self.assertEqual(critical["data"]["aws"]["source"], "inspector2")
        self.assertEqual(critical["data"]["aws"]["updatedAt"], time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)))
        self.assertEqual(critical["data"]["aws"]["resources"], [{"id": "i-1"}])
        self.assertNotIn("log_info", critical["data"]["aws"])
        self.assertEqual(critical["rule"]["description"], "Inspector found: title a (critical severity)")
        # The second pass overlaps the first: what was seen is known, what was updated is an event again.
        second = self.read(config).passed
        self.assertEqual((second["records"], second["duplicates"]), (2, 1))
        self.assertEqual(trail.rules_of(trail.alerts(self.home)), ["80497", "80498", "90361"])


if __name__ == "__main__":
    unittest.main()
