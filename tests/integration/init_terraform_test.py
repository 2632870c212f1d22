"""`init --terraform` prints HCL that a parser takes, in which every reference leads somewhere and every action stands that doctor tries."""

import json
import re
import subprocess
import unittest

import servers
import trail

READ = "import json, sys, hcl2; json.dump(hcl2.load(sys.stdin), sys.stdout)"
REFERENCE = re.compile(r"\b(?:data\.)?aws_[a-z0-9_]+\.[a-z0-9_]+|\b(?:var|local)\.[a-z0-9_]+")


def plain(value):
    """Without the quotes and marks that the parser leaves in names and texts."""
    if isinstance(value, dict):
        return {plain(name): plain(one) for name, one in value.items() if not str(name).startswith("__")}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value[1:-1] if isinstance(value, str) and value[:1] == value[-1:] == '"' and len(value) > 1 else value


class Module:
    def __init__(self, text):
        done = subprocess.run([str(servers.hcl_python()), "-c", READ], input=text, capture_output=True, check=False)
        if done.returncode != 0:
            raise AssertionError(done.stderr.decode("utf-8")[-2000:] + text.decode("utf-8"))
        self.text = text.decode("utf-8")
        self.blocks = plain(json.loads(done.stdout))

    def named(self, kind):
        return {name: body for block in self.blocks.get(kind, []) for name, body in block.items()}

    def typed(self, kind):
        return {f"{first}.{second}": body for block in self.blocks.get(kind, []) for first, rest in block.items() for second, body in rest.items()}

    def defined(self):
        found = set(self.typed("resource")) | {f"data.{name}" for name in self.typed("data")}
        found |= {f"var.{name}" for name in self.named("variable")}
        return found | {f"local.{name}" for block in self.blocks["locals"] for name in block}

    def referenced(self):
        code = "\n".join(line for line in self.text.splitlines() if not line.lstrip().startswith(("#", "description")))
        code = code.replace("$${", "").replace("%%{", "")
        # Of a text only what stands in its templates is code.
        inside = " ".join(re.findall(r"\$\{([^}]*)\}", code))
        outside = re.sub(r'"(?:\\.|[^"\\])*"', '""', code)
        return set(REFERENCE.findall(inside + "\n" + outside))

    def statements(self, name):
        """Of a policy document, those that depend on a variable included."""
        document = self.typed("data")[f"aws_iam_policy_document.{name}"]
        found = list(document.get("statement", []))
        for block in document.get("dynamic", []):
            for body in block.values():
                found += body["content"]
        return found

    def actions(self, name):
        return {action for statement in self.statements(name) for action in statement["actions"]}


