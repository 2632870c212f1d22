"""The S3 client against real servers: S3Proxy checks its signatures, moto its permissions too, and a proxy in between does harm."""

import hashlib
import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest
import urllib.parse

import fault_proxy
import servers

SOURCE = pathlib.Path(__file__).resolve().parents[2]

# Everything that encoding can get wrong: blank, plus, percent, slash, UTF-8, reserved characters.
ODD_KEY = "odd/a b+c/%41ü=&.gz"
SECRET_OF_NOBODY = "notthesecretofanyone"


def build_folder():
    program = os.environ.get("TRAILSIFT_BIN")
    return pathlib.Path(program).parent if program else SOURCE / "build" / "release"


def probe_path():
    """The probe, built where it is not there yet."""
    if "TRAILSIFT_S3_PROBE" in os.environ:
        return pathlib.Path(os.environ["TRAILSIFT_S3_PROBE"])
    probe = build_folder() / "tests" / "s3_probe"
    if not probe.exists():
        subprocess.run(["cmake", "--build", str(build_folder()), "--target", "s3_probe"], check=True, stdout=subprocess.DEVNULL)
    return probe


class Outcome:
    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr.decode("utf-8")

    def lines(self):
        return self.out.decode("utf-8").splitlines()

    def keys(self):
        return [urllib.parse.unquote(line.split(" ")[3]) for line in self.lines() if line.startswith("object ")]

    def prefixes(self):
        return [urllib.parse.unquote(line.split(" ")[1]) for line in self.lines() if line.startswith("prefix ")]

    def counter(self, name):
        return int(dict(line.split("=") for line in self.err.splitlines() if "=" in line and " " not in line)[name])


