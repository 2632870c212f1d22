"""What `run` notices about itself: sources that fall silent or can't be read any more, quarantine that grows, lag. Each is told once and
its end is told, also when the process dies between the alert and the transaction; and accounts have the names of a list.

Objects bear the times of past days, so that nothing has to wait. A kill right before the transaction is made by putting the state of
before back behind the alerts; kills at random moments come on top.
"""

import contextlib
import shutil
import signal
import sqlite3
import time
import unittest
from datetime import timedelta

import servers
import trail
from trail import PRODUCTION, STAGING

DAY = 86400
SILENT_REGION, SILENT_ACCOUNT, SILENT_BUCKET, NOT_SILENT = "90302", "90303", "90304", "90305"
UNREADABLE_BUCKET, READABLE, QUARANTINE, LAG, NO_LAG = "90308", "90309", "90310", "90311", "90312"


class WatchCase(trail.TrailCase):
    def watch_config(self, own="", bucket=None, **options):
        since = (trail.TODAY - timedelta(days=9)).strftime("%Y-%b-%d").upper()
        return self.config(f"<trailsift>{own}</trailsift>\n"
                           + trail.wodle(trail.bucket_block(bucket or f"file://{self.bucket}", only_logs_after=since, **options)))

    def told(self):
        """The alerts about trailsift itself."""
        return [alert for alert in trail.alerts(self.home) if "trailsift" in alert["rule"]["groups"]]

    def told_rules(self):
        return [alert["rule"]["id"] for alert in self.told()]

    def deliver(self, name, day, account=PRODUCTION, region="us-east-1"):
        """An object of so many days ago, at noon; today: just now."""
        at = int(time.time() - trail.TODAY.timestamp()) if day == 0 else DAY // 2 - day * DAY
        return self.put(name, [trail.quiet(name, at - 60, account, region)], at, account, region)

    def dying(self, make_pass):
        """Makes the pass, then once more as if it had been killed when its alerts were on the disk and the transaction was not."""
        before = self.scratch / "state of before"
        shutil.rmtree(before, ignore_errors=True)
        shutil.copytree(self.home / "state", before)
        make_pass()
        first = self.told_rules()
        shutil.rmtree(self.home / "state")
        shutil.copytree(before, self.home / "state")
        make_pass()
        self.assertEqual(self.told_rules(), first)


