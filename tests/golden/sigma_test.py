#!/usr/bin/env python3
"""Sigma rules through the program: our own cases (sigma_cases.py), what alerts say of a rule, and the cases of ../shared when they are there.

TRAILSIFT_BIN names the program (default build/release/trailsift).
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import sigma_cases

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TRAILSIFT_BIN", str(SOURCE / "build/release/trailsift"))
SHARED = Path(os.environ.get("TRAILSIFT_SHARED", SOURCE.parent / "shared"))
PLACEHOLDERS = ("one=1,2", "two=,b*", "nets=192.0.2.0/24")


def run(*arguments, **more):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False, **more)


def record(members, number=1):
    return {"eventVersion": "1.09", "eventSource": "x.amazonaws.com", "eventName": "X", "eventTime": "2026-03-02T10:00:00Z",
            "eventID": f"00000000-0000-4000-8000-{number:012}", "recipientAccountId": "111122223333", **members}


class WithFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def rules(self, text, name="r.yml"):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


class SigmaTest(WithFolder):
    def test_what_each_rule_holds_for(self):
        lines, expected = [], []
        for number, (name, detection, hits, misses) in enumerate(sigma_cases.MATCHES):
            detection = detection.replace("\n@", "\ncondition: s").replace("\n", "\n  ")
            self.rules(f"title: {json.dumps(name)}\nlogsource: {{product: aws, service: cloudtrail}}\ndetection:\n  {detection}\n",
                       f"all/{number:03}.yml")
            for members, holds in [(hit, True) for hit in hits] + [(miss, False) for miss in misses]:
                lines.append(json.dumps(record(members)))
                expected.append((name, holds, members))
        placeholders = [part for one in PLACEHOLDERS for part in ("--sigma-placeholder", one)]
        done = run("logtest", "--json", "--rules", "none", "--sigma", self.folder / "all", *placeholders, input="".join(f"{line}\n" for line in lines))
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(answers), len(expected))
        for answer, (name, holds, members) in zip(answers, expected):
            with self.subTest(rule=name, record=members):
                self.assertEqual(name in [rule["description"] for rule in answer["sigma"]], holds)

    def test_what_is_refused(self):
        for name, document, said in sigma_cases.REFUSED:
            with self.subTest(name):
                self.rules(document)
                done = run("rules", "check", "r.yml", cwd=self.folder)
                self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
                self.assertIn(said, done.stdout)

    def test_rules_of_other_logs_are_counted_and_left_out(self):
        rule = sigma_cases.RULE
        others = ("{product: aws, service: guardduty}", "{product: windows}", "{category: process_creation}")
        ours = ("{product: aws}", "{service: cloudtrail}", "{product: AWS, service: cloudtrail, definition: any}")
        for number, source in enumerate(others + ours):
            self.rules(rule.replace("title: t", f"title: t{number}").replace("{product: aws, service: cloudtrail}", source), f"all/deep{number}.yaml")
        done = run("rules", "check", self.folder / "all")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("3 Sigma rules are loaded; 3 are for other logs", done.stdout)
        self.assertIn("3 Sigma rules, 3 for other logs left out", done.stderr)

    def test_an_alert_tells_of_its_rule(self):
        head = "logsource: {product: aws}\ndetection: {s: {eventName: X}, condition: s}\n"
        self.rules("title: With $(everything)\nid: 929A690E-bef0-4204-a928-ef5e620d6fcc\nlevel: critical\n"
                   "tags: [attack.t1078.004, attack.t1078.004, attack.credential-access, attack.g0016, tlp.amber]\n" + head +
                   "---\ntitle: Without\n" + head + "---\ntitle: Quiet\nlevel: informational\n" + head, "all/r.yml")
        events = self.folder / "e.json"
        events.write_text(json.dumps(record({})), encoding="utf-8")
        done = run("hunt", events, "--sigma", self.folder / "all", "--rules", "none", "-o", "ndjson", "--min-level", 4)
        self.assertEqual(done.returncode, 0, done.stderr)
        alerts = {alert["rule"]["description"]: alert for alert in map(json.loads, done.stdout.splitlines())}
        self.assertEqual(set(alerts), {"With $(everything)", "Without"})
        full = alerts["With $(everything)"]
        self.assertEqual(full["rule"], {
            "level": 13, "description": "With $(everything)", "id": "929a690e-bef0-4204-a928-ef5e620d6fcc",
            "mitre": {"id": ["T1078.004"], "technique": ["Cloud Accounts"],
                      "tactic": ["Defense Evasion", "Persistence", "Privilege Escalation", "Initial Access", "Credential Access"]},
            "firedtimes": 1, "mail": True,
            "groups": ["sigma", "attack.t1078.004", "attack.credential-access", "attack.g0016", "tlp.amber"]})
        self.assertEqual(full["trailsift"]["sigma_id"], "929a690e-bef0-4204-a928-ef5e620d6fcc")
        self.assertEqual(full["trailsift"]["events"], ["00000000-0000-4000-8000-000000000001"])
        bare = alerts["Without"]
        # printf Without | sha256sum
        self.assertEqual((bare["rule"]["id"], bare["rule"]["level"], bare["rule"]["groups"]), ("sigma-7bc25faadb88f061", 7, ["sigma"]))
        self.assertNotIn("sigma_id", bare["trailsift"])
        self.assertNotEqual(bare["trailsift"]["id"], full["trailsift"]["id"])

    def test_both_languages_speak_of_one_event(self):
        self.rules("title: Any\nlogsource: {service: cloudtrail}\ndetection: {s: {eventName: StopLogging}, condition: s}\n")
        line = json.dumps(record({"eventName": "StopLogging", "eventSource": "cloudtrail.amazonaws.com"}))
        answer = json.loads(run("logtest", "--json", "--sigma", self.folder / "r.yml", input=line + "\n").stdout)
        self.assertIsNotNone(answer["rule"])
        self.assertEqual([rule["description"] for rule in answer["sigma"]], ["Any"])
        wrapped = json.dumps({"integration": "aws", "aws": {"source": "cloudtrail", **json.loads(line)}})
        other = json.dumps({"integration": "aws", "aws": {"source": "guardduty", **json.loads(line)}})
        done = run("logtest", "--json", "--sigma", self.folder / "r.yml", input=f"{wrapped}\n{other}\nplain\n")
        self.assertEqual([len(json.loads(each)["sigma"]) for each in done.stdout.splitlines()], [1, 0, 0])
        self.assertNotIn("sigma", json.loads(run("logtest", "--json", input=line + "\n").stdout))
        self.assertIn("\n**Sigma rules that hold:\n\tsigma-", run("logtest", "--sigma", self.folder / "r.yml", input=line + "\n").stdout)

    def test_tests_of_rules_know_sigma(self):
        rule = self.rules("title: Any\nid: 929a690e-bef0-4204-a928-ef5e620d6fcc\nlogsource: {service: cloudtrail}\n"
                          "detection: {s: {eventName: StopLogging}, condition: s}\n")
        cases = (("929a690e-bef0-4204-a928-ef5e620d6fcc", "StopLogging", 0), ("929a690e-bef0-4204-a928-ef5e620d6fcc", "StartLogging", 1),
                 ("", "StartLogging", 0), ("", "StopLogging", 1))
        for wanted, call, code in cases:
            test = self.folder / "t.yaml"
            test.write_text(f"cases: [{{name: c, events: [{{call: 'cloudtrail:{call}'}}], expect: {{sigma: [{wanted}]}}}}]\n", encoding="ascii")
            done = run("rules", "test", test, "--sigma", rule, "--rules", "none")
            self.assertEqual(done.returncode, code, (call, done.stdout + done.stderr))
            if code != 0:
                self.assertIn("Sigma rules ", done.stdout)

    @unittest.skipUnless((SHARED / "goldens/sigma").is_dir(), "needs ../shared")
    def test_cases_on_which_other_engines_agree(self):
        done = subprocess.run([sys.executable, SHARED / "goldens/run_sigma.py", PROGRAM, SHARED / "goldens/sigma"], capture_output=True, text=True,
                              timeout=600, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
