"""An ordinary week of twenty accounts as CloudTrail objects: what a company does when nothing is wrong, to see how often the rules cry wolf.

The company: an organisation with a management, a log, a security, a network and a shared account, seven production, four staging, three
development, one sandbox and one machine-learning account. People come in through Identity Center, three old IAM users are left, CI deploys
through CloudFormation and Terraform, a scanner of a vendor reads everything each night, AWS Backup and a vendor keep snapshots, clusters and
autoscaling come and go, pods read their secrets, lost phones and new colleagues go to the help desk, root does one thing that only root can do.
The same bytes for the same seed.
"""

import gzip
import json
import random
import uuid
from datetime import datetime, timedelta, timezone

MONDAY = datetime(2026, 3, 2, tzinfo=timezone.utc)
ORGANISATION = "o-exampleorgid"
NAMES = ["management", "log", "security", "network", "shared", *(f"prod{n}" for n in range(1, 8)), *(f"staging{n}" for n in range(1, 5)),
         *(f"dev{n}" for n in range(1, 4)), "sandbox"]
ACCOUNTS = {name: f"{200000000000 + 11111111 * (number + 1)}" for number, name in enumerate(NAMES + ["ml"])}
NAMES = list(ACCOUNTS)
VENDOR_SCANNER, VENDOR_BACKUP, VENDOR_COSTS = "911111111111", "922222222222", "933333333333"
OFFICE, CI, HOME, VPN = "198.51.100.", "192.0.2.", "203.0.113.", "198.51.100.2"
PEOPLE = [f"{name}.{letter}" for letter in "klmrs" for name in ("ann", "bo", "cy", "di", "ed", "flo", "gus", "hal")]

# What a company that tunes writes into the lists.
TUNED = {
    "accounts_vendor": [VENDOR_SCANNER, VENDOR_BACKUP, VENDOR_COSTS],
    "accounts_sandbox": [ACCOUNTS["sandbox"]],
    "accounts_critical": [ACCOUNTS["management"], ACCOUNTS["prod1"]],
    "accounts_ml": [ACCOUNTS["ml"]],
    "accounts_mail": [ACCOUNTS["shared"]],
    "roles_iac": ["terraform", "landing-zone"],
    "roles_ci": ["deploy", "ci-cleanup"],
    "roles_security": ["security-tooling"],
    "roles_scanner": ["posture-scanner"],
    "roles_helpdesk": ["AWSReservedSSO_HelpDesk_aaaaaaaaaaaaaaaa"],
    "roles_rotation": ["key-rotation"],
    "roles_automation": ["patching"],
    "roles_ml": ["training"],
    "networks_own": [OFFICE, CI, "10."],
    "groups_admin": ["admins"],
    "policies_admin": [],
    "users_service": ["svc-mailer", "svc-legacy", "svc-export"],
    "users_no_mfa": ["kiosk"],
    "buckets_public": ["example-website"],
    "instance_types_ok": ["g5.xlarge", "g5.2xlarge"],
}


def role(account, name, session, path="", sso=False, web=False):
    issuer = {"type": "Role", "principalId": "AROA" + name.upper()[:12], "accountId": account, "userName": name,
              "arn": f"arn:aws:iam::{account}:role/{path}{name}"}
    context = {"sessionIssuer": issuer, "attributes": {"creationDate": "2026-03-02T06:00:00Z", "mfaAuthenticated": "false"}}
    if web:
        context["webIdFederationData"] = {"federatedProvider": f"arn:aws:iam::{account}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/AB12"}
    return {"type": "AssumedRole", "principalId": issuer["principalId"] + ":" + session, "accountId": account,
            "arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}", "accessKeyId": "ASIAEXAMPLE" + name.upper()[:9],
            "sessionContext": context}


def person(account, name, permission="PowerUser"):
    return role(account, f"AWSReservedSSO_{permission}_aaaaaaaaaaaaaaaa", name + "@example.com", "aws-reserved/sso.amazonaws.com/eu-west-1/")


