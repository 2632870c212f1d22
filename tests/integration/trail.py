"""What tests of the whole program share: made records, buckets of them, the program run, its alerts read.

All dates are of the day on which the tests begin (UTC), because a bucket that is newly configured is read from today on. Records get
their eventID from their name, so that the same call makes the same record. Standard library only.
"""

import contextlib
import gzip
import json
import os
import pathlib
import re
import resource
import subprocess
import tempfile
import time
import unittest
import uuid
from datetime import datetime, timedelta, timezone

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SHARED = pathlib.Path(os.environ.get("TRAILSIFT_SHARED", SOURCE.parent / "shared"))
PROGRAM = os.environ.get("TRAILSIFT_BIN", str(SOURCE / "build" / "release" / "trailsift"))

# A test must not begin on one day and end on the next.
if datetime.now(timezone.utc).strftime("%H:%M") >= "23:50":
    time.sleep(660)
TODAY = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)

PRODUCTION, STAGING, SANDBOX = "111122223333", "444455556666", "777788889999"
LATE_RULE = "89699"  # of lines that withdraw an alert

# Wazuh's page, "Wazuh configuration": the block as it stands there, on one line.
PAGE_BLOCK = ('<wodle name="aws-s3"> <disabled>no</disabled> <interval>10m</interval> <run_on_start>yes</run_on_start> '
              '<skip_on_error>yes</skip_on_error> <bucket type="cloudtrail"> <name>wazuh-cloudtrail</name> '
              '<aws_profile>default</aws_profile> </bucket> </wodle>')


