"""`run` with <subscriber type="security_lake"> and <subscriber type="security_hub">: from the message in the queue to the alert."""

import json
import unittest

import lake
import servers
import trail
from queues_test import QueueCase, by_eventbridge, by_s3, by_sns, configured


def subscriber(kind, **options):
    return (f'<subscriber type="{kind}"><sqs_name>new</sqs_name>' + "".join(f"<{name}>{value}</{name}>" for name, value in options.items())
            + "</subscriber>\n")


class SecurityHubTest(QueueCase):
    def test_findings_become_alerts(self):
        plain = "securityhub/2026/one"
        packed = "securityhub/2026/two.gz"
        self.s3.put("a-trail", plain, json.dumps(lake.hub_event("first", "second")).encode("utf-8")
                    + json.dumps(lake.hub_event("third", severity="HIGH")).encode("utf-8"))
        self.s3.put("a-trail", packed, trail.gzip.compress(json.dumps(lake.hub_event("fourth", severity="LOW")).encode("utf-8")))
        self.queues.send(self.queue, by_s3("a-trail", plain), by_eventbridge("a-trail", packed), by_s3("a-trail", plain))
        config = self.config(configured(subscriber("security_hub")))
        outcome = self.once(config, env=self.env)
        lines = trail.alerts(self.home)
        self.assertEqual(sorted((line["rule"]["level"], line["data"]["aws"]["finding"]["Title"]) for line in lines),
                         [(4, "fourth"), (10, "third"), (12, "first"), (12, "second")])
        first = next(line for line in lines if line["data"]["aws"]["finding"]["Title"] == "first")
        self.assertEqual(first["data"]["aws"]["log_info"], {"log_file": plain, "s3bucket": "a-trail"})
        self.assertEqual((first["data"]["aws"]["source"], first["data"]["aws"]["detail_type"]),
                         ("securityhub", "Security Hub Findings - Imported"))
        self.assertEqual(first["trailsift"]["event_time"], trail.iso(3600))
        self.assertIn(": 4 matched, 0 unmatched, ", outcome.err)
        self.assert_queue_empty()
        self.once(config, env=self.env)
        self.assertEqual(len(trail.alerts(self.home)), 4)

    def test_what_is_no_event_of_it_is_kept_and_the_others_count(self):
        self.s3.put("a-trail", "hub", b'{"hello": 1}' + json.dumps(lake.hub_event("good")).encode("utf-8"))
        self.queues.send(self.queue, by_s3("a-trail", "hub"))
        outcome = self.once(self.config(configured(subscriber("security_hub"))), code=5, env=self.env)
        self.assertEqual([line["data"]["aws"]["finding"]["Title"] for line in trail.alerts(self.home)], ["good"])
        self.assertIn("s3://a-trail/hub: quarantined: document at byte 0: no \"detail\"", outcome.err)
        self.assert_queue_empty()


class SecurityLakeTest(trail.TrailCase):
    """By the role of the subscription, which alone may read."""

    def setUp(self):
        super().setUp()
        self.moto = servers.Moto()
        self.moto.__enter__()
        self.addCleanup(self.moto.__exit__, None, None, None)
        self.queue = self.moto.create_queue("new")
        self.moto.create_bucket(lake.BUCKET)
        self.user = self.moto.create_user("collector", lake.USER)
        self.role = self.moto.create_role("lake", lake.ROLE, ("collector",))

    def run_once(self, code=0, user=None):
        config = self.config(configured(subscriber("security_lake", iam_role_arn=self.role, external_id="lake-1")))
        self.moto.enforce()
        try:
            return self.once(config, code=code, env=self.moto.environment(*(user or self.user)))
        finally:
            self.moto.relax()

    def test_rows_become_alerts(self):
        good = "ext/SecurityHub/region=eu-west-1/accountId=111122223333/eventDay=20260115/a.zstd.parquet"
        damaged = good.replace("a.zstd", "b.zstd")
        whole = lake.parquet(self.scratch, [lake.finding("critical", 5, 3600), lake.finding("medium", 3, 3700), lake.finding("over", 5, 3800, status_id=4)])
        self.moto.put(lake.BUCKET, good, whole)
        self.moto.put(lake.BUCKET, damaged, whole[:-20])
        self.moto.send(self.queue, by_eventbridge(lake.BUCKET, good), by_sns(by_eventbridge(lake.BUCKET, damaged)))
        outcome = self.run_once(code=5)
        lines = trail.alerts(self.home)
        self.assertEqual(trail.rules_of(lines), ["90372", "90374"])
        alert = next(line for line in lines if line["rule"]["id"] == "90372")
        self.assertEqual(alert["rule"]["description"], "Security Hub, by Security Lake: critical (critical severity) in account 111122223333, "
                         "region eu-west-1")
        self.assertEqual(alert["data"]["finding_info"], {"title": "critical", "types": ["a", "b"]})
        self.assertNotIn("aws", alert["data"])
        self.assertEqual(alert["trailsift"]["event_time"], trail.iso(3600))
        self.assertIn(f"quarantined: s3://{lake.BUCKET}/{damaged}: is a Parquet file that is cut off", outcome.err)
        self.assertEqual(self.moto.queue_depth(self.queue), (0, 0))

    def test_without_the_role_nothing_is_read_and_nothing_goes(self):
        self.moto.send(self.queue, by_eventbridge(lake.BUCKET, "x.parquet"))
        outcome = self.run_once(code=4, user=self.moto.create_user("stranger", lake.ROLE))
        self.assertIn("sts:AssumeRole", outcome.err)
        self.assertEqual(trail.alerts(self.home), [])
        self.assertEqual(sum(self.moto.queue_depth(self.queue)), 1)


if __name__ == "__main__":
    unittest.main()
