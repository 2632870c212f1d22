"""`trailsift doctor` tries what a configuration needs: what works is ok, what does not fails with the statement that makes it work. Against
a server that checks policies, and against hosts that fail in every way on the road."""

import contextlib
import json
import pathlib
import signal
import socket
import subprocess
import tempfile
import unittest
from datetime import datetime, timezone

import cloudtrail_server
import digests
import fault_proxy
import internet
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

    def doctor(self, config, code=0, env=None, home=None, more=()):
        """The findings, each a dict; checks that the table says as much."""
        words = ["doctor", "--config", config, "--home", home or self.scratch, *more]
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

    def assert_all_good(self, found, skipped=()):
        """Nothing but ok, and what is skipped for the reasons that the actions `skipped` have."""
        self.assertEqual([one for one in found if one["status"] != "ok" and one["check"] != "configuration" and one.get("action") not in skipped], [])
        self.assertEqual({one["status"] for one in found if one.get("action") in skipped} - {"skip"}, set())


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

    def assert_each_is_needed(self, config, statements, skipped=(), *more):
        """Without each of the actions one failure, and what it prints makes all good."""
        statements = [self.anywhere(one) for one in statements]
        self.assert_all_good(self.doctor(config, env=self.user(statements), more=more), skipped)
        for statement in statements:
            actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            for action in actions:
                others = [one for one in statements if one is not statement]
                rest = {**statement, "Action": [one for one in actions if one != action]}
                policy = [*others, rest] if rest["Action"] else [*others, {**statement, "Action": "s3:ListAllMyBuckets"}]
                with self.subTest(action):
                    found = self.doctor(config, code=4, env=self.user(policy), more=more)
                    failures = [one for one in found if one["status"] == "fail"]
                    self.assertEqual([one["action"] for one in failures], [action])
                    self.assertIn(action, failures[0]["statement"]["Action"])
                    given = [*policy, self.anywhere(failures[0]["statement"])]
                    self.assert_all_good(self.doctor(config, env=self.user(given), more=more), skipped)

    # What only a message or its sender knows, and what nothing but doctor asks.
    OF_MESSAGES = ("s3:GetObject", "kms:Decrypt")
    LOOK = "sqs:GetQueueAttributes"

    def subscriber(self, queue, file="ossec.conf"):
        return self.config(trail.wodle(f'<subscriber type="buckets"><sqs_name>{queue}</sqs_name></subscriber>'), file)

    def of_queue(self, config):
        return [one for one in self.least(config) if one["Sid"] in ("FindQueue", "Receive")]

    def test_a_queue(self):
        self.moto.relax()
        dead = self.moto.ask("sqs", "AmazonSQS.CreateQueue", QueueName="told-failed")["QueueUrl"]
        arn = f"arn:aws:sqs:us-east-1:{self.moto.account}:told-failed"
        self.assertTrue(dead.endswith("/told-failed"))
        url = self.moto.ask("sqs", "AmazonSQS.CreateQueue", QueueName="told", Attributes={
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})})["QueueUrl"]
        self.moto.ask("sqs", "AmazonSQS.SendMessage", QueueUrl=url, MessageBody="one")
        config = self.subscriber("told")
        receive = self.of_queue(config)
        self.assert_each_is_needed(config, receive, (*self.OF_MESSAGES, self.LOOK))
        by_url = self.subscriber(url, "url.conf")
        self.assertEqual([one["Sid"] for one in self.of_queue(by_url)], ["Receive"])
        # No other endpoint is named: the queue's own server is asked.
        found = self.doctor(by_url, env={**self.user([self.anywhere(one) for one in self.of_queue(by_url)]), "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:9"})
        self.assert_all_good(found, (*self.OF_MESSAGES, self.LOOK))
        self.assertEqual({one.get("subject") for one in self.of(found, "queue")}, {"queue told"})
        look = {"Effect": "Allow", "Action": self.LOOK, "Resource": "*"}
        told = [one for one in self.doctor(config, env=self.user([look, *[self.anywhere(one) for one in receive]])) if one.get("action") == self.LOOK]
        self.assertIn(f"1 messages wait, 0 are being worked on, hidden for 30 seconds once received; given up after 5 receives to {arn}",
                      told[0]["detail"])
        self.moto.relax()
        message = self.moto.ask("sqs", "AmazonSQS.ReceiveMessage", QueueUrl=url, AttributeNames=["All"])["Messages"][0]
        self.assertEqual(message["Attributes"]["ApproximateReceiveCount"], "1", "doctor received the message")

    def test_queues_that_are_not_there(self):
        every = self.user([{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}])
        for queue in ("absent", f"{self.moto.endpoint}/{self.moto.account}/absent"):
            with self.subTest(queue):
                found = self.doctor(self.subscriber(queue), code=4, env=every)
                failure = self.of(found, "queue", "fail")[0]
                self.assertIn("not there", failure["detail"])
                self.assertNotIn("statement", failure)
                self.assertEqual([one["action"] for one in self.of(found, "queue", "skip")],
                                 ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"])

    def test_queues_that_want_more_care(self):
        for name, attributes, words in (
                ("forever", {}, "give it a dead-letter queue"),
                ("hasty", {"RedrivePolicy": json.dumps({
                    "deadLetterTargetArn": f"arn:aws:sqs:us-east-1:{self.moto.account}:forever", "maxReceiveCount": 1})}, "below 3")):
            self.moto.relax()
            self.moto.ask("sqs", "AmazonSQS.CreateQueue", QueueName=name, Attributes=attributes)
            every = self.user([{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}])
            with self.subTest(name):
                warned = self.of(self.doctor(self.subscriber(name), env=every), "queue", "warn")
                self.assertEqual([one["action"] for one in warned], [self.LOOK])
                self.assertIn(words, warned[0]["hint"])

    def test_what_messages_name(self):
        self.moto.relax()
        self.moto.ask("sqs", "AmazonSQS.CreateQueue", QueueName="naming", Attributes={})
        config = self.subscriber("naming")
        key = trail.key("one", NOW - 240)
        queue = [self.anywhere(one) for one in self.of_queue(config)]
        statement = next(one for one in self.least(config, "--bucket", "watched") if one["Sid"] == "ReadNamed")
        more = ("--object", f"s3://watched/{key}")
        found = self.doctor(config, env=self.user([*queue, statement]), more=more)
        self.assert_all_good(found, (self.LOOK,))
        self.assertEqual([one["action"] for one in found if one["check"] in ("get", "decrypt")], list(self.OF_MESSAGES))
        found = self.doctor(config, code=4, env=self.user(queue), more=more)
        failure = self.only(found, "get", "fail")
        self.assertEqual(failure["statement"], self.unnamed(statement))
        self.assertIn("name an object of each bucket with --object", self.only(self.doctor(config, env=self.user(queue)), "get", "skip")["hint"])
        for wrong in ("watched/key", "s3://watched", "s3://watched/", "s3:///key"):
            self.assertEqual(trail.program("doctor", "--config", config, "--object", wrong).code, 2, wrong)
        nobodys = self.config(trail.wodle(trail.bucket_block("watched")), "bucket.conf")
        every = self.user([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}])
        self.assertIn("--object", self.of(self.doctor(nobodys, env=every, more=more), "configuration", "warn")[-1]["detail"])

    LOGS = ('<service type="cloudwatchlogs"><regions>{}</regions><aws_log_groups>{}</aws_log_groups>'
            '<remove_log_streams>yes</remove_log_streams></service>')

    def logs(self, regions, groups, file="logs.conf"):
        return self.config(trail.wodle(self.LOGS.format(regions, groups)), file)

    def test_services(self):
        self.moto.relax()
        for group, stream in (("vpn", "one"), ("bare", None)):
            self.moto.ask("logs", "Logs_20140328.CreateLogGroup", logGroupName=group)
            if stream:
                self.moto.ask("logs", "Logs_20140328.CreateLogStream", logGroupName=group, logStreamName=stream)
        config = self.logs("us-east-1", "vpn")
        self.assert_each_is_needed(config, self.least(config))
        config = self.config(trail.wodle('<service type="inspector"><regions>us-east-1,eu-west-1</regions></service>'), "inspector.conf")
        self.assert_each_is_needed(config, self.least(config))
        self.assertIn("inspector2:ListFindings", self.table)
        self.assertIn("allowed in eu-west-1, us-east-1", self.table)

    def test_log_groups(self):
        self.moto.relax()
        self.moto.ask("logs", "Logs_20140328.CreateLogGroup", logGroupName="empty")
        every = self.user([{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}])
        found = self.doctor(self.logs("us-east-1,eu-west-1", "empty,misspelt"), code=4, env=every)
        warned = self.of(found, "service", "warn")
        self.assertEqual([(one["subject"], one["detail"]) for one in warned], [("log group empty", "no stream there")])
        failure = self.of(found, "service", "fail")
        self.assertEqual([(one["subject"], one["detail"]) for one in failure], [("log group misspelt", "there is none in eu-west-1, us-east-1")])
        self.assertNotIn("statement", failure[0])
        # A group need not be in every region; that events of one without streams may be read is tried, too.
        read = [one for one in found if one.get("subject") == "log group empty" and one.get("action") == "logs:GetLogEvents"]
        self.assertEqual([(one["status"], one["detail"]) for one in read], [("ok", "allowed in us-east-1")])

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

    def test_what_is_printed_once(self):
        self.moto.relax()
        self.moto.ask("logs", "Logs_20140328.CreateLogGroup", logGroupName="twice")
        nobody = [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]
        found = self.doctor(self.logs("us-east-1", "twice"), code=4, env=self.user(nobody))
        statements = [json.dumps(one["statement"]) for one in self.of(found, "service", "fail")]
        self.assertEqual(len(statements), 3)
        for statement in set(statements):
            self.assertEqual(self.table.count(statement), 1)
        self.assertEqual(self.table.count("the same statement as above"), 3 - len(set(statements)))
        self.assertTrue(self.table.endswith("`trailsift init --iam` prints all statements that the configuration needs\n"))