def iso(at):
    """Seconds after today's midnight as CloudTrail writes a time."""
    return (TODAY + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def user(name, account=PRODUCTION):
    return {"type": "IAMUser", "principalId": "AIDA" + name.upper().ljust(16, "0"), "arn": f"arn:aws:iam::{account}:user/{name}",
            "accountId": account, "accessKeyId": "AKIA" + name.upper().ljust(16, "0"), "userName": name}


def record(name, at, event, account=PRODUCTION, region="us-east-1", who="alice", **more):
    """`event`: `ec2:RunInstances`. `name` makes the eventID."""
    source, action = event.split(":")
    made = {
        "eventVersion": "1.10", "userIdentity": user(who, account), "eventTime": iso(at), "eventSource": f"{source}.amazonaws.com",
        "eventName": action, "awsRegion": region, "sourceIPAddress": "198.51.100.10", "userAgent": "aws-cli/2.22.4 md/command#example",
        "requestParameters": None, "responseElements": None, "requestID": str(uuid.uuid5(uuid.NAMESPACE_OID, name)),
        "eventID": str(uuid.uuid5(uuid.NAMESPACE_URL, name)), "readOnly": False, "eventType": "AwsApiCall", "managementEvent": True,
        "recipientAccountId": account, "eventCategory": "Management",
    }
    made.update(more)
    return made


def create_user(name, at, account=PRODUCTION, region="us-east-1", made="bob", **more):
    """An alert of rule 80222."""
    return record(name, at, "iam:CreateUser", account, region, requestParameters={"userName": made},
                  responseElements={"user": {"userName": made, "arn": f"arn:aws:iam::{account}:user/{made}"}}, **more)


def quiet(name, at, account=PRODUCTION, region="us-east-1"):
    """Nothing that a rule above level 0 needs."""
    return record(name, at, "ec2:DescribeInstances", account, region, readOnly=True)


def sign_in(name, at, result="Failure", account=PRODUCTION, who="mallory", address="203.0.113.66", **more):
    made = record(name, at, "signin:ConsoleLogin", account, who=who, sourceIPAddress=address, eventType="AwsConsoleSignIn",
                  userAgent="Mozilla/5.0 (X11; Linux x86_64)", responseElements={"ConsoleLogin": result},
                  additionalEventData={"MobileVersion": "No", "MFAUsed": "Yes" if result == "Success" else "No"}, **more)
    if result == "Failure":
        made["errorMessage"] = "Failed authentication"
    return made


def denied(made):
    source, action = made["eventSource"].split(".")[0], made["eventName"]
    ec2 = source == "ec2"
    who = made["userIdentity"]["arn"]
    made.update(errorCode="Client.UnauthorizedOperation" if ec2 else "AccessDenied", requestParameters=None, responseElements=None,
                errorMessage=f"User: {who} is not authorized to perform: {source}:{action} on resource: "
                             f"arn:aws:iam::{PRODUCTION}:user/backdoor because no identity-based policy allows it")
    return made


def use_cases(base=3600):
    """One record or window for each use case of the page: [(record, rule id, level)]."""
    instance = {"instancesSet": {"items": [{"instanceId": "i-0a1b2c3d4e5f60718"}]}}
    started = {"instancesSet": {"items": [{"instanceId": "i-0a1b2c3d4e5f60718", "instanceType": "t3.micro",
                                           "launchTime": int(TODAY.timestamp() + base) * 1000}]}}
    single = [
        ("ec2:RunInstances", instance, started, "80210", "80211"), ("ec2:StartInstances", instance, instance, "80212", "80213"),
        ("ec2:StopInstances", instance, instance, "80214", "80215"),
        ("ec2:CreateSecurityGroup", {"groupName": "web-sg", "vpcId": "vpc-0aa1"}, {"groupId": "sg-0123"}, "80216", "80217"),
        ("ec2:AllocateAddress", {"domain": "vpc"}, {"publicIp": "192.0.2.77", "allocationId": "eipalloc-01"}, "80218", "80219"),
        ("ec2:AssociateAddress", {"instanceId": "i-0a1b2c3d4e5f60718", "allocationId": "eipalloc-01"},
         {"associationId": "eipassoc-01"}, "80446", "80220"),
    ]
    found = []
    for n, (event, request, response, allowed, refused) in enumerate(single):
        found.append((record(f"case {event}", base + 20 * n, event, requestParameters=request, responseElements=response), allowed, 3))
        found.append((denied(record(f"denied {event}", base + 20 * n + 5, event, who="mallory")), refused, 5))
    found.append((create_user("case create user", base + 200), "80222", 3))
    found.append((denied(record("denied create user", base + 205, "iam:CreateUser", who="mallory")), "80223", 5))
    found.append((sign_in("case sign-in", base + 210, "Success", who="alice"), "80253", 3))
    found += [(sign_in(f"case failure {n}", base + 220 + 30 * n), "80254", 5) for n in range(4)]
    found.append((sign_in("case failure 4", base + 220 + 120), "80255", 10))
    return found


def key(name, at, account=PRODUCTION, region="us-east-1", before="", inner="", day=None, end=".json.gz"):
    """The key that CloudTrail gives to an object delivered at `at`; `name` makes the random part."""
    moment = TODAY + timedelta(seconds=at)
    folder = (day or moment).strftime("%Y/%m/%d")
    part = uuid.uuid5(uuid.NAMESPACE_DNS, name).hex[:16]
    return (f"{before}AWSLogs/{inner}{account}/CloudTrail/{region}/{folder}/"
            f"{account}_CloudTrail_{region}_{moment.strftime('%Y%m%dT%H%MZ')}_{part}{end}")


def packed(records):
    return gzip.compress(json.dumps({"Records": records}, separators=(",", ":")).encode("utf-8"), 1, mtime=0)


def put(folder, name, content):
    """An object of a folder bucket appears whole, as S3's do."""
    path = pathlib.Path(folder) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    waiting = pathlib.Path(f"{folder}.waiting")
    waiting.write_bytes(content)
    os.replace(waiting, path)


def bucket_block(name, **options):
    """A <bucket>; a list gives the option once for each item. `discard`: (field, regex)."""
    lines = [f"<name>{name}</name>"]
    for option, value in options.items():
        if option == "discard":
            lines.append(f'<discard_regex field="{value[0]}">{value[1]}</discard_regex>')
        else:
            lines.append(f"<{option}>{value}</{option}>")
    return '<bucket type="cloudtrail">' + "".join(lines) + "</bucket>\n"


def wodle(*buckets, interval="10m"):
    return ("<ossec_config>\n<alerts><log_alert_level>3</log_alert_level></alerts>\n"
            f'<wodle name="aws-s3"><disabled>no</disabled><interval>{interval}</interval><run_on_start>yes</run_on_start>'
            f'<skip_on_error>yes</skip_on_error>\n{"".join(buckets)}</wodle>\n</ossec_config>\n')


class Outcome:
    def __init__(self, code, out, err):
        self.code = code
        self.out = out
        self.err = err.decode("utf-8")

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.decode("utf-8").splitlines()]

    @property
    def passed(self):
        """The counters of the last line in which `run` or `hunt` says what was done; nothing without one."""
        found = [counted(line) for line in self.err.splitlines() if " records in " in line]
        return found[-1] if found else None


# How each counter is written, in the order of the line; those of the second row are left out at zero.
COUNTERS = {"records": "records in", "objects": "objects:", "matched": "matched", "unmatched": "unmatched", "duplicates": "duplicates",
            "discarded": "discarded", "quarantined": "quarantined", "alerts": "alerts",
            "damaged": "damaged objects", "unread": "objects not read", "gone": "objects deleted before they were read",
            "insight": "Insight events", "digests": "digest files", "known": "objects were known"}


def counted(line):
    found = {}
    for name, words in COUNTERS.items():
        number = re.search(rf"(?:^| )(\d+) {words}", line)
        found[name] = int(number[1]) if number else 0
    return found


def surroundings(extra=None):
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and not name.lower().endswith("_proxy")}
    plain.update(AWS_EC2_METADATA_DISABLED="true", AWS_SHARED_CREDENTIALS_FILE="/dev/null", AWS_CONFIG_FILE="/dev/null", TZ="UTC")
    plain.update(extra or {})
    return plain


def program(*arguments, env=None, stdin=b"", before=None, timeout=120):
    done = subprocess.run([PROGRAM, *map(str, arguments)], input=stdin, env=surroundings(env), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=timeout, check=False, preexec_fn=before)
    return Outcome(done.returncode, done.stdout, done.stderr)


