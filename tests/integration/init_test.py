"""`init --iam` prints the least policy: with it a pass is whole, without any of its statements it is not. The server checks policies."""

import json
import unittest

import servers
import trail


class InitTest(trail.TrailCase):
    def policy(self, config, *more, code=0):
        outcome = trail.program("init", "--iam", "--config", config, *more)
        self.assertEqual(outcome.code, code, outcome.err)
        return json.loads(outcome.out) if code == 0 else outcome

    def fill(self, moto, names):
        for name in names:
            moto.put("watched", trail.key(name, 3600), trail.packed([trail.create_user(name, 3600)]))

    def test_enough_and_not_too_much(self):
        config = self.config(trail.wodle(trail.bucket_block("watched", remove_from_bucket="yes")))
        policy = self.policy(config)
        self.assertEqual([statement["Sid"] for statement in policy["Statement"]], ["List", "Read", "Remove"])
        with servers.Moto() as moto:
            moto.create_bucket("watched")
            self.fill(moto, ["one", "two"])
            users = {"whole": policy}
            for left_out in policy["Statement"]:
                users[f"without{left_out['Sid']}"] = {**policy, "Statement": [s for s in policy["Statement"] if s is not left_out]}
            made = {name: moto.create_user(name, json.dumps(document)) for name, document in users.items()}
            moto.enforce()

            def run(name, code):
                home = self.scratch / name
                home.mkdir()
                env = {"AWS_ENDPOINT_URL": moto.endpoint, "AWS_ACCESS_KEY_ID": made[name][0], "AWS_SECRET_ACCESS_KEY": made[name][1]}
                return self.once(config, code=code, env=env, home=home)

            self.assertIn("not listed in this pass", run("withoutList", 4).err)
            self.assertIn("access denied", run("withoutRead", 4).err)
            self.assertIn("not removed from the bucket", run("withoutRemove", 0).err)
            whole = run("whole", 0)
            self.assertNotIn("not removed", whole.err)
            self.assert_events(["one", "two"], home=self.scratch / "whole")

    def test_what_it_says(self):
        role = "arn:aws:iam::444455556666:role/reader"
        config = self.config(trail.wodle(trail.bucket_block("own"), trail.bucket_block("theirs", iam_role_arn=role)))
        outcome = trail.program("init", "--iam", "--config", config, "--kms-key", "arn:aws:kms:us-east-1:111122223333:key/1")
        self.assertEqual(outcome.code, 0)
        self.assertEqual([s["Sid"] for s in json.loads(outcome.out)["Statement"]], ["List", "Read", "Decrypt", "Assume"])
        self.assertEqual(outcome.err, f"trailsift init: the role {role} needs a policy of its own: --role {role}\n")
        of_role = self.policy(config, "--role", role)
        self.assertEqual([s["Resource"] for s in of_role["Statement"]], ["arn:aws:s3:::theirs", "arn:aws:s3:::theirs/AWSLogs/*"])
        self.assertIn("nothing in the configuration assumes it", self.policy(config, "--role", role + "x", code=2).err)
        self.assertIn("nothing has to be allowed", self.policy(self.folder_config(), code=1).err)
        self.policy(self.config("<ossec_config><wodle", "bad.conf"), code=3)


if __name__ == "__main__":
    unittest.main()
