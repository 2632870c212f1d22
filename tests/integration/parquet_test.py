"""Parquet files as pyarrow writes them: every codec, encoding and nesting gives pyarrow's rows; a damaged one costs itself only."""

import decimal
import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

import servers

SOURCE = pathlib.Path(__file__).resolve().parents[2]
MAKER = pathlib.Path(__file__).with_name("parquet_maker.py")
SEED = os.environ.get("TRAILSIFT_PARQUET_SEED", "1")
FILES = int(os.environ.get("TRAILSIFT_PARQUET_FILES", "150"))


def probe_path():
    """The probe, built where it is not there yet."""
    if "TRAILSIFT_PARQUET_PROBE" in os.environ:
        return pathlib.Path(os.environ["TRAILSIFT_PARQUET_PROBE"]).resolve()
    program = os.environ.get("TRAILSIFT_BIN")
    folder = pathlib.Path(program).resolve().parent if program else SOURCE / "build" / "release"
    if not (folder / "tests" / "parquet_probe").exists():
        subprocess.run([SOURCE / "tools" / "build.sh", folder.name, "parquet_probe"], check=True, stdout=subprocess.DEVNULL)
    return folder / "tests" / "parquet_probe"


def plain(value):
    """Numbers exactly, whichever way they are written."""
    if isinstance(value, dict):
        if value.get("as") == "number":
            return decimal.Decimal(value["of"])
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


class ParquetTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.probe = probe_path()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        subprocess.run([servers.parquet_python(), MAKER, cls.folder, SEED, str(FILES)], check=True)
        cls.files = sorted(cls.folder.glob("*.parquet"))

    def read(self, *files):
        done = subprocess.run([self.probe, *files], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 0, f"{files}: {done.stderr.decode('utf-8', 'replace')[-3000:]}")
        return done.stdout.decode("ascii").splitlines()

    def test_rows_are_those_of_pyarrow(self):
        self.assertEqual(len(self.files), FILES)
        total = 0
        for file in self.files:
            wanted = file.with_suffix(".json").read_text("utf-8").splitlines()
            got = self.read(file)
            self.assertEqual(len(got), len(wanted), f"{file.name}: {got[-1:]}")
            for number, (ours, theirs) in enumerate(zip(got, wanted)):
                if ours != theirs:  # the text of most is the same
                    self.assertIn('"as": "number"', theirs, f"{file.name} row {number}: {ours}")
                    exact = json.loads(ours, parse_float=decimal.Decimal)
                    self.assertEqual(exact, plain(json.loads(theirs, parse_float=decimal.Decimal)), f"{file.name} row {number}")
            total += len(wanted)
        self.assertGreater(total, FILES * 50)

    def test_damage_is_told_and_never_a_crash(self):
        chance = random.Random(7)
        broken = self.folder / "broken"
        broken.mkdir()
        small = [file for file in self.files if 200 < file.stat().st_size < 60_000]
        told = cut = 0
        for file in small[:60]:
            whole = file.read_bytes()
            for kind in range(12):
                damaged = bytearray(whole)
                if kind % 4 == 0:
                    del damaged[chance.randrange(len(damaged)):]
                    cut += 1
                elif kind % 4 == 1:
                    for _ in range(chance.choice([1, 3, 30])):
                        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
                elif kind % 4 == 2:  # in the footer, where all is believed
                    for _ in range(chance.choice([1, 3])):
                        damaged[-8 - chance.randrange(1, min(len(damaged) - 12, 300))] = chance.randrange(256)
                else:
                    begin = chance.randrange(len(damaged))
                    damaged[begin:begin + chance.randrange(1, 40)] = b""
                (broken / f"{file.stem}-{kind}.parquet").write_bytes(damaged)
        names = sorted(broken.glob("*.parquet"))
        for begin in range(0, len(names), 60):
            told += sum(line.startswith("fault ") for line in self.read(*names[begin:begin + 60]))
        self.assertGreater(told, cut)
        self.assertGreater(len(names), 300)

    def test_what_is_no_parquet(self):
        other = self.folder / "other"
        for content, fault in [(b"", "fault is no Parquet file: it does not begin with PAR1"),
                               (b"{}" * 10, "fault is no Parquet file: it does not begin with PAR1"),
                               (b"PARE" + b"x" * 20 + b"PARE", "fault is an encrypted Parquet file, which can't be read"),
                               (b"PAR1" + b"x" * 20, "fault is a Parquet file that is cut off: it does not end with PAR1"),
                               (b"PAR1" + b"\xff\xff\xff\x7f" + b"PAR1", "fault is damaged: its footer is larger than the file")]:
            other.write_bytes(content)
            self.assertEqual(self.read(other), [fault])


if __name__ == "__main__":
    unittest.main()
