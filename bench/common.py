"""What the benchmarks share: the programs, made trails (kept in build/bench), a child's own CPU seconds and peak memory."""

import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = ROOT / "build" / "release"
WORK = ROOT / "build" / "bench"
TRAILSIFT = pathlib.Path(os.environ.get("TRAILSIFT_BIN", RELEASE / "trailsift"))
SHARED = pathlib.Path(os.environ.get("TRAILSIFT_SHARED", ROOT.parent / "shared"))


def build(*programs):
    """Builds the programs that a benchmark runs; nothing on stdout."""
    subprocess.run([ROOT / "tools" / "build.sh", "release", "trailsift", *programs], check=True, stdout=sys.stderr)
    WORK.mkdir(parents=True, exist_ok=True)


def made_trail(*options):
    """The folder of a made trail and what is in it; made once for each set of options and version of the maker."""
    maker = RELEASE / "bench" / "make_records_bench"
    name = "trail" + "".join(options).replace("--", "-")
    folder = WORK / name
    note = WORK / (name + ".json")
    if note.exists() and note.stat().st_mtime > maker.stat().st_mtime:
        return folder, json.loads(note.read_text())
    shutil.rmtree(folder, ignore_errors=True)
    made = subprocess.run([maker, folder, *options], check=True, stdout=subprocess.PIPE)
    note.write_bytes(made.stdout)
    return folder, json.loads(made.stdout)


class Ended:
    """A child that has ended: its exit code, CPU seconds, wall seconds, peak resident bytes, and the end of its stderr."""

    def __init__(self, code, usage, stderr):
        self.code = code
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self.peak_bytes = usage.ru_maxrss * 1024
        self.stderr = stderr


def run_child(command, env=None, one_core=False):
    """Runs a command to its end and answers Ended; its output goes to build/bench/child.*."""
    before = (lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})) if one_core else None
    with open(WORK / "child.stdout", "wb") as out, open(WORK / "child.stderr", "w+b") as err:
        child = subprocess.Popen(
            [str(part) for part in command], stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=env, preexec_fn=before)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        err.seek(0)
        return Ended(child.returncode, usage, err.read().decode(errors="replace")[-2000:])


def hunt(folder, *options, one_core=False):
    """`trailsift hunt` with the default rules: Ended, and its summary."""
    summary = WORK / "summary.json"
    ended = run_child(
        [TRAILSIFT, "hunt", folder, *options, "-o", "ndjson", "-O", WORK / "hunt.ndjson", "--summary", summary], one_core=one_core)
    if ended.code != 0:
        sys.exit(f"bench: hunt ended with {ended.code}: {ended.stderr}")
    return ended, json.loads(summary.read_text())


def standing(alerts):
    """The alerts that no later one took back."""
    gone = {taken for alert in alerts for taken in alert["trailsift"].get("supersedes", [])}
    gone |= {alert["trailsift"]["retracts"] for alert in alerts if "retracts" in alert["trailsift"]}
    return [alert for alert in alerts if alert["trailsift"]["id"] not in gone and "retracts" not in alert["trailsift"]]


def median(values):
    return statistics.median(values)
