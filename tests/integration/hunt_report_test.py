"""`trailsift hunt -o html`: the report as a reader sees it, in Chromium, on a screen and on paper."""

import json
import subprocess
import unittest

import hunt_test
import servers
import trail

HOSTILE = "</style><script>alert(1)</script><img src=http://127.0.0.1:9/x onerror=alert(2)>\u202eevil"


class ReportCase(hunt_test.HuntCase):
    def report(self, *arguments, **more):
        path = self.scratch / "report.html"
        self.assertEqual(self.hunt(*arguments, "-o", "html", "-O", path, **more).out, b"")
        return path

    def shows(self, text, *words):
        """Short where it fails: the page is long."""
        self.assertEqual([each for each in words if each not in text], [])

    def read(self, path, colors="light", media="screen", click=""):
        reader = trail.SOURCE / "tests" / "integration" / "page_reader.py"
        done = subprocess.run([servers.browser_python(), reader, path, colors, media, click], capture_output=True, text=True, timeout=120,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        seen = json.loads(done.stdout)
        # The page itself and nothing else was asked for, and nothing was refused or went wrong.
        self.assertEqual(seen["requests"], [path.as_uri()])
        self.assertEqual((seen["console"], seen["errors"], seen["foreign"]), ([], [], 0))
        return seen


class HuntReportTest(ReportCase):
    def test_what_a_reader_sees(self):
        cases = trail.use_cases()
        self.put("cases", [case[0] for case in cases] + [trail.quiet("late", 7200)], 7300)
        seen = self.read(self.report(self.bucket))
        text = seen["text"]
        self.shows(text, f"{len(cases)} alerts of 17 rules, by 2 actors")
        self.shows(text, f"in events from {trail.iso(3600)[:10]} 01:00:00 to {trail.iso(3600)[:10]} 02:00:00")
        self.assertIn(str(self.bucket), text)
        self.assertNotIn("Not everything was judged", text)
        sections = ["What was read", "The worst", "When a bar", "Rules by level", "Who", "From where", "Accounts and regions", "MITRE ATT&CK", "Alerts"]
        places = [text.index(f"\n{name}") for name in sections]
        self.assertEqual(places, sorted(places))
        worst = text[places[1]:places[2]]
        self.assertLess(worst.index("Possible break-in"), worst.index("was not allowed"))
        self.assertIn("mallory", text[places[4]:places[5]])
        self.assertIn("203.0.113.66", text[places[5]:places[6]])
        self.assertIn("Credential Access", text[places[7]:places[8]])
        # Bars of a chart that was drawn, with the colours of the style sheet.
        self.assertTrue(seen["bars"] and all(width > 1 and height > 1 for width, height in seen["bars"]), seen["bars"])
        self.assertGreater(len(set(seen["fills"])), 2)
        self.assertNotIn("rgb(0, 0, 0)", seen["fills"])
        self.assertLessEqual(seen["overflow"], 0)
        # The record is there, once its alert is opened.
        self.assertNotIn("aws.eventName: ConsoleLogin", text)
        opened = self.read(self.scratch / "report.html", click="#a1 > summary")
        self.assertEqual(opened["open"], ["a1"])
        self.shows(opened["text"], "aws.eventName: ConsoleLogin")

    def test_light_dark_and_paper(self):
        self.put("cases", [case[0] for case in trail.use_cases()])
        path = self.report(self.bucket)
        light, dark = (self.read(path, colors) for colors in ("light", "dark"))
        self.assertEqual(light["background"], "rgb(255, 255, 255)")
        self.assertEqual(dark["background"], "rgb(20, 23, 27)")
        self.assertEqual(light["text"], dark["text"])
        paper = self.read(path, "dark", "print")
        self.assertEqual(paper["background"], "rgb(255, 255, 255)")
        self.shows(paper["text"], "Possible break-in")
        self.assertIn(paper["pages"], range(2, 8))

    def test_a_record_cannot_write_the_page(self):
        made = trail.create_user("hostile", 3600, made=HOSTILE, who=HOSTILE, sourceIPAddress=HOSTILE, userAgent=HOSTILE)
        made["awsRegion"] = HOSTILE
        self.put("hostile", [made])
        seen = self.read(self.report(self.bucket), click="#a1 > summary")
        self.shows(seen["text"], "</style><script>alert(1)</script><img src=http://127.0.0.1:9/x onerror=alert(2)>\ufffdevil")
        self.assertNotIn("\u202e", seen["text"])

    def test_without_alerts(self):
        self.put("quiet", [trail.quiet("quiet", 3600)])
        seen = self.read(self.report(self.bucket))
        self.shows(seen["text"], "0 alerts, in events from")
        self.shows(seen["text"], "No rule of that level raised an alert.")
        empty = self.scratch / "empty.json"
        empty.write_text('{"Records":[]}', encoding="ascii")
        self.assertIn("Events\nnone\n", self.read(self.report(empty))["text"])

    def test_says_what_could_not_be_judged(self):
        self.put("bad record", [trail.create_user("beside", 3700), 7])
        text = self.read(self.report(self.bucket, self.scratch / "nothing", code=6))["text"]
        self.shows(text, "Not everything was judged")
        self.shows(text, "1 record could not be used")
        self.assertIn(str(self.scratch / "nothing"), text)

    def test_fifty_thousand_alerts(self):
        for n in range(50):
            self.put(f"many {n}", [trail.create_user(f"user {n} {i}", 3600 + 600 * n + i % 600, who=f"actor{i % 400}",
                                                     sourceIPAddress=f"198.51.{n}.{i % 256}") for i in range(1000)], 4200 + 600 * n)
        self.put("bad", [case[0] for case in trail.use_cases(70_000)], 71_000)
        path = self.report(self.bucket)
        self.assertLess(path.stat().st_size, 2_000_000)
        seen = self.read(path)
        self.shows(seen["text"], "50,020 alerts")
        self.shows(seen["text"], "69 of 50,020 are listed")
        self.shows(seen["text"], "-o ndjson")
        # The one that matters stands first, whatever the number of the others.
        worst = seen["text"][seen["text"].index("\nThe worst"):]
        self.shows(worst[:600], "Possible break-in")
        sources = seen["text"][seen["text"].index("\nFrom where"):]
        self.shows(sources[:300], "203.0.113.66")
        self.shows(sources, " more are not shown.", " alerts of others were not counted by name.")

    def test_other_forms(self):
        self.put("one", [trail.create_user("one", 3600)])
        self.assertEqual(self.hunt(self.bucket, "-o", "html").out[:15], b"<!doctype html>")
        self.assertIn("--plan", self.hunt(self.bucket, "-o", "html", "--plan", code=2).err)
        self.hunt(self.bucket, "-o", "html", "-O", "/dev/full", code=6)


if __name__ == "__main__":
    unittest.main()
