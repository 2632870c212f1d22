#!/usr/bin/env python3
"""Runs `trailsift rules test` through the program: the default ruleset's own tests, our YAML, Wazuh's .ini, outputs and exit codes.

TRAILSIFT_BIN names the program (default build/release/trailsift).
"""
import json
import os
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TRAILSIFT_BIN", str(SOURCE / "build/release/trailsift"))

RULES = """<group name="demo,">
  <rule id="100000" level="0"><decoded_as>json</decoded_as><description>a message</description></rule>
  <rule id="100001" level="5"><if_sid>100000</if_sid><field name="aws.eventName">^CreateUser$</field>
    <description>$(trailsift.actor.name) made $(aws.requestParameters.userName)</description></rule>
  <rule id="100002" level="8" frequency="3" timeframe="60"><if_matched_sid>100001</if_matched_sid>
    <same_field>trailsift.actor.name</same_field><description>$(trailsift.window.count) users</description></rule>
  <rule id="100003" level="2"><if_sid>100000</if_sid><field name="aws.eventName">^GetUser$</field><description>a look</description></rule>
  <rule id="100004" level="7"><if_sid>100000</if_sid><list field="aws.recipientAccountId" lookup="match_key">etc/lists/sandbox</list>
    <field name="aws.eventName">^DeleteUser$</field><description>sandbox</description></rule>
  <rule id="100005" level="6"><if_sid>100000</if_sid><field name="aws.eventName">^DeleteUser$</field><description>deleted</description></rule>
</group>
"""

PASSING = """
defaults: {request: {userName: bob}}
cases:
  - name: made
    by_each: [user, sso, role, root, service, instance]
    events: [{call: "iam:CreateUser"}]
    expect: {rule: 100001, level: 5, description: "{actor} made bob", fields: {trailsift.actor.name: "{actor}", aws.errorCode: null}}
  - name: looked at
    events: [{call: "iam:GetUser"}]
    expect: none
  - name: looked at, low
    events: [{call: "iam:GetUser"}]
    expect: {rule: 100003, level: 2}
  - name: level 0
    events: [{call: "iam:ListUsers"}]
    expect: {rule: 100000, level: 0}
  - name: three within a minute
    events: [{call: "iam:CreateUser", repeat: 2}, {call: "iam:CreateUser", at: 60s}]
    expect: [{rule: 100001}, {rule: 100001}, {rule: 100002, description: 3 users}]
  - name: three within 61 s
    events: [{call: "iam:CreateUser", repeat: 2}, {call: "iam:CreateUser", at: 61s}]
    expect: {rule: 100001}
  - name: late, but counted by event time
    events: [{call: "iam:CreateUser", at: 20s}, {call: "iam:CreateUser", at: 21s}, {call: "iam:CreateUser", at: 5s}]
    expect: [{rule: 100001}, {rule: 100002}, {rule: 100001}]
  - name: two actors
    events: [{call: "iam:CreateUser", repeat: 2}, {call: "iam:CreateUser", by: root}]
    expect: {rule: 100001}
  - name: the same event again is no other event
    events:
      - {call: "iam:CreateUser", set: {eventID: a}}
      - {call: "iam:CreateUser", set: {eventID: b}}
      - {call: "iam:CreateUser", set: {eventID: b}}
    expect: [{rule: 100001}, {rule: 100001}, none]
  - name: the list as it is
    events: [{call: "iam:DeleteUser"}]
    expect: {rule: 100005}
  - name: the list of the case
    lists: {sandbox: ["111122223333"]}
    events: [{call: "iam:DeleteUser"}]
    expect: {rule: 100004, also: [100005]}
  - name: the list of the case, another account
    lists: {sandbox: ["111122223333"]}
    events: [{call: "iam:DeleteUser", account: "444455556666"}]
    expect: {rule: 100005}
  - name: a whole record
    events: [{record: {eventSource: iam.amazonaws.com, eventName: CreateUser, userIdentity: {type: Root}}}]
    expect: {rule: 100001}
  - name: lines
    events: [{line: plain}, {line: '{"aws":{"eventName":"CreateUser"}}', repeat: 2}, {line: '{"aws":{"eventName":"GetUser"}}'}]
    expect: [none, {rule: 100001}, {rule: 100001}, {rule: 100003}]
"""


class RuleTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.write("rules.xml", RULES)
        (self.folder / "lists").mkdir()
        self.write("lists/sandbox", "999988887777:\n")

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")
        return str(self.folder / name)

    def run_tests(self, *arguments, own_rules=True):
        rules = ["--rules", str(self.folder / "rules.xml"), "--lists", str(self.folder / "lists")] if own_rules else []
        return subprocess.run([PROGRAM, "rules", "test", *arguments, *rules], capture_output=True, text=True, timeout=300, check=False)

    def test_the_default_rulesets_own_tests_pass(self):
        done = self.run_tests(str(SOURCE / "rules/tests"), own_rules=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        self.assertRegex(done.stdout, r"^[1-9]\d{2,} passed, 0 failed\n$")

    def test_cases_that_hold(self):
        done = self.run_tests(self.write("good.yaml", PASSING))
        self.assertEqual((done.returncode, done.stdout), (0, "19 passed, 0 failed\n"), done.stderr)

    def test_each_kind_of_expectation_can_fail(self):
        for expect, said in (
                ("none", 'no alert expected, got rule 100001 of level 5 "alice made bob"'),
                ("{rule: 100002, level: 8}", 'rule 100002 of level 8 expected, got rule 100001 of level 5 "alice made bob"'),
                ("{level: 6}", 'level 6 expected, got rule 100001 of level 5 "alice made bob"'),
                ('{rule: 100001, description: "{actor}"}', 'description "alice" expected, got "alice made bob"'),
                ("{fields: {aws.eventName: X}}", 'aws.eventName "X" expected, got "CreateUser"'),
                ("{fields: {aws.eventName: null}}", 'aws.eventName nothing expected, got "CreateUser"'),
                ("{fields: {aws.errorCode: X}}", 'aws.errorCode "X" expected, got nothing'),
                ("{also: [100002]}", "also rule 100002 expected, got none"),
                ("[{level: 6}]", 'level 6 expected, got rule 100001 of level 5 "alice made bob"')):
            path = self.write("one.yaml", "cases:\n- name: it\n  events: [{call: 'iam:CreateUser', request: {userName: bob}}]\n"
                              f"  expect: {expect}\n")
            done = self.run_tests(path)
            self.assertEqual((done.returncode, done.stdout), (1, f"{path}:2:3: FAILED it: {said}\n0 passed, 1 failed\n"), expect)

    def test_tells_which_event_differs(self):
        path = self.write("one.yaml", "cases:\n- name: it\n  events: [{call: 'iam:Nothing'}, {call: 'iam:GetUser', repeat: 2}]\n"
                          "  expect: [{rule: 100003}, {rule: 100003}, {level: 3}]\n")
        done = self.run_tests(path)
        self.assertIn('event 1: rule 100003 expected, got rule 100000 of level 0 "a message"; event 3: level 3 expected', done.stdout)

    def test_writes_json_and_junit(self):
        path = self.write("one.yaml", "cases:\n- name: good\n  events: [{call: 'iam:GetUser'}]\n  expect: none\n"
                          "- name: bad\n  events: [{call: 'iam:GetUser'}]\n  expect: {rule: 1, fields: {aws.eventName: X}}\n")
        done = self.run_tests(path, "-o", "json")
        good, bad = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1)
        self.assertEqual((good["passed"], good["expected"], good["got"]["rule"]), (True, "none", "100003"))
        self.assertEqual(bad["expected"], {"rule": "1", "fields": {"aws.eventName": "X"}})
        self.assertEqual(bad["got"], {"rule": "100003", "level": 2, "description": "a look", "alert": False, "fields": {"aws.eventName": "GetUser"}})
        self.assertEqual((bad["file"], bad["line"], len(bad["faults"])), (path, 5, 2))
        out = self.folder / "junit.xml"
        done = self.run_tests(path, "-o", "junit", "--output-file", str(out))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        suites = xml.etree.ElementTree.parse(out).getroot()
        self.assertEqual((suites.get("tests"), suites.get("failures")), ("2", "1"))
        self.assertEqual([len(case.findall("failure")) for case in suites.iter("testcase")], [0, 1])
        self.assertEqual(self.run_tests(path, "--output-file", str(self.folder / "no/such")).returncode, 6)

    def test_runs_wazuhs_tests(self):
        made = '{"integration": "aws", "aws": {"eventName": "CreateUser", "userIdentity": {"type": "IAMUser", "userName": "a"}}}'
        path = self.write("one.ini", f"; three in one session\n[many]\nlog 1 pass = {made}\nlog 1 pass = {made}\nlog 1 pass = {made}\n"
                          f"log 2 fail = {made}\nlog 3 fail = plain\nrule = 100002\nalert = 8\ndecoder = json\n"
                          "[none]\nlog 1 pass = plain\nlog 2 fail = plain\nrule =\nalert =\ndecoder =\n"
                          f"[wrong]\nlog 1 pass = {made}\nlog 2 fail = {made}\nrule = 100001\nalert = 5\ndecoder = json\n")
        done = self.run_tests(path)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, f"{path}:19:1: FAILED wrong: log 2 fail: anything but rule 100001, level 5, decoder json expected, "
                         "got just that\n6 passed, 1 failed\n")

    def test_reads_folders_by_name(self):
        tests = self.folder / "tests"
        tests.mkdir()
        self.assertEqual(self.run_tests(str(tests)).returncode, 3)
        for name in ("b.yaml", "a.yml"):
            self.write(f"tests/{name}", f"cases:\n- name: it\n  events: [{{call: 'iam:GetUser'}}]\n  expect: {{level: 9}}\n")
        self.write("tests/c.ini", "[s]\nlog 1 pass = x\nrule = 1\nalert = 1\ndecoder = json\n")
        self.write("tests/README.md", "no test")
        lines = self.run_tests(str(tests)).stdout.splitlines()
        self.assertEqual([Path(line.split(":")[0]).name for line in lines[:-1]], ["a.yml", "b.yaml", "c.ini"])

    def test_warns_of_a_list_that_nobody_asks(self):
        path = self.write("one.yaml", "lists: {sandbx: ['1']}\ncases:\n- name: it\n  events: [{call: 'iam:DeleteUser'}]\n  expect: {level: 6}\n")
        done = self.run_tests(path)
        self.assertEqual((done.returncode, done.stdout), (0, "1 passed, 0 failed\n"))
        self.assertEqual(done.stderr, f"{path}:3:3: warning: no rule asks a list `sandbx` (did you mean sandbox?)\n")

    def test_refuses_broken_files(self):
        path = self.write("bad.yaml", "cases:\n- name: it\n  event: []\n  expect: none\n- name: it\n  events: [{call: 'a:B', bye: root}]\n  expect: {}\n")
        done = self.run_tests(path)
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn(f"{path}:3:3: error: `event` is unknown in a case (did you mean events?)", done.stderr)
        self.assertIn(f"{path}:6:26: error: `bye` is unknown in an event (did you mean by?)", done.stderr)
        self.assertIn(f"{path}:5:9: error: two cases are named `it`", done.stderr)
        done = self.run_tests(self.write("bad.ini", "[s]\nlog 1 pas = x\n"))
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        self.assertIn("bad.ini:2:1: error: `log 1 pas` must end in `pass` or `fail`", done.stderr)
        self.assertEqual(self.run_tests(str(self.folder / "none.yaml")).returncode, 3)
        self.assertEqual(self.run_tests().returncode, 2)
        good = self.write("good.yaml", PASSING)
        self.write("rules.xml", RULES.replace("if_sid>", "if_side>"))
        self.assertEqual(self.run_tests(good).returncode, 3)


if __name__ == "__main__":
    unittest.main()
