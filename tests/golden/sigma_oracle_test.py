#!/usr/bin/env python3
"""Rules made by chance, as we read them and as pySigma's SQLite backend does, where both can express them.

A table has a NULL where a record lacks a field, and `not` keeps it NULL; so every field is there but one, which is only asked whether it is.
TRAILSIFT_BIN names the program (default build/release/trailsift); TRAILSIFT_ORACLE_SEED repeats a run.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("TRAILSIFT_BIN", str(SOURCE / "build/release/trailsift"))
sys.path.insert(0, str(SOURCE / "tests/integration"))
import servers  # noqa: E402  pylint: disable=wrong-import-position

TEXTS = ("", "PutObject", "putobject", "GetObject", "Put", "Object", "a_b%", "a*b", "a?b", "a\\b", "x/y-z", "22", "dXNlcjEyMw==", "10.1.2.3",
         "10.2.3.4", "192.0.2.9")
FIELDS = ("eventName", "awsRegion", "userAgent", "sourceIPAddress")


class Chance(random.Random):
    def value(self):
        text = self.choice(TEXTS[1:])
        text = text.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")
        kind = self.randrange(6)
        if kind == 0:
            at = self.randrange(len(text) + 1)
            return text if "\\" in text else text[:at] + self.choice("*?") + text[at + 1:]
        return text if kind > 1 or "\\" in text else text[self.randrange(len(text)):]

    def item(self):
        field = self.choice(FIELDS)
        values = [self.value() for _ in range(self.choice((1, 1, 2, 3)))]
        kind = self.randrange(12)
        modifier = {0: "|contains", 1: "|startswith", 2: "|endswith", 3: "|contains|all", 4: "|contains", 5: "|neq"}.get(kind, "")
        if kind == 3:
            values = values * 2 if len(values) == 1 else values
        elif kind == 6:
            return "n|" + self.choice(("lt", "lte", "gt", "gte")), self.randrange(30)
        elif kind == 7:
            return field + "|re", self.choice(("^Put", "[0-9]+$", "a.b", "(Get|x)"))
        elif kind == 8:
            return "sourceIPAddress|cidr", self.choice(("10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24"))
        elif kind == 9:
            return "errorCode", None
        elif kind == 10:
            return "n", self.choice((22, 7, [1, 22]))
        return field + modifier, values if len(values) > 1 else values[0]

    def search(self):
        maps = [dict(self.item() for _ in range(self.choice((1, 1, 2)))) for _ in range(self.choice((1, 1, 1, 2)))]
        return maps if len(maps) > 1 else maps[0]

    def condition(self, names, depth=3):
        kind = self.randrange(7) if depth > 0 else 6
        if kind < 2:
            return f"({self.condition(names, depth - 1)} {('and', 'or')[kind]} {self.condition(names, depth - 1)})"
        if kind == 2:
            return "not " + self.condition(names, 0)
        if kind == 3:
            return self.choice(("1 of s_*", "all of s_*", "1 of them"))
        if kind == 4:
            return f"{self.condition(names, 0)} or {self.condition(names, 0)} and {self.condition(names, 0)}"
        return self.choice(names)

    def rule(self, number):
        names = [f"s_{i}" for i in range(self.choice((1, 2, 3)))]
        detection = {name: self.search() for name in names}
        return {"title": f"rule {number}", "logsource": {"product": "aws", "service": "cloudtrail"},
                "detection": {**detection, "condition": self.condition(names)}, "level": "medium"}

    def record(self):
        return {**{field: self.choice(TEXTS) for field in FIELDS}, "n": self.choice((1, 7, 7.5, 22, -3)), "errorCode": self.choice(("E", None))}


class OracleTest(unittest.TestCase):
    def test_rules_made_by_chance(self):
        seed = int(os.environ.get("TRAILSIFT_ORACLE_SEED") or random.SystemRandom().randrange(1 << 32))
        print(f"\nTRAILSIFT_ORACLE_SEED={seed}", flush=True)
        chance = Chance(seed)
        rules = [chance.rule(number) for number in range(400)]
        records = [chance.record() for _ in range(150)]
        with tempfile.TemporaryDirectory() as folder:
            file, lines = Path(folder) / "r.yml", Path(folder) / "records.jsonl"
            file.write_text("".join(f"---\n{json.dumps(rule)}\n" for rule in rules), encoding="utf-8")
            lines.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
            oracle = subprocess.run([servers.sigma_python(), Path(__file__).with_name("sigma_oracle.py"), file, lines], capture_output=True,
                                    text=True, timeout=300, check=False)
            self.assertEqual(oracle.returncode, 0, oracle.stderr)
            text = "".join(json.dumps({"eventSource": "x.amazonaws.com", **record}) + "\n" for record in records)
            ours = subprocess.run([PROGRAM, "logtest", "-q", "--json", "--rules", "none", "--sigma", file], input=text, capture_output=True,
                                  text=True, timeout=300, check=False)
        self.assertEqual(ours.returncode, 0, ours.stderr)
        found = {rule["title"]: [] for rule in rules}
        for number, line in enumerate(ours.stdout.splitlines()):
            for rule in json.loads(line)["sigma"]:
                found[rule["description"]].append(number)
        expected = json.loads(oracle.stdout)
        differing = [(rule, sorted(set(found[rule["title"]]) ^ set(expected[rule["title"]]))) for rule in rules
                     if found[rule["title"]] != expected[rule["title"]]]
        for rule, places in differing[:5]:
            print(json.dumps(rule["detection"]), [records[place] for place in places[:2]])
        self.assertEqual(len(differing), 0, f"seed {seed}")
        self.assertGreater(sum(map(len, expected.values())), 1000)


if __name__ == "__main__":
    unittest.main()