class TerraformTest(trail.TrailCase):
    def module(self, *words):
        outcome = trail.program("init", "--terraform", *words)
        self.assertEqual(outcome.code, 0, outcome.err)
        made = Module(outcome.out)
        self.assertEqual(made.referenced() - made.defined(), set())
        self.assertEqual(made.defined() - made.referenced() - {f"data.{one}" for one in made.typed("data")}
                         - set(made.typed("resource")), set(), "a variable that nothing uses")
        return made

    def test_without_a_configuration(self):
        made = self.module()
        self.assertNotIn("default", made.named("variable")["bucket"])
        resources = made.typed("resource")
        for wanted in ("aws_s3_bucket.logs", "aws_s3_bucket_policy.logs", "aws_s3_bucket_public_access_block.logs",
                       "aws_s3_bucket_server_side_encryption_configuration.logs", "aws_s3_bucket_lifecycle_configuration.logs",
                       "aws_s3_bucket_notification.logs", "aws_sqs_queue.trail", "aws_sqs_queue.failed", "aws_sqs_queue_policy.trail",
                       "aws_iam_role.trailsift", "aws_iam_role_policy.trailsift"):
            self.assertIn(wanted, resources)
        self.assertIs(resources["aws_cloudtrail.trail"]["is_multi_region_trail"], True)
        self.assertIs(resources["aws_cloudtrail.trail"]["enable_log_file_validation"], True)
        self.assertIn("maxReceiveCount     = 5", made.text)
        self.assertEqual(set(resources["aws_s3_bucket_public_access_block.logs"]) - {"bucket"},
                         {"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"})

    def test_with_one(self):
        config = self.config(trail.wodle(
            trail.bucket_block("own", path="some/", aws_organization_id="o-abc", remove_from_bucket="yes",
                               iam_role_arn="arn:aws:iam::111122223333:role/team/reader"),
            trail.bucket_block("elsewhere", iam_role_arn="arn:aws:iam::111122223333:role/team/reader"),
            '<subscriber type="buckets"><sqs_name>told</sqs_name><iam_role_arn>arn:aws:iam::111122223333:role/team/reader</iam_role_arn>'
            '</subscriber>'))
        made = self.module("--config", config, "--kms-key", "arn:aws:kms:us-east-1:111122223333:key/1")
        defaults = {name: body.get("default") for name, body in made.named("variable").items()}
        self.assertEqual({name: defaults[name] for name in ("bucket", "prefix", "organization_id", "queue", "role", "kms_key_arn")},
                         {"bucket": "own", "prefix": "some", "organization_id": "o-abc", "queue": "told", "role": "reader",
                          "kms_key_arn": "arn:aws:kms:us-east-1:111122223333:key/1"})
        self.assertIs(defaults["remove_from_bucket"], True)
        self.assertIn('the bucket "elsewhere"', made.text)
        further = [one for one in made.statements("trailsift") if one["sid"].startswith("Further")]
        self.assertEqual([one["resources"] for one in further], [["arn:aws:s3:::elsewhere"], ["arn:aws:s3:::elsewhere/AWSLogs/*"]])

    def test_every_action_that_doctor_tries(self):
        """Of a configuration that needs everything, whether or not a server is there."""
        role = "arn:aws:iam::111122223333:role/reader"
        of_role = f"<iam_role_arn>{role}</iam_role_arn>"
        config = self.config(trail.wodle(
            trail.bucket_block("own", remove_from_bucket="yes", iam_role_arn=role),
            f'<subscriber type="buckets"><sqs_name>told</sqs_name>{of_role}</subscriber>',
            f'<service type="inspector"><regions>us-east-1</regions>{of_role}</service>',
            f'<service type="cloudwatchlogs"><regions>us-east-1</regions><aws_log_groups>vpn</aws_log_groups>'
            f'<remove_log_streams>yes</remove_log_streams>{of_role}</service>').replace(
                "</ossec_config>", "<trailsift><log_integrity>yes</log_integrity></trailsift></ossec_config>"))
        nowhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "AKIANOBODY0000000000", "AWS_SECRET_ACCESS_KEY": "nobodys"}
        outcome = trail.program("doctor", "--json", "--config", config, "--home", self.scratch, env=nowhere)
        self.assertEqual(outcome.code, 4, outcome.err)
        tried = {one["action"] for one in outcome.lines if "action" in one}
        self.assertLessEqual({"s3:ListBucket", "s3:GetObject", "s3:DeleteObject", "kms:Decrypt", "sts:AssumeRole", "cloudtrail:ListPublicKeys"}, tried)
        made = self.module("--config", config)
        self.assertIs(made.named("variable")["log_integrity"]["default"], True)
        self.assertLessEqual(tried, made.actions("trailsift") | made.actions("caller"))
        self.assertIn("sqs:GetQueueAttributes", made.actions("trailsift"))
        # And both are what `init --iam` says, but for what only doctor wants to know.
        least = set()
        for words in ((), ("--role", role)):
            policy = trail.program("init", "--iam", "--config", config, "--kms-key", "arn:aws:kms:us-east-1:111122223333:key/1", *words)
            for statement in json.loads(policy.out)["Statement"]:
                least |= {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])
        self.assertEqual(least | {"sqs:GetQueueAttributes"}, made.actions("trailsift") | made.actions("caller"))

    def test_what_it_refuses(self):
        for words in (["init"], ["init", "--iam"], ["init", "--terraform", "--iam"], ["init", "--terraform", "--role", "x"]):
            self.assertEqual(trail.program(*words).code, 2)


if __name__ == "__main__":
    unittest.main()
