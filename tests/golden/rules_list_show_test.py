#!/usr/bin/env python3
"""Runs `trailsift rules list` and `trailsift rules show` through the program: what they say, filters, wrong input, exit codes.

TRAILSIFT_BIN names the program (default build/release/trailsift).
"""
import json
import os
import pty
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TRAILSIFT_BIN", str(SOURCE / "build/release/trailsift"))

RULES = """<group name="demo,">
  <rule id="100000" level="0"><decoded_as>json</decoded_as><field name="integration">^aws$</field><description>a record</description></rule>
  <rule id="100001" level="5">
    <if_sid>100000</if_sid> <!-- not </rule> -->
    <field name="aws.eventName">^CreateUser$</field>
    <list field="aws.recipientAccountId" lookup="not_match_key">etc/lists/sandbox</list>
    <mitre><id>T1136.003</id></mitre>
    <group>users,</group>
    <description>$(aws.userIdentity.userName) made a user, and this sentence is far too long for the line of a table</description>
  </rule>
  <rule id="100002" level="8" frequency="3" timeframe="60"><if_matched_sid>100001</if_matched_sid><same_field>aws.awsRegion</same_field>
    <description>many users</description></rule>
  <rule id="100003" level="6"><if_sid>100000</if_sid><field name="aws.eventName">^StopLogging$|^DeleteTrail$</field><description>c</description></rule>
  <rule id="100004" level="6"><if_sid>100000</if_sid><field name="aws.source">^guardduty$</field><description>d</description></rule>
  <rule id="100005" level="6"><if_sid>100000</if_sid><field name="aws.eventName">^Get</field><description>e</description></rule>
  <rule id="100006" level="3"><if_sid>100000</if_sid><field name="aws.eventName">^CreateUser$</field><description>f</description></rule>
</group>
"""