def user(account, name):
    return {"type": "IAMUser", "principalId": "AIDA" + name.upper(), "arn": f"arn:aws:iam::{account}:user/{name}", "accountId": account,
            "accessKeyId": "AKIAEXAMPLE" + name.upper()[:9], "userName": name}


def on_behalf(identity, service):
    return dict(identity, invokedBy=service)


def service(name):
    return {"type": "AWSService", "invokedBy": name}


READS = {
    "ec2": ["DescribeInstances", "DescribeVpcs", "DescribeSubnets", "DescribeSecurityGroups", "DescribeVolumes", "DescribeSnapshots", "DescribeImages",
            "DescribeRouteTables", "DescribeNetworkAcls", "DescribeAddresses", "DescribeFlowLogs", "DescribeLaunchTemplates"],
    "iam": ["ListRoles", "ListUsers", "ListPolicies", "GetRole", "GetPolicy", "GetPolicyVersion", "ListAttachedRolePolicies", "ListRolePolicies",
            "GetAccountSummary", "ListAccessKeys", "GetUser", "GetAccountPasswordPolicy"],
    "s3": ["ListBuckets", "GetBucketPolicy", "GetBucketAcl", "GetBucketLocation", "GetBucketEncryption", "GetBucketLifecycle", "GetBucketTagging"],
    "lambda": ["ListFunctions20150331", "GetFunction20150331v2", "GetPolicy20150331v2"],
    "rds": ["DescribeDBInstances", "DescribeDBClusters", "DescribeDBSnapshots"],
    "cloudformation": ["DescribeStacks", "DescribeStackEvents", "ListStacks", "GetTemplate"],
    "logs": ["DescribeLogGroups", "DescribeLogStreams", "FilterLogEvents"],
    "monitoring": ["DescribeAlarms", "GetMetricData", "ListMetrics"],
    "kms": ["ListKeys", "DescribeKey", "GetKeyPolicy", "ListAliases"],
    "eks": ["DescribeCluster", "ListClusters"],
    "cloudtrail": ["DescribeTrails", "GetTrailStatus", "LookupEvents"],
    "guardduty": ["ListDetectors", "GetDetector"],
    "organizations": ["DescribeOrganization", "ListAccounts"],
    "health": ["DescribeEventAggregates"],
}
ALL_READS = [(source, name) for source, names in READS.items() for name in names]


