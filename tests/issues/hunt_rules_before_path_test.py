"""`hunt --rules DIR PATH` took PATH for a second rule folder: the option swallowed all that followed it."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("TRAILSIFT_BIN", str(ROOT / "build" / "release" / "trailsift"))
RECORD = {"eventVersion": "1.10", "userIdentity": {"type": "IAMUser", "userName": "alice"}, "eventTime": "2026-01-15T10:00:00Z",
          "eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "requestParameters": {"userName": "bob"},
          "eventID": "5e0c2c5e-0000-4000-8000-000000000001", "recipientAccountId": "111122223333"}


class RulesBeforePath(unittest.TestCase):
    def hunt(self, *arguments):
        return subprocess.run([BINARY, "hunt", "-o", "ndjson", *arguments], capture_output=True, check=False, timeout=60)

    def test_one_value_each(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "one.json"
            path.write_text(json.dumps({"Records": [RECORD]}))
            for arguments in (["--rules", str(ROOT / "rules"), str(path)], [str(path), "--rules", str(ROOT / "rules")],
                              ["--rules", str(ROOT / "rules"), "--rules", str(ROOT / "rules" / "optional"), str(path)]):
                outcome = self.hunt(*arguments)
                self.assertEqual(outcome.returncode, 0, outcome.stderr)
                self.assertEqual([json.loads(line)["rule"]["id"] for line in outcome.stdout.splitlines()], ["80222"], arguments)
            self.assertEqual(self.hunt("--rules", "none", str(path)).stdout, b"")


if __name__ == "__main__":
    unittest.main()
