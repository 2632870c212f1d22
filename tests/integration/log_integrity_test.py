"""`run` with <log_integrity>: what is changed, removed or unsigned is an alert, once; and nothing else is."""

import base64
import gzip
import json
import pathlib
import shutil
import signal
import tempfile
import unittest
from datetime import timedelta

import cloudtrail_server
import digests
import fault_proxy
import servers
import trail

DATA = trail.SHARED / "data" / "cloudtrail" / "digest"
CHANGED, MISSING, DIGEST_CHANGED, DIGEST_MISSING, UNSIGNED, RESTARTED = "90330", "90331", "90332", "90333", "90334", "90335"


class LogIntegrityTest(trail.TrailCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.signer = digests.Signer(folder.name, "known")
        cls.stranger = digests.Signer(folder.name, "stranger")

    def setUp(self):
        super().setUp()
        self.trail = digests.SignedTrail(self.bucket, self.signer, begin=trail.TODAY + timedelta(hours=1, seconds=30))
        self.cloudtrail = cloudtrail_server.CloudTrailServer(us_east_1=[self.signer])
        self.addCleanup(self.cloudtrail.__exit__, None, None, None)
        self.env = {"AWS_ENDPOINT_URL_CLOUDTRAIL": self.cloudtrail.url, "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE00000000",
                    "AWS_SECRET_ACCESS_KEY": "secret", "AWS_MAX_ATTEMPTS": "1"}

    def checked(self, on="yes", name=None, **own):
        own = "".join(f"<{key}>{value}</{key}>" for key, value in own.items())
        text = trail.wodle(trail.bucket_block(name or f"file://{self.bucket}", only_logs_after="2026-JAN-01"))
        block = f"<trailsift><log_integrity>{on}</log_integrity>{own}</trailsift></ossec_config>"
        return self.config(text.replace("</ossec_config>", block))

    def run_once(self, code=0, **more):
        return self.once(self.checked(**more), code=code, env=self.env)

    def hours(self, count):
        for _ in range(count):
            self.trail.hour()

    def told(self):
        """(rule, the file's last part) of each alert about integrity, sorted."""
        found = [alert for alert in trail.alerts(self.home) if "trailsift_integrity" in alert["rule"]["groups"]]
        for alert in found:
            self.assertEqual(alert["rule"]["level"], 12)
            place = alert["data"]["collector"]
            self.assertEqual((place["account"], place["region"]), (digests.ACCOUNT, digests.REGION))
        return sorted((alert["rule"]["id"], alert["data"]["collector"]["log_file"].rsplit("/", 1)[1]) for alert in found)

    def name(self, key):
        return key.rsplit("/", 1)[1]

    def assert_told_once(self, *expected):
        """Also after a further pass of a new process."""
        self.assertEqual(self.told(), sorted(expected))
        self.run_once()
        self.assertEqual(self.told(), sorted(expected))

    def change(self, key):
        path = self.trail.path(key)
        path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + b" ", mtime=0))

    def test_all_is_well(self):
        self.hours(4)
        first = self.run_once()
        self.assertIn("4 digests with 8 logs checked: all as CloudTrail wrote it", first.err)
        self.assertEqual((first.passed["objects"], first.passed["digests"]), (8, 0))
        self.assertEqual([region for region, *_ in self.cloudtrail.requests], ["us-east-1"])
        again = self.run_once()
        self.assertNotIn("checked", again.err)
        self.hours(1)
        self.assertIn("1 digests with 2 logs checked: all as CloudTrail wrote it", self.run_once().err)
        self.assertEqual(self.told(), [])

    def test_switched_off(self):
        self.hours(2)
        self.change(self.trail.logs[0])
        outcome = self.run_once(on="no")
        self.assertEqual((self.told(), self.cloudtrail.requests), ([], []))
        self.assertNotIn("digest", outcome.err)

    def test_logs(self):
        self.hours(3)
        self.change(self.trail.logs[1])
        self.trail.path(self.trail.logs[2]).unlink()
        whole = bytearray(self.trail.path(self.trail.logs[4]).read_bytes())
        whole[len(whole) // 2] ^= 1
        self.trail.path(self.trail.logs[4]).write_bytes(whole)
        self.run_once(code=5)  # quarantined, too
        self.assert_told_once((CHANGED, self.name(self.trail.logs[1])), (MISSING, self.name(self.trail.logs[2])),
                              (CHANGED, self.name(self.trail.logs[4])))

    def test_logs_that_were_read_before(self):
        """Their digests come later; one log is gone then, one is another."""
        self.hours(2)
        kept = {key: self.trail.path(key).read_bytes() for key in self.trail.digests}
        for key in kept:
            self.trail.path(key).unlink()
        self.run_once()
        self.trail.path(self.trail.logs[0]).unlink()
        self.change(self.trail.logs[3])
        for key, content in kept.items():
            self.trail.path(key).write_bytes(content)
        self.run_once()
        self.assert_told_once((MISSING, self.name(self.trail.logs[0])), (CHANGED, self.name(self.trail.logs[3])))

    def test_digests(self):
        cases = {
            "changed": lambda: (self.change(self.trail.digests[1]), [(DIGEST_CHANGED, self.name(self.trail.digests[1]))]),
            "signature lost": lambda: (self.trail.path(self.trail.digests[1] + ".meta.json").unlink(),
                                       [(UNSIGNED, self.name(self.trail.digests[1]))]),
            "one removed": lambda: (self.trail.remove(self.trail.digests[1]), [(DIGEST_MISSING, self.name(self.trail.digests[1]))]),
            "two removed": lambda: ([self.trail.remove(key) for key in self.trail.digests[1:3]],
                                    [(DIGEST_MISSING, self.name(self.trail.digests[2])),
                                     (DIGEST_MISSING, self.trail.digests[1].rsplit("/", 1)[1].rsplit("_", 1)[0])]),
        }
        for case, damage in cases.items():
            for passes in (1, 2):
                with self.subTest(case, passes=passes):
                    shutil.rmtree(self.bucket)
                    shutil.rmtree(self.home, ignore_errors=True)
                    self.bucket.mkdir()
                    self.trail = digests.SignedTrail(self.bucket, self.signer, begin=trail.TODAY + timedelta(hours=1, seconds=30))
                    self.hours(4)
                    expected = damage()[1]
                    late = self.trail.path(self.trail.digests[3])
                    content = late.read_bytes()
                    if passes == 2:
                        # The digest that tells comes to a process that has not seen those before it.
                        late.unlink()
                        self.run_once()
                        late.write_bytes(content)
                    self.run_once()
                    self.assert_told_once(*expected)

    def test_chain_begins_anew(self):
        self.hours(2)
        self.trail.hour(restart=True)
        self.hours(1)
        self.run_once()
        self.assert_told_once((RESTARTED, self.trail.digests[0].rsplit("/", 1)[1].rsplit("_", 1)[0]))

    def test_foreign_key(self):
        self.hours(1)
        self.trail.signer = self.stranger
        self.hours(1)
        self.trail.signer = self.signer
        self.hours(1)
        self.run_once()
        self.assert_told_once((UNSIGNED, self.name(self.trail.digests[1])))

    def test_without_keys(self):
        self.hours(3)
        self.change(self.trail.logs[0])
        self.cloudtrail.refused.add("us-east-1")
        outcome = self.run_once()
        self.assertEqual(self.told(), [])
        self.assertEqual(outcome.err.count("cloudtrail:ListPublicKeys on *"), 1)
        self.assertIn("3 digests not checked for want of keys", outcome.err)
        self.assertEqual(len(self.cloudtrail.requests), 1)
        self.assertNotIn("logs checked", outcome.err)
        # Tried again by the next one, which is refused, too.
        self.assertIn("3 digests not checked for want of keys", self.run_once().err)
        # Once they may be had, those that were passed over are checked, and what came since; their links, too.
        self.cloudtrail.refused.clear()
        self.trail.remove(self.trail.digests[1])
        self.hours(1)
        self.change(self.trail.logs[6])
        self.assertIn("3 digests with ", self.run_once().err)
        self.assert_told_once((CHANGED, self.name(self.trail.logs[0])), (DIGEST_MISSING, self.name(self.trail.digests[1])),
                              (CHANGED, self.name(self.trail.logs[6])))

    def test_without_keys_for_a_while_of_a_process(self):
        """Refused keys are asked for again after an hour; until then nobody fetches the digests, and the passes are fine."""
        self.hours(2)
        self.change(self.trail.logs[1])
        self.cloudtrail.refused.add("us-east-1")
        with servers.S3Proxy() as server:
            server.create_bucket("a-trail")
            server.upload("a-trail", self.bucket)
            with fault_proxy.FaultProxy(server.endpoint, lambda _: None) as proxy:
                env = {**self.env, **server.environment(), "AWS_ENDPOINT_URL": proxy.endpoint}
                config = self.checked(name="a-trail")
                config.write_text(config.read_text("utf-8").replace("10m", "1s"), encoding="utf-8")
                with trail.Daemon("run", "--config", config, "--home", self.home, env=env) as process:
                    self.assertTrue(process.until(lambda: process.err.count(" objects were known") > 3), process.err)
                    self.assertNotIn(" E ", process.err)
                    self.assertEqual(process.err.count("not checked for want of keys"), 1)
                fetched = [one.target for one in proxy.requests if "CloudTrail-Digest_" in one.target and one.method == "GET"]
                self.assertEqual(len(fetched), 2, fetched)
            self.assertEqual(len(self.cloudtrail.requests), 1)
            self.cloudtrail.refused.clear()
            self.once(config, env={**env, "AWS_ENDPOINT_URL": server.endpoint})
        self.assertEqual(self.told(), [(CHANGED, self.name(self.trail.logs[1]))])

    def test_keys_that_come_later(self):
        self.hours(2)
        self.change(self.trail.logs[0])
        self.cloudtrail.broken = True
        self.assertIn("500", self.run_once(code=4).err)
        self.assertEqual(self.told(), [])
        self.cloudtrail.broken = False
        self.run_once()
        self.assert_told_once((CHANGED, self.name(self.trail.logs[0])))

    def test_killed(self):
        """Each time when something was told, and at other moments."""
        self.hours(8)
        for n in range(0, 16, 2):
            self.change(self.trail.logs[n])
        expected = sorted((CHANGED, self.name(self.trail.logs[n])) for n in range(0, 16, 2))
        config = self.checked()
        for moment in (0.05, 0.15, 0.3, None):
            with trail.Daemon("run", "--config", config, "--home", self.home, env=self.env) as process:
                if moment is None:
                    process.until(lambda: len(self.told()) > 0)
                    process.signal(signal.SIGKILL)
                    process.wait()
                else:
                    process.kill_after(moment)
        self.run_once()
        self.assert_told_once(*expected)

    def test_several_passes_of_one_process(self):
        self.hours(2)
        with trail.Daemon("run", "--config", self.config(self.checked().read_text().replace("10m", "1s")), "--home", self.home,
                          env=self.env) as process:
            self.assertTrue(process.until(lambda: "2 digests with 4 logs" in process.err), process.err)
            self.trail.path(self.trail.logs[3]).unlink()
            self.trail.hour()
            log = self.trail.logs[-1]
            self.assertTrue(process.until(lambda: "1 digests with 2 logs" in process.err), process.err)
            self.trail.path(log).unlink()
            self.hours(2)
            self.trail.remove(self.trail.digests[3])
            self.assertTrue(process.until(lambda: (DIGEST_MISSING, self.name(self.trail.digests[3])) in self.told()), process.err)
        # A log that is removed when its digest has been checked is a matter of verify.
        self.assert_told_once((DIGEST_MISSING, self.name(self.trail.digests[3])))

    def test_bucket(self):
        self.hours(3)
        with servers.S3Proxy() as server:
            server.create_bucket("a-trail")
            server.upload("a-trail", self.bucket)
            server.put("a-trail", self.trail.logs[1], gzip.compress(b'{"Records":[]}'))
            self.env |= server.environment()
            self.env["AWS_ENDPOINT_URL_CLOUDTRAIL"] = self.cloudtrail.url
            config = self.checked(name="a-trail")
            for _ in range(2):
                outcome = self.once(config, env=self.env)
                self.assertEqual(self.told(), [(CHANGED, self.name(self.trail.logs[1]))])
            self.assertNotIn("checked", outcome.err)

    @unittest.skipUnless(DATA.is_dir(), "the shared data are not here")
    def test_shared_data(self):
        shutil.rmtree(self.bucket)
        shutil.copytree(DATA / "bucket", self.bucket)
        key = json.loads((DATA / "public_keys.json").read_text("ascii"))["publicKeyList"][0]

        class Known:
            fingerprint = key["Fingerprint"]
            der = base64.b64decode(key["Value"])

        self.cloudtrail.keys["us-east-1"] = [Known]
        self.assertIn("4 digests with 3 logs checked: all as CloudTrail wrote it", self.run_once(look_back="3650d").err)
        self.assertEqual(self.told(), [])
        log = next(path for path in pathlib.Path(self.bucket).rglob("*_CloudTrail_*.json.gz"))
        log.chmod(0o644)
        self.change(log)
        shutil.rmtree(self.home)
        self.run_once(look_back="3650d")
        self.assertEqual(self.told(), [(CHANGED, log.name)])


if __name__ == "__main__":
    unittest.main()
