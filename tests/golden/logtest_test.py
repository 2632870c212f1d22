#!/usr/bin/env python3
"""Runs `trailsift logtest` and `trailsift rules check` through the program: outputs, exit codes, and Wazuh's recorded answers.

TRAILSIFT_BIN names the program (default build/release/trailsift). The recorded cases are read from TRAILSIFT_SHARED where that exists.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("TRAILSIFT_SHARED", SOURCE.parent / "shared"))
PROGRAM = os.environ.get("TRAILSIFT_BIN", str(SOURCE / "build/release/trailsift"))

RULES = """<group name="demo,">
  <rule id="100000" level="2"><decoded_as>json</decoded_as><field name="integration">^aws$</field><description>a record</description></rule>
  <rule id="100001" level="5"><if_sid>100000</if_sid><field name="aws.eventName">^CreateUser$</field><group>users,pci_dss_8.1,</group>
    <description>$(aws.userIdentity.userName) made a user</description></rule>
  <rule id="100002" level="8" frequency="3" timeframe="60"><if_matched_sid>100001</if_matched_sid><description>many users</description></rule>
  <rule id="100003" level="6" ignore="60"><if_sid>100000</if_sid><field name="aws.eventName">^StopLogging$</field><description>stop</description></rule>
  <rule id="100004" level="1"><if_sid>100000</if_sid><field name="aws.eventName">^Quiet$</field><options>log_alert</options><description>q</description></rule>
</group>
"""


def record(name, second=0, **more):
    return {"eventSource": "iam.amazonaws.com", "eventName": name, "eventTime": f"2026-03-02T09:05:{second:02}Z",
            "userIdentity": {"userName": "ann"}, **more}


class LogtestTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def rules(self, text=RULES):
        path = Path(self.folder.name) / "rules.xml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def run_program(self, *arguments, lines=()):
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        return subprocess.run([PROGRAM, *arguments], input=text, capture_output=True, text=True, timeout=120, check=False)

    def answers(self, lines, *arguments):
        done = self.run_program("logtest", "--json", "--rules", self.rules(), *arguments, lines=lines)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_alerts_name_other_rules_that_would_have_held(self):
        more = RULES.replace("</group>\n", """<rule id="100005" level="3"><if_sid>100000</if_sid><match>ann</match><description>d</description></rule>
          <rule id="100006" level="1"><if_sid>100005</if_sid><match>Stop</match><description>d</description></rule></group>""")
        done = self.run_program("logtest", "--json", "--rules", self.rules(more),
                                lines=[record("CreateUser"), record("StopLogging"), record("StopLogging"), record("Other")])
        got = [json.loads(line)["trailsift"].get("also") for line in done.stdout.splitlines()]
        # the third is ignored and ends at a silent parent; the last has nothing behind it
        self.assertEqual(got, [["100005"], ["100006"], None, None])

    def test_answers_each_line(self):
        got = self.answers([record("CreateUser"), "plain text", {"integration": "aws", "aws": {"eventName": "Other"}}, record("Quiet")])
        self.assertEqual([(a["rule"] or {}).get("id") for a in got], ["100001", None, "100000", "100004"])
        self.assertEqual([a["alert"] for a in got], [True, False, False, True])
        self.assertEqual(got[0]["rule"]["description"], "ann made a user")
        self.assertEqual(got[0]["rule"]["groups"], ["demo", "users"])
        self.assertEqual(got[0]["rule"]["pci_dss"], ["8.1"])
        self.assertEqual(got[0]["data"]["aws"]["userIdentity"], {"userName": "ann"})

    def test_counts_by_event_time(self):
        got = self.answers([record("CreateUser", s) for s in (0, 10, 20)] + [record("CreateUser", 40)])
        self.assertEqual([a["rule"]["id"] for a in got], ["100001", "100001", "100002", "100001"])
        self.assertEqual(got[2]["rule"]["frequency"], 3)
        self.assertEqual(len(got[2]["previous_output"].split("\n")), 2)
        late = [record("CreateUser", eventTime=f"2026-03-0{day}T09:05:00Z") for day in (2, 3, 4)]
        self.assertEqual([a["rule"]["id"] for a in self.answers(late)], ["100001"] * 3)
        self.assertEqual(self.answers(late, "--correlation-time", "arrival")[2]["rule"]["id"], "100002")

    def test_names_the_parent_while_a_rule_is_ignored(self):
        got = self.answers([record("StopLogging", 0), record("StopLogging", 59), record("StopLogging", eventTime="2026-03-02T09:06:00Z")])
        self.assertEqual([(a["rule"]["id"], a["alert"]) for a in got], [("100003", True), ("100000", False), ("100003", True)])

    def test_takes_the_place_from_an_agent_form(self):
        got = self.answers([record("CreateUser")], "-l", "[003] (web-1) 192.0.2.1->Wazuh-AWS")
        self.assertEqual(got[0]["agent"]["id"], "003")
        self.assertEqual(got[0]["location"], "Wazuh-AWS")

    def test_speaks_in_phases(self):
        done = self.run_program("logtest", "-v", "--rules", self.rules(), lines=[record("CreateUser")])
        for text in ("**Phase 1: Completed pre-decoding.", "**Phase 2: Completed decoding.", "\tname: 'json'",
                     "\taws.eventName: 'CreateUser'", "**Rule debugging:", "**Phase 3: Completed filtering (rules).",
                     "\tid: '100001'", "\tgroups: '['demo', 'users']'", "**Alert to be generated."):
            self.assertIn(text, done.stdout)

    def test_judges_the_last_line(self):
        for expected, lines, code in (("100001:5:json", ["x", record("CreateUser")], 0), ("100001:4:json", [record("CreateUser")], 1),
                                      ("::", ["x"], 3), ("::json", ['{"a":1}'], 2)):
            done = self.run_program("logtest", "-q", "-U", expected, "--rules", self.rules(), lines=lines)
            self.assertEqual(done.returncode, code, expected)

    def test_refuses_what_wazuh_refuses(self):
        done = self.run_program("logtest", "--rules", self.rules(RULES.replace("<field ", "<feld ").replace("</field>", "</feld>")), lines=["x"])
        self.assertEqual(done.returncode, 3)
        self.assertIn("did you mean <field>?", done.stderr)

    def test_checks_rules(self):
        clean = self.run_program("rules", "check", self.rules(), "-o", "json")
        self.assertEqual((clean.returncode, json.loads(clean.stdout)), (0, []))
        broken = RULES.replace("<if_sid>100000</if_sid><field name=\"aws.eventName\">^Quiet", "<if_sid>10000</if_sid><colour/><field name=\"x\">^Q")
        path = self.rules(broken)
        done = self.run_program("rules", "check", path, "-o", "json")
        self.assertEqual(done.returncode, 3)
        (fault,) = json.loads(done.stdout)
        self.assertEqual((fault["file"], fault["line"], fault["column"], fault["severity"]), (path, 7, 53, "error"))
        self.assertIn(f"{path}:7:53: error: ", self.run_program("rules", "check", path).stdout)

    def test_holds_wazuhs_recorded_answers(self):
        judge = SHARED / "goldens/run_wazuh.py"
        if not judge.exists():
            self.skipTest(f"{judge} is not there")
        done = subprocess.run([sys.executable, str(judge), PROGRAM, str(SHARED / "goldens/wazuh")], capture_output=True, text=True,
                              timeout=900, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)


if __name__ == "__main__":
    unittest.main()
