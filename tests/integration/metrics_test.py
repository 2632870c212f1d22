"""`trailsift run --metrics`: what Prometheus reads there is what the log says, and /healthz tells good from bad."""

import http.client
import json
import re
import signal
import socket
import subprocess
import unittest

import cloudtrail_server
import digests
import fault_proxy
import servers
import trail

# Prometheus' own reader of the text, in an environment that holds it: text in, samples out.
_PARSE = """
import json, sys
from prometheus_client.parser import text_string_to_metric_families
json.dump([[f.name, f.type, f.documentation, [[s.name, s.labels, s.value] for s in f.samples]]
           for f in text_string_to_metric_families(sys.stdin.read())], sys.stdout)
"""


class Page:
    def __init__(self, text):
        done = subprocess.run([str(servers.prometheus_python()), "-c", _PARSE], input=text, stdout=subprocess.PIPE, text=True, check=True)
        self.families = json.loads(done.stdout)
        self.samples = {(name, tuple(sorted(labels.items()))): value for family in self.families for name, labels, value in family[3]}

    def __getitem__(self, name):
        return self.samples[(name, ())]

    def by(self, name, label):
        """{value of the label: number} of the samples of this name."""
        return {dict(labels)[label]: value for (sample, labels), value in self.samples.items() if sample == name}