class RegionsTest(DoctorCase):
    """A <service> without <regions> is asked for in all of them. No server plays all regions, so one here answers for each host."""

    REFUSED = (400, {"__type": "AccessDeniedException", "message": "not authorized"})

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="trailsift-internet-"))
        cls.internet = cls.enterClassContext(internet.Internet(pathlib.Path(folder)))

    def doctor_in(self, answer, block, code=0):
        self.internet.answer = answer
        self.internet.hosts.clear()
        return self.doctor(self.config(trail.wodle(block)), code=code, env=self.internet.environment())

    def test_some_regions_refuse(self):
        opened = ("us-east-1", "eu-west-1")

        def answer(host, headers, _):
            self.assertTrue(host.startswith("inspector2."), host)
            if "authorization" not in headers:
                return 403, b"<html>who are you?</html>"
            return (200, {"findings": []}) if host.split(".")[1] in opened else self.REFUSED

        found = self.doctor_in(answer, '<service type="inspector"/>')
        self.assert_all_good(found)
        self.assertGreater(len(self.internet.hosts), 30)
        self.assertEqual([one["detail"] for one in self.of(found, "service")], ["allowed in eu-west-1, us-east-1"])
        self.assertEqual(len(self.of(found, "reach", "ok")), 1)

    def test_all_regions_refuse(self):
        found = self.doctor_in(lambda *_: self.REFUSED, '<service type="inspector"/>', code=4)
        failure = self.only(found, "service", "fail")
        self.assertIn(f"likewise in {len(self.internet.hosts) - 1} of {len(self.internet.hosts)} regions", failure["detail"])
        self.assertEqual(failure["statement"], {"Effect": "Allow", "Action": "inspector2:ListFindings", "Resource": "*"})

    def test_a_broken_region_is_no_closed_one(self):
        def answer(host, *_):
            return (500, {"__type": "InternalServerException"}) if ".eu-north-1." in host else (200, {"findings": []})

        found = self.doctor_in(answer, '<service type="inspector"/>', code=4)
        failure = self.of(found, "service", "fail")
        self.assertEqual(len(failure), 1)
        self.assertIn("eu-north-1", failure[0]["detail"])
        self.assertNotIn("statement", failure[0])

    def test_a_group_in_one_region(self):
        def answer(host, headers, body):
            if headers.get("x-amz-target", "").endswith("DescribeLogStreams") and ".eu-west-1." in host:
                return 200, {"logStreams": [{"logStreamName": "one"}]}
            if b'"one"' in body:
                return 200, {"events": []}
            return 400, {"__type": "ResourceNotFoundException", "message": "m"}

        block = '<service type="cloudwatchlogs"><aws_log_groups>vpn</aws_log_groups></service>'
        found = self.doctor_in(answer, block)
        self.assert_all_good(found)
        self.assertEqual([one["detail"] for one in self.of(found, "service")][1], "allowed in eu-west-1")
        found = self.doctor_in(answer, block.replace("<aws_log", "<regions>us-east-1</regions><aws_log"), code=4)
        self.assertEqual(self.of(found, "service", "fail")[0]["detail"], "there is none in us-east-1")

    def test_what_answers_is_not_aws(self):
        """A web server refuses everything, and not because of what was asked."""
        blocks = ('<service type="inspector"><regions>us-east-1</regions></service>'
                  '<service type="cloudwatchlogs"><regions>us-east-1</regions><aws_log_groups>vpn</aws_log_groups>'
                  '<remove_log_streams>yes</remove_log_streams></service>'
                  '<subscriber type="buckets"><sqs_name>told</sqs_name></subscriber>'
                  '<subscriber type="buckets"><sqs_name>https://sqs.us-east-1.amazonaws.com/111122223333/named</sqs_name></subscriber>')
        found = self.doctor_in(lambda *_: (404, b"<html>not found</html>"), blocks, code=4)
        self.assertEqual([one for one in self.of(found, "service", "ok") + self.of(found, "queue", "ok")], [])
        self.assertEqual(len(self.of(found, "service", "fail") + self.of(found, "queue", "fail")), 4)
        self.assertEqual([one for one in found if "statement" in one], [])


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

    def test_services_and_queues_that_do_not_answer(self):
        config = self.config(trail.wodle(
            '<service type="inspector"><regions>us-east-1</regions></service>'
            '<service type="cloudwatchlogs"><regions>us-east-1,eu-west-1</regions><aws_log_groups>vpn</aws_log_groups></service>'
            '<subscriber type="buckets"><sqs_name>told</sqs_name></subscriber>'))
        env = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
        found = self.doctor(config, code=4, env=env)
        self.assertEqual([one["subject"] for one in self.of(found, "reach", "fail")],
                         ["service inspector", "service cloudwatchlogs in eu-west-1", "service cloudwatchlogs in us-east-1", "queue told"])
        self.assertEqual({one["action"] for one in found if one["status"] == "skip"},
                         {"inspector2:ListFindings", "logs:DescribeLogStreams", "logs:GetLogEvents", "sqs:GetQueueUrl", "sqs:ReceiveMessage",
                          "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "s3:GetObject", "kms:Decrypt"})
        # Faults that don't depend on each other show in one run.
        found = self.doctor(config, code=4, env={**env, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""})
        self.assertEqual(len(self.of(found, "reach", "fail")), 3)
        self.assertEqual(len(self.of(found, "credentials", "fail")), 3)

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
