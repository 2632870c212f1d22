"""Credentials of every kind against servers that check signatures and policies: `trailsift run` reads a bucket with them, or says who
must do what. Secrets are never said."""

import json
import pathlib
import unittest

import fault_proxy
import servers
import trail

BUCKET = "policed"
READ = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"},
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}]})


def assume(*roles):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": list(roles) or ["arn:aws:iam::000000000000:role/none"]}]})


class RoleTest(trail.TrailCase):
    """User `collector` may assume the roles `reader` and `through`, and nothing else; `through` may assume the role `far`, which reads
    as `reader` does. User `stranger` may nothing of it."""

    @classmethod
    def setUpClass(cls):
        cls.moto = servers.Moto()
        cls.moto.__enter__()
        cls.addClassCleanup(cls.moto.__exit__, None, None, None)
        cls.moto.create_bucket(BUCKET)
        cls.events = [f"event {n}" for n in range(12)]
        for n, event in enumerate(cls.events):
            cls.moto.put(BUCKET, trail.key(event, 4000 + 60 * n), trail.packed([trail.create_user(event, 3600 + n)]))
        cls.role = f"arn:aws:iam::{cls.moto.account}:role/reader"
        cls.keys = cls.moto.create_user("collector", assume(cls.role, f"arn:aws:iam::{cls.moto.account}:role/through"))
        cls.through = cls.moto.create_role("through", assume(f"arn:aws:iam::{cls.moto.account}:role/far"), ["collector"])
        cls.far = cls.moto.create_role("far", READ, ["through/trailsift"])
        cls.foreign = cls.moto.create_user("stranger", assume())
        cls.moto.create_role("reader", READ, ["collector"])
        cls.moto.enforce()

    def setUp(self):
        super().setUp()
        self.files(credentials=f"[default]\naws_access_key_id = {self.keys[0]}\naws_secret_access_key = {self.keys[1]}\n"
                               f"[foreign]\naws_access_key_id = {self.foreign[0]}\naws_secret_access_key = {self.foreign[1]}\n", config="")

    def files(self, **texts):
        self.env = getattr(self, "env", {"AWS_ENDPOINT_URL": self.moto.endpoint})
        for name, text in texts.items():
            path = pathlib.Path(self.scratch) / name
            path.write_text(text, encoding="ascii")
            self.env["AWS_SHARED_CREDENTIALS_FILE" if name == "credentials" else "AWS_CONFIG_FILE"] = str(path)

    def read(self, code=0, **options):
        outcome = self.once(self.config(trail.wodle(trail.bucket_block(BUCKET, **options))), code=code, env=self.env)
        for secret in (self.keys[1], self.foreign[1]):
            self.assertNotIn(secret, outcome.err)
        self.assert_events(self.events if code == 0 else [])
        return outcome

    def test_the_user_alone_may_not_read(self):
        self.assertIn("need s3:ListBucket", self.read(code=4).err)

    def test_iam_role_arn(self):
        self.read(iam_role_arn=self.role)

    def test_with_everything_that_belongs_to_it(self):
        self.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
        self.read(iam_role_arn=self.role, iam_role_duration=900, sts_endpoint=self.moto.endpoint, service_endpoint=self.moto.endpoint,
                  aws_profile="default")

    def test_who_may_not_assume_it(self):
        err = self.read(code=4, iam_role_arn=self.role, aws_profile="foreign").err
        self.assertIn(f"s3://{BUCKET}/", err)
        self.assertIn(f"arn:aws:iam::{self.moto.account}:user/stranger (the keys from profile \"foreign\"", err)
        self.assertIn('{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/stranger"},"Action":"sts:AssumeRole"}', err)
        self.assertIn('{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::123456789012:role/reader"}', err)

    def test_wrong_secret(self):
        self.files(credentials=f"[default]\naws_access_key_id = {self.keys[0]}\naws_secret_access_key = a-secret-of-nobody\n")
        err = self.read(code=4, iam_role_arn=self.role).err
        self.assertIn("the secret key does not belong to the access key", err)
        self.assertNotIn("a-secret-of-nobody", err)

    def test_sts_that_is_not_there(self):
        self.assertIn("http://127.0.0.1:9", self.read(code=4, iam_role_arn=self.role, sts_endpoint="http://127.0.0.1:9").err)

    def test_a_session_that_ends_in_the_middle(self):
        """What S3 does with the token of a session that is over; the next session's is as good as the first one was."""
        seen = []

        def expire(request):
            token = request.headers.get("x-amz-security-token")
            if token not in seen:
                seen.append(token)
            old = token == seen[0] and sum(".json.gz" in one.target for one in proxy.requests) > 4
            return fault_proxy.Status(400, "ExpiredToken") if old else None

        with fault_proxy.FaultProxy(self.moto.endpoint, expire) as proxy:
            self.read(iam_role_arn=self.role, service_endpoint=proxy.endpoint, sts_endpoint=self.moto.endpoint)
        self.assertEqual(len(seen), 2)

    def test_one_role_for_several_buckets_is_assumed_once(self):
        """Two buckets and two queues, and a bucket with another duration, which is another session."""
        other = "policed-too"
        self.moto.relax()
        self.addCleanup(self.moto.enforce)
        self.moto.create_bucket(other)
        self.moto.put(other, trail.key("of the other", 4000), trail.packed([trail.create_user("of the other", 3600)]))
        for name in ("one", "two"):
            self.moto.create_queue(name)
        with fault_proxy.FaultProxy(self.moto.endpoint, lambda _: None) as sts:
            role = {"iam_role_arn": self.role, "sts_endpoint": sts.endpoint}
            queues = [f"<subscriber type=\"buckets\"><sqs_name>{name}</sqs_name>"
                      + "".join(f"<{option}>{value}</{option}>" for option, value in role.items()) + "</subscriber>" for name in ("one", "two")]
            config = self.config(trail.wodle(trail.bucket_block(BUCKET, **role), trail.bucket_block(other, **role),
                                             trail.bucket_block(BUCKET, path="nothing/here", iam_role_duration=900, **role), *queues))
            self.once(config, env=self.env)
            self.assertEqual([(request.method, request.target) for request in sts.requests], [("POST", "/")] * 2)
        self.assert_events(self.events + ["of the other"])

    def test_role_of_a_profile(self):
        self.files(config=f"[profile reader]\nrole_arn = {self.role}\nsource_profile = default\nduration_seconds = 900\n")
        self.read(aws_profile="reader")

    def test_role_by_the_keys_of_the_environment(self):
        self.env.update(AWS_ACCESS_KEY_ID=self.keys[0], AWS_SECRET_ACCESS_KEY=self.keys[1])
        self.files(credentials="", config=f"[profile reader]\nrole_arn = {self.role}\ncredential_source = Environment\n")
        self.read(aws_profile="reader")

    def test_chain_of_profiles(self):
        self.files(config=f"[profile far]\nrole_arn = {self.far}\nsource_profile = through\n"
                          f"[profile through]\nrole_arn = {self.through}\nsource_profile = default\n")
        self.read(aws_profile="far")
        self.assertIn("need s3:ListBucket", self.once(self.config(trail.wodle(trail.bucket_block(BUCKET, aws_profile="through"))), code=4,
                                                      home=self.scratch / "through", env=self.env).err)

    def test_role_on_top_of_a_profile(self):
        self.files(config=f"[profile through]\nrole_arn = {self.through}\nsource_profile = default\n")
        err = self.read(code=4, aws_profile="through", iam_role_arn=self.role).err
        self.assertIn('"Principal":{"AWS":"arn:aws:iam::123456789012:role/through"}', err)

    def test_program(self):
        """Run once; its keys assume the role."""
        script = self.scratch / "get keys"
        answer = {"Version": 1, "AccessKeyId": self.keys[0], "SecretAccessKey": self.keys[1], "Expiration": "2099-01-01T00:00:00Z"}
        script.write_text(f"#!/bin/sh\necho $1 >> '{self.scratch}/runs'\necho a-note-of-nobody >&2\necho '{json.dumps(answer)}'\n")
        script.chmod(0o700)
        self.files(credentials="", config=f"[profile tool]\ncredential_process = '{script}' \"an argument\"\n"
                                          f"[profile reader]\nrole_arn = {self.role}\nsource_profile = tool\n")
        self.assertNotIn("a-note-of-nobody", self.read(aws_profile="reader").err)
        self.assertEqual((self.scratch / "runs").read_text(), "an argument\n")

    def test_program_that_fails(self):
        self.files(credentials="", config="[profile tool]\ncredential_process = sh -c 'echo a-secret-of-nobody; exit 7'\n")
        err = self.read(code=4, aws_profile="tool").err
        self.assertIn('credential_process of profile "tool": sh: ended with code 7', err)
        self.assertNotIn("a-secret-of-nobody", err)

    def test_nobody_is_signed_in(self):
        self.env["HOME"] = str(self.scratch)
        self.files(credentials="", config="[profile corp]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = reader\n"
                                          "[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.example/start\n")
        self.assertIn("run: aws sso login --profile corp", self.read(code=4, aws_profile="corp").err)

    def test_circle_of_profiles(self):
        self.files(credentials="", config=f"[profile a]\nrole_arn = {self.role}\nsource_profile = b\n"
                                          f"[profile b]\nrole_arn = {self.role}\nsource_profile = a\n")
        self.assertIn("leads in a circle", self.read(code=4, aws_profile="a").err)


class WebIdentityTest(trail.TrailCase):
    """As a pod of EKS has it. (This moto checks nothing: where it does, it does not know requests without a signature.)"""

    def test_token_in_a_file(self):
        with servers.Moto() as moto:
            moto.create_bucket(BUCKET)
            moto.put(BUCKET, trail.key("one", 4000), trail.packed([trail.create_user("one", 3600)]))
            token = self.scratch / "token"
            token.write_text("a-token-of-nobody\n", encoding="ascii")
            env = {"AWS_ENDPOINT_URL": moto.endpoint, "AWS_WEB_IDENTITY_TOKEN_FILE": str(token),
                   "AWS_ROLE_ARN": f"arn:aws:iam::{moto.account}:role/pod"}
            config = self.config(trail.wodle(trail.bucket_block(BUCKET)))
            self.once(config, env=env)
            self.assert_events(["one"])
            token.unlink()
            err = self.once(config, code=4, env=env).err
            self.assertIn(f"the web identity token can't be read: {token}", err)
            self.assertNotIn("a-token-of-nobody", err)


if __name__ == "__main__":
    unittest.main()