class MetricsCase(trail.TrailCase):
    def port(self, daemon):
        self.assertTrue(daemon.until(lambda: "/metrics and /healthz" in daemon.err), daemon.err)
        return int(re.search(r"http://127\.0\.0\.1:(\d+)/metrics", daemon.err)[1])

    def get(self, port, path, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode("utf-8")
        finally:
            connection.close()

    def after_passes(self, daemon, count):
        self.assertTrue(daemon.until(lambda: daemon.err.count(" objects were known") >= count), daemon.err)


class MetricsTest(MetricsCase):
    def test_says_what_the_log_says(self):
        asked = []
        faults = iter([fault_proxy.Status(503, "SlowDown"), fault_proxy.Status(500, "InternalError")])

        def fault(request):
            asked.append("list" if "list-type=2" in request.target else request.method.lower())
            return next(faults, None) if asked[-1] == "get" else None

        for n in range(6):
            self.put(f"object {n}", [trail.create_user(f"made {n}", 3600 + n), trail.quiet(f"quiet {n}", 3700 + n)], 3900 + 60 * n)
        self.put("copy", [trail.create_user("made 0", 3600)], 4800)
        self.put("bad record", [trail.create_user("beside", 3700), 7], 4860)
        self.put("damaged", b"nonsense", 4920)
        with servers.S3Proxy() as server:
            server.fill("a-trail", self.bucket)
            with fault_proxy.FaultProxy(server.endpoint, fault) as proxy:
                env = {**server.environment(), "AWS_ENDPOINT_URL": proxy.endpoint}
                config = self.config(trail.wodle(trail.bucket_block("a-trail"), interval="1h"))
                with trail.Daemon("run", "--config", config, "--home", self.home, "--metrics", "127.0.0.1:0", env=env) as daemon:
                    port = self.port(daemon)
                    self.after_passes(daemon, 1)
                    status, headers, text = self.get(port, "/metrics")
                    health = self.get(port, "/healthz")
                    head = self.get(port, "/metrics", "HEAD")
                    daemon.signal(signal.SIGTERM)
                    self.assertEqual(daemon.wait(), 0, daemon.err)
                    log = daemon.err
        self.assertEqual((status, headers["Content-Type"]), (200, "text/plain; version=0.0.4; charset=utf-8"))
        self.assertEqual((head[0], head[2]), (200, ""))
        page = Page(text)
        said = trail.counted([line for line in log.splitlines() if " records in " in line][-1])
        self.assertEqual(said["objects"], 9)
        self.assertEqual(page["trailsift_objects_total"], said["objects"])
        self.assertEqual(page["trailsift_object_bytes_total"], sum(path.stat().st_size for path in self.bucket.rglob("*.gz")))
        fates = page.by("trailsift_records_total", "fate")
        self.assertEqual(fates, {"matched": said["matched"], "unmatched": said["unmatched"], "duplicate": said["duplicates"],
                                 "discarded": said["discarded"], "quarantined": said["quarantined"]})
        self.assertEqual((sum(fates.values()), fates["duplicate"], fates["quarantined"]), (said["records"], 1, 1))
        levels = page.by("trailsift_alerts_total", "level")
        lines = trail.alerts(self.home)
        self.assertEqual(sum(levels.values()), len(lines))
        self.assertEqual(len(lines), said["alerts"])
        for level in range(17):
            self.assertEqual(levels[str(level)], sum(alert["rule"]["level"] == level for alert in lines), level)
        self.assertEqual(page["trailsift_alert_lag_seconds_count"], len(lines))
        errors = page.by("trailsift_errors_total", "kind")
        self.assertEqual(errors, {"list": 0, "get": 0, "gone": 0, "object": 1, "record": 1, "remove": 0, "disk": 0})
        # Each request that the server saw, the two that failed included.
        self.assertEqual(page.by("trailsift_requests_total", "operation"),
                         {"list": asked.count("list"), "get": asked.count("get"), "put": 0, "delete": 0})
        self.assertEqual(asked.count("get"), 9 + 2)
        self.assertEqual(page.by("trailsift_request_retries_total", "service"), {"s3": 2})
        self.assertEqual(page.by("trailsift_passes_total", "result"), {"fine": 1, "failed": 0})
        self.assertEqual((page["trailsift_pass_running"], page["trailsift_last_pass_fine"], page["trailsift_objects_under_way"]), (0, 1, 0))
        self.assertEqual(page["trailsift_newest_object_timestamp_seconds"], trail.TODAY.timestamp() + 4920)
        self.assertEqual((health[0], json.loads(health[2])["last_pass"]), (200, "fine"))
        documented = (trail.SOURCE / "docs" / "metrics.md").read_text("utf-8")
        for name, kind, documentation, _ in page.families:
            shown = name + "_total" if kind == "counter" else name
            self.assertIn(f"`{shown}", documented)
            self.assertNotEqual(documentation, "")
        for name in set(re.findall(r"`(trailsift_\w+)", documented)):
            if name.startswith("trailsift_queue_"):  # there are no queues here: test_queues
                continue
            self.assertTrue(any(name in (family, family + "_total") for family, *_ in page.families), name)

    def test_queues(self):
        with servers.S3Proxy() as s3, servers.ElasticMq() as queues:
            s3.create_bucket("a-trail")
            url = queues.create_queue("new")
            key = trail.key("by queue", 3600)
            s3.put("a-trail", key, trail.packed([trail.create_user("by queue", 3600)]))
            queues.send(url, {"s3Bucket": "a-trail", "s3ObjectKey": [key]}, {"s3Bucket": "a-trail", "s3ObjectKey": [key]},
                        {"Event": "s3:TestEvent"}, {"neither": "fish"})
            env = {**s3.environment(), "AWS_ENDPOINT_URL_SQS": queues.endpoint}
            config = self.config(trail.wodle('<subscriber type="buckets"><sqs_name>new</sqs_name></subscriber>', interval="1h"))
            with trail.Daemon("run", "--config", config, "--home", self.home, "--metrics", "127.0.0.1:0", env=env) as daemon:
                port = self.port(daemon)
                page = lambda: Page(self.get(port, "/metrics")[2])
                self.assertTrue(daemon.until(lambda: page().by("trailsift_queue_messages_total", "event").get("deleted") == 3), daemon.err)
                now = page()
        documented = (trail.SOURCE / "docs" / "metrics.md").read_text("utf-8")
        shown = {name for family in now.families for name in (family[0], family[0] + "_total") if name.startswith("trailsift_queue_")}
        wanted = set(re.findall(r"`(trailsift_queue_\w+)", documented))
        self.assertEqual(len(wanted), 5)
        self.assertLessEqual(wanted, shown)
        self.assertEqual(now.by("trailsift_queue_messages_total", "event"),
                         {"received": 4, "deleted": 3, "failed": 0, "unknown": 1, "nothing": 1})
        self.assertEqual(now.by("trailsift_queue_held_messages", "queue"), {"new": 0})
        self.assertEqual(now.by("trailsift_queue_oldest_held_age_seconds", "queue"), {"new": 0})
        self.assertGreater(now.by("trailsift_queue_age_at_receipt_seconds", "queue")["new"], 0)
        asked = now.by("trailsift_requests_total", "operation")
        self.assertGreaterEqual(asked["GetQueueUrl"], 1)
        self.assertGreaterEqual(asked["ReceiveMessage"], 1)
        self.assertGreaterEqual(asked["DeleteMessageBatch"], 1)
        # Twice where the second message came before the first was done; its event is known then.
        self.assertEqual(asked["get"], now["trailsift_objects_total"])
        self.assertEqual(now.by("trailsift_records_total", "fate")["matched"], 1)

    def test_sts_and_public_keys(self):
        """Who gives the keys is asked, too: STS for a role, CloudTrail for what digests were signed with."""
        signer = digests.Signer(self.scratch, "known")
        signed = digests.SignedTrail(self.bucket, signer, begin=trail.TODAY + trail.timedelta(hours=1, seconds=30), bucket="a-trail")
        for _ in range(2):
            signed.hour()
        busy = iter([fault_proxy.Status(503, "ServiceUnavailable")])
        with servers.Moto() as moto, cloudtrail_server.CloudTrailServer(us_east_1=[signer]) as cloudtrail, \
                fault_proxy.FaultProxy(moto.endpoint, lambda _: next(busy, None)) as sts:
            moto.create_bucket("a-trail")
            moto.upload("a-trail", self.bucket)
            env = {**moto.environment(), "AWS_ENDPOINT_URL_CLOUDTRAIL": cloudtrail.url, "AWS_ENDPOINT_URL_STS": sts.endpoint}
            text = trail.wodle(trail.bucket_block("a-trail", iam_role_arn=f"arn:aws:iam::{moto.account}:role/reader"), interval="1h")
            config = self.config(text.replace("</ossec_config>", "<trailsift><log_integrity>yes</log_integrity></trailsift></ossec_config>"))
            with trail.Daemon("run", "--config", config, "--home", self.home, "--metrics", "127.0.0.1:0", env=env) as daemon:
                port = self.port(daemon)
                self.after_passes(daemon, 1)
                self.assertIn("2 digests with 4 logs checked: all as CloudTrail wrote it", daemon.err)
                page = Page(self.get(port, "/metrics")[2])
        asked = page.by("trailsift_requests_total", "operation")
        self.assertEqual((asked["AssumeRole"], asked["ListPublicKeys"]), (len(sts.requests), len(cloudtrail.requests)))
        self.assertEqual((asked["AssumeRole"], asked["ListPublicKeys"]), (2, 1))
        services = {dict(labels)["service"] for name, labels in page.samples if name == "trailsift_requests_total"}
        self.assertEqual(services, {"s3", "sts", "cloudtrail"})
        self.assertEqual(page.by("trailsift_request_retries_total", "service"), {"s3": 0, "sts": 1, "cloudtrail": 0})

    def test_failing_pass(self):
        config = self.config(trail.wodle(trail.bucket_block(f"file://{self.scratch}/nothing"), interval="1h"))
        with trail.Daemon("run", "--config", config, "--home", self.home, "--metrics", "127.0.0.1:0") as daemon:
            port = self.port(daemon)
            self.after_passes(daemon, 1)
            self.assertTrue(daemon.until(lambda: self.get(port, "/healthz")[0] == 503), self.get(port, "/healthz"))
            status, _, body = self.get(port, "/healthz")
            self.assertEqual((status, json.loads(body)["last_pass"]), (503, "failed"))
            page = Page(self.get(port, "/metrics")[2])
            self.assertEqual((page["trailsift_last_pass_fine"], page.by("trailsift_errors_total", "kind")["list"]), (0, 1))
            self.assertEqual(self.get(port, "/")[0], 404)
            self.assertEqual(self.get(port, "/metrics", "POST")[0], 405)

    def test_full_disk(self):
        for n in range(40):
            self.put(f"object {n}", [trail.create_user(f"made {n} {i}", 3600 + n) for i in range(5)], 3900 + n)
        with trail.Daemon("run", "--config", self.folder_config(), "--home", self.home, "--metrics", "127.0.0.1:0",
                          before=trail.file_size_limit(100_000)) as daemon:
            port = self.port(daemon)
            self.assertTrue(daemon.until(lambda: self.get(port, "/healthz")[0] == 503), daemon.err)
            page = Page(self.get(port, "/metrics")[2])
            self.assertEqual(page["trailsift_disk_waiting"], 1)
            self.assertGreater(page.by("trailsift_errors_total", "kind")["disk"], 0)
            trail.lift_file_size_limit(daemon.pid)
            self.after_passes(daemon, 1)
            self.assertTrue(daemon.until(lambda: self.get(port, "/healthz")[0] == 200), daemon.err)
            page = Page(self.get(port, "/metrics")[2])
            self.assertEqual((page["trailsift_disk_waiting"], sum(page.by("trailsift_alerts_total", "level").values())), (0, 200))
        self.assert_no_id_twice(self.home)


class MetricsAddressTest(MetricsCase):
    def test_refused(self):
        config = self.folder_config()
        for text in ("9144", "example.com:1", "127.0.0.1:70000"):
            outcome = trail.program("run", "--config", config, "--home", self.home, "--once", "--metrics", text)
            self.assertEqual(outcome.code, 2, outcome.err)
            self.assertIn(text, outcome.err)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            outcome = trail.program("run", "--config", config, "--home", self.home, "--once", "--metrics", address)
        self.assertEqual(outcome.code, 6, outcome.err)
        self.assertIn(address, outcome.err)
        self.assertNotIn("records in", outcome.err)

    def test_warns_beyond_loopback(self):
        config = self.folder_config()
        for host, warned in (("0.0.0.0", True), ("127.0.0.1", False)):
            outcome = trail.program("run", "--config", config, "--home", self.home, "--once", "--metrics", f"{host}:0")
            self.assertEqual(outcome.code, 0, outcome.err)
            self.assertEqual("can be reached from other machines" in outcome.err, warned, outcome.err)


if __name__ == "__main__":
    unittest.main()
