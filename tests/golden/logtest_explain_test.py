#!/usr/bin/env python3
"""`trailsift logtest -v` and `--why-not ID` through the program: the text, the JSON, and ids that are not there.

TRAILSIFT_BIN names the program (default build/release/trailsift).
"""
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TRAILSIFT_BIN", str(SOURCE / "build/release/trailsift"))

RULES = """<group name="demo,">
  <rule id="100000" level="2"><decoded_as>json</decoded_as><field name="integration">^aws$</field><description>a record</description></rule>
  <rule id="100001" level="5"><if_sid>100000</if_sid><field name="aws.eventName">^Create</field><description>made</description></rule>
  <rule id="100002" level="8" frequency="3" timeframe="60"><if_matched_sid>100001</if_matched_sid>
    <same_field>aws.sourceIPAddress</same_field><description>many</description></rule>
  <rule id="100003" level="6" ignore="60"><if_sid>100000</if_sid><field name="aws.eventName">^Stop</field><description>stop</description></rule>
  <rule id="100004" level="3"><if_sid>100000</if_sid><field name="aws.errorCode" negate="yes">^Throttling</field><description>e</description></rule>
  <rule id="100005" level="3"><if_sid>100000</if_sid><field name="aws.eventName">^Stop</field><description>late</description></rule>
</group>
"""


def record(name, second=0, **more):
    return json.dumps({"eventSource": "iam.amazonaws.com", "eventName": name, "eventTime": f"2026-03-02T09:05:{second:02}Z",
                       "sourceIPAddress": "192.0.2.1", **more})


class LogtestExplainTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.rules = str(Path(folder.name) / "rules.xml")
        Path(self.rules).write_text(RULES, encoding="utf-8")

    def logtest(self, lines, *arguments):
        return subprocess.run([PROGRAM, "logtest", "--rules", self.rules, *arguments], input="".join(line + "\n" for line in lines),
                              capture_output=True, text=True, timeout=120, check=False)

    def test_shows_each_condition_with_the_value_it_saw(self):
        text = self.logtest([record("CreateUser")], "-v").stdout
        block = text[text.index("**Rule debugging:"):text.index("**Phase 3")]
        self.assertEqual(block, f"""**Rule debugging:
	1 (level 0): any event
	100000 (level 2, {self.rules}:2): a record
		holds: <decoded_as>json</decoded_as>, saw 'json'
		holds: <field name="integration">^aws$</field>, saw 'aws'
	100001 (level 5, {self.rules}:3): made
		holds: <field name="aws.eventName">^Create</field>, saw 'CreateUser'

""")
        self.assertIn("**Rule debugging:\n\tNo rule holds.\n", self.logtest(["plain"], "-v").stdout)
        self.assertNotIn("debugging", self.logtest([record("CreateUser")]).stdout)

    def test_says_why_not(self):
        cases = (
            (record("DeleteUser"), "100001", "It does not hold:\n\t\tfails: <field name=\"aws.eventName\">^Create</field>, saw 'DeleteUser'\n"),
            (record("DeleteUser"), "100004", "\t\tfails: <field name=\"aws.errorCode\" negate=\"yes\">^Throttling</field>, "
                                             "the event has no field aws.errorCode\n"),
            ("plain", "100001", f"Its ancestor 100000 (level 2, {self.rules}:2) does not hold:\n"
                                "\t\tfails: <decoded_as>json</decoded_as>, the event has no decoder\n"),
            (record("StopLogging"), "100005", f"All its conditions hold, but its sibling 100003 (level 6, {self.rules}:6) took the event: "
                                              "the higher level goes first.\n"),
            (record("StopLogging"), "100000", f"It holds, but its child 100003 (level 6, {self.rules}:6) holds too and goes before it.\n"),
            (record("StopLogging"), "100003", "It is the result.\n"),
            (record("CreateUser"), "100002", "It has not counted enough:\n\t\twaits: counted 1 of 3 events of rule 100001 within 60 s, "
                                             "this one included\n\t\t\tsame aws.sourceIPAddress: '192.0.2.1'\n"),
        )
        for line, asked, expected in cases:
            text = self.logtest([line], "--why-not", asked).stdout
            self.assertIn(f"\n**Why not rule {asked}:\n\t{asked} (level ", text)
            self.assertIn(expected, text, (line, asked))

    def test_tells_of_ignore(self):
        text = self.logtest([record("StopLogging"), record("StopLogging", 9)], "-v", "--why-not", "100003").stdout
        self.assertIn("100003 gave an alert less than 60 s ago (ignore): its parent 100000 is reported.", text)
        self.assertIn("It holds, but gave an alert less than 60 s ago (ignore=\"60\"), so its parent is reported.", text)

    def test_answers_in_json(self):
        lines = [record("CreateUser", second) for second in range(2)] + [record("StopLogging")]
        done = self.logtest(lines, "--json", "-v", "--why-not", "100002", "--why-not", "100005")
        first, second, third = (json.loads(line) for line in done.stdout.splitlines())
        self.assertEqual([rule["id"] for rule in first["explain"]["path"]], ["1", "100000", "100001"])
        self.assertEqual(first["explain"]["path"][2]["tests"],
                         [{"holds": True, "element": "field", "field": "aws.eventName", "type": "osregex", "negate": False, "text": "^Create",
                           "value": "CreateUser"}])
        composite = second["why_not"][0]
        self.assertEqual((composite["rule"], composite["reason"], composite["at"]["id"]), ("100002", "count", "100002"))
        self.assertEqual(composite["at"]["count"],
                         {"fires": False, "counted": 2, "of": 3, "timeframe": 60, "differing": 0, "used_up": False,
                          "compared": [{"same": True, "field": "aws.sourceIPAddress", "value": "192.0.2.1"}]})
        self.assertEqual((third["why_not"][1]["reason"], third["why_not"][1]["taken_by"]), ("taken", "100003"))
        plain = json.loads(self.logtest(lines[:1], "--json").stdout)
        self.assertFalse({"explain", "why_not"} & set(plain))

    def test_refuses_an_unknown_id(self):
        done = self.logtest([record("CreateUser")], "--why-not", "10002")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("--why-not 10002: no rule has that id (did you mean 100002?)", done.stderr)


if __name__ == "__main__":
    unittest.main()
