"""`import-wazuh`: after it the first run reads what Wazuh's collector has not read, once, and nothing else."""

import sqlite3
import unittest

import trail

# The columns of Wazuh 4.14's table for CloudTrail.
TABLE = ("create table cloudtrail (bucket_path 'text' not null, aws_account_id 'text' not null, aws_region 'text' not null, "
         "log_key 'text' not null, processed_date 'text' not null, created_date 'integer' not null, "
         "primary key (bucket_path, aws_account_id, aws_region, log_key))")


class ImportWazuhTest(trail.TrailCase):
    def database(self, rows, more=""):
        path = self.scratch / "s3_cloudtrail.db"
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as db:
            db.execute(TABLE)
            if more:
                db.executescript(more)
            db.executemany("insert into cloudtrail values (?, ?, ?, ?, '2026-01-15 10:00:00', 20260115)", rows)
        db.close()
        return path

    def take_over(self, path, config, code=0):
        outcome = trail.program("import-wazuh", path, "--config", config, "--home", self.home)
        self.assertEqual(outcome.code, code, outcome.err)
        return outcome

    def objects(self, names, region="us-east-1", day=None):
        return [self.put(name, [trail.create_user(name, 3600 + n)], 3600 + 60 * n, region=region, day=day)
                for n, name in enumerate(names)]

    def test_only_what_wazuh_has_not_read(self):
        day_before = trail.TODAY - trail.timedelta(days=1)
        old = self.objects(["before the table", "first", "late one", "last read"], day=day_before)
        new = self.objects(["behind it"])
        fresh = self.objects(["another region"], region="eu-west-1")
        self.assertEqual([*old, *new], sorted([*old, *new]))
        place = f"file://{self.bucket}/"
        # What Wazuh's table has: "before the table" has left it, "late one" appeared behind its marker and was never read.
        path = self.database([(place, trail.PRODUCTION, "us-east-1", key) for key in (old[1], old[3])]
                             + [("elsewhere/", trail.PRODUCTION, "us-east-1", old[0])],
                             "create table vpcflow (a); insert into vpcflow values (1);")
        config = self.folder_config()
        outcome = self.take_over(path, config)
        self.assertIn(f"2 objects are known; read on behind {old[1]}", outcome.out.decode("utf-8"))
        self.assertIn("elsewhere/: no <bucket> of the configuration reads it", outcome.err)
        self.assertIn("table vpcflow: only buckets of type cloudtrail", outcome.err)
        self.once(config)
        self.assert_events(["late one", "behind it", "another region"])
        self.assertTrue(fresh)
        self.once(config)
        self.assert_events(["late one", "behind it", "another region"])
        # Once a pass was made there is nothing to take over any more.
        outcome = self.take_over(path, config, code=1)
        self.assertIn("has been read by trailsift before", outcome.err)

    def test_twice_before_the_first_run_is_once(self):
        keys = self.objects(["one", "two"])
        path = self.database([(f"file://{self.bucket}/", trail.PRODUCTION, "us-east-1", keys[0])])
        config = self.folder_config()
        self.take_over(path, config)
        self.take_over(path, config)
        self.once(config)
        self.assert_events(["two"])

    def test_a_path_and_a_suffix(self):
        self.put("in the path", [trail.create_user("in the path", 3600)], 3600, before="p/", inner="s/")
        known = self.put("known", [trail.create_user("known", 3500)], 3500, before="p/", inner="s/")
        config = self.folder_config(path="p", path_suffix="s")
        self.take_over(self.database([(f"file://{self.bucket}/p/s/", trail.PRODUCTION, "us-east-1", known)]), config)
        self.once(config)
        self.assert_events(["in the path"])

    def test_files_that_are_none(self):
        config = self.folder_config()
        outcome = self.take_over(self.scratch / "missing.db", config, code=6)
        self.assertIn("No such file", outcome.err)
        other = self.config("no database at all, but long enough to have a header of one", "other.db")
        self.assertIn("no s3_cloudtrail.db of Wazuh's aws-s3 module", self.take_over(other, config, code=6).err)
        empty = self.scratch / "empty.db"
        sqlite3.connect(empty).close()
        empty.touch()
        self.assertIn("no s3_cloudtrail.db of Wazuh's aws-s3 module: no such table: cloudtrail", self.take_over(empty, config, code=6).err)
        self.assertIn("knows nothing of it", self.take_over(self.database([]), config).err)
        bad = self.config("<ossec_config><wodle", "bad.conf")
        self.take_over(self.database([]), bad, code=3)


if __name__ == "__main__":
    unittest.main()
