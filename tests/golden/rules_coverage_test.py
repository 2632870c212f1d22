#!/usr/bin/env python3
"""Runs `trailsift rules coverage` through the program: the table, the layer for MITRE's Navigator, the default ruleset, wrong input.

TRAILSIFT_BIN names the program (default build/release/trailsift).
"""
import json
import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TRAILSIFT_BIN", str(SOURCE / "build/release/trailsift"))

RULES = """<group name="demo,">
  <rule id="100000" level="0"><decoded_as>json</decoded_as><mitre><id>T1530</id></mitre><description>a record</description></rule>
  <rule id="100001" level="5"><if_sid>100000</if_sid><field name="aws.eventName">^CreateUser$</field><mitre><id>T1136.003</id></mitre>
    <description>$(aws.userIdentity.userName) made "a user"</description></rule>
  <rule id="100002" level="8" frequency="3" timeframe="60"><if_matched_sid>100001</if_matched_sid>
    <mitre><id>T1136.003</id><id>T1078.004</id></mitre><description>many users</description></rule>
  <rule id="100003" level="6"><if_sid>100000</if_sid><field name="aws.eventName">^StopLogging$</field><description>c</description></rule>
</group>
"""


class Coverage(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.rules = Path(folder.name) / "rules.xml"
        self.rules.write_text(RULES, encoding="utf-8")
        # Rules that take the place of the default ones bring the names of techniques with them.
        (Path(folder.name) / "mitre.tsv").write_bytes((SOURCE / "rules/mitre.tsv").read_bytes())

    def coverage(self, *arguments, code=0):
        done = subprocess.run([PROGRAM, "rules", "coverage", *arguments], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def test_table(self):
        table = self.coverage("--rules", str(self.rules.parent)).stdout
        blocks = dict(block.split("\n", 1) for block in table.split("\n\n")[:-1])
        self.assertEqual(list(blocks), ["Initial Access: 1 technique, 1 rule", "Persistence: 2 techniques, 2 rules",
                                        "Privilege Escalation: 1 technique, 1 rule", "Defense Evasion: 1 technique, 1 rule"])
        self.assertEqual([line.split(maxsplit=1) for line in blocks["Persistence: 2 techniques, 2 rules"].splitlines()],
                         [["T1078.004", "Cloud Accounts     1  100002 (8)"], ["T1136.003", "Cloud Account      2  100002 (8), 100001 (5)"]])
        self.assertTrue(table.endswith("\n2 techniques, named by 2 of 3 rules above level 0\n"))
        self.assertNotIn("T1530", table)

    def test_layer(self):
        layer = json.loads(self.coverage("--rules", str(self.rules.parent), "-o", "navigator").stdout)
        self.assertEqual((layer["domain"], layer["versions"]["layer"]), ("enterprise-attack", "4.5"))
        self.assertEqual([(each["techniqueID"], each["score"]) for each in layer["techniques"]], [("T1078.004", 1), ("T1136.003", 2)])
        self.assertEqual(layer["techniques"][1]["metadata"], [
            {"name": "highest level", "value": "8"}, {"name": "rule 100002", "value": "level 8: many users"},
            {"name": "rule 100001", "value": 'level 5: $(aws.userIdentity.userName) made "a user"'}])

    def test_default_ruleset(self):
        """Every technique that it names is in its table, and both forms say the same."""
        table = self.coverage().stdout
        self.assertNotIn("No tactic known", table)
        shown = set(re.findall(r"^  (T\d{4}(?:\.\d{3})?) ", table, re.MULTILINE))
        layer = json.loads(self.coverage("-o", "navigator").stdout)
        self.assertEqual({each["techniqueID"] for each in layer["techniques"]}, shown)
        self.assertGreater(len(shown), 40)
        # The keys of the format (layers/spec/v4.5/layerformat.md), and of those only what must be there or may be.
        self.assertLessEqual(set(layer), {"name", "versions", "domain", "description", "filters", "sorting", "layout", "hideDisabled", "techniques",
                                          "gradient", "legendItems", "metadata", "links"})
        for each in layer["techniques"]:
            self.assertEqual(set(each), {"techniqueID", "score", "metadata"})
            self.assertLessEqual(each["score"], layer["gradient"]["maxValue"])
            for item in each["metadata"]:
                self.assertEqual([type(item[key]) for key in ("name", "value")], [str, str])

    def test_wrong_input(self):
        self.coverage("-o", "json", code=2)
        self.rules.write_text(RULES.replace("<if_sid>", "<if_sd>"), encoding="utf-8")
        self.assertEqual(self.coverage("--rules", str(self.rules), code=3).stdout, "")


if __name__ == "__main__":
    unittest.main()
