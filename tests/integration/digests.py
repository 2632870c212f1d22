"""Makes what CloudTrail makes when log file validation is on: logs, and signed digests of each hour that name them.

Keys are made and signatures written by the command `openssl` (ca-certificates brings it along). Format: AWS CloudTrail user guide,
"CloudTrail digest file structure". Standard library only.
"""

import base64
import gzip
import hashlib
import json
import pathlib
import subprocess
from datetime import datetime, timedelta, timezone

ACCOUNT, REGION, TRAIL = "111122223333", "us-east-1", "my_trail"
BEGIN = datetime(2026, 1, 15, 9, 0, 30, tzinfo=timezone.utc)


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def openssl(*arguments, given=b""):
    return subprocess.run(["openssl", *map(str, arguments)], input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout


class Signer:
    """An RSA key in a file of its own."""

    def __init__(self, folder, name):
        self.file = pathlib.Path(folder) / f"{name}.pem"
        openssl("genrsa", "-out", self.file, "2048")
        self.der = openssl("rsa", "-in", self.file, "-RSAPublicKey_out", "-outform", "DER")
        self.fingerprint = hashlib.md5(self.der).hexdigest()

    def sign(self, text):
        return openssl("dgst", "-sha256", "-sign", self.file, given=text.encode("ascii")).hex()

    def key_list(self, path, name="PublicKeyList"):
        """Writes what `aws cloudtrail list-public-keys` prints."""
        entry = {"Value": base64.b64encode(self.der).decode("ascii"), "ValidityStartTime": "2026-01-01T00:00:00+00:00",
                 "ValidityEndTime": "2027-01-01T00:00:00+00:00", "Fingerprint": self.fingerprint}
        path.write_text(json.dumps({name: [entry]}), encoding="ascii")
        return path


class SignedTrail:
    """A bucket in a folder. `hour` writes logs and the digest of the next hour; `digests` and `logs` are their keys in order."""

    def __init__(self, root, signer, begin=BEGIN, bucket="a-trail", prefix=""):
        self.root, self.signer, self.bucket, self.prefix = pathlib.Path(root), signer, bucket, prefix
        self.end = begin
        self.digests, self.logs = [], []
        self.previous = None

    def path(self, key):
        return self.root / key

    def log_key(self, time, name):
        return (f"{self.prefix}AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{time:%Y/%m/%d}/"
                f"{ACCOUNT}_CloudTrail_{REGION}_{time:%Y%m%dT%H%MZ}_{name}.json.gz")

    def digest_key(self, end, ending=""):
        return (f"{self.prefix}AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/{end:%Y/%m/%d}/"
                f"{ACCOUNT}_CloudTrail-Digest_{REGION}_{TRAIL}_{REGION}_{end:%Y%m%dT%H%M%SZ}{ending}.json.gz")

    def write(self, key, content):
        self.path(key).parent.mkdir(parents=True, exist_ok=True)
        self.path(key).write_bytes(content)
        return key

    def log(self, time, name):
        text = json.dumps({"Records": [{"eventVersion": "1.10", "eventID": name, "eventTime": iso(time)}] * 20}).encode("ascii")
        return self.write(self.log_key(time, name), gzip.compress(text, mtime=0))

    def hour(self, logs=2, restart=False, skip=0, ending=""):
        """The digest of the next hour, `skip` hours later; with `restart` it names nothing before it."""
        self.end += timedelta(hours=1 + skip)
        start = self.end - timedelta(hours=1)
        named = []
        for n in range(logs):
            key = self.log(start + timedelta(minutes=5 + 10 * n), f"log{len(self.logs)}")
            self.logs.append(key)
            named.append({"s3Bucket": self.bucket, "s3Object": key,
                          "hashValue": hashlib.sha256(gzip.decompress(self.path(key).read_bytes())).hexdigest(),
                          "hashAlgorithm": "SHA-256", "newestEventTime": iso(start), "oldestEventTime": iso(start)})
        previous = None if restart else self.previous
        key = self.digest_key(self.end, ending)
        document = {
            "awsAccountId": ACCOUNT, "digestStartTime": iso(start), "digestEndTime": iso(self.end), "digestS3Bucket": self.bucket,
            "digestS3Object": key, "digestPublicKeyFingerprint": self.signer.fingerprint,
            "digestSignatureAlgorithm": "SHA256withRSA", "newestEventTime": None, "oldestEventTime": None,
            "previousDigestS3Bucket": previous and self.bucket, "previousDigestS3Object": previous and previous[0],
            "previousDigestHashValue": previous and previous[1], "previousDigestHashAlgorithm": previous and "SHA-256",
            "previousDigestSignature": previous and previous[2], "logFiles": named,
        }
        self.digests.append(key)
        self.previous = self.put_digest(key, document, self.signer)
        return key

    def put_digest(self, key, document, signer):
        """Writes and signs it; (key, hash, signature)."""
        text = json.dumps(document).encode("ascii")
        found = hashlib.sha256(text).hexdigest()
        signature = signer.sign("\n".join([document["digestEndTime"], f"{document['digestS3Bucket']}/{document['digestS3Object']}", found,
                                           document["previousDigestSignature"] or "null"]))
        self.write(key, gzip.compress(text, mtime=0))
        self.write_signature(key, signature)
        return key, found, signature

    def write_signature(self, key, signature):
        self.write(key + ".meta.json", json.dumps({"x-amz-meta-signature": signature,
                                                   "x-amz-meta-signature-algorithm": "SHA256withRSA"}).encode("ascii"))

    def document(self, key):
        return json.loads(gzip.decompress(self.path(key).read_bytes()))

    def remove(self, key):
        self.path(key).unlink()
        self.path(key + ".meta.json").unlink(missing_ok=True)
