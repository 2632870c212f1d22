"""SIGHUP loads rules and lists anew while `run` goes on: between passes and in the middle of one; with a fault the old ones stay; no event
is lost or doubled, whatever the moment."""

import random
import shutil
import signal
import time
import unittest

import trail

# Level 8 for the users in a list, level 7 for a name in a rule file.
RULES = """<group name="test,">
  <rule id="100500" level="8">
    <if_sid>80202</if_sid>
    <list field="aws.userIdentity.userName" lookup="match_key">etc/lists/watched</list>
    <description>a watched user</description>
  </rule>
  <rule id="100501" level="7">
    <if_sid>80202</if_sid>
    <field name="aws.userIdentity.userName">^{name}$</field>
    <description>a named user</description>
  </rule>
  <rule id="100502" level="10" frequency="3" timeframe="600">
    <if_matched_sid>100501</if_matched_sid>
    <same_field>aws.userIdentity.userName</same_field>
    <description>a named user thrice</description>
  </rule>
</group>
"""
DONE = "rules reloaded: "


class ReloadCase(trail.TrailCase):
    RULESET = ""

    def setUp(self):
        super().setUp()
        self.rules = self.scratch / "local.xml"
        self.list = self.scratch / "lists" / "watched"
        self.list.parent.mkdir()
        self.write_rules()
        self.list.write_text("carol:\n", encoding="ascii")

    def write_rules(self, name="dave"):
        self.rules.write_text(RULES.format(name=name), encoding="ascii")

    def run_config(self, interval="1s", bucket=None):
        return self.config(f"<ossec_config><ruleset><rule_include>{self.rules}</rule_include></ruleset></ossec_config>\n" + self.RULESET
                           + trail.wodle(trail.bucket_block(f"file://{bucket or self.bucket}"), interval=interval))

    def rule_of(self, name):
        """The rule of the alert that stands for the event of this name; nothing without one."""
        event = trail.record(name, 0, "iam:CreateUser")["eventID"]
        found = [alert["rule"]["id"] for alert in trail.final(trail.alerts(self.home)).values()
                 if alert["trailsift"]["events"][-1] == event]
        self.assertLessEqual(len(found), 1)
        return found[0] if found else None


class ReloadTest(ReloadCase):
    def follow(self, daemon, name, at, who):
        """The rule that takes one more call."""
        self.put(name, [trail.create_user(name, at, who=who)], at + 300)
        self.assertTrue(daemon.until(lambda: self.rule_of(name) is not None), daemon.err)
        return self.rule_of(name)

    def reload(self, daemon, said=DONE):
        before = daemon.err.count(said)
        daemon.signal(signal.SIGHUP)
        self.assertTrue(daemon.until(lambda: daemon.err.count(said) > before), daemon.err)

    def test_a_changed_list_and_a_changed_rule(self):
        with trail.Daemon("run", "--config", self.run_config(), "--home", self.home) as daemon:
            self.assertEqual(self.follow(daemon, "one", 3600, "carol"), "100500")
            self.assertEqual(self.follow(daemon, "two", 3601, "erin"), "80222")
            self.list.write_text("erin:\n", encoding="ascii")
            self.assertEqual(self.follow(daemon, "three", 3602, "erin"), "80222")  # not before SIGHUP
            self.reload(daemon)
            self.assertEqual(self.follow(daemon, "four", 3603, "erin"), "100500")
            self.assertEqual(self.follow(daemon, "five", 3604, "carol"), "80222")
            self.write_rules("carol")
            self.reload(daemon)
            self.assertEqual(self.follow(daemon, "six", 3605, "carol"), "100501")
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(), 0)
        self.assert_no_id_twice(self.home)
        self.assert_events(["one", "two", "three", "four", "five", "six"])

    def test_a_fault_keeps_the_old_ones(self):
        with trail.Daemon("run", "--config", self.run_config(), "--home", self.home) as daemon:
            self.assertEqual(self.follow(daemon, "one", 3600, "dave"), "100501")
            self.rules.write_text(RULES.replace("^{name}$", "(dave"), encoding="ascii")
            self.list.write_text("erin:\n", encoding="ascii")
            self.reload(daemon, "not reloaded: ")
            self.assertIn(f"{self.rules}:9:5: error: ", daemon.err)
            self.assertNotIn(DONE, daemon.err)
            self.assertEqual(self.follow(daemon, "two", 3601, "dave"), "100501")
            self.assertEqual(self.follow(daemon, "three", 3602, "erin"), "80222")  # lists and rules go together
            self.write_rules("erin")
            self.reload(daemon)
            self.assertEqual(self.follow(daemon, "four", 3603, "dave"), "80222")
            self.assertEqual(self.follow(daemon, "five", 3604, "erin"), "100500")

    def test_windows_remember(self):
        with trail.Daemon("run", "--config", self.run_config(), "--home", self.home) as daemon:
            self.assertEqual(self.follow(daemon, "one", 3600, "dave"), "100501")
            self.reload(daemon)
            self.assertEqual(self.follow(daemon, "two", 3610, "dave"), "100501")
            self.list.write_text("", encoding="ascii")
            self.reload(daemon)
            self.assertEqual(self.follow(daemon, "three", 3620, "dave"), "100502")
        alert = next(a for a in trail.alerts(self.home) if a["rule"]["id"] == "100502")
        self.assertEqual(len(alert["trailsift"]["events"]), 3)
        self.assertEqual(alert["previous_output"].count('"eventName": "CreateUser"'), 2, alert["previous_output"])

    def test_while_nothing_is_to_do(self):
        with trail.Daemon("run", "--config", self.run_config("1h"), "--home", self.home) as daemon:
            self.assertTrue(daemon.until(lambda: " records in " in daemon.err), daemon.err)
            self.reload(daemon)
            self.reload(daemon)
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(10), 0)

    def test_nothing_is_collected(self):
        with trail.Daemon("run", "--config", self.config("<ossec_config></ossec_config>"), "--home", self.home) as daemon:
            self.assertTrue(daemon.until(lambda: "nothing is collected" in daemon.err and (self.home / "state").exists()), daemon.err)
            self.reload(daemon)
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(10), 0)