def file_size_limit(size):
    """For `before`: no file of the child grows beyond this, as if the disk were full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def lift_file_size_limit(pid):
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


class Daemon:
    """The program in the background, its stderr in a file. Ended, hard if need be, on leaving."""

    def __init__(self, *arguments, env=None, before=None):
        self._err = tempfile.TemporaryFile()
        self._process = subprocess.Popen([PROGRAM, *map(str, arguments)], env=surroundings(env), stdin=subprocess.DEVNULL,
                                         stdout=subprocess.DEVNULL, stderr=self._err, preexec_fn=before)

    @property
    def err(self):
        return os.pread(self._err.fileno(), 1 << 24, 0).decode("utf-8")

    @property
    def pid(self):
        return self._process.pid

    def alive(self):
        return self._process.poll() is None

    def signal(self, number):
        self._process.send_signal(number)

    def wait(self, seconds=60):
        return self._process.wait(seconds)

    def kill_after(self, seconds):
        """Kills with -9 after this time; whether it was still at work."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
            return False
        self._process.kill()
        self._process.wait()
        return True

    def until(self, condition, seconds=60):
        """Waits until the condition holds or the process has ended; the condition at the end."""
        limit = time.monotonic() + seconds
        while not condition() and self.alive() and time.monotonic() < limit:
            time.sleep(0.02)
        return condition()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.alive():
            self._process.kill()
        self._process.wait()
        self._err.close()


def until(condition, seconds=60):
    """Waits until the condition holds; a test fails where it does not."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "what was waited for has not come"
        time.sleep(0.02)


def alerts(home):
    """Every line of alerts.json."""
    path = pathlib.Path(home) / "logs" / "alerts" / "alerts.json"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def terminal_text(master):
    """What was written to a terminal, from its master side, until the other side is closed; closes it."""
    text = b""
    try:
        while part := os.read(master, 65536):
            text += part
    except OSError:  # the other side is closed
        pass
    os.close(master)
    return text.decode("utf-8")


def alerts_so_far(home):
    """How many whole lines alerts.json has, also while one is being written or after a kill cut one off."""
    path = pathlib.Path(home) / "logs" / "alerts" / "alerts.json"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def withdrawn(lines):
    gone = set()
    for alert in lines:
        gone.update(alert["trailsift"].get("supersedes", ()))
        if "retracts" in alert["trailsift"]:
            gone.add(alert["trailsift"]["retracts"])
    return gone


def final(lines):
    """What holds in the end, by id."""
    gone = withdrawn(lines)
    return {alert["trailsift"]["id"]: alert for alert in lines
            if alert["trailsift"]["id"] not in gone and "retracts" not in alert["trailsift"]}


def rules_of(lines):
    """The rule ids of what holds in the end, sorted."""
    return sorted(alert["rule"]["id"] for alert in final(lines).values())


def meaning(lines):
    """What holds in the end, without ids: rules and events."""
    return sorted((alert["rule"]["id"], tuple(alert["trailsift"]["events"])) for alert in final(lines).values())


class TrailCase(unittest.TestCase):
    """A scratch folder for each test, with a bucket folder and a home in it."""

    maxDiff = 4000

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="trailsift-test-")
        self.addCleanup(scratch.cleanup)
        self.scratch = pathlib.Path(scratch.name)
        self.bucket = self.scratch / "bucket"
        self.bucket.mkdir()
        self.home = self.scratch / "home"

    def config(self, text, name="ossec.conf"):
        path = self.scratch / name
        path.write_text(text, encoding="utf-8")
        return path

    def folder_config(self, **options):
        return self.config(wodle(bucket_block(f"file://{self.bucket}", **options)))

    def put(self, name, records, at=None, account=PRODUCTION, region="us-east-1", **place):
        """An object of these records in the bucket folder; its key."""
        made = key(name, 3600 if at is None else at, account, region, **place)
        put(self.bucket, made, records if isinstance(records, bytes) else packed(records))
        return made

    def once(self, config, code=0, env=None, home=None, threads=None, **more):
        words = ["run", "--config", config, "--home", home or self.home, "--once"]
        outcome = program(*words, *(["--threads", threads] if threads else []), env=env, **more)
        self.assertEqual(outcome.code, code, outcome.err)
        self.assert_no_id_twice(home or self.home)
        if outcome.passed:
            passed = outcome.passed
            self.assertEqual(passed["records"], sum(passed[n] for n in ("matched", "unmatched", "duplicates", "discarded", "quarantined")))
        return outcome

    def assert_no_id_twice(self, home):
        ids = [alert["trailsift"]["id"] for alert in alerts(home)]
        self.assertEqual(len(ids), len(set(ids)), "an id was written twice")

    def assert_events(self, names, home=None):
        """Exactly the records of these names have alerts."""
        found = sorted(event for alert in final(alerts(home or self.home)).values() for event in alert["trailsift"]["events"])
        self.assertEqual(found, sorted(str(uuid.uuid5(uuid.NAMESPACE_URL, name)) for name in names))
