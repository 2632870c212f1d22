"""What queues deliver beside trails: objects of Security Lake and Security Hub, and the messages that name them."""

import json
import pathlib
import subprocess

import servers
import trail

MAKER = pathlib.Path(__file__).with_name("parquet_maker.py")

# A subscription: its bucket, the policy of its role, which alone may read, and that of who assumes the role.
BUCKET = "aws-security-data-lake-eu-west-1"
ROLE = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}]})
USER = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]})


def finding(title, severity, at, **more):
    """An OCSF finding. Every row has all columns, as in a real file."""
    return {"activity_id": 1, "category_uid": 2, "class_uid": 2004, "time": int(trail.TODAY.timestamp() + at) * 1000, "severity_id": severity,
            "status_id": 1, "metadata": {"product": {"name": "Security Hub", "vendor_name": "AWS"}, "version": "1.1.0"},
            "finding_info": {"title": title, "types": ["a", "b"]}, "cloud": {"account": {"uid": trail.PRODUCTION}, "region": "eu-west-1"},
            **more}


def parquet(folder, rows):
    """The rows as a Parquet file, as pyarrow writes it."""
    path = pathlib.Path(folder) / "rows.parquet"
    subprocess.run([servers.parquet_python(), MAKER, "--rows", path], input=json.dumps(rows), text=True, check=True)
    return path.read_bytes()


def hub_event(*titles, severity="CRITICAL", at=3600):
    """An event of Security Hub with one finding a title."""
    return {"version": "0", "source": "aws.securityhub", "detail-type": "Security Hub Findings - Imported", "time": trail.iso(at), "detail": {
        "findings": [{"Title": title, "ProductName": "GuardDuty", "AwsAccountId": trail.PRODUCTION, "Region": "eu-west-1", "RecordState": "ACTIVE",
                      "Workflow": {"Status": "NEW"}, "Severity": {"Label": severity}, "UpdatedAt": trail.iso(at), "Note": None}
                     for title in titles]}}