class SilenceTest(WatchCase):
    def setUp(self):
        super().setUp()
        self.off = self.watch_config("<silence_after>0</silence_after>")
        self.off = self.off.rename(self.scratch / "off.conf")
        self.on = self.watch_config("<silence_after>6h</silence_after>")

    def test_a_bucket(self):
        for day in (6, 5, 4):
            self.deliver(f"day {day}", day)
        self.once(self.off)
        self.assertEqual(self.told(), [])
        self.dying(lambda: self.once(self.on))
        (alert,) = self.told()
        self.assertEqual((alert["rule"]["id"], alert["rule"]["level"]), (SILENT_BUCKET, 10))
        self.assertEqual((alert["location"], alert["decoder"]["name"]), ("trailsift", "json"))
        collector = alert["data"]["collector"]
        last = trail.iso(DAY // 2 - 4 * DAY)
        self.assertEqual({name: collector[name] for name in ("event", "scope", "account", "region", "bucket", "since")},
                         {"event": "silence", "scope": "bucket", "account": PRODUCTION, "region": "us-east-1",
                          "bucket": f"file://{self.bucket}", "since": last})
        self.assertEqual(alert["trailsift"]["event_time"], trail.iso(DAY // 2 - 4 * DAY + 6 * 3600))
        self.assertIn(f"Nothing has come into bucket file://{self.bucket} since {last}", alert["rule"]["description"])
        for _ in range(3):
            self.once(self.on)
        self.assertEqual(self.told_rules(), [SILENT_BUCKET])
        self.deliver("again", 0)
        self.dying(lambda: self.once(self.on))
        self.once(self.on)
        self.assertEqual(self.told_rules(), [SILENT_BUCKET, NOT_SILENT])

    def test_an_account_and_a_region(self):
        for day in (6, 5, 4):
            self.deliver(f"production {day}", day, region="eu-west-1")
            self.deliver(f"staging {day}", day, STAGING)
        for day in (2, 1, 0):
            self.deliver(f"production east {day}", day)
        names = self.scratch / "lists" / "trailsift" / "account_names"
        names.parent.mkdir(parents=True)
        names.write_text(f"{STAGING}:staging\n", encoding="ascii")
        self.once(self.on)
        self.once(self.on)
        self.assertEqual(self.told_rules(), [SILENT_REGION, SILENT_ACCOUNT])
        region, account = (alert["rule"]["description"] for alert in self.told())
        self.assertIn(f"region eu-west-1 of account {PRODUCTION} since", region)
        self.assertIn(f"account staging ({STAGING}) since", account)
        self.assertEqual(self.told()[1]["trailsift"]["account_name"], "staging")

    def test_habits(self):
        """Twice a week three days of nothing: it is no silence until it has lasted longer than that."""
        for day in (8, 5, 2):
            self.deliver(f"day {day}", day)
        self.once(self.on)
        self.assertEqual(self.told(), [])

    def test_a_local_rule_makes_it_quiet(self):
        local = self.scratch / "local.xml"
        local.write_text('<group name="local,"><rule id="100200" level="0"><if_sid>90300</if_sid>'
                         f'<field name="collector.account">^{PRODUCTION}$</field><description>asleep</description></rule></group>',
                         encoding="ascii")
        for day in (6, 5, 4):
            self.deliver(f"day {day}", day)
        self.on.write_text(f"<ossec_config><ruleset><rule_include>{local}</rule_include></ruleset></ossec_config>\n"
                           + self.on.read_text("utf-8"), encoding="utf-8")
        self.once(self.on)
        self.assertEqual(trail.alerts(self.home), [])

    def test_kills_at_random_moments(self):
        for day in (6, 5, 4):
            self.deliver(f"day {day}", day)
        self.once(self.off)
        killed = 0
        for attempt in range(12):
            with trail.Daemon("run", "--config", self.on, "--home", self.home, "--once") as daemon:
                killed += daemon.kill_after(0.02 + 0.03 * attempt)
            self.assertLessEqual(len(self.told()), 1)
        self.assertGreater(killed, 0)
        self.once(self.on)
        self.assertEqual(self.told_rules(), [SILENT_BUCKET])


class UnreadableTest(WatchCase):
    def check(self, config, code, break_it, mend_it, env=None):
        self.once(config, env=env)
        break_it()
        for _ in range(2):
            self.once(config, code, env=env)
        self.assertEqual(self.told(), [])
        self.dying(lambda: self.once(config, code, env=env))
        self.once(config, code, env=env)
        (alert,) = self.told()
        self.assertEqual((alert["rule"]["id"], alert["rule"]["level"]), (UNREADABLE_BUCKET, 10))
        mend_it()
        self.dying(lambda: self.once(config, env=env))
        self.once(config, env=env)
        self.assertEqual(self.told_rules(), [UNREADABLE_BUCKET, READABLE])
        return alert["data"]["collector"]["reason"]

    def test_a_folder_that_is_gone(self):
        self.deliver("one", 0)
        away = self.scratch / "away"
        reason = self.check(self.watch_config(), 6, lambda: self.bucket.rename(away), lambda: away.rename(self.bucket))
        self.assertIn(f"{self.bucket}/: No such file or directory", reason)

    def test_a_bucket_that_vanishes(self):
        at = int(time.time() - trail.TODAY.timestamp())
        with servers.S3Proxy() as server:
            key = trail.key("one", at)

            def make():
                server.create_bucket("vanishing")
                server.put("vanishing", key, trail.packed([trail.quiet("one", at)]))

            def delete():
                server.delete_bucket("vanishing")

            make()
            reason = self.check(self.watch_config(bucket="vanishing"), 4, delete, make, env=server.environment())
        self.assertIn('no bucket "vanishing"', reason)
        self.assertNotIn(server.secret_key, reason)

    def test_what_never_delivered_is_left_to_the_log(self):
        config = self.watch_config(bucket=f"file://{self.scratch}/nowhere")
        for _ in range(5):
            self.once(config, 6)
        self.assertEqual(trail.alerts(self.home), [])

    def test_a_bucket_that_leaves_the_configuration_is_not_missed(self):
        for day in (6, 5, 4):
            self.deliver(f"day {day}", day)
        self.once(self.watch_config("<silence_after>0</silence_after>"))
        other = self.scratch / "other"
        other.mkdir()
        config = self.watch_config(bucket=f"file://{other}")
        for _ in range(4):
            self.once(config)
        self.assertEqual(trail.alerts(self.home), [])


class QuarantineTest(WatchCase):
    def damage(self, *numbers):
        for number in numbers:
            self.put(f"damaged {number}", b"{", int(time.time() - trail.TODAY.timestamp()))

    def test_more_than_the_bound_within_an_hour(self):
        config = self.watch_config("<quarantine_alert>3</quarantine_alert>")
        self.damage(1, 2, 3)
        self.once(config, 5)
        self.assertEqual(self.told(), [])
        self.damage(4)
        self.dying(lambda: self.once(config, 5))
        self.damage(5, 6)
        self.once(config, 5)
        (alert,) = self.told()
        self.assertEqual((alert["rule"]["id"], alert["rule"]["level"]), (QUARANTINE, 8))
        self.assertEqual(alert["data"]["collector"]["count"], "4")


class LagTest(WatchCase):
    def behind(self, days):
        """As if the last whole pass had begun so many days ago."""
        base = sqlite3.connect(self.home / "state" / "trailsift.db")
        with base:
            changed = base.execute("update notes set value=? where name='watch/lag'", (f"{int(time.time() - days * DAY) * 1000} 0",))
        self.assertEqual(changed.rowcount, 1)
        base.close()

    def handled(self):
        """When the last whole pass began."""
        base = sqlite3.connect(self.home / "state" / "trailsift.db")
        with contextlib.closing(base):
            return int(base.execute("select value from notes where name='watch/lag'").fetchone()[0].split()[0])

    def serve(self, config, done):
        """`run` for good, until this holds and a first pass is over."""
        with trail.Daemon("run", "--config", config, "--home", self.home) as daemon:
            self.assertTrue(daemon.until(lambda: " objects were known" in daemon.err), daemon.err)
            daemon.signal(signal.SIGTERM)
            self.assertEqual(daemon.wait(), 0)
        self.assertTrue(done())

    def test_what_was_delivered_long_ago_is_read_only_now(self):
        config = self.watch_config("<silence_after>0</silence_after>")
        self.deliver("long ago", 8)
        self.once(config)
        self.assertEqual(self.told(), [], "the first pass reads history")
        self.deliver("today", 0)
        self.once(config)
        self.assertEqual(self.told(), [])
        self.behind(3)
        self.once(config)
        self.assertEqual(self.told(), [], "whoever starts each pass by himself knows")
        self.behind(3)
        self.dying(lambda: self.serve(config, lambda: self.told_rules() == [LAG, NO_LAG]))
        self.once(config)
        self.assertEqual(self.told_rules(), [LAG, NO_LAG])
        self.assertEqual(self.told()[0]["data"]["collector"]["minutes"], str(3 * 24 * 60))
        off = self.watch_config("<silence_after>0</silence_after><lag_alert>0</lag_alert>")
        self.behind(3)
        self.serve(off, lambda: self.handled() > time.time() * 1000 - DAY * 1000)
        self.assertEqual(self.told_rules(), [LAG, NO_LAG])


class AccountNamesTest(WatchCase):
    def test_in_alerts_and_after_sighup(self):
        names = self.scratch / "lists" / "trailsift" / "account_names"
        names.parent.mkdir(parents=True)
        names.write_text(f"{PRODUCTION}:production\n", encoding="ascii")
        config = self.config(trail.wodle(trail.bucket_block(f"file://{self.bucket}"), interval="1s"))

        def stop_trail(name, account=PRODUCTION):
            made = trail.record(name, 3600, "cloudtrail:StopLogging", account, requestParameters={"name": "main"})
            self.put(name, [made], 3900, account)
            found = lambda: [alert for alert in trail.alerts(self.home) if alert["trailsift"]["events"][-1] == made["eventID"]]
            self.assertTrue(daemon.until(lambda: len(found()) > 0), daemon.err)
            return found()[0]

        with trail.Daemon("run", "--config", config, "--home", self.home) as daemon:
            alert = stop_trail("one")
            self.assertEqual(alert["trailsift"]["account_name"], "production")
            self.assertEqual(alert["trailsift"]["actor"]["account_name"], "production")
            self.assertIn(f"in account production ({PRODUCTION}) from", alert["rule"]["description"])
            alert = stop_trail("two", STAGING)
            self.assertNotIn("account_name", alert["trailsift"])
            self.assertIn(f"in account {STAGING} from", alert["rule"]["description"])
            names.write_text(f"{STAGING}:staging\n", encoding="ascii")
            daemon.signal(signal.SIGHUP)
            self.assertTrue(daemon.until(lambda: "rules reloaded: " in daemon.err), daemon.err)
            self.assertIn(f"in account staging ({STAGING}) from", stop_trail("three", STAGING)["rule"]["description"])
        table = trail.program("hunt", "--lists", self.scratch / "lists", self.bucket).out.decode("utf-8")
        self.assertIn("  staging ", table)
        self.assertIn(f"  {PRODUCTION}  ", table)


if __name__ == "__main__":
    unittest.main()
