"""Bad input to `run`: each costs itself only, says so in one clear message and has a counter."""

import gzip
import json
import os
import unittest
import uuid

import fault_proxy
import servers
import trail


def event_id(name):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def raw(text):
    return gzip.compress(text if isinstance(text, bytes) else text.encode("utf-8"))


class DamagedObjectsTest(trail.TrailCase):
    """Each case beside a good object before and behind it, whose alerts must stand."""

    def beside(self, content, code=0, env=None, name="bad"):
        self.put("before", [trail.create_user("before", 3000)], 3100)
        self.bad = self.put(name, content, 4000)
        self.put("behind", [trail.create_user("behind", 5000)], 5100)
        return self.once(self.folder_config(), code=code, env=env)

    def quarantined(self):
        index = self.home / "quarantine" / "index.ndjson"
        return [json.loads(line) for line in index.read_text("utf-8").splitlines()] if index.exists() else []

    def assert_object_kept(self, outcome, content):
        """Said, counted, and kept as it was."""
        entries = self.quarantined()
        self.assertEqual(len(entries), 1)
        self.assertTrue(entries[0]["place"].endswith(self.bad))
        self.assertEqual((self.home / entries[0]["file"]).read_bytes(), content)
        said = [line for line in outcome.err.splitlines() if self.bad in line]
        self.assertEqual(len(said), 1, outcome.err)
        self.assertIn("quarantined", said[0])
        self.assertEqual(outcome.passed["damaged"], 1)

    def test_truncated_gzip(self):
        whole = trail.packed([trail.create_user(f"whole {n}", 3600 + n, made=uuid.uuid4().hex) for n in range(40)])
        for place in (len(whole) // 2, len(whole) - 4):
            with self.subTest(bytes=place):
                outcome = self.beside(whole[:place], code=5, name=f"cut at {place}")
                found = {event for alert in trail.alerts(self.home) for event in alert["trailsift"]["events"]}
                before_cut = [n for n in range(40) if event_id(f"whole {n}") in found]
                self.assertGreater(len(before_cut), 2)
                self.assertEqual(before_cut, list(range(len(before_cut))))
                self.assertTrue({event_id("before"), event_id("behind")} <= found)
                self.assert_object_kept(outcome, whole[:place])
                # It is done with: the next pass is clean.
                self.assertEqual(self.once(self.folder_config()).passed["objects"], 0)
                self.doCleanups()
                self.setUp()

    def test_objects_without_records(self):
        cases = {"no Records": raw('{"records": []}'), "Records is not a list": raw('{"Records": {"a": 1}}'),
                 "not JSON": raw("<html>not found</html>"), "no gzip at all": b"\x00\x01\x02 nonsense"}
        for title, content in cases.items():
            with self.subTest(title):
                outcome = self.beside(content, code=5, name=title)
                self.assert_object_kept(outcome, content)
                self.assert_events(["before", "behind"])
                self.doCleanups()
                self.setUp()

    def test_objects_that_are_fine(self):
        cases = {"zero bytes": b"", "empty list": raw('{"Records": []}'), "empty gzip": raw("")}
        for title, content in cases.items():
            with self.subTest(title):
                outcome = self.beside(content, name=title)
                self.assertEqual((outcome.passed["objects"], outcome.passed["records"], outcome.passed["damaged"]), (3, 2, 0))
                self.assert_events(["before", "behind"])
                self.assertEqual(self.quarantined(), [])
                self.doCleanups()
                self.setUp()

    def test_invalid_utf8(self):
        text = json.dumps({"Records": [trail.create_user("odd", 3600, made="b@@b")]}).encode("ascii").replace(b"@@", b"\xff\xc3")
        self.beside(raw(text))
        self.assert_events(["before", "odd", "behind"])
        odd = [alert for alert in trail.alerts(self.home) if alert["trailsift"]["events"] == [event_id("odd")]]
        self.assertIn("\N{REPLACEMENT CHARACTER}", odd[0]["trailsift"]["target"]["name"])

    def test_bad_records_among_good_ones(self):
        good = [trail.create_user(f"good {n}", 3600 + n) for n in range(3)]
        outcome = self.beside(trail.packed([good[0], "no record", good[1], 7, None, good[2]]), code=5)
        self.assert_events(["before", "behind", "good 0", "good 1", "good 2"])
        self.assertEqual((outcome.passed["records"], outcome.passed["matched"], outcome.passed["quarantined"]), (8, 5, 3))
        self.assertEqual(sorted(entry["record"] for entry in self.quarantined()), [1, 3, 4])
        self.assertEqual(sum(self.bad in line for line in outcome.err.splitlines()), 3)

    def test_key_that_would_steer_a_terminal(self):
        self.put("x", raw("{}"), end="\x1b[31mred\n.json.gz")
        outcome = self.once(self.folder_config(), code=5)
        self.assertNotIn("\x1b", outcome.err)
        self.assertEqual(self.quarantined()[0]["place"].count("\x1b"), 1)

    def test_unreadable_file(self):
        self.put("before", [trail.create_user("before", 3000)], 3100)
        bad = self.put("closed", [trail.create_user("closed", 3600)], 4000)
        self.put("behind", [trail.create_user("behind", 5000)], 5100)
        os.chmod(self.bucket / bad, 0)
        before = None
        if os.geteuid() == 0:  # root reads everything
            os.chmod(self.scratch, 0o755)
            self.home.mkdir()
            os.chown(self.home, 65534, 65534)

            def before():
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
        outcome = self.once(self.folder_config(), code=6, before=before)
        self.assert_events(["before", "behind"])
        self.assertIn(bad, outcome.err)
        self.assertIn("Permission denied", outcome.err)
        self.assertEqual(outcome.passed["unread"], 1)
        os.chmod(self.bucket / bad, 0o644)
        self.once(self.folder_config(), before=before)
        self.assert_events(["before", "behind", "closed"])

    def test_folder_that_is_not_there(self):
        config = self.config(trail.wodle(trail.bucket_block("file:///no/such/folder"), trail.bucket_block(f"file://{self.bucket}")))
        self.put("one", [trail.create_user("one", 3600)])
        outcome = self.once(config, code=6)
        self.assertIn("/no/such/folder", outcome.err)
        self.assert_events(["one"])


class RemoteFaultsTest(trail.TrailCase):
    """A real server behind a proxy that harms some answers."""

    @classmethod
    def setUpClass(cls):
        cls.server = servers.S3Proxy()
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)

    def setUp(self):
        super().setUp()
        self.name = "trail-" + uuid.uuid4().hex[:8]
        self.keys = [trail.key(f"object {n}", 4000 + 60 * n) for n in range(5)]
        for n, made in enumerate(self.keys):
            self.server.put(self.name, made, trail.packed([trail.create_user(f"{n} {i}", 3600 + 60 * n + i) for i in range(3)]))

    def behind(self, fault, code):
        with fault_proxy.FaultProxy(self.server.endpoint, fault) as proxy:
            env = {**self.server.environment(), "AWS_ENDPOINT_URL": proxy.endpoint}
            return self.once(self.config(trail.wodle(trail.bucket_block(self.name))), code=code, env=env)

    def names(self, without=()):
        return [f"{n} {i}" for n in range(5) if n not in without for i in range(3)]

    def gets(self, request, n):
        return request.method == "GET" and self.keys[n] in request.target

    def test_deleted_between_list_and_get(self):
        def fault(request):
            if self.gets(request, 2):
                (self.server.data / self.name / self.keys[2]).unlink(missing_ok=True)

        outcome = self.behind(fault, 0)
        self.assert_events(self.names(without=[2]))
        self.assertEqual((outcome.passed["objects"], outcome.passed["gone"]), (4, 1))
        said = [line for line in outcome.err.splitlines() if self.keys[2] in line]
        self.assertEqual(len(said), 1, outcome.err)
        self.assertIn("deleted", said[0])

    def test_object_that_is_refused_for_a_while(self):
        self.behind(lambda request: fault_proxy.Status(403, "AccessDenied") if self.gets(request, 1) else None, 4)
        self.assert_events(self.names(without=[1]))
        self.behind(lambda request: None, 0)
        self.assert_events(self.names())

    def test_answers_that_are_cut(self):
        """A body that ends early is no object: it is asked for again."""
        seen = []

        def fault(request):
            if self.gets(request, 3) and len(seen) < 2:
                seen.append(request)
                return (fault_proxy.CUT, fault_proxy.RESET)[len(seen) - 1]
            return None

        self.behind(fault, 0)
        self.assertEqual(len(seen), 2)
        self.assert_events(self.names())

    def test_expired_token(self):
        def fault(request):
            return fault_proxy.Status(400, "ExpiredToken") if request.method == "GET" else None

        outcome = self.behind(fault, 4)
        self.assert_events([])
        self.assertIn(self.name, outcome.err)
        self.assertIn("expired", outcome.err)
        self.behind(lambda request: None, 0)
        self.assert_events(self.names())

    def test_token_that_expires_in_the_middle(self):
        def fault(request):
            return fault_proxy.Status(400, "ExpiredToken") if any(self.gets(request, n) for n in (2, 3, 4)) else None

        self.behind(fault, 4)
        self.assert_events(self.names(without=[2, 3, 4]))
        self.behind(lambda request: None, 0)
        self.assert_events(self.names())

    def test_wrong_secret(self):
        secret = "the-secret-of-nobody"
        env = self.server.environment(secret_key=secret)
        outcome = self.once(self.config(trail.wodle(trail.bucket_block(self.name))), code=4, env=env)
        self.assertIn(self.name, outcome.err)
        self.assertIn("SignatureDoesNotMatch", outcome.err)
        self.assertNotIn(secret, outcome.err)

    def test_listing_that_is_cut(self):
        """Half a listing is none: it is asked for again."""
        seen = []

        def fault(request):
            seen.append("list-type" in request.target)
            return fault_proxy.TRUNCATE if seen == [True] else None

        self.behind(fault, 0)
        self.assert_events(self.names())


