"""Lists: where each is taken from, in `run`, `hunt`, `logtest` and `config check`."""

import json
import unittest

import trail
from trail import PRODUCTION, STAGING

# One rule that asks a list of the default ruleset by its name.
RULES = """<group name="test,">
  <rule id="100500" level="7">
    <if_sid>80202</if_sid>
    <list field="aws.userIdentity.userName" lookup="match_key">etc/lists/trailsift/users_service</list>
    <description>a service's user</description>
  </rule>
</group>
"""


class ListOrderTest(trail.TrailCase):
    def setUp(self):
        super().setUp()
        self.rules = self.scratch / "rules" / "local.xml"
        self.rules.parent.mkdir()
        self.rules.write_text(RULES, encoding="ascii")
        self.put("one", [trail.create_user("alice's", 3600, who="alice"), trail.create_user("carol's", 3601, who="carol")])

    def write(self, name, text):
        path = self.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
        return path

    def with_ruleset(self, more=""):
        return self.config(f"<ossec_config><ruleset><rule_include>{self.rules}</rule_include>{more}</ruleset></ossec_config>\n"
                           + trail.wodle(trail.bucket_block(f"file://{self.bucket}")))

    def hits(self, config):
        """Whose events the list held."""
        self.once(config)
        return sorted(alert["data"]["aws"]["userIdentity"]["userName"] for alert in trail.final(trail.alerts(self.home)).values()
                      if alert["rule"]["id"] == "100500")

    def test_shipped_empty(self):
        self.assertEqual(self.hits(self.with_ruleset()), [])

    def test_folder_beside_the_configuration(self):
        self.write("lists/trailsift/users_service", "alice:\n")
        self.assertEqual(self.hits(self.with_ruleset()), ["alice"])

    def test_declared_list_goes_before_it(self):
        self.write("lists/trailsift/users_service", "alice:\n")
        declared = self.write("elsewhere/users_service", "carol:\n")
        self.assertEqual(self.hits(self.with_ruleset(f"<list>{declared}</list>")), ["carol"])

    def test_declared_list_that_is_missing(self):
        self.write("elsewhere/other", "")
        missing = self.scratch / "elsewhere" / "users_service"
        config = self.with_ruleset(f"<list>{missing}</list>")
        for words in (("run", "--once", "--home", self.home, "--config", config), ("config", "check", config)):
            outcome = trail.program(*words)
            self.assertEqual(outcome.code, 3)
            said = outcome.err + outcome.out.decode("utf-8")
            self.assertIn(f"{config}:1:", said)
            self.assertIn(f"error: the list can't be read: {missing}: No such file or directory", said)

    def test_config_check_says_where_from(self):
        path = self.write("lists/users_service", "alice:\n")
        outcome = trail.program("config", "check", self.with_ruleset())
        self.assertEqual(outcome.code, 0, outcome.out)
        self.assertIn(f"users_service from {path}", outcome.out.decode("utf-8"))

    def test_config_check_reads_the_rules(self):
        self.rules.write_text(RULES.replace("if_sid>", "if_side>"), encoding="ascii")
        outcome = trail.program("config", "check", self.with_ruleset())
        self.assertEqual(outcome.code, 3)
        self.assertIn(f"{self.rules}:3:5: error", outcome.out.decode("utf-8"))

    def test_hunt_and_logtest(self):
        self.write("mine/users_service", "carol:\n")
        self.rules.write_text(RULES.replace("<if_sid>80202</if_sid>", "<decoded_as>json</decoded_as>"), encoding="ascii")
        words = ["--rules", self.rules, "--lists", self.scratch / "mine"]
        outcome = trail.program("hunt", *words, "-o", "ndjson", self.bucket)
        self.assertEqual([alert["data"]["aws"]["userIdentity"]["userName"] for alert in outcome.lines], ["carol"], outcome.err)
        lines = "".join(json.dumps(trail.create_user(who, 3600, who=who)) + "\n" for who in ("alice", "carol"))
        outcome = trail.program("logtest", *words, "--json", stdin=lines.encode("ascii"))
        self.assertEqual([answer["alert"] for answer in outcome.lines], [False, True], outcome.err)


if __name__ == "__main__":
    unittest.main()
