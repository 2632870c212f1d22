"""`trailsift verify`: what is damaged is named, and nothing else is."""

import gzip
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from datetime import datetime, timedelta, timezone

import digests
import trail

DATA = trail.SHARED / "data" / "cloudtrail"


class VerifyCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.keys_folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(cls.keys_folder.name)
        cls.signer = digests.Signer(folder, "known")
        cls.stranger = digests.Signer(folder, "stranger")
        cls.keys = cls.signer.key_list(folder / "keys.json")

    @classmethod
    def tearDownClass(cls):
        cls.keys_folder.cleanup()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.scratch = pathlib.Path(folder.name).resolve()
        self.trail = digests.SignedTrail(self.scratch / "bucket", self.signer)

    def hours(self, count=6):
        for _ in range(count):
            self.trail.hour()

    def verify(self, *arguments, code=0, keys=None, **more):
        """The JSON lines: (kind, status, why) by the object's key below the bucket."""
        outcome = trail.program("verify", *arguments, "--public-keys", keys or self.keys, "--json", **more)
        self.assertEqual(outcome.code, code, outcome.err)
        return outcome.lines

    def bad(self, code=1, place=None, **more):
        """What is not valid: (kind, status, why, the key's last part or the hours of a gap), sorted."""
        found = []
        for line in self.verify(place or self.trail.root, code=code, **more):
            if line["status"] == "valid":
                self.assertEqual(sorted(set(line) - {"from", "to"}), ["kind", "object", "status"])
                continue
            self.assertTrue(line["detail"])
            where = line["object"].rsplit("/", 1)[1]
            if line["why"] in ("gap", "chain-restarted"):
                where = f"{line['from'][11:13]}-{line['to'][11:13]}"
            found.append((line["kind"], line["status"], line["why"], where))
        return sorted(found)

    def name(self, key):
        return key.rsplit("/", 1)[1]

    def log_of(self, n, status, why):
        return ("log", status, why, self.name(self.trail.logs[n]))

    def digest_of(self, n, status, why):
        return ("digest", status, why, self.name(self.trail.digests[n]))


