"""Buckets of every type, in one pass: layout, source, fields and default rules; nothing twice in a second pass."""

import gzip
import json
import unittest
from datetime import datetime, timedelta, timezone

import trail

# A day of no Config folder with zeros in it, and the days around a change of the number of digits.
NOW = datetime.now(timezone.utc)
TODAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
ONE = "111122223333"


def day(moment, style="/"):
    if style == "config":
        return f"{moment.year}/{moment.month}/{moment.day}"
    return moment.strftime(f"%Y{style}%m{style}%d")


def typed(kind, name, path="", **options):
    inner = f"<name>{name}</name>" + (f"<path>{path}</path>" if path else "")
    inner += "".join(f"<{option}>{value}</{option}>" for option, value in options.items())
    return f'<bucket type="{kind}">{inner}</bucket>\n'


class BucketTypesTest(trail.TrailCase):
    def place(self, key, text):
        content = text.encode("utf-8")
        trail.put(self.bucket, key, gzip.compress(content) if key.endswith(".gz") else content)

    def fill(self):
        stamp = TODAY.strftime("%Y%m%dT%H%MZ")
        seconds = int(TODAY.timestamp())
        logs = f"AWSLogs/{ONE}"
        self.place(f"{logs}/vpcflowlogs/eu-west-1/{day(TODAY)}/{ONE}_vpcflowlogs_eu-west-1_fl-1_{stamp}_9.log.gz",
                   "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n"
                   f"2 {ONE} eni-1 192.0.2.9 10.0.0.5 49152 22 6 20 4249 {seconds} {seconds + 60} REJECT OK\n")
        self.place(f"{logs}/GuardDuty/eu-west-1/{day(TODAY)}/0a1b.jsonl.gz",
                   json.dumps({"type": "Recon:EC2/X", "severity": 8, "accountId": ONE, "region": "eu-west-1", "title": "a title",
                               "updatedAt": TODAY.isoformat().replace("+00:00", "Z"), "service": {"serviceName": "guardduty"}}) + "\n")
        for n, moment in enumerate((TODAY, TODAY - timedelta(days=1), TODAY - timedelta(days=2))):
            self.place(f"{logs}/Config/us-east-1/{day(moment, 'config')}/ConfigHistory/{ONE}_Config_us-east-1_ConfigHistory_{n}.json.gz",
                       json.dumps({"fileVersion": "1.0", "configurationItems": [
                           {"configurationItemStatus": "ResourceDeleted", "resourceType": "AWS::EC2::Instance", "resourceId": f"i-{n}",
                            "awsAccountId": ONE, "awsRegion": "us-east-1"}]}))
        self.place(f"{logs}/elasticloadbalancing/us-east-1/{day(TODAY)}/{ONE}_elasticloadbalancing_us-east-1_app.web.1_{stamp}_192.0.2.1_4x.log.gz",
                   f'http {TODAY.isoformat()[:19]}.186641Z app/web/1 192.0.2.7:2817 10.0.0.1:80 0 0 0 403 200 34 366 "GET http://a/ HTTP/1.1" "curl"\n')
        self.place(f"waf/{day(TODAY)}/10/aws-waf-logs-x-1-{day(TODAY, '-')}-10-05-07-0a1b.gz",
                   json.dumps({"timestamp": seconds * 1000, "action": "BLOCK", "terminatingRuleId": "r",
                               "httpRequest": {"clientIp": "192.0.2.8", "country": "NL", "uri": "/x", "httpMethod": "GET",
                                               "headers": [{"name": "Host", "value": "a"}]}}))
        self.place(f"access/{day(TODAY, '-')}-10-05-07-ABCDEF",
                   f'79a5 docs [{TODAY.strftime("%d/%b/%Y")}:10:00:38 +0000] 192.0.2.3 eve 3E57 REST.GET.OBJECT k "GET /k HTTP/1.1" 403 '
                   'AccessDenied 243 - 7 - "-" "curl" -\n')
        self.place(f"dnslogs/{day(TODAY, '-')}/{day(TODAY, '-')}-10-10-e4e1.csv.gz",
                   f'"{day(TODAY, "-")} 10:00:00","laptop","laptop","10.0.0.9","192.0.2.4","Blocked","1 (A)","NOERROR","bad.example.","Malware"\n')
        self.place(f"custom/{day(TODAY)}/x",
                   json.dumps({"source": "aws.macie", "time": TODAY.isoformat(),
                               "detail": {"type": "Policy:X", "severity": {"description": "High"}, "title": "open"}}))

    def settings(self, **options):
        url = f"file://{self.bucket}"
        local = self.scratch / "local.xml"
        local.write_text('<group name="local,"><rule id="100900" level="3"><if_sid>80200</if_sid>'
                         '<field name="aws.source">^cisco_umbrella$</field><description>$(aws.action) $(aws.domain)</description>'
                         "</rule></group>\n", encoding="ascii")
        buckets = [typed(kind, url, **options) for kind in ("vpcflow", "guardduty", "alb")]
        buckets.append(typed("config", url, only_logs_after=(TODAY - timedelta(days=2)).strftime("%Y-%b-%d").upper(), **options))
        buckets += [typed("waf", url, "waf", **options), typed("server_access", url, "access/", **options),
                    typed("cisco_umbrella", url, "dnslogs", **options), typed("custom", url, "custom", **options)]
        return self.config(f"<ossec_config><ruleset><rule_include>{local}</rule_include></ruleset></ossec_config>\n"
                           + trail.wodle(*buckets))

    def test_each_type_is_read_and_matched(self):
        self.fill()
        config = self.settings()
        self.once(config)
        alerts = trail.alerts(self.home)
        found = sorted((alert["data"]["aws"]["source"], alert["rule"]["id"], alert["rule"]["level"]) for alert in alerts)
        self.assertEqual(found, [("alb", "80328", 5), ("cisco_umbrella", "100900", 3), ("config", "80456", 3), ("config", "80456", 3),
                                 ("config", "80456", 3), ("guardduty", "80303", 10), ("macie", "80353", 8),
                                 ("s3_server_access", "80368", 5), ("vpc", "80402", 4), ("waf", "80442", 3)])
        by_rule = {alert["rule"]["id"]: alert for alert in alerts}
        flow = by_rule["80402"]["data"]["aws"]
        self.assertEqual((flow["srcaddr"], flow["dstport"], flow["start"], flow["aws_account_id"]),
                         ("192.0.2.9", "22", TODAY.strftime("%Y-%m-%dT%H:%M:%SZ"), ONE))
        self.assertEqual(by_rule["80402"]["rule"]["description"],
                         "The network interface eni-1 rejected 192.0.2.9:49152 to 10.0.0.5:22, protocol 6, 20 packets")
        self.assertEqual(by_rule["80328"]["data"]["aws"]["client_ip"], "192.0.2.7")
        self.assertEqual(by_rule["80442"]["data"]["aws"]["httpRequest"]["headers"], {"Host": "a"})
        self.assertEqual(by_rule["100900"]["rule"]["description"], "Blocked bad.example.")
        self.assertNotIn("aws_account_id", by_rule["80442"]["data"]["aws"])
        self.assertEqual({alert["data"]["aws"]["resourceId"] for alert in alerts if alert["rule"]["id"] == "80456"}, {"i-0", "i-1", "i-2"})
        # A second pass knows them all; an object that comes late is read.
        self.place(f"waf/{day(TODAY - timedelta(days=1))}/10/aws-waf-logs-x-1-{day(TODAY - timedelta(days=1), '-')}-10-05-07-late",
                   json.dumps({"action": "BLOCK", "httpRequest": {"clientIp": "192.0.2.10"}}))
        self.once(config)
        self.assertEqual(len(trail.alerts(self.home)), len(alerts))  # it lies before the day on which the source began
        self.place(f"waf/{day(TODAY)}/00/aws-waf-logs-x-1-{day(TODAY, '-')}-00-05-07-late",
                   json.dumps({"action": "BLOCK", "httpRequest": {"clientIp": "192.0.2.10"}}))
        self.once(config)
        self.assertEqual(len(trail.alerts(self.home)), len(alerts) + 1)
        self.assert_no_id_twice(self.home)

    def test_done_objects_are_removed_damaged_ones_stay(self):
        self.fill()
        self.place(f"waf/{day(TODAY)}/11/damaged", '{"action": "BLOCK"}\n{"action":')
        self.once(self.settings(remove_from_bucket="yes"), code=5)
        left = [path.relative_to(self.bucket).as_posix() for path in self.bucket.rglob("*") if path.is_file()]
        self.assertEqual(left, [f"waf/{day(TODAY)}/11/damaged"])
        index = (self.home / "quarantine" / "index.ndjson").read_text(encoding="utf-8")
        self.assertIn("it ends in the middle of the document at byte 20", index)


if __name__ == "__main__":
    unittest.main()
