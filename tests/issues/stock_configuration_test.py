"""`run` refused what works in Wazuh: rule folders that are not there, and rules for decoders of the user's own."""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TRAILSIFT_BIN", str(ROOT / "build" / "release" / "trailsift"))


class StockConfiguration(unittest.TestCase):
    def run_with(self, folder, ruleset):
        (folder / "bucket").mkdir(exist_ok=True)
        config = folder / "ossec.conf"
        config.write_text(f"""<ossec_config>
  <ruleset>{ruleset}</ruleset>
  <wodle name="aws-s3">
    <interval>10m</interval>
    <bucket type="cloudtrail"><name>file://{folder}/bucket</name></bucket>
  </wodle>
</ossec_config>""")
        return subprocess.run([BINARY, "run", "--once", "--config", str(config), "--home", str(folder / "home")],
                              capture_output=True, text=True, check=False, timeout=60)

    def test_folders_warn_and_files_are_errors(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            outcome = self.run_with(folder, "<rule_dir>ruleset/rules</rule_dir><rule_dir>etc/rules</rule_dir><list>etc/lists/audit-keys</list>")
            self.assertEqual(outcome.returncode, 0, outcome.stderr)
            self.assertIn(f"{folder}/etc/rules", outcome.stderr)
            outcome = self.run_with(folder, "<rule_include>etc/rules/local_rules.xml</rule_include>")
            self.assertEqual(outcome.returncode, 3, outcome.stderr)
            self.assertIn("local_rules.xml", outcome.stderr)

    def test_rules_for_other_decoders_do_not_stop_the_rest(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "local_rules.xml").write_text("""<group name="local,">
  <rule id="100001" level="5"><decoded_as>our-own-app</decoded_as><description>ours</description></rule>
  <rule id="100002" level="5"><if_sid>5716</if_sid><description>a parent that is not of CloudTrail</description></rule>
</group>""")
            outcome = self.run_with(folder, f"<rule_include>{folder}/local_rules.xml</rule_include>")
            self.assertEqual(outcome.returncode, 0, outcome.stderr)
            self.assertIn("our-own-app", outcome.stderr)
            self.assertIn("5716", outcome.stderr)


if __name__ == "__main__":
    unittest.main()
