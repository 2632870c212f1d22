#!/usr/bin/env python3
"""Sigma's correlations and filters through `hunt`: what fires and what just does not, in order and shuffled, and what is refused.

TRAILSIFT_BIN names the program (default build/release/trailsift).
"""
import json
import random
import unittest

from sigma_test import WithFolder, record, run

RULES = """
title: Fails
name: fails
logsource: {product: aws, service: cloudtrail}
detection: {s: {eventName: Fail}, condition: s}
---
title: Enters
name: enters
logsource: {product: aws, service: cloudtrail}
detection: {s: {eventName: Enter}, condition: s}
---
title: Changes
name: changes
id: 0cf9b5d0-4bbb-4f65-8ad1-1f1c0fdd3f7e
logsource: {product: aws, service: cloudtrail}
detection: {s: {eventName: Change}, condition: s}
---
"""
CORRELATION = "title: Correlated\nlevel: critical\ntags: [attack.t1110]\ncorrelation:\n"


def event(second, name="Fail", user="eve", **members):
    identity = {"type": "IAMUser", "userName": user, "accountId": "111122223333"} if user else {"type": "Root", "accountId": "111122223333"}
    return {"eventName": name, "eventTime": f"2026-03-02T{10 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z", "userIdentity": identity, **members}


COUNT = "  type: event_count\n  rules: [fails]\n  group-by: [userIdentity.userName]\n  timespan: 1m\n  condition: {gte: 3}\n"
ORDERED = "  type: temporal_ordered\n  rules: [fails, enters]\n  group-by: [userIdentity.userName]\n  timespan: 5m\n"
MEASURE = "  type: {}\n  rules: [changes]\n  timespan: 5m\n  condition: {{field: requestParameters.n, {}}}\n"


def changes(*values):
    return [event(i, "Change", requestParameters={"n": value}) for i, value in enumerate(values)]


# (name, correlation, events, the events of each alert)
CASES = [
    ("count", COUNT, [event(0), event(30), event(60)], [[0, 1, 2]]),
    ("count, one short", COUNT, [event(0), event(30)], []),
    ("count, a second too long", COUNT, [event(0), event(30), event(61)], []),
    ("count, another user", COUNT, [event(0), event(30), event(31, user="bob")], []),
    ("count, nobody", COUNT, [event(i, user=None) for i in range(3)], []),
    ("count, quiet until they have left", COUNT, [event(i * 10) for i in range(16)],
     [[0, 1, 2], [3, 4, 5, 6, 7, 8, 9]]),
    ("count, range", COUNT.replace("gte: 3", "gt: 1, lte: 2"), [event(0), event(1), event(2)], [[0, 1]]),
    ("values", COUNT.replace("event_count", "value_count").replace("gte: 3", "field: awsRegion, gte: 2"),
     [event(0, awsRegion="a"), event(1, awsRegion="a"), event(2), event(3, awsRegion="b")], [[0, 1, 2, 3]]),
    ("values, the same", COUNT.replace("event_count", "value_count").replace("gte: 3", "field: awsRegion, gte: 2"),
     [event(0, awsRegion="a"), event(1, awsRegion="a"), event(2)], []),
    ("pairs of values", COUNT.replace("event_count", "value_count").replace("gte: 3", "field: [awsRegion, errorCode], gte: 2"),
     [event(0, awsRegion="a", errorCode="x"), event(1, awsRegion="a", errorCode="y")], [[0, 1]]),
    ("temporal", ORDERED.replace("temporal_ordered", "temporal"), [event(0, "Enter"), event(9)], [[0, 1]]),
    ("temporal, one of them twice", ORDERED.replace("temporal_ordered", "temporal"), [event(0), event(9)], []),
    ("temporal, two of three", ORDERED.replace("temporal_ordered", "temporal").replace("enters]", "enters, changes]") + "  condition: {gte: 2}\n",
     [event(0, "Change"), event(9)], [[0, 1]]),
    ("ordered", ORDERED, [event(0), event(300, "Enter")], [[0, 1]]),
    ("ordered, the other way", ORDERED, [event(0, "Enter"), event(9)], []),
    ("ordered, the same second", ORDERED, [event(0, "Enter"), event(0)], [[0, 1]]),
    ("sum", MEASURE.format("value_sum", "gt: 10"), changes(4, "5", 2), [[0, 1, 2]]),
    ("sum, just not", MEASURE.format("value_sum", "gt: 10"), changes(4, 6, "x"), []),
    ("mean", MEASURE.format("value_avg", "gte: 5"), changes(2, 3, 11), [[0, 1, 2]]),
    ("mean, nothing to measure", MEASURE.format("value_avg", "lt: 5"), changes("x", None), []),
    ("median", MEASURE.format("value_median", "eq: 2.5"), changes(1, 4), [[0, 1]]),
    ("percentile", MEASURE.format("value_percentile", "percentile: 90, gt: 8"), changes(1, 2, 10, 10), [[0, 1, 2]]),
    ("aliases", ORDERED.replace("[userIdentity.userName]", "[who]") +
     "  aliases: {who: {fails: userIdentity.userName, enters: requestParameters.as}}\n",
     [event(0), event(5, "Enter", "bob", requestParameters={"as": "eve"}), event(6, "Enter")], [[0, 1]]),
    ("by id, whatever its case", COUNT.replace("[fails]", "[0CF9B5D0-4bbb-4f65-8ad1-1f1c0fdd3f7e]"), [event(i, "Change") for i in range(3)], [[0, 1, 2]]),
    ("chained", ORDERED.replace("[fails,", "[burst,") + "---\ntitle: Burst\nname: burst\ncorrelation:\n" + COUNT,
     [event(0), event(1), event(2), event(200, "Enter")], [[0, 1, 2, 3]]),
    ("chained, no burst", ORDERED.replace("[fails,", "[burst,") + "---\ntitle: Burst\nname: burst\ncorrelation:\n" + COUNT,
     [event(0), event(1), event(200, "Enter")], []),
]

