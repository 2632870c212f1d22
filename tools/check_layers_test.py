#!/usr/bin/env python3
"""check_layers.py against small trees, each with one thing planted."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_layers  # noqa: E402

GOOD = {
    "src/base/time.h": "#pragma once\n#include <sys/stat.h>\n#include <string>\n",
    "src/event/json.h": '#include <simdjson.h>\n#include "base/time.h"\n',
    "src/event/json_test.cc": '#include "event/json.h"\n\n#include <gtest/gtest.h>\n',
    "src/net/http.cc": '#include <curl/curl.h>\n#include "base/time.h"\n',
}

# What is planted, and what must be said of it (a part of the one fault); None: it is allowed.
CASES = [
    ("an arrow against the way of the data", {"src/net/bad.h": '#include "event/json.h"\n'}, "src/net/bad.h:1: net may not include event"),
    ("an arrow that the table lacks", {"src/event/bad.h": '#pragma once\n\n# include "net/x.h"\n', "src/net/x.h": ""},
     "src/event/bad.h:3: event may not include net"),
    ("an allowed arrow", {"src/aws/s3.h": '#include "net/http.h"\n', "src/net/http.h": ""}, None),
    ("its own folder", {"src/base/other.h": '#include "base/time.h"\n'}, None),
    ("a third-party header outside its folder", {"src/aws/s3.cc": "#include <curl/curl.h>\n"}, "src/aws/s3.cc:1: <curl/curl.h> belongs to net only"),
    ("the same in quotes", {"src/aws/s3.cc": '#include "curl/curl.h"\n'}, "<curl/curl.h> belongs to net only"),
    ("a third-party header in one of its two folders", {"src/sink/gz.cc": "#include <zlib.h>\n"}, None),
    ("a name that only begins alike", {"src/event/x.h": "#include <simdjson.hpp>\n"}, "<simdjson.hpp> stands in no table"),
    ("an unknown library", {"src/base/x.h": "#include <poco/net.h>\n"}, "<poco/net.h> stands in no table"),
    ("a test library outside a test", {"src/base/x.cc": "#include <gtest/gtest.h>\n"}, "<gtest/gtest.h> outside a test"),
    ("a test library in a header for tests", {"src/base/x_fixture.h": "#include <gtest/gtest.h>\n"}, None),
    ("a header that is not there", {"src/event/x.h": '#include "base/nope.h"\n'}, '"base/nope.h" is not in src/'),
    ("a folder that the table lacks", {"src/util/x.h": ""}, "src/util stands not in the table"),
    ("a second level", {"src/base/deep/x.h": ""}, "one level deep"),
    ("a link against the arrows", {"CMakeLists.txt": "trailsift_layer(base DEPENDS event LIBRARIES fmt)\n"},
     "CMakeLists.txt:1: base may not link event"),
    ("a link along the arrows", {"CMakeLists.txt": "trailsift_layer(event DEPENDS base LIBRARIES simdjson)\n"}, None),
    ("a comment is no include", {"src/base/x.h": '// #include "event/json.h"\n'}, None),
]


def table(arrows):
    rows = [f"| `{folder}` | … | {' '.join(sorted(allowed)) or '-'} |" for folder, allowed in arrows.items()]
    return "\n".join(["| Folder | What | May include |", "|---|---|---|", *rows, "", "| `other` | table | x |"])


def check(files):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {**GOOD, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check_layers.check(root)


class CheckLayersTest(unittest.TestCase):
    def test_cases(self):
        for title, files, expected in CASES:
            with self.subTest(title):
                faults = check(files)
                if expected is None:
                    self.assertEqual(faults, [])
                else:
                    self.assertEqual(len(faults), 1, faults)
                    self.assertIn(expected, faults[0])

    def test_cycle(self):
        faults = check({"src/event/a.h": '#include "net/b.h"\n', "src/net/b.h": '#include "event/json.h"\n'})
        self.assertIn("src: folders include each other: event -> net -> event", faults)

    def test_table_itself_has_no_ring(self):
        self.assertEqual(check_layers.find_cycle(check_layers.ARROWS), [])

    def test_document(self):
        self.assertEqual(check({"docs/architecture.md": table(check_layers.ARROWS)}), [])
        missing = {folder: allowed for folder, allowed in check_layers.ARROWS.items() if folder != "sink"}
        self.assertIn("of sink: nothing", check({"docs/architecture.md": table(missing)})[0])
        more = {**check_layers.ARROWS, "base": {"event"}}
        self.assertIn("of base: event; tools/check_layers.py: -", check({"docs/architecture.md": table(more)})[0])


if __name__ == "__main__":
    unittest.main()
