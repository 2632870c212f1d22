"""A <service> without a region asks all of them, and of those that are closed to the account nothing is said. Where every one refused the
collector there was nothing said either: no credentials at all looked like a quiet day, with exit code 0."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

import trail  # noqa: E402


class ServicesWithoutCredentialsTest(trail.TrailCase):
    def test_no_credentials_are_told(self):
        for service, place in (('<service type="inspector"></service>', "inspector2://"),
                               ('<service type="cloudwatchlogs"><aws_log_groups>g</aws_log_groups></service>', "cloudwatchlogs://")):
            with self.subTest(service=service):
                outcome = self.once(self.config(trail.wodle(service)), code=4)
                self.assertIn(place, outcome.err)
                self.assertEqual(outcome.err.count("no AWS credentials found"), 1)


if __name__ == "__main__":
    unittest.main()