# (name, correlation, what is said)
REFUSED = [
    ("type", COUNT.replace("event_count", "event_sum"), "`event_sum` is no type of correlation"),
    ("no type", COUNT.replace("  type: event_count\n", ""), "the correlation has no `type`"),
    ("no rules", COUNT.replace("  rules: [fails]\n", ""), "the correlation has no `rules`"),
    ("unknown rule", COUNT.replace("[fails]", "[failz]"), "no rule has the id or name `failz`"),
    ("rule twice", COUNT.replace("[fails]", "[fails, fails]"), "`fails` stands twice in `rules`"),
    ("no timespan", COUNT.replace("  timespan: 1m\n", ""), "the correlation has no `timespan`"),
    ("unit", COUNT.replace("1m", "1w"), "`1w` is no timespan"),
    ("long", COUNT.replace("1m", "999d"), "longer than a year"),
    ("no condition", COUNT.replace("  condition: {gte: 3}\n", ""), "the correlation's `condition` must be a map"),
    ("operator", COUNT.replace("gte:", "atleast:"), "`atleast` compares nothing"),
    ("no number", COUNT.replace("gte: 3", "gte: '3'"), "`gte` must be a number"),
    ("field of a count", COUNT.replace("gte: 3", "gte: 3, field: a"), "a `event_count` measures no field"),
    ("no field", COUNT.replace("event_count", "value_sum"), "a `value_sum` needs a `field`"),
    ("no percentile", MEASURE.format("value_percentile", "gt: 1"), "needs `percentile`"),
    ("member", COUNT + "  window: 5\n", "`window` is no part of a correlation"),
    ("generate", COUNT + "  generate: sometimes\n", "`generate` must be true or false"),
    ("alias", ORDERED.replace("[userIdentity.userName]", "[who]") + "  aliases: {who: {fails: a}}\n", "does not say what it is of `enters`"),
    ("circle", COUNT.replace("[fails]", "[b]") + "---\ntitle: B\nname: b\ncorrelation:\n" + COUNT.replace("[fails]", "[c]") +
     "---\ntitle: C\nname: c\ncorrelation:\n" + COUNT.replace("[fails]", "[b]"), "refers to itself"),
]

FILTER = "---\ntitle: Known\nlogsource: {product: aws, service: cloudtrail}\nfilter:\n  rules: [changes]\n  s: {awsRegion: x}\n  condition: not s\n"


