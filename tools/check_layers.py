#!/usr/bin/env python3
"""Holds the arrows between the folders of src/.

Reads every #include in src/ and fails on an arrow that ARROWS lacks, on a third-party header outside its folders, on a header that no
table knows, and on an include cycle between folders. docs/architecture.md shows the same table to people and the trailsift_layer lines
of CMakeLists.txt link by it; both are compared with it.

usage: check_layers.py [ROOT]
"""

import pathlib
import re
import sys

# Folder -> the folders that it may include, in the order of the way of the data.
ARROWS = {
    "base": "",
    "event": "base",
    "parquet": "event base",
    "formats": "parquet event base",
    "net": "base",
    "aws": "net base",
    "config": "base",
    "rules": "event base",
    "enrich": "event base",
    "detect": "rules event base",
    "alert": "detect rules event base",
    "source": "aws net event config base",
    "integrity": "source event config base",
    "doctor": "source aws net config base",
    "sink": "alert net config base",
    "pipeline": "base event formats net aws config rules enrich detect alert source integrity sink",
    "server": "pipeline base",
    "cli": "base event formats net aws config rules enrich detect alert source integrity doctor sink pipeline server",
}
ARROWS = {folder: set(allowed.split()) for folder, allowed in ARROWS.items()}

# Third-party header (a name, or a folder that ends in /) -> the folders that may include it. Their tests may too.
THIRD_PARTY = {
    "CLI/": "cli",
    "boost/": "server",
    "curl/": "net",
    "fmt/": "base",
    "libdeflate.h": "event",
    "openssl/": "base aws integrity sink",
    "pcre2.h": "rules config",
    "prometheus/": "server",
    "pugixml.hpp": "base",
    "simdjson.h": "base event",
    "snappy-c.h": "parquet",
    "spdlog/": "base",
    "sqlite3.h": "source pipeline",
    "xxhash.h": "base",
    "yaml-cpp/": "base",
    "zlib.h": "event sink",
    "zstd.h": "parquet",
}
THIRD_PARTY = {header: set(folders.split()) for header, folders in THIRD_PARTY.items()}

TEST_HEADERS = ("gtest/", "gmock/")

# C and POSIX headers. Those of C++ have no dot in their name.
SYSTEM_FOLDERS = ("arpa/", "linux/", "net/", "netinet/", "sys/")
SYSTEM_HEADERS = {
    "dirent.h", "errno.h", "fcntl.h", "fnmatch.h", "glob.h", "grp.h", "ifaddrs.h", "limits.h", "locale.h", "malloc.h", "netdb.h",
    "poll.h", "pthread.h", "pwd.h", "sched.h", "signal.h", "spawn.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "strings.h",
    "syslog.h", "termios.h", "time.h", "unistd.h",
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def is_test(path):
    """Tests, and the headers that only tests include, named so."""
    return path.stem.endswith(("_test", "_testing", "_fixture", "_for_test")) or path.stem.startswith("test_")


def third_party_folders(header):
    """The folders that may include this header; None when it is no third-party header that we know."""
    for name, folders in THIRD_PARTY.items():
        if header == name or (name.endswith("/") and header.startswith(name)):
            return folders
    return None


def judge_outside(folder, path, header):
    """What is wrong with the inclusion of a header that is not ours; None when it is right."""
    folders = third_party_folders(header)
    if folders is not None:
        return None if folder in folders else f"<{header}> belongs to {', '.join(sorted(folders))} only"
    if header.startswith(TEST_HEADERS):
        return None if is_test(path) else f"<{header}> outside a test"
    if "." not in header or header in SYSTEM_HEADERS or header.startswith(SYSTEM_FOLDERS):
        return None
    return f"<{header}> stands in no table of tools/check_layers.py; add it there with the folders that may include it"


def find_cycle(graph):
    """A list of folders that include each other in a ring, the first repeated at the end; empty when there is none."""
    done = set()

    def visit(folder, trail):
        if folder in trail:
            return trail[trail.index(folder):] + [folder]
        if folder in done:
            return []
        for other in sorted(graph.get(folder, ())):
            ring = visit(other, trail + [folder])
            if ring:
                return ring
        done.add(folder)
        return []

    for folder in sorted(graph):
        ring = visit(folder, [])
        if ring:
            return ring
    return []


def check_sources(root):
    """Faults of the includes in src/, as `file:line: text`."""
    faults = []
    graph = {}
    src = root / "src"
    for path in sorted(p for p in src.rglob("*") if p.suffix in (".h", ".cc")):
        parts = path.relative_to(src).parts
        name = path.relative_to(root)
        if len(parts) != 2:
            faults.append(f"{name}:1: folders below src/ are one level deep")
            continue
        folder = parts[0]
        if folder not in ARROWS:
            faults.append(f"{name}:1: src/{folder} stands not in the table of tools/check_layers.py")
            continue
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            header = match.group(2)
            target = header.split("/")[0] if "/" in header else ""
            if match.group(1) == '"' and (target in ARROWS or (src / header).exists()):
                if not (src / header).exists():
                    faults.append(f"{name}:{line}: \"{header}\" is not in src/")
                elif target != folder:
                    graph.setdefault(folder, set()).add(target)
                    if target not in ARROWS[folder]:
                        faults.append(f"{name}:{line}: {folder} may not include {target} (\"{header}\")")
                continue
            fault = judge_outside(folder, path, header)
            if fault is not None:
                faults.append(f"{name}:{line}: {fault}")
    ring = find_cycle(graph)
    if ring:
        faults.append("src: folders include each other: " + " -> ".join(ring))
    return faults


def check_document(root):
    """docs/architecture.md shows ARROWS: rows `| folder | what it does | folders |` of the one table that begins with `| Folder |`."""
    path = root / "docs" / "architecture.md"
    if not path.exists():
        return []
    shown = {}
    inside = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("| Folder |"):
            inside = True
        elif inside and line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            shown[cells[0].strip("`")] = set(cells[-1].split()) - {"-"}
        elif inside and not line.startswith("|"):
            inside = False
    faults = []
    for folder in sorted(set(shown) | set(ARROWS)):
        if shown.get(folder) != ARROWS.get(folder):
            told = "nothing" if folder not in shown else " ".join(sorted(shown[folder])) or "-"
            held = "nothing" if folder not in ARROWS else " ".join(sorted(ARROWS[folder])) or "-"
            faults.append(f"docs/architecture.md:1: the table says of {folder}: {told}; tools/check_layers.py: {held}")
    return faults


def check_build(root):
    """The libraries that CMake links stay within the arrows too."""
    path = root / "CMakeLists.txt"
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8")
    faults = []
    for match in re.finditer(r"^trailsift_layer\((\w+)([^)]*)\)", text, re.MULTILINE):
        depends = re.search(r"DEPENDS([a-z0-9_ \n]*)", match.group(2))
        linked = set(depends.group(1).split()) if depends else set()
        line = text.count("\n", 0, match.start()) + 1
        for other in sorted(linked - ARROWS.get(match.group(1), set())):
            faults.append(f"CMakeLists.txt:{line}: {match.group(1)} may not link {other}")
    return faults


def check(root):
    return check_sources(root) + check_document(root) + check_build(root)


def main(arguments):
    root = pathlib.Path(arguments[1] if len(arguments) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    faults = check(root)
    for fault in faults:
        print(fault, file=sys.stderr)
    files = sum(1 for p in (root / "src").rglob("*") if p.suffix in (".h", ".cc"))
    print(f"layers: {files} files in src/, {len(faults)} faults")
    return 1 if faults or files == 0 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
