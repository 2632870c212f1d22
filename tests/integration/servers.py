"""Real servers for tests: S3Proxy, which checks signatures, moto, which checks IAM policies as well, and ElasticMQ, queues alone.

Each is a context manager that installs what it needs (into ~/.m2 and build/servers), starts a process on a free port of 127.0.0.1, waits
until it answers and ends it by its process id. A server that can't be had is an error, never a reason to skip.

    with S3Proxy() as s3:
        s3.fill("trail", "some/folder")
        subprocess.run([...], env={**os.environ, **s3.environment()})

Standard library only. Needs Debian's openjdk-17-jre-headless, maven and python3-venv.
"""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SERVERS = SOURCE / "build" / "servers"

S3PROXY = "3.1.0"
S3PROXY_ARTIFACT = f"org.gaul:s3proxy:{S3PROXY}:jar:jar-with-dependencies"
ELASTICMQ = "1.6.16"
MOTO = "5.2.5"
VERSITYGW = "v1.8.0"
PYARROW = "26.0.1"
PYSIGMA = "2.0.1"
PYSIGMA_SQLITE = "2.1.1"
PROMETHEUS_CLIENT = "0.26.0"
HCL = "8.1.4"
PLAYWRIGHT = "1.65.2"

START_SECONDS = 90

# No proxy of the surroundings stands between a test and its server on this machine.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ServerError(RuntimeError):
    """A server that can't be installed or started."""


@contextlib.contextmanager
def _install_lock():
    SERVERS.mkdir(parents=True, exist_ok=True)
    with open(SERVERS / "lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run_install(command, what, package, more=None):
    if shutil.which(command[0]) is None:
        raise ServerError(f"{what} needs {command[0]}: install {package}")
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
                          env={**os.environ, **(more or {})})
    if done.returncode != 0:
        raise ServerError(f"{what}: {command[0]} failed with {done.returncode}")


def s3proxy_jar():
    """The path of S3Proxy's jar, fetched where it is not there yet."""
    name = f"s3proxy-{S3PROXY}-jar-with-dependencies.jar"
    jar = pathlib.Path.home() / ".m2" / "repository" / "org" / "gaul" / "s3proxy" / S3PROXY / name
    with _install_lock():
        if not jar.exists():
            _run_install(["mvn", "-q", "-B", "dependency:get", "-Dtransitive=false", f"-Dartifact={S3PROXY_ARTIFACT}"], "S3Proxy", "maven")
        if not jar.exists():
            raise ServerError(f"S3Proxy: maven left no {jar}")
    return jar


_ELASTICMQ_POM = f"""<project><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>test</artifactId><version>1</version>
<dependencies><dependency><groupId>org.elasticmq</groupId><artifactId>elasticmq-server_2.13</artifactId><version>{ELASTICMQ}</version>
</dependency></dependencies></project>
"""


def elasticmq_jars():
    """The folder of ElasticMQ's jars, fetched where they are not there yet."""
    folder = SERVERS / "elasticmq"
    complete = folder / f".elasticmq-{ELASTICMQ}"
    with _install_lock():
        if not complete.exists():
            folder.mkdir(parents=True, exist_ok=True)
            pom = folder / "pom.xml"
            pom.write_text(_ELASTICMQ_POM, encoding="ascii")
            _run_install(["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={folder / 'lib'}"],
                         "ElasticMQ", "maven")
            complete.touch()
    return folder / "lib"


def _python_with(folder, mark, *packages):
    """The Python of a virtual environment that holds the packages, made where it is not there yet. `mark`: tells it from that of other
    versions."""
    venv = SERVERS / folder
    python = venv / "bin" / "python"
    complete = venv / f".{mark}"
    with _install_lock():
        if not complete.exists():
            _run_install([sys.executable, "-m", "venv", str(venv)], packages[0], "python3-venv")
            _run_install([str(python), "-m", "pip", "install", "-q", *packages], packages[0], "python3-venv")
            complete.touch()
    return python


def moto_python():
    """Holds moto and boto3."""
    return _python_with("venv", f"moto-{MOTO}", f"moto[server]=={MOTO}", "boto3")


def parquet_python():
    """Holds pyarrow, which writes Parquet files."""
    return _python_with("parquet", f"pyarrow-{PYARROW}", f"pyarrow=={PYARROW}")


def sigma_python():
    """Holds pySigma and its SQLite backend, another reading of Sigma rules."""
    return _python_with("sigma", f"pysigma-{PYSIGMA}", f"pysigma=={PYSIGMA}", f"pysigma-backend-sqlite=={PYSIGMA_SQLITE}")


