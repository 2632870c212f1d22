"""Sigma rules in `run`: beside Wazuh's, over a restart that lost the checkpoint's last word, and over SIGHUP."""

import signal
import unittest

import trail

RULE = "title: {title}\nlogsource: {{product: aws, service: cloudtrail}}\ndetection: {{s: {{eventName: {name}}}, condition: s}}\n"


class SigmaTest(trail.TrailCase):
    def setUp(self):
        super().setUp()
        self.folder = self.scratch / "sigma" / "deep"
        self.folder.mkdir(parents=True)
        self.write("users", "CreateUser")

    def write(self, title, name):
        (self.folder / f"{title}.yml").write_text(RULE.format(title=title, name=name), encoding="ascii")

    def sigma_config(self, interval="10m"):
        return self.config(f"<ossec_config><trailsift><sigma_rules>{self.folder.parent}</sigma_rules></trailsift></ossec_config>\n"
                           + trail.wodle(trail.bucket_block(f"file://{self.bucket}"), interval=interval))

    def told(self):
        return sorted(alert["rule"]["description"] for alert in trail.alerts(self.home) if "sigma" in alert["rule"]["groups"])

    def test_stands_beside_the_alert_of_wazuhs_rules(self):
        self.write("calls", "'*User'")
        self.put("one", [trail.create_user("one", 0), trail.quiet("other", 5)], 300)
        outcome = self.once(self.sigma_config())
        self.assertEqual(self.told(), ["calls", "users"])
        self.assertEqual(outcome.passed["alerts"], 3)
        self.assertEqual(len({alert["trailsift"]["event"] for alert in trail.alerts(self.home)}), 1)
        self.assertEqual(self.once(self.sigma_config()).passed["alerts"], 0)

    def test_is_not_written_again_where_only_the_files_know_it(self):
        self.put("one", [trail.create_user("one", 0)], 300)
        self.once(self.sigma_config())
        before = trail.alerts(self.home)
        # The files stand, the ledger and the checkpoint do not: as after a kill between the two.
        for file in (self.home / "state").iterdir():
            file.unlink()
        self.once(self.sigma_config())
        self.assertEqual(trail.alerts(self.home), before)

    def test_reload_and_a_fault_in_it(self):
        self.put("one", [trail.create_user("one", 0)], 300)
        with trail.Daemon("run", "--config", self.sigma_config("1s"), "--home", self.home) as daemon:
            self.assertTrue(daemon.until(lambda: self.told() == ["users"]), daemon.err)
            self.write("broken", "[")
            daemon.signal(signal.SIGHUP)
            self.assertTrue(daemon.until(lambda: "not reloaded" in daemon.err), daemon.err)
            self.assertIn("broken.yml:3:", daemon.err)
            self.write("broken", "CreateUser")
            daemon.signal(signal.SIGHUP)
            self.assertTrue(daemon.until(lambda: "2 Sigma rules" in daemon.err), daemon.err)
            self.put("two", [trail.create_user("two", 600)], 900)
            self.assertTrue(daemon.until(lambda: self.told() == ["broken", "users", "users"]), daemon.err)


if __name__ == "__main__":
    unittest.main()
