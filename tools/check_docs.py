#!/usr/bin/env python3
"""Runs and reads what the documents show, so that none of it is wrong.

In README.md, HACKING.md and docs/**/*.md: blocks marked ```sh test are run by bash -eu, in order, those of one document in one scratch
folder, with the program on PATH and no AWS settings; json blocks must parse; xml blocks must be well-formed; hcl blocks must have their
brackets and quotes in pairs; relative links must lead to a file.

usage: check_docs.py [--no-run] [FILE…]      TRAILSIFT_BIN names the program (default build/release/trailsift)
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIMEOUT_SECONDS = 180

FENCE = re.compile(r"^( *)```(.*)$")
LINK = re.compile(r"\]\(([^)#: ]+)(?:#[^)]*)?\)")
PAIRS = {"}": "{", "]": "[", ")": "("}


def blocks(text):
    """Yields (line, info words, body) of each fenced block; the line is that of the fence, from 1."""
    opened = None
    for number, line in enumerate(text.splitlines(), 1):
        fence = FENCE.match(line)
        if opened is None and fence:
            opened = (number, fence.group(2).split(), len(fence.group(1)), [])
        elif opened is not None and fence and not fence.group(2).strip():
            yield opened[0], opened[1], "\n".join(opened[3]) + "\n"
            opened = None
        elif opened is not None:
            opened[3].append(line[opened[2]:] if line[:opened[2]].isspace() else line)
    if opened is not None:
        yield opened[0], opened[1] + ["unclosed"], ""


def hcl_fault(text):
    """What is wrong with the brackets and quotes of an HCL text; None when they pair."""
    text = re.sub(r"<<-?(\w+)\n.*?\n[ \t]*\1\b", "heredoc", text, flags=re.DOTALL)
    stack = []
    for number, line in enumerate(text.splitlines(), 1):
        line = re.sub(r'"(?:\\.|[^"\\])*"', "s", line)
        line = re.sub(r"(#|//).*", "", line)
        if '"' in line:
            return f"line {number}: a quote that is not closed"
        for char in line:
            if char in PAIRS.values():
                stack.append((char, number))
            elif char in PAIRS and (not stack or stack.pop()[0] != PAIRS[char]):
                return f"line {number}: a {char} that closes nothing"
    return f"line {stack[-1][1]}: a {stack[-1][0]} that is not closed" if stack else None


def static_fault(words, body):
    """What can be said of a block without running it; None when nothing is wrong."""
    if "unclosed" in words:
        return "the block is not closed"
    kind = words[0] if words else ""
    try:
        if kind == "json":
            json.loads(body)
        elif kind == "xml":
            xml.etree.ElementTree.fromstring(f"<all>{body}</all>")
    except (ValueError, xml.etree.ElementTree.ParseError) as error:
        return f"{kind}: {error}"
    if kind == "hcl":
        return hcl_fault(body)
    return None


def run(body, folder, program):
    """Runs a block; what it said when it failed, else None."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment["PATH"] = f"{program.parent}:{environment['PATH']}"
    environment["HOME"] = str(folder)
    environment["TRAILSIFT_SOURCE"] = str(ROOT)
    try:
        ended = subprocess.run(["bash", "-euo", "pipefail", "-c", body], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        return f"still running after {TIMEOUT_SECONDS} s"
    return None if ended.returncode == 0 else f"exit {ended.returncode}\n{ended.stdout[-2000:]}"


def check(path, program):
    """Faults of one document as `file:line: text`, and how many blocks were run; runs none when there is no program."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    faults = []
    ran = 0
    outside = re.sub(r"^ *```.*?^ *```$", lambda block: "\n" * block.group().count("\n"), text, flags=re.DOTALL | re.MULTILINE)
    for number, line in enumerate(outside.splitlines(), 1):
        for target in LINK.findall(line):
            if not (path.parent / target).exists():
                faults.append(f"{name}:{number}: the link {target} leads nowhere")
    with tempfile.TemporaryDirectory() as folder:
        for line, words, body in blocks(text):
            fault = static_fault(words, body)
            if fault is None and program is not None and words[:2] == ["sh", "test"]:
                ran += 1
                fault = run(body, pathlib.Path(folder), program)
            if fault is not None:
                faults.append(f"{name}:{line}: {fault}")
    return faults, ran


def main(arguments):
    program = pathlib.Path(os.environ.get("TRAILSIFT_BIN", ROOT / "build" / "release" / "trailsift")).resolve()
    if "--no-run" in arguments:
        arguments.remove("--no-run")
        program = None
    elif not program.exists():
        print(f"check_docs: no program at {program}; make build", file=sys.stderr)
        return 1
    paths = [pathlib.Path(argument).resolve() for argument in arguments[1:]]
    paths = paths or [ROOT / "README.md", ROOT / "HACKING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    faults = []
    ran = 0
    for path in paths:
        found, count = check(path, program)
        faults += found
        ran += count
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"docs: {len(paths)} documents, {ran} blocks run, {len(faults)} faults")
    return 1 if faults or (program is not None and ran == 0) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
