#!/usr/bin/env python3
"""check_docs.py against small documents, each with one thing planted."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_docs  # noqa: E402

# A document, and what must be said of it (a part of the one fault); None: nothing.
CASES = [
    ("no block", "text\n", None),
    ("a block that works", "```sh test\ntrue\n```\n", None),
    ("a block that fails", "\n```sh test\nfalse\n```\n", "doc.md:2: exit 1"),
    ("each command counts", "```sh test\nfalse\ntrue\n```\n", "doc.md:1: exit 1"),
    ("each part of a pipe counts", "```sh test\nfalse | true\n```\n", "doc.md:1: exit 1"),
    ("an unset variable", "```sh test\necho $NO_SUCH\n```\n", "NO_SUCH"),
    ("a block that is not marked is not run", "```sh\nfalse\n```\n", None),
    ("blocks of a document share their folder", "```sh test\necho x > file\n```\n```sh test\ngrep x file\n```\n", None),
    ("the program is on the path", "```sh test\nprogram\n```\n", None),
    ("an indented block", "- item\n\n  ```sh test\n  cat <<'X' > f\n  a\n  X\n  [ \"$(cat f)\" = a ]\n  ```\n", None),
    ("good JSON", '```json\n{"a": [1]}\n```\n', None),
    ("broken JSON", '```json\n{"a": [1],}\n```\n', "doc.md:1: json: "),
    ("two XML roots", "```xml\n<a/>\n<b>x</b>\n```\n", None),
    ("broken XML", "```xml\n<a>\n```\n", "doc.md:1: xml: "),
    ("good HCL", '```hcl\nresource "a" "b" {\n  c = [{ d = "}" }] # {\n  e = <<X\n{"\nX\n}\n```\n', None),
    ("HCL with an open brace", '```hcl\nresource "a" {\n```\n', "line 1: a { that is not closed"),
    ("HCL with the wrong brace", '```hcl\na = [ }\n```\n', "line 1: a } that closes nothing"),
    ("HCL with an open quote", '```hcl\na = "x\n```\n', "line 1: a quote"),
    ("a block without an end", "```sh\ntrue\n", "doc.md:1: the block is not closed"),
    ("a link to a file", "[x](doc.md) [y](doc.md#part) [z](https://example.com/) [w](#part)\n", None),
    ("a link to nothing", "a\n[x](gone.md)\n", "doc.md:2: the link gone.md leads nowhere"),
    ("a link in a block is none", "```\n[x](gone.md)\n```\n", None),
]


class CheckDocsTest(unittest.TestCase):
    def test_cases(self):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "program"
            program.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
            program.chmod(0o755)
            document = pathlib.Path(folder) / "doc.md"
            for title, text, expected in CASES:
                with self.subTest(title):
                    document.write_text(text, encoding="utf-8")
                    faults, _ = check_docs.check(document, program)
                    if expected is None:
                        self.assertEqual(faults, [])
                    else:
                        self.assertEqual(len(faults), 1, faults)
                        self.assertIn(expected, faults[0])


if __name__ == "__main__":
    unittest.main()
