#!/usr/bin/env python3
"""`trailsift rules check` through the program: warnings beside faults, lists, a configuration instead of paths, the rules we ship; and how
`logtest` finds the same rules and takes odd input.

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

RULES = """<group name="local,">
  <rule id="100001" level="3"><field name="aws.eventName">^Create</field><description>made</description></rule>
  <rule id="100002" level="5"><if_sid>100001</if_sid><list field="aws.userIdentity.userName">etc/lists/people</list><description>x</description></rule>
  <rule id="100003" level="7"><if_sid>100001</if_sid><description>y</description></rule>
</group>
"""


class RulesCheckTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "rules/lists").mkdir(parents=True)
        self.write("rules/local.xml", RULES)
        self.write("rules/lists/people", "alice:\nbob\n")
        self.write("rules/lists/spare", "x:\n")

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def run_program(self, *arguments, text=""):
        return subprocess.run([PROGRAM, *arguments], input=text, capture_output=True, text=True, timeout=120, check=False)

    def check(self, *arguments):
        done = self.run_program("rules", "check", *arguments, "-o", "json")
        return done.returncode, [(Path(item["file"]).name, item["line"], item["severity"], item["message"]) for item in json.loads(done.stdout)]

    def test_warns_of_what_loads_and_does_nothing(self):
        code, found = self.check(str(self.folder / "rules"))
        place = self.folder / "rules/local.xml"
        self.assertEqual(code, 0)
        self.assertEqual(found, [
            ("local.xml", 3, "warning", f"rule 100002 is never reached: rule 100003 ({place}:4) is tried before it and takes every event it would"),
            ("people", 2, "warning", "the line is no entry and is passed over, as in Wazuh"),
            ("spare", 0, "warning", f"list `{self.folder}/rules/lists/spare` is used by no rule"),
        ])
        # the rules of one file leave lists to others
        self.assertEqual(len(self.check(str(place))[1]), 1)

    def test_checks_what_run_would_load(self):
        self.write("ossec.conf", f"""<ossec_config><ruleset><rule_dir>{self.folder}/rules</rule_dir>
            <list>{self.folder}/rules/lists/people</list>
            <list>{self.folder}/rules/lists/spare</list></ruleset></ossec_config>""")
        conf = str(self.folder / "ossec.conf")
        code, found = self.check("--config", conf)
        self.assertEqual(code, 0)
        self.assertIn(("ossec.conf", 3, "warning", f"list `{self.folder}/rules/lists/spare` is used by no rule"), found)
        self.assertIn(("local.xml", 3), [item[:2] for item in found])
        broken = RULES.replace("<field name", "<feld name").replace("</field>", "</feld>")
        self.write("rules/local.xml", broken)
        self.assertEqual(self.check("--config", conf)[0], 3)
        self.assertEqual(self.run_program("logtest", "--config", conf, text="x\n").returncode, 3)
        self.write("rules/local.xml", RULES)
        record = {"eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "eventTime": "2026-03-02T09:05:00Z"}
        answer = self.run_program("logtest", "--json", "-q", "--config", conf, "--why-not", "100003", text=json.dumps(record) + "\n")
        # both are there: ours goes first, as level 0 does
        (why,) = json.loads(answer.stdout)["why_not"]
        self.assertEqual((why["reason"], why["taken_by"]), ("taken", "80200"))

    def test_wants_rules_or_a_configuration(self):
        for arguments in ((), (str(self.folder / "rules"), "--config", "x.conf")):
            done = self.run_program("rules", "check", *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn("--config", done.stderr)

    def test_has_nothing_to_say_of_the_rules_we_ship(self):
        self.assertEqual(self.check(str(SOURCE / "rules")), (0, []))

    def test_logtest_finds_lists_beside_rules_and_hints_at_odd_lines(self):
        rules = str(self.folder / "rules")
        lines = '{"Records":[{}]}\n\n{"a":\nplain\n'
        done = self.run_program("logtest", "--rules", rules, text=lines)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout.count("**Phase 1"), 3)  # an empty line is none
        self.assertIn("line 1: a whole CloudTrail object with 1 record", done.stderr)
        self.assertIn("line 3: broken JSON", done.stderr)
        self.assertNotIn("is not there", done.stderr)
        self.assertEqual(self.run_program("logtest", "-q", "--rules", rules, text=lines).stderr, "")
        # an answer for each line
        self.assertEqual(len(self.run_program("logtest", "--json", "-q", "--rules", rules, text=lines).stdout.splitlines()), 4)

    def test_logtest_wants_three_parts(self):
        done = self.run_program("logtest", "-U", "100001", text="x\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn("RULE:LEVEL:DECODER", done.stderr)


if __name__ == "__main__":
    unittest.main()