class Week:
    """Collects records; each activity is a method that adds what it does at its times."""

    def __init__(self, seed=1, volume=1.0):
        self.random = random.Random(seed)
        self.volume = volume
        self.records = []

    def add(self, when, account, who, call, request=None, response=None, address=None, agent=None, region="eu-west-1", **more):
        source, name = call.split(":")
        by_service = who.get("invokedBy")
        record = {
            "eventVersion": "1.11", "userIdentity": who, "eventTime": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": source + ".amazonaws.com", "eventName": name, "awsRegion": region,
            "sourceIPAddress": by_service or address or OFFICE + str(self.random.randint(10, 90)),
            "userAgent": by_service or agent or "aws-cli/2.22.4", "requestParameters": request, "responseElements": response,
            "requestID": str(uuid.UUID(int=self.random.getrandbits(128))), "eventID": str(uuid.UUID(int=self.random.getrandbits(128))),
            "readOnly": name.startswith(("Describe", "List", "Get", "Filter", "Lookup", "Head", "Decrypt")), "eventType": "AwsApiCall",
            "managementEvent": True, "recipientAccountId": account, "eventCategory": "Management"}
        record.update(more)
        self.records.append((when, account, region, record))

    def denied(self, when, account, who, call, request=None, **more):
        source = call.split(":")[0]
        action = call.replace(":", ":")
        code = "Client.UnauthorizedOperation" if source == "ec2" else "AccessDenied"
        self.add(when, account, who, call, request if source == "ec2" else None, errorCode=code,
                 errorMessage=f"User: {who.get('arn', '')} is not authorized to perform: {action} with an explicit deny in a service control policy", **more)

    def times(self, day, count, begin=8.0, end=18.0):
        start = MONDAY + timedelta(days=day)
        return sorted(start + timedelta(hours=self.random.uniform(begin, end)) for _ in range(count))

    def read_some(self, when, account, who, count, seconds=2.0, **more):
        for number in range(max(1, int(count * self.volume))):
            source, name = self.random.choice(ALL_READS)
            self.add(when + timedelta(seconds=seconds * number * self.random.random()), account, who, f"{source}:{name}", {}, **more)

    # People at work: a sign-in in the morning, the console and the command line, a mistyped password, what a service control policy forbids.
    def people(self, day):
        for name in PEOPLE:
            account = ACCOUNTS[self.random.choice(NAMES[4:16])]
            who = person(account, name)
            morning = self.times(day, 1, 7.5, 10)[0]
            home = self.random.random() < 0.4
            address = (HOME if home else OFFICE) + str(self.random.randint(10, 200))
            identity = {"type": "Unknown", "principalId": ACCOUNTS["management"], "accountId": ACCOUNTS["management"], "userName": name + "@example.com"}
            for outcome in ["Failure"] * (self.random.random() < 0.06) + ["Success"]:
                self.add(morning, ACCOUNTS["management"], identity, "signin:CredentialVerification", address=address, agent="Mozilla/5.0",
                         eventType="AwsServiceEvent", serviceEventDetails={"CredentialVerification": outcome},
                         additionalEventData={"CredentialType": "PASSWORD"})
                morning += timedelta(seconds=20)
            self.add(morning, ACCOUNTS["management"], identity, "signin:UserAuthentication", address=address, agent="Mozilla/5.0",
                     eventType="AwsServiceEvent", serviceEventDetails={"UserAuthentication": "Success"},
                     additionalEventData={"CredentialType": "EXTERNAL_IDP"})
            if self.random.random() < 0.6:
                self.add(morning + timedelta(seconds=30), account, who, "signin:ConsoleLogin", None, {"ConsoleLogin": "Success"}, address=address,
                         agent="Mozilla/5.0", eventType="AwsConsoleSignIn",
                         additionalEventData={"MobileVersion": "No", "MFAUsed": "No", "LoginTo": "https://console.aws.amazon.com/"})
                for page in self.times(day, self.random.randint(5, 15)):
                    self.read_some(page, account, who, 20, 0.3, address=address, agent="AWS Internal", sessionCredentialFromConsole="true")
            for when in self.times(day, self.random.randint(0, 6)):
                self.read_some(when, account, who, 4, address=address)
            if self.random.random() < 0.2:
                page = self.times(day, 1)[0]
                for call in ("organizations:DescribeOrganization", "ce:GetCostAndUsage", "support:DescribeCases")[: self.random.randint(1, 3)]:
                    self.denied(page, account, who, call, address=address, sessionCredentialFromConsole="true")
        for when in self.times(day, 3):
            account = ACCOUNTS[f"prod{self.random.randint(1, 7)}"]
            self.add(when, account, person(account, self.random.choice(PEOPLE), "OnCall"), "ssm:StartSession",
                     {"target": "i-0aaaaaaaaaaaaaaa1"}, {"sessionId": "session-1"})
        for when in self.times(day, 4):
            account = ACCOUNTS[f"dev{self.random.randint(1, 3)}"]
            who = person(account, self.random.choice(PEOPLE))
            self.add(when, account, who, "ec2:RunInstances", {"instancesSet": {"items": [{"imageId": "ami-1", "minCount": 1, "maxCount": 1}]},
                     "instanceType": "t3.large"}, {"instancesSet": {"items": [{"instanceId": "i-0bbbbbbbbbbbbbbb2", "instanceType": "t3.large"}]}})
            self.add(when, account, who, "ec2:AuthorizeSecurityGroupIngress", ingress("sg-0d", [(22, 22, OFFICE + "0/24")]), {"_return": True})
            self.add(when, account, who, "ec2:TerminateInstances", {"instancesSet": {"items": [{"instanceId": "i-0bbbbbbbbbbbbbbb2"}]}}, {})
            self.add(when, account, who, "secretsmanager:GetSecretValue", {"secretId": "dev/database"})

    def old_users(self, day):
        account = ACCOUNTS["shared"]
        for name in ("kiosk", "old-admin", "consultant"):
            when = self.times(day, 1)[0]
            who = {key: value for key, value in user(account, name).items() if key != "accessKeyId"}
            if self.random.random() < 0.3:
                self.add(when, account, who, "signin:ConsoleLogin", None, {"ConsoleLogin": "Failure"}, eventType="AwsConsoleSignIn",
                         errorMessage="Failed authentication", additionalEventData={"MFAUsed": "No"}, region="us-east-1")
            self.add(when + timedelta(seconds=40), account, who, "signin:ConsoleLogin", None, {"ConsoleLogin": "Success"}, region="us-east-1",
                     eventType="AwsConsoleSignIn", additionalEventData={"MFAUsed": "No" if name == "kiosk" else "Yes"}, agent="Mozilla/5.0")
            self.read_some(when, account, who, 25, 1, agent="AWS Internal", sessionCredentialFromConsole="true")
        mailer = user(account, "svc-mailer")
        for when in self.times(day, 24, 0, 24):
            self.add(when, account, mailer, "ses:GetSendQuota", None, address=CI + "80")
        exporter = user(account, "svc-export")
        for when in self.times(day, 4, 0, 24):
            self.add(when, account, exporter, "secretsmanager:GetSecretValue", {"secretId": "export/token"}, address=CI + "81")

    # CI: a role per account, through CloudFormation, and by itself for code and images.
    def deploys(self, day):
        for name in NAMES[4:16]:
            account = ACCOUNTS[name]
            for number, when in enumerate(self.times(day, self.random.randint(3, 9))):
                who = role(account, "deploy", f"build-{day}-{number}", web=True)
                address = CI + str(self.random.randint(20, 60))
                at = lambda seconds: when + timedelta(seconds=seconds)
                for step in range(int(30 * self.volume)):
                    self.add(at(step * 5), account, who, "cloudformation:DescribeStackEvents", {"stackName": "web"}, address=address)
                self.add(at(5), account, who, "cloudformation:ExecuteChangeSet", {"stackName": "web", "changeSetName": f"c{number}"}, {}, address=address)
                self.add(at(6), account, who, "lambda:UpdateFunctionCode20150331v2", {"functionName": "orders", "s3Bucket": "artifacts"},
                         {"functionName": "orders"}, address=address)
                for secret in range(self.random.randint(1, 4)):
                    self.add(at(7 + secret), account, who, "secretsmanager:GetSecretValue", {"secretId": f"deploy/{secret}"}, address=address)
                stack = on_behalf(role(account, "cloudformation-execution", "AWSCloudFormation"), "cloudformation.amazonaws.com")
                self.add(at(20), account, stack, "iam:PutRolePolicy", {"roleName": "orders", "policyName": "inline", "policyDocument":
                         policy("Allow", ["s3:GetObject"], "arn:aws:s3:::data/*")})
                self.add(at(21), account, stack, "iam:AttachRolePolicy", {"roleName": "orders", "policyArn":
                         "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"})
                self.add(at(22), account, stack, "lambda:AddPermission20150331v2", {"functionName": "orders", "principal": "apigateway.amazonaws.com",
                         "sourceArn": f"arn:aws:execute-api:eu-west-1:{account}:abc/*"})
                self.add(at(23), account, stack, "logs:DeleteLogGroup", {"logGroupName": "/aws/lambda/orders-old"})
                self.add(at(24), account, stack, "monitoring:DeleteAlarms", {"alarmNames": ["orders-latency"]})
                self.add(at(25), account, stack, "events:RemoveTargets", {"rule": "nightly", "ids": ["1"]})
                if number == 0:
                    self.add(at(26), account, stack, "ec2:AuthorizeSecurityGroupIngress", ingress("sg-0lb", [(443, 443, "0.0.0.0/0"), (80, 80, "0.0.0.0/0")]))
                self.add(at(30), account, who, "ecs:RegisterTaskDefinition", {"family": "orders"}, {}, address=address)

    def terraform(self, day):
        for name in ("network", "security", "shared", "prod1", "prod2", "staging1"):
            account = ACCOUNTS[name]
            for number, when in enumerate(self.times(day, 2)):
                who = role(account, "terraform", f"run-{day}-{number}")
                address = CI + "70"
                self.read_some(when, account, who, 250, 0.4, address=address, agent="APN/1.0 HashiCorp/1.0 Terraform/1.10")
                apply = when + timedelta(minutes=4)
                more = {"address": address, "agent": "APN/1.0 HashiCorp/1.0 Terraform/1.10"}
                self.add(apply, account, who, "iam:CreateRole", {"roleName": "app", "assumeRolePolicyDocument":
                         trust({"Service": "ec2.amazonaws.com"})}, {"role": {"roleName": "app", "arn": f"arn:aws:iam::{account}:role/app"}}, **more)
                self.add(apply, account, who, "iam:CreatePolicyVersion", {"policyArn": f"arn:aws:iam::{account}:policy/app", "setAsDefault": True,
                         "policyDocument": policy("Allow", ["dynamodb:*"], "*")}, **more)
                self.add(apply, account, who, "s3:PutBucketPolicy", {"bucketName": "example-data", "bucketPolicy": {"Version": "2012-10-17", "Statement": [
                         {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
                         {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNTS['prod3']}:root"}, "Action": "s3:GetObject", "Resource": "*"}]}}, **more)
                self.add(apply, account, who, "s3:PutBucketPublicAccessBlock", {"bucketName": "example-data", "publicAccessBlock": "",
                         "PublicAccessBlockConfiguration": {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True,
                                                            "RestrictPublicBuckets": True}}, **more)
                self.add(apply, account, who, "s3:PutBucketLifecycle", {"bucketName": "example-data", "LifecycleConfiguration":
                         {"Rule": {"ID": "old", "Status": "Enabled", "Expiration": {"Days": 365}, "Prefix": ""}}}, **more)
                self.add(apply, account, who, "ec2:AuthorizeSecurityGroupIngress", ingress("sg-0db", [(5432, 5432, "10.0.0.0/8")]), {"_return": True}, **more)
                self.add(apply, account, who, "rds:ModifyDBInstance", {"dBInstanceIdentifier": "orders", "allocatedStorage": 200}, {}, **more)
        if day in (1, 3):  # development is torn down and put up again
            account = ACCOUNTS["dev1"]
            who = role(account, "terraform", f"destroy-{day}")
            for number in range(14):
                when = MONDAY + timedelta(days=day, hours=19, seconds=20 * number)
                self.add(when, account, who, self.random.choice(["ec2:TerminateInstances", "rds:DeleteDBInstance", "ec2:DeleteSnapshot"]),
                         {"instancesSet": {"items": [{"instanceId": f"i-0ccccccccccccc{number:03d}"}]}, "skipFinalSnapshot": False}, {}, address=CI + "70")
        if day in (0, 2):  # tests empty and remove their buckets
            account = ACCOUNTS["sandbox"]
            who = role(account, "ci-cleanup", f"clean-{day}")
            for number in range(5):
                self.add(MONDAY + timedelta(days=day, hours=20, seconds=30 * number), account, who, "s3:DeleteBucket", {"bucketName": f"test-{day}-{number}"},
                         address=CI + "71")

    # The landing zone: one new account a week with its administrator role, an SCP edited, contacts set.
    def landing_zone(self, day):
        if day != 2:
            return
        account = ACCOUNTS["management"]
        who = role(account, "landing-zone", "vend-1")
        when = self.times(day, 1)[0]
        more = {"address": CI + "75", "region": "us-east-1"}
        self.add(when, account, who, "organizations:CreateAccount", {"accountName": "HIDDEN_DUE_TO_SECURITY_REASONS"}, {}, **more)
        self.add(when, account, who, "organizations:MoveAccount", {"accountId": ACCOUNTS["dev3"]}, **more)
        self.add(when, account, who, "organizations:UpdatePolicy", {"policyId": "p-1"}, {}, **more)
        new = role(ACCOUNTS["dev3"], "landing-zone", "vend-1")
        self.add(when, ACCOUNTS["dev3"], new, "account:PutAlternateContact", {"alternateContactType": "SECURITY"}, **more)
        self.add(when, ACCOUNTS["dev3"], new, "iam:CreateRole", {"roleName": "break-glass", "assumeRolePolicyDocument":
                 trust({"AWS": f"arn:aws:iam::{account}:root"})}, {"role": {"roleName": "break-glass"}}, **more)
        self.add(when, ACCOUNTS["dev3"], new, "iam:AttachRolePolicy", {"roleName": "break-glass", "policyArn":
                 "arn:aws:iam::aws:policy/AdministratorAccess"}, **more)
        self.add(when, account, who, "sso:CreateAccountAssignment", {"targetId": ACCOUNTS["dev3"], "targetType": "AWS_ACCOUNT", "principalType": "GROUP",
                 "permissionSetArn": "arn:aws:sso:::permissionSet/ssoins-1/ps-1"}, {}, **more)

    def scanner(self, day):
        for name in NAMES:
            account = ACCOUNTS[name]
            who = role(account, "posture-scanner", "nightly")
            start = MONDAY + timedelta(days=day, hours=2, minutes=NAMES.index(name) * 5)
            more = {"address": "192.0.2.200", "agent": "Boto3/1.35 Botocore/1.35"}
            self.read_some(start, account, who, 400, 0.6, **more)
            self.add(start, account, who, "iam:GetAccountAuthorizationDetails", {}, **more)
            for number in range(6):
                self.add(start + timedelta(seconds=number), account, who, "ec2:DescribeInstanceAttribute",
                         {"instanceId": f"i-0dddddddddddddd{number:02d}", "attribute": "userData"}, **more)
            for call in ("kms:GetKeyPolicy", "s3:GetBucketPolicy", "secretsmanager:GetResourcePolicy", "ecr:GetRepositoryPolicy"):
                self.denied(start, account, who, call, **more)

    # Clusters, autoscaling, backups, pods: machines that work for machines.
    def machines(self, day):
        for name in NAMES[5:16]:
            account = ACCOUNTS[name]
            scaling = on_behalf(role(account, "AWSServiceRoleForAutoScaling", "AutoScaling", "aws-service-role/autoscaling.amazonaws.com/"),
                                "autoscaling.amazonaws.com")
            for when in self.times(day, int(20 * self.volume), 0, 24):
                self.add(when, account, scaling, "ec2:RunInstances", {"instanceType": "m6i.large", "instancesSet": {"items": [{"maxCount": 1}]}},
                         {"instancesSet": {"items": [{"instanceId": "i-0eeeeeeeeeeeeeee5", "instanceType": "m6i.large"}]}})
                self.add(when + timedelta(minutes=50), account, scaling, "ec2:TerminateInstances", {"instancesSet": {"items": [{"instanceId": "i-0eeeeeeeeeeeeeee5"}]}})
            karpenter = role(account, "karpenter", "1741000000", web=True)
            for when in self.times(day, 12, 0, 24):
                self.add(when, account, karpenter, "ec2:CreateFleet", {"CreateFleetRequest": {"Type": "instant", "TargetCapacitySpecification": {"TotalTargetCapacity": 2},
                         "LaunchTemplateConfigs": {"Overrides": [{"InstanceType": "m6i.xlarge"}, {"InstanceType": "c6i.xlarge"}], "tag": 1}}}, {}, address="10.20.0.9")
            # an operator refreshes all secrets each hour; a wave of pods reads a few each
            operator = role(account, "external-secrets", "provider", web=True)
            for hour in range(24):
                for number in range(int(25 * self.volume)):
                    when = MONDAY + timedelta(days=day, hours=hour, minutes=3, seconds=number * 2)
                    self.add(when, account, operator, "secretsmanager:GetSecretValue", {"secretId": f"app/{number}"}, address="10.20.1.7")
            for wave in self.times(day, 3):
                for pod in range(4):
                    who = role(account, "orders-pod", f"1741{pod:06d}", web=True)
                    for secret in ("database", "queue", "mail"):
                        self.add(wave + timedelta(seconds=pod), account, who, "secretsmanager:GetSecretValue", {"secretId": f"orders/{secret}"}, address="10.20.2.4")
                    self.add(wave, account, who, "ssm:GetParametersByPath", {"path": "/orders", "withDecryption": True, "recursive": True}, address="10.20.2.4")
            # an instance with a role of its own, out through the NAT gateway's address
            web = role(account, "web", "i-0123456789abcdef0")
            web["sessionContext"]["ec2RoleDelivery"] = "2.0"
            for when in self.times(day, int(40 * self.volume), 0, 24):
                self.add(when, account, web, "ssm:UpdateInstanceInformation", {"instanceId": "i-0123456789abcdef0"}, address="3.248.10.20")
                self.add(when, account, web, "kms:Decrypt", {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}, address="3.248.10.20")
            backup = on_behalf(role(account, "AWSBackupDefaultServiceRole", "AWSBackup-1", "service-role/"), "backup.amazonaws.com")
            night = MONDAY + timedelta(days=day, hours=1)
            for number in range(10):
                self.add(night + timedelta(seconds=number), account, backup, "ec2:CreateSnapshot", {"volumeId": f"vol-{number}"}, {"snapshotId": f"snap-{number}"})
                self.add(night + timedelta(minutes=9, seconds=number), account, on_behalf(role(account, "AWSDataLifecycleManagerDefaultRole", "dlm"),
                         "dlm.amazonaws.com"), "ec2:DeleteSnapshot", {"snapshotId": f"snap-old-{number}"})
            patching = role(account, "patching", "window-1")
            self.add(night + timedelta(hours=1), account, patching, "ssm:SendCommand", {"documentName": "AWS-RunPatchBaseline",
                     "targets": [{"key": "tag:Patch", "values": ["yes"]}], "parameters": "HIDDEN_DUE_TO_SECURITY_REASONS"}, {"command": {}}, address="10.20.3.3")
        vendor = role(ACCOUNTS["prod1"], "snapshot-copy", "copy")
        if day in (0, 2, 4):
            self.add(MONDAY + timedelta(days=day, hours=3), ACCOUNTS["prod1"], vendor, "ec2:ModifySnapshotAttribute", {"snapshotId": "snap-0a", "attributeType":
                     "CREATE_VOLUME_PERMISSION", "createVolumePermission": {"add": {"items": [{"userId": VENDOR_BACKUP}]}}}, {"_return": True}, address="10.20.3.4")
        factory = role(ACCOUNTS["shared"], "image-factory", "bake")
        self.add(MONDAY + timedelta(days=day, hours=4), ACCOUNTS["shared"], factory, "ec2:ModifyImageAttribute", {"imageId": "ami-0a", "attributeType":
                 "launchPermission", "launchPermission": {"add": {"items": [{"userId": ACCOUNTS[n]} for n in ("prod1", "prod2", "prod3")]}}}, {"_return": True},
                 address="10.20.3.5")
        training = role(ACCOUNTS["ml"], "training", "job-1")
        for when in self.times(day, 4):
            self.add(when, ACCOUNTS["ml"], training, "ec2:RunInstances", {"instanceType": "g5.xlarge", "instancesSet": {"items": [{"maxCount": 1, "minCount": 1}]}},
                     {"instancesSet": {"items": [{"instanceId": "i-0fffffffffffffff6", "instanceType": "g5.xlarge"}]}}, address="10.20.9.9")
            self.add(when, ACCOUNTS["ml"], training, "bedrock:InvokeModel", {"modelId": "example.model-v1"}, address="10.20.9.9")

    def help_desk(self, day):
        account = ACCOUNTS["shared"]
        who = person(account, "helen", "HelpDesk")
        if day in (0, 3):
            when = self.times(day, 1)[0]
            self.add(when, account, who, "iam:CreateUser", {"userName": f"new{day}"}, {"user": {"userName": f"new{day}"}}, region="us-east-1")
            self.add(when, account, who, "iam:CreateLoginProfile", {"userName": f"new{day}", "passwordResetRequired": True}, {}, region="us-east-1")
            self.add(when, account, who, "iam:AddUserToGroup", {"userName": f"new{day}", "groupName": "readers"}, region="us-east-1")
        if day == 1:
            when = self.times(day, 1)[0]
            self.add(when, account, who, "iam:DeactivateMFADevice", {"userName": "consultant", "serialNumber": f"arn:aws:iam::{account}:mfa/consultant"}, region="us-east-1")
        rotation = role(account, "key-rotation", "rotate")
        if day == 4:
            for number, name in enumerate(("svc-mailer", "svc-legacy", "svc-export")):
                when = MONDAY + timedelta(days=day, hours=5 + number)
                self.add(when, account, rotation, "iam:CreateAccessKey", {"userName": name}, {"accessKey": {"userName": name, "status": "Active"}},
                         address="10.20.4.4", region="us-east-1")

    def root_task(self, day):
        if day != 3:
            return
        account = ACCOUNTS["management"]
        who = {"type": "Root", "principalId": account, "arn": f"arn:aws:iam::{account}:root", "accountId": account, "accessKeyId": ""}
        when = self.times(day, 1)[0]
        self.add(when, account, who, "signin:ConsoleLogin", None, {"ConsoleLogin": "Success"}, eventType="AwsConsoleSignIn", agent="Mozilla/5.0",
                 additionalEventData={"MFAUsed": "Yes", "MobileVersion": "No"}, region="us-east-1")
        who = dict(who, accessKeyId="ASIAROOTEXAMPLE0001", sessionContext={"attributes": {"mfaAuthenticated": "true"}})
        for number in range(12):
            self.add(when + timedelta(seconds=20 + number), account, who, "billingconsole:GetBillingNotifications", {}, agent="AWS Internal", region="us-east-1")

    def live(self):
        for day in range(7):
            if day < 5:
                self.people(day)
                self.old_users(day)
                self.deploys(day)
                self.terraform(day)
                self.landing_zone(day)
                self.help_desk(day)
                self.root_task(day)
            self.scanner(day)
            self.machines(day)
        return self

    def write(self, folder):
        """Objects of five minutes an account and region, as AWS writes them; answers (records, objects)."""
        objects = {}
        for when, account, region, record in self.records:
            minute = when - timedelta(minutes=when.minute % 5, seconds=when.second, microseconds=when.microsecond) + timedelta(minutes=5)
            objects.setdefault((account, region, minute), []).append(record)
        for (account, region, minute), records in objects.items():
            day = folder / "AWSLogs" / account / "CloudTrail" / region / minute.strftime("%Y/%m/%d")
            day.mkdir(parents=True, exist_ok=True)
            name = f"{account}_CloudTrail_{region}_{minute.strftime('%Y%m%dT%H%MZ')}_{uuid.uuid5(uuid.NAMESPACE_URL, account + region + str(minute)).hex[:16]}.json.gz"
            (day / name).write_bytes(gzip.compress(json.dumps({"Records": records}, separators=(",", ":")).encode(), 6, mtime=0))
        return len(self.records), len(objects)


def ingress(group, permissions):
    items = [{"ipProtocol": "tcp", "fromPort": low, "toPort": high, "groups": {}, "ipRanges": {"items": [{"cidrIp": cidr}]}, "ipv6Ranges": {}, "prefixListIds": {}}
             for low, high, cidr in permissions]
    return {"groupId": group, "ipPermissions": {"items": items}}


def policy(effect, actions, resource):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": actions, "Resource": resource}]})


def trust(principal):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]})