class SigmaCorrelationTest(WithFolder):
    def hunt(self, text, events, *more):
        self.rules(text, "all/r.yml")
        path = self.folder / "events.json"
        path.write_text("".join(json.dumps(record(members, number)) + "\n" for number, members in enumerate(events)), encoding="utf-8")
        done = run("hunt", path, "--rules", "none", "--sigma", self.folder / "all", "-o", "ndjson", *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def events_of(self, alert):
        return [int(each[-12:]) for each in alert["trailsift"]["events"]]

    def test_what_fires(self):
        for name, correlation, events, fired in CASES:
            for order in range(3):
                with self.subTest(name, order=order):
                    arrivals = list(enumerate(events))
                    if order:
                        random.Random(order).shuffle(arrivals)
                    alerts = self.hunt(RULES + CORRELATION + correlation, [members for _, members in arrivals])
                    self.assertEqual({alert["rule"]["description"] for alert in alerts}, {"Correlated"} if fired else set())
                    have = sorted(sorted(arrivals[number][0] for number in self.events_of(alert)) for alert in alerts)
                    self.assertEqual(have, fired)

    def test_an_alert_tells_of_its_group_and_events(self):
        alerts = self.hunt(RULES + CORRELATION + COUNT, [event(0), event(1), event(2, sourceIPAddress="192.0.2.7")])
        self.assertEqual(len(alerts), 1)
        self.assertEqual(alerts[0]["rule"]["level"], 13)
        self.assertEqual(alerts[0]["trailsift"]["group"], {"userIdentity.userName": "eve"})
        self.assertEqual(alerts[0]["data"]["aws"]["sourceIPAddress"], "192.0.2.7")
        self.assertEqual(alerts[0]["previous_output"].count("\n"), 1)

    def test_what_reports_by_itself(self):
        events = [event(i) for i in range(3)] + [event(9, "Change")]
        for correlation, expected in ((COUNT, ["Changes", "Correlated"]), (COUNT + "generate: true\n", ["Changes", "Correlated", "Fails", "Fails", "Fails"]),
                                      (COUNT + "generate: false\n", ["Changes", "Correlated"])):
            self.assertEqual(sorted(alert["rule"]["description"] for alert in self.hunt(RULES + CORRELATION + correlation, events)), expected)

    def test_what_is_refused(self):
        for name, correlation, said in REFUSED:
            with self.subTest(name):
                self.rules(RULES + CORRELATION + correlation)
                done = run("rules", "check", "r.yml", cwd=self.folder)
                self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
                self.assertRegex(done.stdout, r"r\.yml:\d+:\d+: error: ")
                self.assertIn(said, done.stdout)

    def test_correlations_of_what_is_left_out_are_left_out(self):
        other = RULES.replace("service: cloudtrail}\ndetection: {s: {eventName: Fail}", "service: guardduty}\ndetection: {s: {eventName: Fail}")
        self.rules(other + CORRELATION + COUNT, "all/r.yml")
        done = run("rules", "check", self.folder / "all")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("2 Sigma rules, 2 for other logs left out", done.stderr)

    def test_filters(self):
        events = [event(0, "Change", awsRegion="x"), event(1, "Change", awsRegion="y"), event(2, awsRegion="x")]
        alerts = self.hunt(RULES + FILTER.removeprefix("---\n"), events)
        self.assertEqual(sorted((alert["rule"]["description"], *self.events_of(alert)) for alert in alerts), [("Changes", 1), ("Fails", 2)])
        alerts = self.hunt(RULES + FILTER.removeprefix("---\n").replace("[changes]", "any"), events)
        self.assertEqual([self.events_of(alert) for alert in alerts], [[1]])
        self.rules(RULES + FILTER.removeprefix("---\n").replace("[changes]", "[chances]"))
        done = run("rules", "check", self.folder / "r.yml")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("warning: the filter is for a rule that is not loaded: `chances`", done.stdout)
        for text, said in ((FILTER.replace("  condition: not s\n", ""), "`filter` has no `condition`"),
                           (FILTER.replace("  rules: [changes]\n", ""), "does not say for which rules"),
                           (FILTER.replace("not s", "not t"), "the condition names `t`")):
            self.rules(text.removeprefix("---\n"))
            done = run("rules", "check", self.folder / "r.yml")
            self.assertEqual(done.returncode, 3, done.stdout)
            self.assertIn(said, done.stdout)


if __name__ == "__main__":
    unittest.main()
