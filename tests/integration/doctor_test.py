"""`trailsift doctor` tries what a configuration needs: what works is ok, what does not fails with the statement that makes it work. Against
a server that checks policies, and against hosts that fail in every way on the road."""

import contextlib
import json
import signal
import socket
import subprocess
import unittest
from datetime import datetime, timezone

import cloudtrail_server
import digests
import fault_proxy
import servers
import trail

NOW = int((datetime.now(timezone.utc) - trail.TODAY).total_seconds())
HOUR, DAY = 3600, 86400
# The check that tries each statement of `init --iam`.
CHECK_OF = {"List": "list", "Read": "get", "Remove": "delete", "Assume": "assume"}


def document(statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class DoctorCase(trail.TrailCase):
    env = {}

    def doctor(self, config, code=0, env=None, home=None):
        """The findings, each a dict; checks that the table says as much."""
        words = ["doctor", "--config", config, "--home", home or self.scratch]
        env = {**self.env, **(env or {})}
        outcome = trail.program(*words, "--json", env=env)
        found = outcome.lines
        self.assertEqual(outcome.code, code, json.dumps(found, indent=1) + outcome.err)
        table = trail.program(*words, env=env)
        self.assertEqual(table.code, code)
        self.table = table.out.decode("utf-8")
        secret = env.get("AWS_SECRET_ACCESS_KEY")
        if secret:
            self.assertNotIn(secret, self.table + outcome.out.decode("utf-8") + outcome.err)
        return found

    def of(self, found, check, status=None):
        return [one for one in found if one["check"] == check and status in (None, one["status"])]

    def only(self, found, check, status):
        chosen = self.of(found, check)
        self.assertEqual([one["status"] for one in chosen], [status], chosen)
        return chosen[0]

    def assert_all_good(self, found):
        self.assertEqual([one for one in found if one["status"] != "ok" and one["check"] != "configuration"], [])


class PermissionTest(DoctorCase):
    @classmethod
    def setUpClass(cls):
        cls.moto = servers.Moto()
        cls.moto.__enter__()
        cls.addClassCleanup(cls.moto.__exit__, None, None, None)
        for bucket in ("watched", "other"):
            cls.moto.create_bucket(bucket)
            for region in ("us-east-1", "eu-west-1"):
                cls.moto.put(bucket, trail.key("one", NOW - 240, region=region), trail.packed([trail.create_user("one", NOW - 300)]))
        cls.moto.create_bucket("empty")
        cls.users = 0

    def user(self, statements):
        """The environment of a new user who may do that, with policies checked from here on."""
        PermissionTest.users += 1
        self.moto.relax()
        keys = self.moto.create_user(f"user{self.users}", document(statements))
        self.moto.enforce()
        return {"AWS_ENDPOINT_URL": self.moto.endpoint, "AWS_ACCESS_KEY_ID": keys[0], "AWS_SECRET_ACCESS_KEY": keys[1]}

    def least(self, config, *more):
        outcome = trail.program("init", "--iam", "--config", config, *more)
        self.assertEqual(outcome.code, 0, outcome.err)
        return json.loads(outcome.out)["Statement"]

    def keys_in(self, bucket):
        self.moto.relax()
        return self.moto.list_keys(bucket)

    def test_each_statement_taken_away_and_given_back(self):
        config = self.config(trail.wodle(trail.bucket_block("watched", remove_from_bucket="yes")))
        policy = self.least(config)
        self.assertEqual({one["Sid"] for one in policy}, {"List", "Read", "Remove"})
        before = self.keys_in("watched")
        found = self.doctor(config, env=self.user(policy))
        self.assert_all_good(found)
        self.assertEqual({one["action"] for one in found if "action" in one}, {"s3:ListBucket", "s3:GetObject", "s3:DeleteObject", "kms:Decrypt"})
        self.assertIn("2 regions", self.only(found, "list", "ok")["detail"])
        for left_out in policy:
            rest = [one for one in policy if one is not left_out]
            with self.subTest(left_out["Sid"]):
                found = self.doctor(config, code=4, env=self.user(rest))
                failures = [one for one in found if one["status"] == "fail"]
                self.assertEqual({one["check"] for one in failures}, {CHECK_OF[left_out["Sid"]]})
                statement = failures[0]["statement"]
                self.assertEqual(statement, self.unnamed(left_out))
                self.assertIn(json.dumps(statement), self.table)
                self.assertIn("AWS_ACCESS_KEY_ID", failures[0]["identity"])
                self.assert_all_good(self.doctor(config, env=self.user([*rest, statement])))
        self.assertEqual(self.keys_in("watched"), before, "doctor changed the bucket")

    @staticmethod
    def unnamed(statement):
        return {name: value for name, value in statement.items() if name != "Sid"}

    @staticmethod
    def anywhere(statement):
        """moto asks whether an action is allowed on `*`, but for S3 and STS."""
        return {**statement, "Resource": "*"}

    def assert_each_is_needed(self, config, statements):
        """Without each of the actions one failure, and what it prints makes all good."""
        statements = [self.anywhere(one) for one in statements]
        self.assert_all_good(self.doctor(config, env=self.user(statements)))
        for statement in statements:
            actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            for action in actions:
                others = [one for one in statements if one is not statement]
                rest = {**statement, "Action": [one for one in actions if one != action]}
                policy = [*others, rest] if rest["Action"] else [*others, {**statement, "Action": "s3:ListAllMyBuckets"}]
                with self.subTest(action):
                    found = self.doctor(config, code=4, env=self.user(policy))
                    failures = [one for one in found if one["status"] == "fail"]
                    self.assertEqual([one["action"] for one in failures], [action])
                    self.assertIn(action, failures[0]["statement"]["Action"])
                    self.assert_all_good(self.doctor(config, env=self.user([*policy, self.anywhere(failures[0]["statement"])])))

    def test_a_queue(self):
        self.moto.relax()
        dead = self.moto.ask("sqs", "AmazonSQS.CreateQueue", QueueName="told-failed")["QueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:{self.moto.account}:told-failed"
        self.assertTrue(dead.endswith("/told-failed"))
        url = self.moto.ask("sqs", "AmazonSQS.CreateQueue", QueueName="told", Attributes={
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})})["QueueUrl"]
        self.moto.ask("sqs", "AmazonSQS.SendMessage", QueueUrl=url, MessageBody="one")
        config = self.config(trail.wodle('<subscriber type="buckets"><sqs_name>told</sqs_name></subscriber>'))
        receive = [one for one in self.least(config) if one["Sid"] == "Receive"]
        self.assert_each_is_needed(config, receive)
        told = [one for one in self.doctor(config, env=self.user([self.anywhere(one) for one in receive])) if one.get("action") == "sqs:GetQueueAttributes"]
        self.assertIn(f"1 messages wait, 0 are being worked on, hidden for 30 seconds once received; given up after 5 receives to {arn}",
                      told[0]["detail"])
        self.moto.relax()
        message = self.moto.ask("sqs", "AmazonSQS.ReceiveMessage", QueueUrl=url, AttributeNames=["All"])["Messages"][0]
        self.assertEqual(message["Attributes"]["ApproximateReceiveCount"], "1", "doctor received the message")
        absent = self.config(trail.wodle('<subscriber type="buckets"><sqs_name>absent</sqs_name></subscriber>'), "absent.conf")
        every = [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]
        failure = self.of(self.doctor(absent, code=4, env=self.user(every)), "queue", "fail")[0]
        self.assertIn("not there", failure["detail"])
        self.assertNotIn("statement", failure)

    def test_services(self):
        self.moto.relax()
        for group, stream in (("vpn", "one"), ("bare", None)):
            self.moto.ask("logs", "Logs_20140328.CreateLogGroup", logGroupName=group)
            if stream:
                self.moto.ask("logs", "Logs_20140328.CreateLogStream", logGroupName=group, logStreamName=stream)
        logs = ('<service type="cloudwatchlogs"><regions>us-east-1</regions><aws_log_groups>{}</aws_log_groups>'
                '<remove_log_streams>yes</remove_log_streams></service>')
        config = self.config(trail.wodle(logs.format("vpn")))
        self.assert_each_is_needed(config, self.least(config))
        bare = self.config(trail.wodle(logs.format("bare")), "bare.conf")
        self.assertIn("no stream", self.of(self.doctor(bare, env=self.user([self.anywhere(one) for one in self.least(bare)])), "service", "warn")[0]["detail"])
        config = self.config(trail.wodle('<service type="inspector"><regions>us-east-1</regions></service>'), "inspector.conf")
        self.assert_each_is_needed(config, self.least(config))

    def test_a_role(self):
        self.moto.relax()
        role = f"arn:aws:iam::{self.moto.account}:role/reader"
        config = self.config(trail.wodle(trail.bucket_block("watched", iam_role_arn=role, sts_endpoint=self.moto.endpoint)))
        of_role = self.least(config, "--role", role)
        of_user = self.least(config)
        self.assertEqual([one["Sid"] for one in of_user], ["Assume"])
        good = self.user(of_user)
        self.moto.relax()
        self.moto.create_role("reader", document(of_role), [f"user{self.users}", f"user{self.users + 1}"])
        self.moto.enforce()
        found = self.doctor(config, env=good)
        self.assert_all_good(found)
        self.assertEqual({one["check"] for one in found} & {"credentials", "assume", "list", "get"}, {"credentials", "assume", "list", "get"})
        nobody = [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]
        found = self.doctor(config, code=4, env=self.user(nobody))
        failure = self.only(found, "assume", "fail")
        self.assertEqual(failure["statement"], self.unnamed(of_user[0]))
        self.only(found, "list", "skip")

    def test_one_broken_bucket_leaves_the_others(self):
        config = self.config(trail.wodle(trail.bucket_block("absent"), trail.bucket_block("empty"), trail.bucket_block("other")))
        found = self.doctor(config, code=4, env=self.user(self.least(config)))
        by_bucket = {name: [one for one in found if one.get("subject", "").startswith(f"s3://{name}/")] for name in ("absent", "empty", "other")}
        failure = self.only(by_bucket["absent"], "list", "fail")
        self.assertIn('no bucket "absent"', failure["detail"])
        self.assertNotIn("statement", failure)
        self.only(by_bucket["empty"], "list", "ok")
        self.assertIn("15 minutes", self.only(by_bucket["empty"], "newest", "warn")["hint"])
        self.only(by_bucket["empty"], "get", "skip")
        self.only(by_bucket["other"], "get", "ok")

    def test_keys_that_are_not_known(self):
        config = self.config(trail.wodle(trail.bucket_block("watched")))
        env = {**self.user([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]), "AWS_SECRET_ACCESS_KEY": "not-the-secret-at-all"}
        failure = self.only(self.doctor(config, code=4, env=env), "list", "fail")
        self.assertIn("the secret key does not belong to the access key", failure["detail"])
        self.assertNotIn("statement", failure)