class ListAndShow(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "lists").mkdir()
        (self.folder / "lists/sandbox").write_text("1:\n2:\n", encoding="utf-8")
        self.rules = self.folder / "rules.xml"
        self.rules.write_text(RULES, encoding="utf-8")

    def run_program(self, *arguments):
        return subprocess.run([PROGRAM, "rules", *arguments], capture_output=True, text=True, timeout=120, check=False)

    def on_own(self, *arguments):
        done = self.run_program(*arguments, "--rules", str(self.rules))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_lists_rules(self):
        lines = self.on_own("list").splitlines()
        self.assertEqual([line.split()[:2] for line in lines], [["100000", "0"], ["100001", "5"], ["100002", "8"], ["100003", "6"],
                                                                ["100004", "6"], ["100005", "6"], ["100006", "3"]])
        self.assertEqual(lines[1], f"100001  5 {self.rules}:3 demo,users $(aws.userIdentity.userName) made a user, and this sentence is far "
                         "too long for the line of a table")

    def test_filters(self):
        def ids(*arguments):
            return [rule["id"] for rule in json.loads(self.on_own("list", "-o", "json", *arguments))]
        self.assertEqual(ids("--level", "6"), ["100002", "100003", "100004", "100005"])
        self.assertEqual(ids("--group", "users"), ["100001"])
        self.assertEqual(ids("--group", "user"), [])
        self.assertEqual(ids("--group", "demo", "--level", "8"), ["100002"])

    def test_lists_as_json(self):
        rule = json.loads(self.on_own("list", "-o", "json"))[1]
        self.assertEqual((rule["id"], rule["level"], rule["file"], rule["line"], rule["groups"], rule["mitre"]),
                         ("100001", 5, str(self.rules), 3, ["demo", "users"], ["T1136.003"]))

    def test_fits_a_terminal(self):
        reader, writer = pty.openpty()
        text = b""
        with subprocess.Popen([PROGRAM, "rules", "list", "--level", "9"], stdout=writer) as program:
            os.close(writer)
            try:
                while chunk := os.read(reader, 65536):
                    text += chunk
            except OSError:
                pass  # how a terminal's other end tells that everybody has closed it
        os.close(reader)
        self.assertEqual(program.returncode, 0)
        lines = text.decode().replace("\r", "").splitlines()
        self.assertGreater(len(lines), 10)
        self.assertLessEqual(max(map(len, lines)), 100)

    def test_looks_at_the_default_ruleset_or_a_configuration(self):
        ids = {rule["id"] for rule in json.loads(self.run_program("list", "-o", "json").stdout)}
        self.assertIn("80210", ids)
        self.assertNotIn("100001", ids)
        conf = self.folder / "ossec.conf"
        conf.write_text(f"<ossec_config><ruleset><rule_include>{self.rules}</rule_include><list>{self.folder}/lists/sandbox</list></ruleset>"
                        "</ossec_config>", encoding="utf-8")
        done = self.run_program("list", "-o", "json", "--config", str(conf))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess({"80210", "100001"}, {rule["id"] for rule in json.loads(done.stdout)})
        self.assertEqual(self.run_program("list", "--config", str(conf), "--rules", str(self.rules)).returncode, 2)

    def test_shows_a_rule(self):
        shown = self.on_own("show", "100001")
        self.assertIn(f"at {self.rules}:3:3\ngroups demo, users\nMITRE T1136.003\n", shown)
        start = RULES.index('<rule id="100001"')
        definition = RULES[start:RULES.index("</rule>\n  <rule id=\"100002\"") + 7]
        self.assertIn("Definition\n  " + definition + "\n", shown)
        self.assertIn("\nParents, up to the root\n  100000 (level 0) a record\n", shown)
        self.assertIn("\nCounted by\n  100002 (level 8) many users\n", shown)
        self.assertIn("\nLists it asks\n  etc/lists/sandbox: 2 keys\n", shown)
        self.assertIn('  below 100000: looked up by aws.eventName = createuser, number 4 of 5 siblings\n', shown)
        # What the look-up has answered is asked last.
        self.assertIn('  1. <list field="aws.recipientAccountId" lookup="not_match_key">etc/lists/sandbox</list>\n'
                      '  2. <field name="aws.eventName">^CreateUser$</field>   (asked once for 2 rules)\n', shown)

    def test_shows_composites_roots_and_rules_of_other_sources(self):
        self.assertIn("\nCounts\n  3 events within 60 s that end at 100001, with the same aws.awsRegion\n", self.on_own("show", "100002"))
        root = self.on_own("show", "100000")
        self.assertIn("\nChildren, in the order they are tried\n  100003 (level 6) c\n  100004 (level 6) d\n  100005 (level 6) e\n"
                      "  100001 (level 5)", root)
        self.assertIn('settled when loading: <field name="integration">^aws$</field> always holds\n', root)
        self.assertIn("looked up by aws.eventName = deletetrail | stoplogging", self.on_own("show", "100003"))
        other = self.on_own("show", "100004")
        self.assertIn('left out: <field name="aws.source">^guardduty$</field> never holds, aws.source is always cloudtrail\n', other)
        self.assertIn("\nCompiled for other messages\n", other)
        self.assertIn("tried for every event that comes so far", self.on_own("show", "100005"))

    def test_shows_every_rule_of_the_default_ruleset(self):
        for rule in json.loads(self.run_program("list", "-o", "json").stdout)[::20]:
            done = self.run_program("show", rule["id"])
            self.assertEqual(done.returncode, 0)
            self.assertIn(f'<rule id="{rule["id"]}"', done.stdout)
            self.assertIn("\nCompiled", done.stdout)

    def test_wrong_input(self):
        done = self.run_program("show", "100010", "--rules", str(self.rules))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("no rule 100010 in this set; did you mean 1000", done.stderr)
        self.assertEqual(self.run_program("show", "x").returncode, 2)
        self.assertEqual(self.run_program("show").returncode, 2)
        self.assertEqual(self.run_program("list", "--level", "x").returncode, 2)
        self.rules.write_text(RULES.replace("<list ", "<lst ").replace("</list>", "</lst>"), encoding="utf-8")
        for command in (("list",), ("show", "100001")):
            done = self.run_program(*command, "--rules", str(self.rules))
            self.assertEqual(done.returncode, 3)
            self.assertIn("did you mean <list>?", done.stderr)


if __name__ == "__main__":
    unittest.main()