class ConfigurationTest(trail.TrailCase):
    """A configuration that can't be run: 3, with the place, and nothing made."""

    def refused(self, text, place, *said):
        config = self.config(text)
        outcome = trail.program("run", "--config", config, "--home", self.home, "--once")
        self.assertEqual(outcome.code, 3, outcome.err)
        self.assertIn(f"{config}:{place}: error: ", outcome.err)
        for word in said:
            self.assertIn(word, outcome.err)
        self.assertEqual(outcome.out, b"")
        self.assertFalse(self.home.exists())

    def test_broken_xml(self):
        self.refused("<ossec_config>\n  <wodle name=\"aws-s3\">\n    <disabled>no</disabld>\n  </wodle>\n</ossec_config>\n", "3:19")

    def test_unknown_tag(self):
        block = trail.bucket_block("bucket", aws_profil="default")
        text = "<ossec_config>\n<wodle name=\"aws-s3\">\n" + block + "</wodle>\n</ossec_config>\n"
        self.refused(text, "3:46", "aws_profil", "aws_profile")

    def test_file_that_is_not_there(self):
        outcome = trail.program("run", "--config", self.scratch / "nothing.conf", "--home", self.home, "--once")
        self.assertEqual(outcome.code, 3)
        self.assertIn("nothing.conf", outcome.err)

    def test_rules_that_can_not_be_read(self):
        rules = self.scratch / "rules"
        rules.mkdir()
        (rules / "local.xml").write_text('<group name="x,">\n  <rule id="100001" level="3">\n    <if_sid>99999</if_sid>\n'
                                         '    <nonsense/>\n    <description>x</description></rule>\n</group>\n', encoding="utf-8")
        text = trail.wodle(trail.bucket_block(f"file://{self.bucket}")).replace(
            "</ossec_config>", f"<ruleset><rule_dir>{rules}</rule_dir></ruleset></ossec_config>")
        config = self.config(text)
        outcome = trail.program("run", "--config", config, "--home", self.home, "--once")
        self.assertEqual(outcome.code, 3, outcome.err)
        self.assertIn(f"{rules / 'local.xml'}:4:", outcome.err)

    def test_usage(self):
        for arguments in (["run", "--nonsense"], ["run", "--threads", "none"], ["nonsense"]):
            with self.subTest(arguments):
                outcome = trail.program(*arguments)
                self.assertEqual(outcome.code, 2, outcome.err)
                self.assertEqual(outcome.out, b"")


if __name__ == "__main__":
    unittest.main()
