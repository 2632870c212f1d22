#!/usr/bin/env python3
"""What is promised of the default ruleset as a whole: quiet on an ordinary week, and no attack of a recorded hour unseen."""
import os
import subprocess
import sys
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("TRAILSIFT_SHARED", SOURCE.parent / "shared"))


class Figures(unittest.TestCase):
    def holds(self, *command):
        done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True, timeout=900, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_an_ordinary_week_of_twenty_accounts_is_quiet(self):
        self.holds(SOURCE / "bench/noise", "--most", 20, 2)

    @unittest.skipUnless(SHARED.is_dir(), "needs ../shared")
    def test_every_attack_of_the_recorded_hour_is_noticed(self):
        self.holds(SOURCE / "bench/invictus", "--check")


if __name__ == "__main__":
    unittest.main()
