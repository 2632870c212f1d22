"""Writes Parquet files with pyarrow, and beside each what its rows are: run with the Python of servers.parquet_python().

usage: parquet_maker.py FOLDER SEED COUNT
       parquet_maker.py --rows FILE < rows.json

FOLDER gets NAME.parquet and NAME.json, a JSON text a row: what json.dumps makes of pyarrow's rows; what JSON has no form for is an object
{"as": "number" or "text", "of": …}. With --rows FILE is one of the rows in a JSON list.
"""

import datetime
import decimal
import json
import math
import pathlib
import random
import sys

import pyarrow as pa
import pyarrow.parquet as pq

UTC = datetime.timezone.utc
WORDS = ["", "a", "GetObject", "ü 日 😀", "\"\\\n\t\x00\x7f", "x" * 300, "null", "10.0.0.1"]


def moment(value, digits):
    text = value.strftime("%Y-%m-%dT%H:%M:%S") if value.year >= 1000 else value.isoformat()[:19]
    if value.microsecond:
        text += f".{value.microsecond:06d}"[:1 + min(digits, 6)] + "0" * (digits - 6 if digits > 6 else 0)
    return text + ("Z" if value.tzinfo else "")


class Column:
    """A type of a column, random values of it, and what is expected of them."""

    def __init__(self, random_, depth):
        self.random = random_
        kinds = ["int8", "int16", "int32", "int64", "uint32", "uint64", "bool", "float", "double", "half", "text", "large_text", "bytes", "fixed",
                 "date", "ms", "us", "ns", "naive", "time32", "time64", "decimal", "small_decimal"]
        if depth > 0:
            kinds += ["struct", "list", "large_list", "map"] * 4
        self.kind = random_.choice(kinds)
        self.inner = []
        if self.kind == "struct":
            self.inner = [Column(random_, depth - 1) for _ in range(random_.randint(1, 4))]
        elif self.kind in ("list", "large_list", "map"):
            self.inner = [Column(random_, depth - 1)]
        self.nullable = random_.random() < 0.8
        # Long runs, few values, many values: each has an encoding that suits it.
        self.nulls = random_.choice([0.0, 0.1, 0.5, 1.0]) if self.nullable else 0.0
        self.few = random_.random() < 0.4
        self.known = []

    def type(self):
        simple = {"int8": pa.int8(), "int16": pa.int16(), "int32": pa.int32(), "int64": pa.int64(), "uint32": pa.uint32(), "uint64": pa.uint64(),
                  "bool": pa.bool_(), "float": pa.float32(), "double": pa.float64(), "half": pa.float16(), "text": pa.string(),
                  "large_text": pa.large_string(), "bytes": pa.binary(), "fixed": pa.binary(3), "date": pa.date32(),
                  "ms": pa.timestamp("ms", "UTC"), "us": pa.timestamp("us", "UTC"), "ns": pa.timestamp("ns", "UTC"), "naive": pa.timestamp("us"),
                  "time32": pa.time32("ms"), "time64": pa.time64("us"), "decimal": pa.decimal128(30, 7), "small_decimal": pa.decimal128(5, 0),
                  "dictionary": pa.dictionary(pa.int32(), pa.string())}
        if self.kind in simple:
            return simple[self.kind]
        if self.kind == "struct":
            return pa.struct([pa.field(f"s{i}", column.type(), column.nullable) for i, column in enumerate(self.inner)])
        element = self.inner[0]
        if self.kind == "map":
            return pa.map_(pa.string(), pa.field("value", element.type(), element.nullable))
        return (pa.list_ if self.kind == "list" else pa.large_list)(pa.field("element", element.type(), element.nullable))

    def value(self):
        """(what pyarrow gets, what is expected)"""
        if self.random.random() < self.nulls:
            return None, None
        if self.few and not self.inner:
            while len(self.known) < 3:
                self.known.append(self.fresh())
            return self.random.choice(self.known)
        return self.fresh()

    def fresh(self):
        r = self.random
        kind = self.kind
        if kind in ("int8", "int16", "int32", "int64"):
            bits = int(kind[3:]) - 1
            value = r.choice([0, 1, -1, 2**bits - 1, -2**bits, r.randint(-100, 100)])
            return value, value
        if kind in ("uint32", "uint64"):
            value = r.choice([0, 1, 2**int(kind[4:]) - 1, r.randint(0, 1000)])
            return value, value
        if kind == "bool":
            value = r.random() < 0.5
            return value, value
        if kind == "double":
            value = r.choice([0.0, -0.5, 1e300, 1e-7, 0.1, r.random(), math.nan, math.inf])
            return value, value if math.isfinite(value) else None
        if kind in ("float", "half"):
            value = r.choice([0.0, -0.5, 1.5, 1024.0, 2.0**-20])
            return value, value
        if kind in ("text", "large_text"):
            value = r.choice(WORDS) if r.random() < 0.7 else f"id-{r.randint(0, 10**9)}"
            return value, value
        if kind == "bytes":
            value = r.choice([b"", b"text", b"\xff\x00", "ü".encode()])
            return value, "ff00" if value == b"\xff\x00" else value.decode()
        if kind == "fixed":
            value = r.choice([b"abc", b"\xfe\xff\x00"])
            return value, "feff00" if value[0] == 0xFE else "abc"
        if kind == "date":
            value = datetime.date(r.randint(1, 9999), r.randint(1, 12), r.randint(1, 28))
            return value, f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
        if kind in ("ms", "us", "naive", "ns"):
            digits = {"ms": 3, "us": 6, "naive": 6, "ns": 9}[kind]
            unit = 1000 if kind == "ms" else 1
            value = datetime.datetime(r.randint(1700, 2200), r.randint(1, 12), r.randint(1, 28), r.randint(0, 23), r.randint(0, 59), r.randint(0, 59),
                                      r.choice([0, r.randint(0, 999_999 // unit) * unit]), None if kind == "naive" else UTC)
            return value, moment(value, digits)
        if kind in ("time32", "time64"):
            unit = 1000 if kind == "time32" else 1
            value = datetime.time(r.randint(0, 23), r.randint(0, 59), r.randint(0, 59), r.choice([0, r.randint(0, 999_999 // unit) * unit]))
            text = value.strftime("%H:%M:%S")
            if value.microsecond:
                text += f".{value.microsecond // unit:0{3 if unit == 1000 else 6}d}"
            return value, text
        if kind in ("decimal", "small_decimal"):
            scale = 7 if kind == "decimal" else 0
            digits = r.choice([0, 1, -1, 99999, -99999, r.randint(-10**4, 10**4)] + ([10**29 + 3, -10**29] if scale else []))
            value = decimal.Decimal(digits).scaleb(-scale, decimal.Context(prec=60))
            return value, {"as": "number", "of": str(value)}
        if kind == "struct":
            pairs = [column.value() for column in self.inner]
            return ({f"s{i}": given for i, (given, _) in enumerate(pairs)}, {f"s{i}": wanted for i, (_, wanted) in enumerate(pairs)})
        count = r.choice([0, 1, 2, 3, 20])
        pairs = [self.inner[0].value() for _ in range(count)]
        if kind == "map":
            keys = [f"k{i}" for i in range(count)]
            return ([(key, given) for key, (given, _) in zip(keys, pairs)], [[key, wanted] for key, (_, wanted) in zip(keys, pairs)])
        return [given for given, _ in pairs], [wanted for _, wanted in pairs]


def write(folder, name, random_):
    columns = [Column(random_, random_.randint(0, 3)) for _ in range(random_.randint(1, 6))]
    rows = [[column.value() for column in columns] for _ in range(random_.choice([0, 1, 7, 300, 1500]))]
    fields = [pa.field(f"c{i}", column.type(), column.nullable) for i, column in enumerate(columns)]
    arrays = [pa.array([row[i][0] for row in rows], fields[i].type) for i in range(len(fields))]
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields))
    options = {
        "compression": random_.choice(["zstd", "snappy", "gzip", "none"]),
        "data_page_version": random_.choice(["1.0", "2.0"]),
        "use_dictionary": random_.random() < 0.6,
        "row_group_size": random_.choice([50, 10_000]),
        "data_page_size": random_.choice([256, 1 << 20]),
        "version": "2.6" if "timestamp[ns" in str(table.schema) else random_.choice(["2.4", "2.6"]),
        "use_compliant_nested_type": random_.random() < 0.8,
        "write_page_checksum": random_.random() < 0.3,
    }
    if not options["use_dictionary"] and random_.random() < 0.6:
        encodings = {}
        for field in table.schema:
            if pa.types.is_nested(field.type):
                continue
            if pa.types.is_integer(field.type) and field.type.bit_width >= 32:
                encodings[field.name] = random_.choice(["DELTA_BINARY_PACKED", "PLAIN", "BYTE_STREAM_SPLIT"])
            elif pa.types.is_floating(field.type) and field.type.bit_width >= 32:
                encodings[field.name] = random_.choice(["BYTE_STREAM_SPLIT", "PLAIN"])
            elif pa.types.is_string(field.type):
                encodings[field.name] = random_.choice(["DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY", "PLAIN"])
            elif pa.types.is_boolean(field.type):
                encodings[field.name] = random_.choice(["RLE", "PLAIN"])
        if encodings:
            options["column_encoding"] = encodings
    pq.write_table(table, folder / f"{name}.parquet", **options)
    lines = [json.dumps({field.name: row[i][1] for i, field in enumerate(fields)}) for row in rows]
    (folder / f"{name}.json").write_text("".join(line + "\n" for line in lines), "utf-8")


def main():
    if sys.argv[1] == "--rows":
        pq.write_table(pa.Table.from_pylist(json.load(sys.stdin)), sys.argv[2], compression="zstd")
        return
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(int(sys.argv[3])):
        write(folder, f"f{i:04d}", random.Random(f"{sys.argv[2]} {i}"))


main()
