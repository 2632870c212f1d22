#!/usr/bin/env python3
"""Runs the golden cases of the default ruleset through the program: what each rule fires on, what it says, what it leaves alone.

TRAILSIFT_BIN names the program (default build/release/trailsift). The cases and their form: tests/golden/ruleset/README.md.
"""
import gzip
import json
import os
import random
import subprocess
import tempfile
import unittest
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
CASES = SOURCE / "tests/golden/ruleset"
RULES = SOURCE / "rules"
SHARED = Path(os.environ.get("TRAILSIFT_SHARED", SOURCE.parent / "shared"))
PROGRAM = os.environ.get("TRAILSIFT_BIN", str(SOURCE / "build/release/trailsift"))
ACTORS = json.loads((CASES / "actors.json").read_text(encoding="utf-8"))
START = datetime(2026, 3, 2, 9, 5, 0, tzinfo=timezone.utc)


def event_id(text):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def fill(record, actor, name, at=0, account="111122223333"):
    """A whole record out of what a case says of it."""
    full = {
        "eventVersion": "1.10",
        "userIdentity": ACTORS[actor]["identity"],
        "eventTime": (START + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.22.4 md/command#example",
        "eventID": event_id(name),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    full.update(record)
    return full


def run(arguments, stdin=None):
    answer = subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, text=True, timeout=300, check=False)
    if answer.returncode != 0:
        raise AssertionError(f"{arguments} gave {answer.returncode}: {answer.stderr}")
    return answer.stdout


def logtest(records, rules=(RULES,)):
    """The rule that each record ends at, as an alert says it; None for no rule and for level 0."""
    arguments = ["logtest", "--json", "--lists", str(RULES / "lists")]
    for folder in rules:
        arguments += ["--rules", str(folder)]
    lines = run(arguments, "".join(json.dumps(record) + "\n" for record in records)).splitlines()
    if len(lines) != len(records):
        raise AssertionError(f"{len(records)} records gave {len(lines)} answers")
    found = []
    for line in lines:
        rule = json.loads(line).get("rule")
        found.append(rule if rule and rule.get("level", 0) > 0 else None)
    return found


def hunt(records, rules=(RULES,)):
    """Alerts in event order, out of one object."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "111122223333_CloudTrail_eu-west-1_20260302T0910Z_golden.json.gz"
        with gzip.open(path, "wt", encoding="utf-8") as file:
            json.dump({"Records": records}, file)
        return hunt_files([path], rules)


def hunt_files(paths, rules=(RULES,)):
    arguments = ["hunt", *map(str, paths), "-o", "ndjson", "--min-level", "1"]
    for folder in rules:
        arguments += ["--rules", str(folder)]
    return [json.loads(line) for line in run(arguments).splitlines()]


class SingleEvents(unittest.TestCase):
    """single_*.json: the rule that one record ends at."""

    def test_cases(self):
        for path in sorted(CASES.glob("single_*.json")):
            cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
            asked = [(case, actor) for case in cases for actor in case["actors"]]
            # Far apart, so that no window joins them.
            rules = logtest([fill(case["record"], actor, f"{path.name} {case['title']} {actor}", at=4000 * n)
                             for n, (case, actor) in enumerate(asked)])
            for (case, actor), rule in zip(asked, rules):
                with self.subTest(file=path.name, case=case["title"], actor=actor):
                    self.check(case, actor, rule)

    def check(self, case, actor, rule):
        differs = actor == "root" and "root" in case
        expected = case["root"] if differs else case["rule"]
        if expected is None:
            self.assertIsNone(rule)
            return
        self.assertIsNotNone(rule, "no rule holds")
        self.assertEqual({"id": rule["id"], "level": rule["level"]}, expected)
        if not differs:
            self.assertEqual(rule["description"], case["description"].replace("{actor}", ACTORS[actor]["name"]))
        self.assertTrue({"amazon", "aws", "aws_cloudtrail"} <= set(rule["groups"]))
        self.assertIn("tsc", rule)

    def test_every_use_case_as_user_identity_center_role_and_root(self):
        """The cases themselves: each use case is hit as each kind of actor, allowed and not."""
        hit = {}
        for path in CASES.glob("single_*.json"):
            for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
                if case["rule"]:
                    hit.setdefault(case["rule"]["id"], set()).update(case["actors"])
        use_cases = [*range(80210, 80221), 80222, 80223, 80446, 80250, 80253, 80254]
        for rule in use_cases:
            self.assertTrue({"user", "sso", "root"} <= hit.get(str(rule), set()), rule)


class BreakIn(unittest.TestCase):
    """window_*.json: 80255 over the failures of an account."""

    def setUp(self):
        self.sequences = json.loads((CASES / "window_break_in.json").read_text(encoding="utf-8"))["sequences"]

    def records(self, sequence):
        made = []
        for n, event in enumerate(sequence["events"]):
            failed = event["result"] == "Failure"
            record = {
                "eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin", "eventType": "AwsConsoleSignIn",
                "sourceIPAddress": event["address"], "requestParameters": None,
                "responseElements": {"ConsoleLogin": event["result"]},
                "additionalEventData": {"MobileVersion": "No", "MFAUsed": "No"},
            }
            if failed:
                record["errorMessage"] = "Failed authentication"
            made.append(fill(record, event["actor"], f"{sequence['title']} {n}", event["at"], event["account"]))
        return made

    def check(self, sequence, alerts):
        alerts.sort(key=lambda alert: alert["data"]["aws"]["eventTime"])
        self.assertEqual([alert["rule"]["id"] for alert in alerts], sequence["rules"])
        told = sequence.get("break_in")
        if not told:
            return
        break_in = next(alert for alert in alerts if alert["rule"]["id"] == "80255")
        self.assertEqual(break_in["rule"]["level"], 10)
        if "is" in told:
            self.assertEqual(break_in["rule"]["description"], told["is"])
        for part in told.get("contains", []):
            self.assertEqual(break_in["rule"]["description"].count(part), 1, part)
        self.assertEqual(len(break_in["trailsift"]["events"]), 5)

    def test_sequences(self):
        for sequence in self.sequences:
            with self.subTest(case=sequence["title"]):
                self.check(sequence, hunt(self.records(sequence)))

    def test_shuffled(self):
        for sequence in self.sequences:
            records = self.records(sequence)
            random.Random(7).shuffle(records)
            with self.subTest(case=sequence["title"]):
                self.check(sequence, hunt(records))


LOCAL = """<group name="local,">
  <rule id="100001" level="{level}"><if_sid>{sid}</if_sid><field name="aws.sourceIPAddress">{address}</field>
    <description>local</description></rule>
</group>
"""


class LocalRules(unittest.TestCase):
    """What docs/ruleset.md promises to rules that hang on Wazuh's ids."""

    # The level and parent of a local rule, the event it looks at, the rule that is expected to win.
    CASES = [
        (10, "80202", "allowed", "100001"), (2, "80202", "allowed", "100001"), (0, "80202", "allowed", None),
        (3, "80202", "allowed", "100001"), (10, "80203", "denied", "100001"), (0, "80203", "denied", None),
        (10, "80202", "denied", "100001"), (3, "80202", "denied", "80211"), (6, "80250", "denied user", "100001"),
        (3, "80250", "denied user", "100001"), (2, "80204", "allowed", "100001"), (7, "80202", "listed", "100001"), (7, "80203", "listed failed", "100001"),
        (7, "80202", "unlisted", None), (7, "80204", "unlisted", "100001"), (7, "80200", "allowed", "100001"),
        (5, "80210", "allowed", "100001"), (0, "80210", "allowed", None), (7, "80253", "sign-in", "100001"),
    ]

    EVENTS = {
        "allowed": {"eventSource": "ec2.amazonaws.com", "eventName": "RunInstances"},
        "denied": {"eventSource": "ec2.amazonaws.com", "eventName": "RunInstances", "errorCode": "Client.UnauthorizedOperation"},
        "denied user": {"eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "errorCode": "AccessDenied"},
        "listed": {"eventSource": "iam.amazonaws.com", "eventName": "CreateRole"},
        "listed failed": {"eventSource": "iam.amazonaws.com", "eventName": "CreateRole", "errorCode": "LimitExceededException"},
        "unlisted": {"eventSource": "sts.amazonaws.com", "eventName": "AssumeRole"},
        "sign-in": {"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin",
                    "responseElements": {"ConsoleLogin": "Success"}},
    }

    def winner(self, text, event):
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / "local_rules.xml"
            local.write_text(text, encoding="utf-8")
            rule = logtest([fill(self.EVENTS[event], "user", event)], (RULES, local))[0]
            return rule["id"] if rule else None

    def test_order(self):
        for level, sid, event, expected in self.CASES:
            with self.subTest(level=level, sid=sid, event=event):
                self.assertEqual(self.winner(LOCAL.format(level=level, sid=sid, address="198.51.100.7"), event), expected)
                other = self.winner(LOCAL.format(level=level, sid=sid, address="192.0.2.1"), event)
                self.assertNotEqual(other, "100001")

    def test_wazuh_levels(self):
        rules = (RULES, RULES / "optional/wazuh-levels.xml")
        expected = {"listed": ("80202", 3), "listed failed": ("80203", 4), "allowed": ("80210", 3), "denied": ("80211", 5),
                    "denied user": ("80223", 5), "unlisted": None, "sign-in": ("80253", 3)}
        found = logtest([fill(self.EVENTS[event], "user", event) for event in expected], rules)
        for event, rule in zip(expected, found):
            with self.subTest(event=event):
                self.assertEqual((rule["id"], rule["level"]) if rule else None, expected[event])


# The rule of each label of the shared synthetic records; 80255 takes the place of one 80254.
LABELS = {
    "RunInstances.ok": "80210", "RunInstances.unauthorized": "80211",
    "StartInstances.ok": "80212", "StartInstances.unauthorized": "80213",
    "StopInstances.ok": "80214", "StopInstances.unauthorized": "80215",
    "CreateSecurityGroup.ok": "80216", "CreateSecurityGroup.unauthorized": "80217",
    "AllocateAddress.ok": "80218", "AllocateAddress.unauthorized": "80219",
    "AssociateAddress.ok": "80446", "AssociateAddress.unauthorized": "80220",
    "CreateUser.ok": "80222", "CreateUser.unauthorized": "80223", "CreateUser.exists": None,
    "ConsoleLogin.success": "80253", "ConsoleLogin.success.root": "89791", "ConsoleLogin.failure": "80254",
    "ConsoleLogin.failure.unknown-user": "80254", "ConsoleLogin.failure.isolated": "80254",
}

# Where a detection takes one of them: an expensive type of instance, the success right after the failures.
DETECTED = {"RunInstances.unauthorized": "90152", "ConsoleLogin.success": "89856"}


@unittest.skipUnless((SHARED / "data/cloudtrail").is_dir(), "the shared records are not here")
class SharedRecords(unittest.TestCase):
    def test_labels(self):
        folder = SHARED / "data/cloudtrail/synthetic"
        labels = [json.loads(line) for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
        by_event = {alert["data"]["aws"]["eventID"]: alert["rule"] for alert in hunt_files(folder.glob("*.json.gz"))}
        break_ins = 0
        for label in labels:
            rule = by_event.get(label["eventID"], {}).get("id")
            with self.subTest(use_case=label["use_case"], event=label["eventID"]):
                if rule == "80255" and label["use_case"].startswith("ConsoleLogin.failure"):
                    break_ins += 1
                elif rule is None or rule != DETECTED.get(label["use_case"]):
                    self.assertEqual(rule, LABELS[label["use_case"]])
        self.assertEqual(break_ins, 1)

    def test_sentences_are_whole(self):
        """No real record leaves a gap in a sentence."""
        alerts = hunt_files(sorted((SHARED / "data/cloudtrail/real").rglob("*.json.gz")))
        self.assertGreater(len(alerts), 40)
        for alert in alerts:
            text = alert["rule"]["description"]
            with self.subTest(text=text):
                self.assertNotIn("$(", text)
                self.assertNotIn("  ", text)
                self.assertNotIn("()", text)
                self.assertFalse(text.startswith(" ") or text.endswith(" "))
                self.assertTrue(alert["trailsift"]["actor"]["name"])


if __name__ == "__main__":
    unittest.main()