class RoadTest(DoctorCase):
    """What is between us and the bucket, and what is in it."""

    @classmethod
    def setUpClass(cls):
        cls.s3 = servers.S3Proxy()
        cls.s3.__enter__()
        cls.addClassCleanup(cls.s3.__exit__, None, None, None)
        cls.env = cls.s3.environment()
        cls.put("fresh", NOW - 120)

    @classmethod
    def put(cls, bucket, at, region="us-east-1"):
        cls.s3.put(bucket, trail.key("some", at, region=region), trail.packed([trail.quiet("some", at)]))

    def bucket_config(self, name="fresh", **options):
        return self.config(trail.wodle(trail.bucket_block(name, **options)))

    def test_all_good(self):
        self.assert_all_good(self.doctor(self.bucket_config()))
        self.assertIn(" ok, 0 warnings, 0 failures\n", self.table)

    def test_hosts_that_do_not_answer(self):
        certificate = self.scratch / "self.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", self.scratch / "key.pem", "-out", certificate], check=True, capture_output=True)
        with contextlib.ExitStack() as stack:
            tls = stack.enter_context(fault_proxy.FaultProxy(self.s3.endpoint, lambda _: None, (certificate, self.scratch / "key.pem")))
            plain = stack.enter_context(fault_proxy.FaultProxy(self.s3.endpoint, lambda _: None))
            deaf = stack.enter_context(fault_proxy.FaultProxy(self.s3.endpoint, lambda _: fault_proxy.RESET))
            away = "https://s3.example.invalid"
            for endpoint, env, words in [
                    ("http://127.0.0.1:9", {}, "no connection (TCP)"),
                    (away, {}, "the name is not known"),
                    (away, {"HTTPS_PROXY": "http://user:hidden@127.0.0.1:9"}, "no connection (TCP)"),
                    (away, {"HTTPS_PROXY": "http://proxy.invalid:1"}, "the proxy's name is not known"),
                    (away, {"HTTPS_PROXY": plain.endpoint}, "the proxy refuses the connection"),
                    (plain.endpoint.replace("http:", "https:"), {}, "no TLS handshake"),
                    (tls.endpoint, {}, "the certificate is not trusted"),
                    (tls.endpoint, {"AWS_CA_BUNDLE": str(self.scratch / "absent.pem")}, "the trusted certificates can't be read"),
                    (deaf.endpoint, {}, "no HTTP answer")]:
                with self.subTest(words):
                    found = self.doctor(self.bucket_config(service_endpoint=endpoint), code=4, env=env)
                    failure = self.only(found, "reach", "fail")
                    self.assertIn(words, failure["detail"])
                    self.assertIn("hint", failure)
                    self.assertNotIn("hidden", self.table)
                    for check in ("list", "get"):
                        self.only(found, check, "skip")
            self.assert_all_good(self.doctor(self.bucket_config(service_endpoint=tls.endpoint), env={"AWS_CA_BUNDLE": str(certificate)}))

    def test_clock(self):
        for off, status, code in [(0, "ok", 0), (120, "warn", 0), (-120, "warn", 0), (3600, "fail", 1), (-3600, "fail", 1)]:
            def answer(request, off=off):
                if "authorization" in request.headers:
                    return None
                at = datetime.fromtimestamp(datetime.now(timezone.utc).timestamp() + off, timezone.utc)
                return fault_proxy.Status(403, "AccessDenied", {"Date": at.strftime("%a, %d %b %Y %H:%M:%S GMT")})

            with self.subTest(off), fault_proxy.FaultProxy(self.s3.endpoint, answer) as proxy:
                clock = self.only(self.doctor(self.bucket_config(service_endpoint=proxy.endpoint), code=code), "clock", status)
                if off:
                    self.assertIn("behind" if off > 0 else "ahead of", clock["detail"])

    def test_how_old_the_newest_object_is(self):
        for name, ages, status, code in [("hours", [(3 * HOUR, "us-east-1")], "warn", 0),
                                         ("days", [(3 * DAY, "us-east-1"), (5 * DAY, "eu-west-1")], "fail", 1),
                                         ("ages", [(900 * DAY, "us-east-1")], "fail", 1)]:
            for age, region in ages:
                self.put(name, NOW - age, region)
            with self.subTest(name):
                found = self.of(self.doctor(self.bucket_config(name), code=code), "newest")
                self.assertEqual([one["status"] for one in found], [status] * len(ages))
                self.assertIn("trail", found[0]["hint"]) if status == "fail" else self.assertIn("hours ago", found[0]["detail"])
        for age, region in [(60, "us-east-1"), (2 * DAY, "eu-west-1"), (9 * DAY, "eu-west-2")]:
            self.put("quiet", NOW - age, region)
        found = self.of(self.doctor(self.bucket_config("quiet")), "newest")
        self.assertEqual([(one["item"], one["status"]) for one in found], [("us-east-1", "ok"), ("eu-west-1", "warn"), ("eu-west-2", "warn")])
        self.assertIn("eu-west-1 2 days ago, eu-west-2 9 days ago", self.table)

    def test_regions_that_are_configured(self):
        found = self.doctor(self.bucket_config(regions="us-east-1,eu-north-1"))
        self.assertEqual([(one["item"], one["status"]) for one in self.of(found, "newest")], [("us-east-1", "ok"), ("eu-north-1", "warn")])
        warned = self.of(self.doctor(self.bucket_config(regions="eu-north-1")), "configuration", "warn")
        self.assertIn("us-east-1", warned[0]["detail"])

    def test_a_key_of_kms(self):
        key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
        denied = fault_proxy.Status(403, "AccessDenied", message="User: arn:aws:iam::111122223333:user/u is not authorized to perform: "
                                    f"kms:Decrypt on resource: {key} because no identity-based policy allows the kms:Decrypt action")
        with fault_proxy.FaultProxy(self.s3.endpoint, lambda request: denied if ".json.gz" in request.target else None) as proxy:
            failure = self.only(self.doctor(self.bucket_config(service_endpoint=proxy.endpoint), code=4), "decrypt", "fail")
        self.assertEqual(failure["statement"], {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key})

    def test_public_keys_of_cloudtrail(self):
        watched = trail.wodle(trail.bucket_block("fresh"))
        checked = watched.replace("</ossec_config>", "<trailsift><log_integrity>yes</log_integrity></trailsift></ossec_config>")
        with cloudtrail_server.CloudTrailServer(us_east_1=[digests.Signer(str(self.scratch), "known")]) as cloudtrail:
            env = {"AWS_ENDPOINT_URL_CLOUDTRAIL": cloudtrail.url}
            self.assertEqual(self.of(self.doctor(self.config(watched, "plain.conf"), env=env), "keys"), [])
            config = self.config(checked)
            found = self.doctor(config, env=env)
            self.assert_all_good(found)
            self.assertIn("1 public key of CloudTrail in us-east-1", self.only(found, "keys", "ok")["detail"])
            cloudtrail.refused.add("us-east-1")
            failure = self.only(self.doctor(config, code=4, env=env), "keys", "fail")
            statement = next(one for one in json.loads(trail.program("init", "--iam", "--config", config).out)["Statement"] if one["Sid"] == "Keys")
            self.assertEqual(failure["statement"], {name: value for name, value in statement.items() if name != "Sid"})
            cloudtrail.refused.clear()
            cloudtrail.broken = True
            failure = self.only(self.doctor(config, code=4, env=env), "keys", "fail")
            self.assertNotIn("statement", failure)
        found = self.doctor(self.config(checked.replace("fresh", "absent"), "absent.conf"), code=4)
        self.only(found, "keys", "skip")

    def test_a_profile_that_is_not_there(self):
        failure = self.only(self.doctor(self.bucket_config(aws_profile="nobody"), code=4), "credentials", "fail")
        self.assertIn('no AWS profile "nobody"', failure["detail"])

    def test_a_folder(self):
        trail.put(self.bucket, trail.key("old", NOW - 9 * DAY), trail.packed([trail.quiet("old", NOW)]))
        found = self.doctor(self.folder_config())
        self.only(found, "newest", "warn")
        self.only(found, "get", "ok")
        self.doctor(self.config(trail.wodle(trail.bucket_block(f"file://{self.scratch}/absent"))), code=6)

    def test_homes(self):
        config = self.bucket_config()
        self.assertIn("can be made there", self.only(self.doctor(config, home=self.scratch / "new" / "home"), "home", "ok")["detail"])
        self.assertFalse((self.scratch / "new").exists())
        (self.scratch / "file").touch()
        self.only(self.doctor(config, code=6, home=self.scratch / "file"), "home", "fail")
        for mount, words in [("size=32m", "32.0 MiB free"), ("size=4k", "No space left"), ("size=2g,nr_inodes=100", "inodes for"), ("ro", "Read-only")]:
            place = self.scratch / "mounted"
            place.mkdir(exist_ok=True)
            script = f"mount -t tmpfs -o {mount} tmpfs {place} && exec {trail.PROGRAM} doctor --config {config} --home {place} --json"
            done = subprocess.run(["unshare", "-rm", "sh", "-c", script], env=trail.surroundings(self.env), capture_output=True, check=False)
            with self.subTest(mount):
                self.assertEqual(done.returncode, 6, done)
                found = [json.loads(line) for line in done.stdout.splitlines()]
                self.assertIn(words, self.only(found, "home", "fail")["detail"])
                self.only(found, "get", "ok")

    def test_faulty_files(self):
        self.assertEqual(self.doctor(self.config("<ossec_config><wodle", "bad.conf"), code=3)[0]["status"], "fail")
        rules = self.scratch / "own.xml"
        rules.write_text('<group name="x,"><rule id="100100" level="5"><if_sid>99999</if_sid></rule></group>', "ascii")
        config = self.config(trail.wodle(trail.bucket_block("fresh")).replace(
            "</ossec_config>", f"<ruleset><rule_include>{rules}</rule_include></ruleset></ossec_config>"))
        found = self.doctor(config, code=3)
        self.assertIn("own.xml", self.of(found, "rules", "fail")[0]["subject"])
        self.only(found, "get", "ok")

    def test_interrupted(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            config = self.bucket_config(service_endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}")
            with trail.Daemon("doctor", "--config", config, "--home", self.scratch, env=self.env) as doctor:
                asked = silent.accept()[0]
                self.addCleanup(asked.close)
                asked.recv(1)
                doctor.signal(signal.SIGINT)
                self.assertEqual(doctor.wait(), 130)


if __name__ == "__main__":
    unittest.main()