class S3Case(unittest.TestCase):
    def probe(self, environment, *words):
        """Runs the probe with these variables only, and sees to it that no secret is said."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and not name.lower().endswith("_proxy")}
        plain.update(environment)
        done = subprocess.run([str(probe_path()), *words], env=plain, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, check=False)
        outcome = Outcome(done)
        for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            if environment.get(name):
                self.assertNotIn(environment[name], outcome.err)
        return outcome

    def good(self, environment, *words):
        outcome = self.probe(environment, *words)
        self.assertEqual(outcome.code, 0, outcome.err)
        return outcome

    def bad(self, environment, message, *words):
        outcome = self.probe(environment, *words)
        self.assertEqual(outcome.code, 1, outcome.err)
        self.assertIn(message, outcome.err)
        return outcome


class S3ProxyTest(S3Case):
    @classmethod
    def setUpClass(cls):
        cls.server = servers.S3Proxy()
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        chance = random.Random(1)
        cls.content = {f"AWSLogs/1{i % 3}/x{i:04}.json.gz": chance.randbytes(chance.randrange(1, 3000)) for i in range(1100)}
        cls.content[ODD_KEY] = b"odd"
        cls.content["large"] = chance.randbytes(9_000_000)
        with tempfile.TemporaryDirectory() as folder:
            for key, content in cls.content.items():
                path = pathlib.Path(folder) / key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            cls.server.fill("trail", folder)
        cls.env = cls.server.environment()

    def test_list_has_every_page(self):
        outcome = self.good(self.env, "--counters", "trail", "list", "", "", "", "1000")
        self.assertEqual(outcome.keys(), sorted(self.content, key=lambda key: key.encode("utf-8")))
        self.assertEqual(outcome.counter("list"), 2)
        sizes = {urllib.parse.unquote(line.split(" ")[3]): int(line.split(" ")[1]) for line in outcome.lines()}
        self.assertEqual(sizes, {key: len(content) for key, content in self.content.items()})

    def test_list_in_small_pages_below_a_prefix(self):
        outcome = self.good(self.env, "--counters", "trail", "list", "AWSLogs/11/", "", "", "100")
        self.assertEqual(outcome.keys(), sorted(key for key in self.content if key.startswith("AWSLogs/11/")))
        self.assertEqual(outcome.counter("list"), 4)

    def test_list_with_a_delimiter(self):
        outcome = self.good(self.env, "trail", "list", "", "/", "", "1000")
        self.assertEqual((outcome.keys(), outcome.prefixes()), (["large"], ["AWSLogs/", "odd/"]))
        outcome = self.good(self.env, "trail", "list", "AWSLogs/", "/", "", "2")
        self.assertEqual((outcome.keys(), outcome.prefixes()), ([], ["AWSLogs/10/", "AWSLogs/11/", "AWSLogs/12/"]))
        outcome = self.good(self.env, "trail", "list", "odd/", "/", "", "1000")
        self.assertEqual((outcome.keys(), outcome.prefixes()), ([], ["odd/a b+c/"]))

    def test_list_starts_after(self):
        after = "AWSLogs/12/x1094.json.gz"
        outcome = self.good(self.env, "trail", "list", "AWSLogs/12/", "", after, "1000")
        self.assertEqual(outcome.keys(), [key for key in sorted(self.content) if key.startswith("AWSLogs/12/") and key > after])
        outcome = self.good(self.env, "trail", "list", "AWSLogs/nobody/", "", "", "1000")
        self.assertEqual(outcome.lines(), [])

    def test_get(self):
        for key in (ODD_KEY, "large", "AWSLogs/10/x0000.json.gz"):
            self.assertEqual(self.good(self.env, "trail", "get", key).out, self.content[key], key)

    def test_get_in_parallel(self):
        outcome = self.good(self.env, "--parallel", "8", "trail", "get-all", "AWSLogs/")
        seen = dict(line.split(" ") for line in outcome.lines())
        self.assertEqual(seen, {k: hashlib.sha256(c).hexdigest() for k, c in self.content.items() if k.startswith("AWSLogs/")})

    def test_put_and_delete(self):
        self.server.create_bucket("scratch")
        for key in ("plain", "a b+c/%41ü=&.gz", "x!'()*~,;:@$"):
            self.good(self.env, "scratch", "put", key, "content of " + key)
            self.assertEqual(self.good(self.env, "scratch", "get", key).out.decode("utf-8"), "content of " + key)
            self.assertEqual(self.good(self.env, "scratch", "list", "", "", "", "10").keys(), [key])
            self.good(self.env, "scratch", "delete", key)
            self.bad(self.env, "not found: s3://scratch/" + key + ": not there any more", "scratch", "get", key)
            self.good(self.env, "scratch", "delete", key)

    def test_keys_of_a_profile(self):
        with tempfile.TemporaryDirectory() as folder:
            shared = pathlib.Path(folder) / "credentials"
            shared.write_text(f"[reader]\naws_access_key_id = {self.server.access_key}\naws_secret_access_key = {self.server.secret_key}\n",
                              encoding="ascii")
            # The keys of the environment are wrong: the named profile goes before them.
            env = {**self.server.environment(secret_key=SECRET_OF_NOBODY), "AWS_SHARED_CREDENTIALS_FILE": str(shared)}
            self.good(env, "--profile", "reader", "trail", "get", ODD_KEY)
            self.bad(env, f'no AWS profile "writer" in {shared} or', "--profile", "writer", "trail", "get", ODD_KEY)

    def test_wrong_keys(self):
        wrong = self.server.environment(secret_key=SECRET_OF_NOBODY)
        message = "refused the keys from the environment (AWS_ACCESS_KEY_ID): SignatureDoesNotMatch"
        self.bad(wrong, "auth: s3://trail/AWSLogs/: " + self.server.endpoint, "trail", "list", "AWSLogs/", "/", "", "1000")
        self.bad(wrong, message, "trail", "list", "AWSLogs/", "/", "", "1000")
        self.bad(wrong, message, "trail", "get", "large")
        unknown = self.server.environment(access_key="AKIANOBODY0000000000")
        self.bad(unknown, "InvalidAccessKeyId: the access key is not known there", "trail", "list", "", "", "", "1000")

    def test_what_is_not_there(self):
        self.bad(self.env, f'not found: no bucket "nobucket" at {self.server.endpoint}; check its name', "nobucket", "list", "", "", "", "10")
        self.bad(self.env, "not found: s3://trail/nokey: not there any more", "trail", "get", "nokey")

    def test_a_wrong_clock_is_corrected(self):
        for skew in ("3600", "-3600"):
            outcome = self.good(self.env, "--counters", "--skew", skew, "trail", "get-all", "AWSLogs/10/")
            self.assertIn("signing with the server's time", outcome.err)
            # The listing finds out; every later request is right at once.
            self.assertEqual(outcome.counter("retries"), 1)
        self.assertEqual(self.good(self.env, "--counters", "--skew", "300", "trail", "get", ODD_KEY).counter("retries"), 0)

    def with_faults(self, fault, *words):
        with fault_proxy.FaultProxy(self.server.endpoint, fault) as proxy:
            return self.probe({**self.env, "AWS_ENDPOINT_URL": proxy.endpoint, "AWS_MAX_ATTEMPTS": "5"}, "--counters", *words), proxy

    def test_faults_that_pass(self):
        faults = {
            "503": fault_proxy.Status(503, "SlowDown"),
            "500": fault_proxy.Status(500, "InternalError"),
            "429": fault_proxy.Status(429, "TooManyRequests"),
            "timeout": fault_proxy.Status(400, "RequestTimeout"),
            "reset": fault_proxy.RESET,
            "cut": fault_proxy.CUT,
        }
        for name, fault in faults.items():
            outcome, proxy = self.with_faults(lambda request, fault=fault: fault if request.number <= 2 else None, "trail", "get", "large")
            self.assertEqual((outcome.code, outcome.out == self.content["large"]), (0, True), name + ": " + outcome.err)
            self.assertEqual((len(proxy.requests), outcome.counter("retries")), (3, 2), name)

    def test_faults_in_a_listing(self):
        for fault in (fault_proxy.TRUNCATE, fault_proxy.CUT, fault_proxy.RESET, fault_proxy.Status(503, "SlowDown")):
            # The second page comes damaged twice.
            outcome, proxy = self.with_faults(lambda request, fault=fault: fault if request.number in (2, 3) else None,
                                              "trail", "list", "AWSLogs/", "", "", "1000")
            self.assertEqual(outcome.code, 0, outcome.err)
            self.assertEqual(len(outcome.keys()), 1100)
            self.assertEqual(len(set(outcome.keys())), 1100)
            self.assertEqual(len(proxy.requests), 4)

    def test_every_third_request_fails(self):
        turn = [fault_proxy.Status(503, "SlowDown"), fault_proxy.RESET, fault_proxy.CUT]
        outcome, _ = self.with_faults(lambda request: turn[request.number // 3 % 3] if request.number % 3 == 0 else None,
                                      "--parallel", "4", "trail", "get-all", "AWSLogs/10/")
        self.assertEqual(outcome.code, 0, outcome.err)
        seen = dict(line.split(" ") for line in outcome.lines())
        self.assertEqual(seen, {k: hashlib.sha256(c).hexdigest() for k, c in self.content.items() if k.startswith("AWSLogs/10/")})

    def test_faults_that_stay_are_said(self):
        cases = (
            (fault_proxy.Status(503, "SlowDown"), "unavailable: s3://trail/large: ", "answered HTTP 503 SlowDown: on purpose after 5 attempts"),
            (fault_proxy.CUT, "unavailable: s3://trail/large: ", "the connection was closed after 4500000 of 9000000 bytes"),
            (fault_proxy.RESET, "unavailable: s3://trail/large: ", "after 5 attempts"),
            (fault_proxy.Status(400, "ExpiredToken"), "auth: s3://trail/large: ", "the session token has expired"),
        )
        for fault, begin, middle in cases:
            outcome, _ = self.with_faults(lambda _, fault=fault: fault, "trail", "get", "large")
            self.assertEqual(outcome.code, 1)
            self.assertIn(begin, outcome.err)
            self.assertIn(middle, outcome.err)
        outcome, proxy = self.with_faults(lambda _: fault_proxy.TRUNCATE, "trail", "list", "AWSLogs/", "", "", "1000")
        self.assertEqual((outcome.code, len(proxy.requests)), (1, 5))
        self.assertIn("corrupt: s3://trail/AWSLogs/: the listing is broken", outcome.err)

    def test_the_bucket_is_in_another_region(self):
        answers = (
            fault_proxy.Status(301, "PermanentRedirect", {"x-amz-bucket-region": "eu-central-1"}),
            fault_proxy.Status(400, "AuthorizationHeaderMalformed", {}, "<Region>eu-central-1</Region>"),
        )
        for answer in answers:
            outcome, proxy = self.with_faults(
                lambda request, answer=answer: None if "/eu-central-1/s3/" in request.headers["authorization"] else answer,
                "trail", "get-all", "AWSLogs/11/")
            self.assertEqual(outcome.code, 0, outcome.err)
            self.assertEqual(outcome.counter("retries"), 1)
            self.assertNotIn("/eu-central-1/", proxy.requests[0].headers["authorization"])

    def test_certificates_are_checked(self):
        with tempfile.TemporaryDirectory() as folder:
            pem, key = f"{folder}/pem", f"{folder}/key"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                            "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with fault_proxy.FaultProxy(self.server.endpoint, lambda _: None, (pem, key)) as proxy:
                env = {**self.env, "AWS_ENDPOINT_URL": proxy.endpoint}
                self.assertEqual(self.good({**env, "AWS_CA_BUNDLE": pem}, "trail", "get", "large").out, self.content["large"])
                asked = len(proxy.requests)
                outcome = self.bad(env, "unavailable: s3://trail/large: ", "--counters", "trail", "get", "large")
                self.assertIn("certificate", outcome.err)
                # No one is told the request, and it is not tried again.
                self.assertEqual((len(proxy.requests), outcome.counter("retries")), (asked, 0))

    def test_nobody_listens(self):
        with fault_proxy.FaultProxy(self.server.endpoint, lambda _: None) as proxy:
            endpoint = proxy.endpoint
        self.bad({**self.env, "AWS_ENDPOINT_URL": endpoint}, f"unavailable: s3://trail/AWSLogs/: {endpoint}: ", "trail", "list", "AWSLogs/",
                 "/", "", "1000")


class MotoTest(S3Case):
    """Permissions: a user who may list two prefixes and read one."""

    @classmethod
    def setUpClass(cls):
        cls.server = servers.Moto()
        cls.server.__enter__()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        with tempfile.TemporaryDirectory() as folder:
            for key in ("open/a.json", "open/b c+d.json", "closed/a.json", "hidden/a.json"):
                path = pathlib.Path(folder) / key
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(key, encoding="ascii")
            cls.server.fill("trail", folder)
        statements = [
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::trail"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::trail/open/*"},
        ]
        cls.reader = cls.server.create_user("reader", json.dumps({"Version": "2012-10-17", "Statement": statements}))
        cls.session = cls.server.assume_role("visitor", json.dumps({"Version": "2012-10-17", "Statement": statements}))
        nothing = [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]
        cls.stranger = cls.server.create_user("stranger", json.dumps({"Version": "2012-10-17", "Statement": nothing}))
        cls.server.enforce()

    def test_what_is_allowed(self):
        env = self.server.environment(*self.reader)
        self.assertEqual(self.good(env, "trail", "list", "", "/", "", "1000").prefixes(), ["closed/", "hidden/", "open/"])
        self.assertEqual(self.good(env, "trail", "list", "open/", "", "", "1").keys(), ["open/a.json", "open/b c+d.json"])
        self.assertEqual(self.good(env, "trail", "get", "open/b c+d.json").out, b"open/b c+d.json")

    def test_keys_of_a_session(self):
        self.assertEqual(self.good(self.server.environment(*self.session), "trail", "get", "open/a.json").out, b"open/a.json")
        self.bad(self.server.environment(*self.session[:2]), "InvalidAccessKeyId", "trail", "get", "open/a.json")

    def test_a_prefix_that_may_not_be_read(self):
        env = self.server.environment(*self.reader)
        self.bad(env, "denied: s3://trail/closed/a.json: access denied: the keys from the environment (AWS_ACCESS_KEY_ID) need s3:GetObject "
                 "on arn:aws:s3:::trail/closed/a.json", "trail", "get", "closed/a.json")
        # The denial of one costs the others nothing.
        outcome = self.bad(env, "need s3:GetObject on arn:aws:s3:::trail/", "trail", "get-all", "")
        self.assertEqual(sorted(line.split(" ")[0] for line in outcome.lines()), ["open/a.json", "open/b%20c%2Bd.json"])

    def test_a_bucket_that_may_not_be_listed(self):
        self.bad(self.server.environment(*self.stranger), 'need s3:ListBucket on arn:aws:s3:::trail for the prefix "open/"', "trail", "list",
                 "open/", "", "", "1000")

    def test_a_delete_that_is_not_allowed(self):
        self.bad(self.server.environment(*self.reader), "need s3:DeleteObject on arn:aws:s3:::trail/open/a.json", "trail", "delete", "open/a.json")

    def test_wrong_keys(self):
        access, secret = self.reader
        self.bad(self.server.environment(access, secret[:-1] + ("A" if secret[-1] != "A" else "B")), "auth: s3://trail/: ", "trail", "list", "",
                 "", "", "1000")
        self.bad(self.server.environment("AKIANOBODY0000000000", secret), "InvalidAccessKeyId", "trail", "list", "", "", "", "1000")


if __name__ == "__main__":
    unittest.main()