class VerifyTest(VerifyCase):
    def test_all_valid(self):
        self.hours()
        lines = self.verify(self.trail.root)
        self.assertEqual([line["status"] for line in lines], ["valid"] * 18)
        self.assertEqual(sorted(line["object"] for line in lines),
                         sorted(str(self.trail.root / key) for key in self.trail.digests + self.trail.logs))
        # From the newest digest to the oldest, each before its logs.
        self.assertEqual([self.name(line["object"]) for line in lines[:3]],
                         [self.name(key) for key in [self.trail.digests[5], *self.trail.logs[10:]]])

    def test_a_part_and_more_than_the_bucket(self):
        self.trail = digests.SignedTrail(self.scratch / "bucket", self.signer, prefix="my/own/")
        self.hours(2)
        for place in (self.scratch, self.trail.root / "my", self.trail.root / "my/own/AWSLogs",
                      self.trail.root / f"my/own/AWSLogs/{digests.ACCOUNT}"):
            with self.subTest(place):
                self.assertEqual(len(self.verify(place)), 6)

    def test_one_byte_of_a_log(self):
        self.hours()
        path = self.trail.path(self.trail.logs[4])
        whole = path.read_bytes()
        for at in (40, len(whole) // 2, len(whole) - 6):
            with self.subTest(at):
                path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
                (found,) = self.bad()
                self.assertIn(found, (self.log_of(4, "changed", "damaged"), self.log_of(4, "changed", "hash")))
        path.write_bytes(gzip.compress(gzip.decompress(whole).replace(b"log4", b"log5", 1)))
        self.assertEqual(self.bad(), [self.log_of(4, "changed", "hash")])
        # The hash is of what is inside: packed otherwise, or not at all, it is the same log.
        for same in (gzip.compress(gzip.decompress(whole), 1), gzip.decompress(whole)):
            path.write_bytes(same)
            self.assertEqual(self.bad(code=0), [])

    def test_log_removed(self):
        self.hours()
        self.trail.path(self.trail.logs[0]).unlink()
        self.trail.path(self.trail.logs[11]).unlink()
        self.assertEqual(self.bad(), sorted([self.log_of(0, "missing", "not-there"), self.log_of(11, "missing", "not-there")]))

    def test_log_added(self):
        self.hours()
        added = self.trail.log(self.trail.end - timedelta(hours=2), "added")
        other = self.trail.write(self.trail.logs[0].rsplit("/", 1)[0] + "/other.txt", b"x")
        self.assertEqual(self.bad(), sorted(("log", "unsigned", "no-digest", self.name(key)) for key in (added, other)))

    def test_digest_changed(self):
        self.hours()
        document = self.trail.document(self.trail.digests[2])
        document["logFiles"].pop()
        self.trail.write(self.trail.digests[2], gzip.compress(json.dumps(document).encode("ascii")))
        self.assertEqual(self.bad(), sorted([self.digest_of(2, "changed", "hash"), self.log_of(4, "unsigned", "digest-changed"),
                                             self.log_of(5, "unsigned", "digest-changed")]))

    def test_one_byte_of_a_digest(self):
        self.hours()
        path = self.trail.path(self.trail.digests[2])
        whole = path.read_bytes()
        path.write_bytes(whole[:100] + bytes([whole[100] ^ 1]) + whole[101:])
        found = self.bad()
        self.assertEqual([line[:2] for line in found], [("digest", "changed")] + [("log", "unsigned")] * 2)

    def test_newest_digest_changed(self):
        """No other digest knows its hash."""
        self.hours(2)
        document = self.trail.document(self.trail.digests[1])
        document["logFiles"].pop()
        self.trail.write(self.trail.digests[1], gzip.compress(json.dumps(document).encode("ascii")))
        self.assertEqual(self.bad(), sorted([self.digest_of(1, "changed", "signature"), self.log_of(2, "unsigned", "digest-changed"),
                                             self.log_of(3, "unsigned", "digest-changed")]))

    def test_digest_in_another_s_place(self):
        self.hours()
        for ending in ("", ".meta.json"):
            shutil.copy(self.trail.path(self.trail.digests[1] + ending), self.trail.path(self.trail.digests[4] + ending))
        self.assertEqual(self.bad(), sorted([self.digest_of(4, "changed", "moved"), self.log_of(8, "unsigned", "digest-changed"),
                                             self.log_of(9, "unsigned", "digest-changed")]))

    def test_digest_removed(self):
        self.hours()
        self.trail.remove(self.trail.digests[2])
        self.assertEqual(self.bad(), sorted([self.digest_of(2, "missing", "not-there"), self.log_of(4, "unsigned", "digest-missing"),
                                             self.log_of(5, "unsigned", "digest-missing")]))

    def test_two_consecutive_digests_removed(self):
        self.hours()
        for n in (2, 3):
            self.trail.remove(self.trail.digests[n])
        self.assertEqual(self.bad(), sorted([("digest", "missing", "gap", "11-12"), self.digest_of(3, "missing", "not-there"),
                                             *(self.log_of(n, "unsigned", "digest-missing") for n in range(4, 8))]))
        # With their logs there is nothing else left to see.
        for n in range(4, 8):
            self.trail.remove(self.trail.logs[n])
        self.assertEqual(self.bad(), sorted([("digest", "missing", "gap", "11-12"), self.digest_of(3, "missing", "not-there")]))

    def test_newest_digests_removed(self):
        self.hours()
        for n in (4, 5):
            self.trail.remove(self.trail.digests[n])
        self.assertEqual(self.bad(), [self.log_of(n, "unsigned", "no-digest") for n in range(8, 12)])

    def test_chain_restarted(self):
        self.hours(3)
        self.trail.hour(restart=True, skip=2)
        self.trail.hour()
        self.assertEqual(self.bad(), [("digest", "missing", "chain-restarted", "12-14")])

    def test_foreign_key(self):
        self.hours()
        key = self.trail.digests[5]
        document = self.trail.document(key)
        document["digestPublicKeyFingerprint"] = self.stranger.fingerprint
        self.trail.put_digest(key, document, self.stranger)
        self.assertEqual(self.bad(), sorted([self.digest_of(5, "unsigned", "foreign-key"), self.log_of(10, "unsigned", "digest-unsigned"),
                                             self.log_of(11, "unsigned", "digest-unsigned")]))
        # The known key's name on it helps nothing.
        document["digestPublicKeyFingerprint"] = self.signer.fingerprint
        self.trail.put_digest(key, document, self.stranger)
        self.assertEqual(self.bad()[0], self.digest_of(5, "changed", "signature"))

    def test_foreign_keys_only(self):
        self.hours(2)
        keys = self.stranger.key_list(self.scratch / "other.json")
        self.assertEqual(self.bad(keys=keys), sorted([self.digest_of(n, "unsigned", "foreign-key") for n in (0, 1)] +
                                                     [self.log_of(n, "unsigned", "digest-unsigned") for n in range(4)]))

    def test_keys_of_several_regions(self):
        self.hours(1)
        others = self.stranger.key_list(self.scratch / "other.json")
        for keys in ([others, self.keys], [self.keys, others]):
            words = [word for file in keys for word in ("--public-keys", file)]
            self.assertEqual(trail.program("verify", *words, self.trail.root).code, 0)

    def test_signature_removed(self):
        self.hours()
        self.trail.path(self.trail.digests[2] + ".meta.json").unlink()
        # The next one vouches for what is in it, so its logs are what they were.
        self.assertEqual(self.bad(), [self.digest_of(2, "unsigned", "no-signature")])
        self.trail.path(self.trail.digests[5] + ".meta.json").write_text("nonsense", encoding="ascii")
        self.assertEqual(self.bad(), sorted([*(self.digest_of(n, "unsigned", "no-signature") for n in (2, 5)),
                                             *(self.log_of(n, "unsigned", "digest-unsigned") for n in (10, 11))]))

    def test_signature_of_another(self):
        self.hours()
        self.trail.write_signature(self.trail.digests[2], self.signer.sign("other"))
        self.assertEqual(self.bad(), [self.digest_of(2, "changed", "signature")])

    def test_no_digest_at_all(self):
        key = self.trail.log(self.trail.end, "alone")
        self.assertEqual(self.bad(), [("log", "unsigned", "no-digest", self.name(key))])
        shutil.rmtree(self.trail.root / "AWSLogs")
        outcome = trail.program("verify", self.trail.root, "--public-keys", self.keys)
        self.assertEqual(outcome.code, 1)
        self.assertIn("no digest and no log", outcome.err)

    def test_young_logs(self):
        now = datetime.now(timezone.utc)
        self.trail = digests.SignedTrail(self.scratch / "bucket", self.signer, begin=now - timedelta(hours=4))
        self.hours(3)
        young = self.trail.log(now, "young")
        lines = [line for line in self.verify(self.trail.root) if line["status"] != "valid"]
        self.assertEqual([(line["kind"], line["status"], self.name(line["object"])) for line in lines],
                         [("log", "not-yet-covered", self.name(young))])
        # Too old for that, or of a time that is not yet.
        old = self.trail.log(now - timedelta(minutes=150), "old")
        ahead = self.trail.log(now + timedelta(hours=1), "ahead")
        found = [line for line in self.verify(self.trail.root, code=1) if line["status"] == "unsigned"]
        self.assertEqual(sorted(self.name(line["object"]) for line in found), sorted([self.name(old), self.name(ahead)]))

    def test_backfill(self):
        self.hours(2)
        self.trail.previous = None
        self.trail.hour(logs=1, ending="_backfill")
        self.assertEqual(self.bad(code=0), [])

    def test_days(self):
        self.trail = digests.SignedTrail(self.scratch / "bucket", self.signer, begin=digests.BEGIN + timedelta(hours=12, minutes=25))
        self.hours(28)  # 2026-01-15T21:25:30Z to 2026-01-17T01:25:30Z
        damaged = self.trail.logs[1]
        self.trail.path(damaged).write_bytes(b"")
        self.assertEqual(self.bad(), [self.log_of(1, "changed", "hash")])

        def days(*words):
            return trail.program("verify", self.trail.root, "--public-keys", self.keys, "--json", *words)

        for words, code in ((["--from", "2026-01-16"], 0), (["--from", "2026-01-16", "--to", "2026-01-16"], 0), (["--to", "2026-01-15"], 1),
                            (["--from", "2026-01-15", "--to", "2026-01-15"], 1), (["--from", "2026-01-17"], 0)):
            with self.subTest(words):
                outcome = days(*words)
                self.assertEqual(outcome.code, code, outcome.err)
        self.assertEqual(days("--from", "2026-01-18").code, 1)  # nothing there
        # What is gone before the first day is not its matter.
        for n in range(2):
            self.trail.remove(self.trail.digests[n])
        self.assertEqual(days("--from", "2026-01-16").code, 0)

    def test_what_can_t_be_read_is_not_missing(self):
        self.hours()
        for key in (self.trail.digests[2], self.trail.logs[0]):
            self.trail.path(key).unlink()
            self.trail.path(key).symlink_to(self.trail.path(key).name)
        found = self.bad(code=6)
        self.assertEqual(found, sorted([self.digest_of(2, "unreadable", "no-access"), self.log_of(0, "unreadable", "no-access"),
                                        *(self.log_of(n, "unreadable", "digest-unreadable") for n in (4, 5))]))

    def test_table(self):
        self.hours(2)
        self.trail.write(self.trail.logs[0].rsplit("/", 1)[0] + "/odd\x1b[31m", b"x")
        outcome = trail.program("verify", self.trail.root, "--public-keys", self.keys)
        text = outcome.out.decode("utf-8")
        self.assertEqual(outcome.code, 1)
        self.assertNotIn("\x1b", text)
        self.assertIn("no digest names it", text)
        rows = [line.split() for line in text.splitlines()]
        self.assertIn(["digests", "2", "0", "0", "0", "0", "0"], rows)
        self.assertIn(["logs", "4", "0", "0", "1", "0", "0"], rows)
        self.assertIn("signed from 2026-01-15T09:00:30Z to 2026-01-15T11:00:30Z", text)

    def test_interrupt(self):
        for _ in range(4):
            self.trail.hour(logs=300)
        command = [trail.PROGRAM, "verify", str(self.trail.root), "--public-keys", str(self.keys), "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=trail.surroundings()) as process:
            # More than a pipe holds is to come: it is at work and waits for us.
            begun = os.read(process.stdout.fileno(), 1)
            process.send_signal(signal.SIGINT)
            self.until_taken(process.pid, signal.SIGINT)
            rest, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn(b"not everything was read", err)
        self.assertLess(len((begun + rest).splitlines()), 1204)

    def until_taken(self, pid, number):
        """Waits until the process has taken the signal that was sent to it."""
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            lines = pathlib.Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
            (pending,) = (int(line.split()[1], 16) for line in lines if line.startswith("ShdPnd:"))
            if pending & (1 << (number - 1)) == 0:
                return
            time.sleep(0.01)
        self.fail("the signal is not taken")

    def test_full_disk(self):
        self.hours(1)
        with open("/dev/full", "wb") as full:
            done = subprocess.run([trail.PROGRAM, "verify", str(self.trail.root), "--public-keys", str(self.keys)], stdout=full,
                                  stderr=subprocess.PIPE, env=trail.surroundings(), check=False)
        self.assertEqual(done.returncode, 6, done.stderr)

    def test_usage(self):
        self.hours(1)
        root, keys = self.trail.root, ["--public-keys", self.keys]
        bad_keys = self.scratch / "bad.json"
        bad_keys.write_text('{"PublicKeyList":[]}', encoding="ascii")
        for words, code, said in (
                ([root], 2, "list-public-keys"), ([], 2, ""), ([root, *keys, "--from", "yesterday"], 2, "2026-01-15"),
                ([root, *keys, "--from", "2026-01-15T10:00:00Z"], 2, "2026-01-15"),
                ([root, *keys, "--from", "2026-01-16", "--to", "2026-01-15"], 2, "--to is before"),
                ([root / self.trail.digests[0].rsplit("/", 1)[0], *keys], 2, "--from and --to"),
                ([root, "--public-keys", self.scratch / "nothing"], 6, "nothing"), ([root, "--public-keys", bad_keys], 3, "holds no key"),
                ([self.scratch / "nothing", *keys], 6, "nothing"), ([self.keys, *keys], 6, "not a folder"),
                ([root / "AWSLogs" / "x", *keys], 6, "x")):
            with self.subTest(words):
                outcome = trail.program("verify", *words)
                self.assertEqual((outcome.code, outcome.out), (code, b""), outcome.err)
                self.assertIn(said, outcome.err)
        # A copy that lacks the folder from which on keys are compared.
        (root / "AWSLogs").rename(root / "Logs")
        outcome = trail.program("verify", root, *keys)
        self.assertEqual(outcome.code, 6)
        self.assertIn("AWSLogs", outcome.err)


@unittest.skipUnless(DATA.is_dir(), "the shared data are not here")
class VerifySharedDataTest(VerifyCase):
    def test_the_chain(self):
        copy = self.scratch / "copy"
        shutil.copytree(DATA / "digest" / "bucket", copy)
        keys = DATA / "digest" / "public_keys.json"
        lines = self.verify(copy, keys=keys)
        self.assertEqual([line["status"] for line in lines], ["valid"] * 7)
        (log,) = copy.rglob("*T1100Z_*.json.gz")
        log.write_bytes(gzip.compress(gzip.decompress(log.read_bytes()) + b" "))
        self.assertEqual(self.bad(place=copy, keys=keys), [("log", "changed", "hash", log.name)])

    def test_the_documents_of_aws(self):
        """They can be read; their key is nobody's."""
        for line in (DATA / "docs" / "awsdocs_digests.jsonl").read_text("utf-8").splitlines():
            document = json.loads(line)["digest"]
            self.trail.write(document["digestS3Object"], gzip.compress(json.dumps(document).encode("ascii")))
        found = self.bad()
        self.assertEqual([line[1:3] for line in found if line[0] == "digest" and line[1] == "unsigned"], [("unsigned", "foreign-key")] * 2)


if __name__ == "__main__":
    unittest.main()