class StormTest(ReloadCase):
    """SIGHUPs in the middle of passes, and kills: the final set is that of an undisturbed run, as the rules are the same each time."""

    OBJECTS = 2500

    # Rules of its own only, so that the time goes into passes and reloads.
    RULESET = "<trailsift><rules>none</rules></trailsift>\n"

    def write_rules(self, name="dave"):
        every = ('<rule id="100499" level="3"><decoded_as>json</decoded_as><field name="aws.eventName">^CreateUser$</field>'
                 '<description>a user is made</description></rule>\n</group>')
        text = RULES.format(name=name).replace("<if_sid>80202</if_sid>", "<decoded_as>json</decoded_as>").replace("</group>", every)
        self.rules.write_text(text, encoding="ascii")

    def setUp(self):
        super().setUp()
        self.names = []
        for n in range(self.OBJECTS):
            at = 3600 + n
            records = [trail.quiet(f"quiet {n} {i}", at) for i in range(25)]
            records.append(trail.create_user(f"user {n}", at, who=("carol", "dave", "erin")[n % 3]))
            self.put(f"object {n}", records, at + 300)

    def test_the_final_set_is_the_same(self):
        config = self.run_config("1h")
        undisturbed = self.scratch / "undisturbed"
        self.once(config, home=undisturbed)
        expected = trail.meaning(trail.alerts(undisturbed))
        self.assertGreater(len(expected), self.OBJECTS * 0.9)
        chance = random.Random(7)
        reloaded = kills = 0
        for n in range(12):
            with trail.Daemon("run", "--config", config, "--home", self.home, "--threads", 1 + n % 3) as daemon:
                ends = time.monotonic() + chance.uniform(0.3, 1.5)
                while time.monotonic() < ends and " records in " not in daemon.err:
                    if (self.home / "state").exists():  # the signal is taken care of by now
                        daemon.signal(signal.SIGHUP)
                    time.sleep(chance.uniform(0, 0.05))
                finished = " records in " in daemon.err
                reloaded += daemon.err.count(DONE)
                kills += not finished
                daemon.signal(signal.SIGKILL)
                daemon.wait()
            if finished:
                break
        self.once(config)
        self.assertGreater(reloaded, 0)
        self.assert_no_id_twice(self.home)
        self.assertEqual(trail.meaning(trail.alerts(self.home)), expected)

    def test_one_pass_takes_the_change_and_loses_nothing(self):
        """The list changes in the middle: every event has one alert, those before by the old list, those behind by the new one."""
        in_the_middle = False
        for _ in range(10):  # the pass may have handed out its last object before the signal takes effect
            users = self.one_pass_with_a_change()
            in_the_middle = set(users) == {"carol", "erin"}
            if in_the_middle:
                break
        self.assertTrue(in_the_middle, users)

    def one_pass_with_a_change(self):
        """The users whom the list alerted of, in the order of the alerts."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.list.write_text("carol:\n", encoding="ascii")
        log = self.home / "logs" / "alerts" / "alerts.json"
        with trail.Daemon("run", "--config", self.run_config("1h"), "--home", self.home, "--threads", 2) as daemon:
            self.assertTrue(daemon.until(lambda: log.exists() and log.stat().st_size > 0), daemon.err)
            self.list.write_text("erin:\n", encoding="ascii")
            daemon.signal(signal.SIGHUP)
            self.assertTrue(daemon.until(lambda: " records in " in daemon.err and DONE in daemon.err), daemon.err)
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(), 0)
        self.assert_no_id_twice(self.home)
        users = [alert["data"]["aws"]["userIdentity"]["userName"] for alert in trail.alerts(self.home) if alert["rule"]["id"] == "100500"]
        self.assertEqual(users, sorted(users))  # carol until the change, erin behind it
        last = [alert["trailsift"]["events"][-1] for alert in trail.final(trail.alerts(self.home)).values()]
        self.assertEqual(len(last), len(set(last)))
        self.assertEqual(len(last), self.OBJECTS)
        return users


if __name__ == "__main__":
    unittest.main()