def prometheus_python():
    """Holds Prometheus' own reader of its text format."""
    return _python_with("prometheus", f"client-{PROMETHEUS_CLIENT}", f"prometheus_client=={PROMETHEUS_CLIENT}")


def hcl_python():
    """Holds python-hcl2, a parser of what Terraform reads."""
    return _python_with("hcl", f"hcl2-{HCL}", f"python-hcl2=={HCL}")


def browser_python():
    """Holds Playwright, which drives Debian's Chromium."""
    if shutil.which("chromium") is None:
        raise ServerError("a page is tested in Chromium: install chromium")
    return _python_with("browser", f"playwright-{PLAYWRIGHT}", f"playwright=={PLAYWRIGHT}")


def versitygw_program():
    """The path of versitygw, compiled where it is not there yet: minutes."""
    program = SERVERS / "bin" / "versitygw"
    with _install_lock():
        if not program.exists():
            _run_install(["go", "install", f"github.com/versity/versitygw/cmd/versitygw@{VERSITYGW}"], "versitygw", "golang",
                         {"GOBIN": str(program.parent)})
    return program


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port):
    try:
        with _direct.open(f"http://127.0.0.1:{port}/", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


_UPLOAD = """
import json, pathlib, sys
import boto3
from botocore.config import Config
client = boto3.client("s3", config=Config(s3={"addressing_style": "path"}, proxies={}))
root = pathlib.Path(sys.argv[2])
for path in sorted(root.rglob("*.gz")):
    beside = path.with_name(path.name + ".meta.json")
    headers = json.loads(beside.read_text("utf-8")) if beside.exists() else {}
    client.put_object(Bucket=sys.argv[1], Key=path.relative_to(root).as_posix(), Body=path.read_bytes(),
                      Metadata={name.removeprefix("x-amz-meta-"): value for name, value in headers.items()})
"""


class _Server:
    """A process in a folder of its own; subclasses say how it is started."""

    access_key = ""
    secret_key = ""
    region = "us-east-1"

    def __init__(self):
        self.port = 0
        self._process = None
        self._folder = None

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self):
        return self._process.pid

    def environment(self, access_key=None, secret_key=None, session_token=None):
        """The variables that point an AWS client at this server and at nothing else, with its own keys unless others are given."""
        found = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": access_key or self.access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key or self.secret_key,
            "AWS_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_CONFIG_FILE": "/dev/null",
        }
        if session_token:
            found["AWS_SESSION_TOKEN"] = session_token
        return found

    def upload(self, bucket, folder):
        """Each file below `folder` as an object of the bucket, which must be there, by boto3; the user metadata of KEY stands in
        KEY.meta.json."""
        done = subprocess.run([str(moto_python()), "-c", _UPLOAD, bucket, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False, env={**os.environ, **self.environment()})
        if done.returncode != 0:
            raise ServerError(f"upload to {bucket}: {done.stdout[-2000:]}")

    def _command(self, folder):
        raise NotImplementedError

    def _surroundings(self):
        return dict(os.environ)

    def __enter__(self):
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="trailsift-server-"))
        try:
            # Between the choice of a port and its use another process may take it.
            for _ in range(3):
                self.port = _free_port()
                if self._start():
                    return self
            raise ServerError(f"{type(self).__name__} did not start; the end of its log:\n{self.log()[-3000:]}")
        except BaseException:
            self._clean_up()
            raise

    def _start(self):
        with open(self._folder / "log", "wb") as log:
            self._process = subprocess.Popen(self._command(self._folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             cwd=self._folder, env=self._surroundings())
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit and self._process.poll() is None:
            if self._answers():
                return True
            time.sleep(0.05)
        self.stop()
        return False

    def _answers(self):
        return _answers(self.port)

    def stop(self):
        """Ends the process; the object may not be used any more but for `log`."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def log(self):
        return (self._folder / "log").read_text("utf-8", "replace")

    def _clean_up(self):
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __exit__(self, *_):
        self._clean_up()


class S3Proxy(_Server):
    """S3 over a folder. Verifies signatures, their time and the access key; knows no policies."""

    access_key = "AKIAPROXY00000000000"
    secret_key = "proxysecret"

    def _command(self, folder):
        self.data = folder / "data"
        self.data.mkdir(exist_ok=True)
        settings = {
            "s3proxy.endpoint": self.endpoint,
            "s3proxy.authorization": "aws-v2-or-v4",
            "s3proxy.identity": self.access_key,
            "s3proxy.credential": self.secret_key,
            "s3proxy.ignore-unknown-headers": "true",
            "jclouds.provider": "filesystem-nio2",
            "jclouds.filesystem.basedir": str(self.data),
        }
        conf = folder / "s3proxy.conf"
        conf.write_text("".join(f"{key}={value}\n" for key, value in settings.items()), encoding="ascii")
        if shutil.which("java") is None:
            raise ServerError("S3Proxy needs java: install openjdk-17-jre-headless")
        return ["java", "-Xmx256m", "-jar", str(s3proxy_jar()), "--properties", str(conf)]

    def create_bucket(self, bucket):
        (self.data / bucket).mkdir(exist_ok=True)

    def delete_bucket(self, bucket):
        """With all that it holds."""
        shutil.rmtree(self.data / bucket)

    def fill(self, bucket, folder):
        """Makes the bucket, each file below `folder` an object of it."""
        shutil.copytree(folder, self.data / bucket, dirs_exist_ok=True)

    def put(self, bucket, key, content):
        path = self.data / bucket / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


class VersityGw(_Server):
    """S3 over a folder, with less work than S3Proxy: for measuring. Verifies signatures."""

    access_key = "AKIAROOT000000000000"
    secret_key = "rootsecretrootsecret"

    def __init__(self, certificate=None):
        """`certificate`: files of a certificate and of its key; the server speaks TLS then."""
        super().__init__()
        self.certificate = certificate

    @property
    def endpoint(self):
        return super().endpoint if self.certificate is None else f"https://127.0.0.1:{self.port}"

    def _answers(self):
        if self.certificate is None:
            return super()._answers()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _command(self, folder):
        tls = [] if self.certificate is None else ["--cert", str(self.certificate[0]), "--key", str(self.certificate[1])]
        self.data = folder / "data"
        for part in (self.data, folder / "iam"):
            part.mkdir(exist_ok=True)
        return [str(versitygw_program()), "--port", f"127.0.0.1:{self.port}", "--region", self.region, "--iam-dir", str(folder / "iam"),
                "--keep-alive", "--quiet", *tls, "posix", str(self.data)]  # S3 keeps connections, too

    def _surroundings(self):
        return {**os.environ, "ROOT_ACCESS_KEY": self.access_key, "ROOT_SECRET_KEY": self.secret_key}

    def fill(self, bucket, folder):
        """Makes the bucket, each file below `folder` an object of it."""
        shutil.copytree(folder, self.data / bucket, dirs_exist_ok=True)


class _Queues:
    """What tests do with queues, over the JSON protocol; for a server that has them."""

    def sqs(self, action, **members):
        request = urllib.request.Request(self.endpoint + "/", data=json.dumps(members).encode("utf-8"), method="POST", headers={
            "Authorization": f"AWS4-HMAC-SHA256 Credential={self.access_key}/20200101/{self.region}/sqs/aws4_request, "
                             "SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"AmazonSQS.{action}"})
        with _direct.open(request, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")

    def create_queue(self, name, **attributes):
        """The queue's URL. `dead_letters`: (name of a queue, how often a message is received before it goes there)."""
        if "dead_letters" in attributes:
            other, receives = attributes.pop("dead_letters")
            arn = self.queue_attributes(self.sqs("GetQueueUrl", QueueName=other)["QueueUrl"])["QueueArn"]
            attributes["RedrivePolicy"] = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": str(receives)})
        return self.sqs("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"]

    def queue_attributes(self, url):
        return self.sqs("GetQueueAttributes", QueueUrl=url, AttributeNames=["All"])["Attributes"]

    def queue_depth(self, url):
        """(messages that wait, messages that somebody holds)"""
        found = self.queue_attributes(url)
        return int(found["ApproximateNumberOfMessages"]), int(found["ApproximateNumberOfMessagesNotVisible"])

    def send(self, url, *bodies):
        """Each of them text, or something that becomes JSON."""
        texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
        for n in range(0, len(texts), 10):
            self.sqs("SendMessageBatch", QueueUrl=url,
                     Entries=[{"Id": str(i), "MessageBody": text} for i, text in enumerate(texts[n:n + 10])])


class ElasticMq(_Queues, _Server):
    """SQS in memory, quick. Checks no signatures."""

    access_key = "AKIAQUEUE00000000000"
    secret_key = "queuesecret"

    def _command(self, folder):
        conf = folder / "elasticmq.conf"
        conf.write_text('include classpath("application.conf")\n'
                        f'node-address {{ protocol = http, host = "127.0.0.1", port = {self.port}, context-path = "" }}\n'
                        f'rest-sqs {{ enabled = true, bind-port = {self.port}, bind-hostname = "127.0.0.1", sqs-limits = strict }}\n'
                        'rest-stats { enabled = false }\n', encoding="ascii")
        if shutil.which("java") is None:
            raise ServerError("ElasticMQ needs java: install openjdk-17-jre-headless")
        return ["java", "-Xmx256m", f"-Dconfig.file={conf}", "-cp", f"{elasticmq_jars()}/*", "org.elasticmq.server.Main"]


class Moto(_Queues, _Server):
    """S3, IAM and STS in memory. Checks nothing until `enforce`; set buckets, users, roles and policies up before. (After it, an anonymous
    request is answered with HTTP 500: moto's way. It expires no session.)"""

    account = "123456789012"

    access_key = "AKIASETUP00000000000"
    secret_key = "setup"

    def _command(self, folder):
        return [str(moto_python().with_name("moto_server")), "-H", "127.0.0.1", "-p", str(self.port)]

    def _surroundings(self):
        return {**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "1000000"}

    def _call(self, method, path, body=b"", service="s3", content_type="application/octet-stream", target=None):
        scope = f"{self.access_key}/20200101/{self.region}/{service}/aws4_request"
        headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0", "Content-Type": content_type}
        if target:
            headers["X-Amz-Target"] = target
        request = urllib.request.Request(self.endpoint + path, data=body, method=method, headers=headers)
        with _direct.open(request, timeout=30) as answer:
            return answer.read().decode("utf-8")

    def create_bucket(self, bucket):
        self._call("PUT", f"/{bucket}")

    def put(self, bucket, key, content):
        self._call("PUT", f"/{bucket}/{urllib.parse.quote(key)}", content)

    def notify(self, bucket, queue_arn):
        """From here on S3 tells the queue of each new object."""
        self._call("PUT", f"/{bucket}?notification", (
            '<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><QueueConfiguration><Id>new</Id>'
            f"<Queue>{queue_arn}</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>").encode("ascii"))

    def fill(self, bucket, folder):
        """Makes the bucket, each file below `folder` an object of it."""
        self.create_bucket(bucket)
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file():
                self.put(bucket, path.relative_to(folder).as_posix(), path.read_bytes())

    def _query(self, service, version, action, parameters):
        body = urllib.parse.urlencode({"Action": action, "Version": version, **parameters}).encode("ascii")
        return self._call("POST", "/", body, service, "application/x-www-form-urlencoded")

    def ask(self, service, target, **members):
        """A call of a service that speaks JSON, such as `AmazonSQS.CreateQueue`: its answer."""
        answer = self._call("POST", "/", json.dumps(members).encode("utf-8"), service, "application/x-amz-json-1.0", target)
        return json.loads(answer) if answer else {}

    def list_keys(self, bucket):
        """How many objects the bucket has, of a thousand."""
        return self._call("GET", f"/{bucket}?list-type=2").count("<Key>")

    def _iam(self, action, **parameters):
        return self._query("iam", "2010-05-08", action, parameters)

    def create_user(self, name, policy):
        """A user with one inline policy (JSON text): (access key, secret key)."""
        self._iam("CreateUser", UserName=name)
        self._iam("PutUserPolicy", UserName=name, PolicyName="only", PolicyDocument=policy)
        answer = self._iam("CreateAccessKey", UserName=name)
        return (answer.split("<AccessKeyId>")[1].split("<")[0], answer.split("<SecretAccessKey>")[1].split("<")[0])

    def create_role(self, name, policy, trusted=()):
        """A role with one inline policy (JSON text) that the named users, and the sessions of `role/session`, may assume: its ARN."""
        users = [f"arn:aws:sts::{self.account}:assumed-role/{name}" if "/" in name else f"arn:aws:iam::{self.account}:user/{name}"
                 for name in trusted]
        trust = {"Version": "2012-10-17",
                 "Statement": [{"Effect": "Allow", "Principal": {"AWS": users}, "Action": "sts:AssumeRole"}] if users else []}
        self._iam("CreateRole", RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        self._iam("PutRolePolicy", RoleName=name, PolicyName="only", PolicyDocument=policy)
        return f"arn:aws:iam::{self.account}:role/{name}"

    def assume_role(self, name, policy):
        """A role with one inline policy (JSON text), assumed: (access key, secret key, session token)."""
        arn = self.create_role(name, policy)
        answer = self._query("sts", "2011-06-15", "AssumeRole", {"RoleArn": arn, "RoleSessionName": "test"})
        return tuple(answer.split(f"<{tag}>")[1].split("<")[0] for tag in ("AccessKeyId", "SecretAccessKey", "SessionToken"))

    def enforce(self):
        """From here on signatures and policies are checked."""
        self._check_after(0)

    def relax(self):
        """From here on nothing is checked, until `enforce`."""
        self._check_after(1_000_000)

    def _check_after(self, calls):
        request = urllib.request.Request(self.endpoint + "/moto-api/reset-auth", data=str(calls).encode("ascii"), method="POST",
                                         headers={"Content-Type": "text/plain"})
        with _direct.open(request, timeout=30):
            pass
