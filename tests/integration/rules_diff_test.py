"""`trailsift rules diff`: the alerts that a change of rules adds and removes are those by which two hunts differ."""

import json
import unittest

import hunt_test
import trail

BASE = """<group name="demo,">
  <rule id="100000" level="0"><decoded_as>json</decoded_as><field name="integration">^aws$</field><description>a record</description></rule>
  <rule id="100001" level="5"><if_sid>100000</if_sid><field name="aws.eventName">^CreateUser$</field><description>a user</description></rule>
  <rule id="100002" level="8" frequency="4" timeframe="60"><if_matched_sid>100001</if_matched_sid><description>many users</description></rule>
</group>
"""


class RulesDiffTest(hunt_test.HuntCase):
    def setUp(self):
        super().setUp()
        users = [trail.create_user(f"user {n}", 3600 + 10 * n) for n in range(6)]
        stops = [trail.record(f"stop {n}", 3800 + n, "cloudtrail:StopLogging") for n in range(2)]
        # Windows over several objects, which come in another order than their events.
        self.put("late", users[:3], 4500)
        self.put("early", users[3:] + stops, 4400)
        self.old = self.rules("old", BASE)

    def rules(self, name, text):
        path = self.scratch / f"{name}.xml"
        path.write_text(text, encoding="utf-8")
        return path

    def diff(self, old, new, *arguments, code):
        outcome = trail.program("rules", "diff", old, new, *arguments)
        self.assertEqual(outcome.code, code, outcome.err)
        return outcome

    def changes(self, old, new, *arguments, code=1):
        return json.loads(self.diff(old, new, self.bucket, "-o", "json", *arguments, code=code).out)

    def check(self, old, new, *arguments):
        """Compares the difference with that of two hunts, and gives what was added, removed and put at another level, by rule."""
        hunts = [{a["trailsift"]["id"]: a for a in self.ndjson(self.bucket, "--rules", rules, *arguments)} for rules in (old, new)]
        changes = self.changes(old, new, *arguments)
        found = {"added": {}, "removed": {}, "level": {}}
        for change in changes:
            alert = change["alert"]
            alert["id"] = None
            found[change["change"]][alert["trailsift"]["id"]] = alert
        for alert in [alert for hunt in hunts for alert in hunt.values()]:
            alert["id"] = None
        self.assertEqual(found["added"], {name: alert for name, alert in hunts[1].items() if name not in hunts[0]})
        self.assertEqual(found["removed"], {name: alert for name, alert in hunts[0].items() if name not in hunts[1]})
        times = [change["alert"]["trailsift"]["event_time"] for change in changes]
        self.assertEqual(times, sorted(times))
        return [sorted(alert["rule"]["id"] for alert in found[kind].values()) for kind in ("added", "removed", "level")]

    def test_no_difference(self):
        new = self.rules("new", BASE.replace("a user<", "an IAM user<"))
        outcome = self.diff(self.old, new, self.bucket, code=0)
        self.assertEqual(outcome.out, b"")
        self.assertIn("0 added, 0 removed, 0 at another level, 6 the same", outcome.err)
        self.assertEqual(self.changes(self.old, new, code=0), [])
        self.diff("default", "default", self.bucket, code=0)
        self.diff("none", "none", self.bucket, code=0)

    def test_a_rule_more_and_a_rule_less(self):
        more = '<rule id="100003" level="9"><if_sid>100000</if_sid><field name="aws.eventName">^StopLogging$</field><description>off</description></rule>'
        new = self.rules("new", BASE.replace("</group>", more + "</group>"))
        self.assertEqual(self.check(self.old, new), [["100003"] * 2, [], []])
        self.assertEqual(self.check(new, self.old), [[], ["100003"] * 2, []])
        table = self.diff(self.old, new, self.bucket, code=1).out.decode("utf-8").splitlines()
        self.assertEqual([line[:2] for line in table[:3]], ["  ", "+ ", "+ "])
        self.assertEqual(table[-1].split(), ["100003", "2", "0", "0"])

    def test_correlation(self):
        """A lower count turns other events into the break-in's alert, and so the plain alerts change, too."""
        new = self.rules("new", BASE.replace('frequency="4"', 'frequency="3"'))
        added, removed, level = self.check(self.old, new)
        self.assertEqual(level, [])
        self.assertIn("100002", added)
        self.assertIn("100002", removed)
        self.assertIn("100001", added + removed)
        # A window that is too short for them: the composite's alerts go and leave those of the rule that it counts.
        self.assertEqual(self.check(self.old, self.rules("short", BASE.replace('timeframe="60"', 'timeframe="5"'))),
                         [["100001"], ["100002"], []])

    def test_levels(self):
        new = self.rules("new", BASE.replace('level="5"', 'level="7"'))
        self.assertEqual(self.check(self.old, new)[:2], [[], []])
        changes = self.changes(self.old, new)
        self.assertEqual({(change["change"], change["old_level"], change["alert"]["rule"]["level"]) for change in changes}, {("level", 5, 7)})
        self.assertIn("(level was 5)", self.diff(self.old, new, self.bucket, code=1).out.decode("utf-8"))
        # What only one of them shows is added.
        self.assertEqual({change["change"] for change in self.changes(self.old, new, "--min-level", 6)}, {"added"})
        self.diff(self.old, new, self.bucket, "--min-level", 8, code=0)

    def test_configurations(self):
        local = self.rules("local", '<group name="local,"><rule id="100010" level="9"><if_sid>80222</if_sid><description>x</description></rule></group>')
        conf = self.config(f"<ossec_config><ruleset><rule_include>{local}</rule_include></ruleset></ossec_config>")
        changes = self.changes("default", conf)
        self.assertEqual(sorted((change["change"], change["alert"]["rule"]["id"]) for change in changes),
                         [("added", "100010")] * 6 + [("removed", "80222")] * 6)

    def test_times_and_several_paths(self):
        new = self.rules("new", BASE.replace('level="8"', 'level="0"'))
        self.diff(self.old, new, self.bucket, "--end", trail.iso(3600 + 25), code=0)
        self.diff(self.old, new, self.bucket, "--start", trail.iso(3600), "--threads", 1, code=1)

    def test_codes(self):
        bad = self.rules("bad", BASE.replace("<if_sid>", "<if_sd>"))
        for old, new in ((bad, self.old), (self.old, bad), (self.old, self.scratch / "none.xml")):
            self.assertEqual(self.diff(old, new, self.bucket, code=3).out, b"")
        self.diff(self.old, self.old, code=2)
        self.diff(self.old, self.old, self.bucket, "--start", "yesterday", code=2)
        # What could not be read is told before the difference that the rest makes.
        outcome = self.diff(self.old, "none", self.bucket, self.scratch / "nothing", code=6)
        self.assertIn("0 added, 6 removed", outcome.err)
        self.put("bad", b"nonsense")
        self.diff(self.old, "none", self.bucket, code=5)

    def test_stdin_is_read_once(self):
        line = json.dumps({"Records": [trail.create_user("one", 3600)]}).encode()
        outcome = trail.program("rules", "diff", self.old, "none", "-", stdin=line)
        self.assertEqual(outcome.code, 1, outcome.err)
        self.assertIn("0 added, 1 removed", outcome.err)


if __name__ == "__main__":
    unittest.main()
