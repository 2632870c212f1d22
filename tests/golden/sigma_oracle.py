"""What pySigma's SQLite backend makes of rules: run by sigma_oracle_test.py in an environment that has it.

usage: sigma_oracle.py RULES.yml RECORDS.jsonl     prints an object: title -> numbers of the records that the rule holds for
"""
import json
import re
import sqlite3
import sys

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection


def main(rules, records):
    records = [json.loads(line) for line in open(records, encoding="utf-8")]
    names = list(records[0])
    table = sqlite3.connect(":memory:")
    table.create_function("regexp", 2, lambda pattern, text: text is not None and re.search(pattern, str(text)) is not None)
    table.execute("CREATE TABLE logs (place, " + ", ".join(f"`{name}` COLLATE NOCASE" for name in names) + ")")
    table.executemany(f"INSERT INTO logs VALUES (?{', ?' * len(names)})", [[place, *record.values()] for place, record in enumerate(records)])
    backend = sqliteBackend()
    answers = {}
    for rule in SigmaCollection.from_yaml(open(rules, encoding="utf-8").read()):
        query = backend.convert(SigmaCollection([rule]))[0].replace("<TABLE_NAME>", "logs")
        answers[rule.title] = sorted(row[0] for row in table.execute(query))
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
