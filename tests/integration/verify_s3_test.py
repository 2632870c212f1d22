"""`trailsift verify s3://…` against real servers, with the signatures as user metadata."""

import gzip
import json
import unittest

import cloudtrail_server
import digests
import servers
import trail
import verify_test


class VerifyBucketTest(verify_test.VerifyCase):
    def bad_of_bucket(self, server, place, code, env=None):
        lines = self.verify(place, code=code, env=env or server.environment())
        self.assertTrue(all(line["object"].startswith("s3://a-trail/") for line in lines))
        return sorted((line["kind"], line["status"], line["why"], self.name(line["object"])) for line in lines if line["status"] != "valid")

    def test_s3proxy(self):
        self.hours()
        with servers.S3Proxy() as server:
            for bucket in ("a-trail", "another"):
                server.create_bucket(bucket)
                server.upload(bucket, self.trail.root)
            env = server.environment()
            for place in ("s3://a-trail", "s3://a-trail/", "s3://a-trail/AWSLogs/", f"s3://a-trail/AWSLogs/{digests.ACCOUNT}/"):
                with self.subTest(place):
                    lines = self.verify(place, env=env)
                    self.assertEqual(sorted(line["object"] for line in lines),
                                     sorted(f"s3://a-trail/{key}" for key in self.trail.digests + self.trail.logs))
            # A digest belongs into its bucket.
            lines = self.verify("s3://another/", code=1, env=env)
            self.assertEqual({line.get("why") for line in lines if line["kind"] == "digest"}, {"moved"})
            self.damage(server)
            self.assertEqual(self.bad_of_bucket(server, "s3://a-trail/", 1), sorted([
                self.log_of(1, "changed", "hash"), self.log_of(2, "missing", "not-there"), self.digest_of(2, "unsigned", "no-signature"),
                self.digest_of(4, "missing", "not-there"), self.log_of(8, "unsigned", "digest-missing"),
                self.log_of(9, "unsigned", "digest-missing")]))

    def damage(self, server):
        changed = gzip.compress(gzip.decompress(self.trail.path(self.trail.logs[1]).read_bytes()) + b" ")
        server.put("a-trail", self.trail.logs[1], changed)
        for key in (self.trail.logs[2], self.trail.digests[4], self.trail.digests[2]):
            (server.data / "a-trail" / key).unlink()
        # Written anew as a file, it is the same but for the metadata.
        server.put("a-trail", self.trail.digests[2], self.trail.path(self.trail.digests[2]).read_bytes())

    def test_refused_is_not_missing(self):
        self.hours(4)
        with servers.Moto() as server:
            server.create_bucket("a-trail")
            server.upload("a-trail", self.trail.root)
            everything = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}
            refused = {"Effect": "Deny", "Action": "s3:GetObject",
                       "Resource": [f"arn:aws:s3:::a-trail/{key}" for key in (self.trail.digests[1], self.trail.logs[0])]}
            users = [server.create_user(name, json.dumps({"Version": "2012-10-17", "Statement": statements}))
                     for name, statements in (("all", [everything]), ("some", [everything, refused]))]
            server.enforce()
            self.assertEqual(self.bad_of_bucket(server, "s3://a-trail/", 0, server.environment(*users[0])), [])
            found = self.bad_of_bucket(server, "s3://a-trail/", 4, server.environment(*users[1]))
            self.assertEqual(found, sorted([self.digest_of(1, "unreadable", "no-access"), self.log_of(0, "unreadable", "no-access"),
                                            self.log_of(2, "unreadable", "digest-unreadable"),
                                            self.log_of(3, "unreadable", "digest-unreadable")]))
            # Nobody: nothing can be listed, so nothing is said of any file.
            outcome = trail.program("verify", "s3://a-trail/", "--public-keys", self.keys, "--json",
                                    env=server.environment(secret_key="not-the-secret-of-anybody", access_key=users[0][0]))
            self.assertEqual((outcome.code, outcome.out), (4, b""), outcome.err)

    def test_keys_from_cloudtrail(self):
        self.hours(3)
        bodies = {"StartTime": 1768467630, "EndTime": 1768482030}  # from the first digest's hour to the last one's, and one more
        with servers.S3Proxy() as server, cloudtrail_server.CloudTrailServer(us_east_1=[self.stranger, self.signer]) as cloudtrail:
            server.create_bucket("a-trail")
            server.upload("a-trail", self.trail.root)
            env = server.environment() | {"AWS_ENDPOINT_URL_CLOUDTRAIL": cloudtrail.url, "AWS_MAX_ATTEMPTS": "1"}

            def verify(code):
                outcome = trail.program("verify", "s3://a-trail/", "--json", env=env)
                self.assertEqual(outcome.code, code, outcome.err)
                return outcome

            self.assertEqual({line["status"] for line in verify(0).lines}, {"valid"})
            target = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.ListPublicKeys"
            self.assertEqual(cloudtrail.requests, [("us-east-1", target, "application/x-amz-json-1.1", bodies),
                                                   ("us-east-1", target, "application/x-amz-json-1.1", bodies | {"NextToken": "1"})])
            # A key that signed for another time, and no key of ours.
            cloudtrail.validity = (1767225600.0, 1768474829.0)  # a second before the end of the second digest
            why = [line.get("why") for line in verify(1).lines if line["kind"] == "digest"]
            self.assertEqual(why, ["key-time", "key-time", None])
            cloudtrail.keys["us-east-1"] = [self.stranger]
            why = [line.get("why") for line in verify(1).lines if line["kind"] == "digest"]
            self.assertEqual(why, ["foreign-key"] * 3)
            # Without the permission nothing is judged, and the statement that is missing is said.
            cloudtrail.refused.add("us-east-1")
            outcome = verify(4)
            self.assertEqual(outcome.out, b"")
            self.assertIn("cloudtrail:ListPublicKeys", outcome.err)
            self.assertIn("us-east-1", outcome.err)
            cloudtrail.refused.clear()
            cloudtrail.broken = True
            self.assertIn("500", verify(4).err)

    def test_nobody_answers(self):
        outcome = trail.program("verify", "s3://a-trail/", "--public-keys", self.keys,
                                env={"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE00000000",
                                     "AWS_SECRET_ACCESS_KEY": "secret", "AWS_MAX_ATTEMPTS": "1"})
        self.assertEqual(outcome.code, 4, outcome.err)
        self.assertIn("127.0.0.1:9", outcome.err)


if __name__ == "__main__":
    unittest.main()
