#!/usr/bin/env python3
"""Verifies an export of a Quarterdeck audit log, knowing nothing but docs/AUDIT.md.

    quarterdeck-server export-audit --database URL | python3 verify_audit.py
    python3 verify_audit.py audit-20260901T080000Z.ndjson
    python3 verify_audit.py --expected-seq 4711 --expected-hash 9f86d0... export.ndjson

Python 3.9 or newer, standard library only, constant memory. Prints a report as JSON and exits with
0 intact, 1 broken, 2 incomplete (the export could not be read to its end), 3 unverifiable.
"""

import argparse
import collections
import hashlib
import json
import re
import struct
import sys

VERSION = 1
ABSENT = b"\xff\xff\xff\xff"
EXIT_CODES = {"intact": 0, "broken": 1, "incomplete": 2, "unverifiable": 3}
# Fields of the record in the order in which they are hashed, behind version and time.
FIELDS = (
    "actor_type",
    "actor_id",
    "actor_email",
    "action_code",
    "action",
    "target_type",
    "target_id",
    "details",
    "request_id",
)
MAY_BE_ABSENT = ("actor_id", "actor_email")


# What the caller remembers of the log; None for what it does not.
Expected = collections.namedtuple("Expected", ("min_seq", "seq", "hash"))


class Unreadable(Exception):
    """The export does not have the form that docs/AUDIT.md describes."""


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def i64(value):
    return struct.pack(">q", value)


def field(content):
    """One field of the record: its length, then its bytes."""
    return ABSENT if content is None else struct.pack(">I", len(content)) + content


def content_of(value):
    if value is None:
        return None
    return i64(value) if isinstance(value, int) else value.encode("utf-8")


def canonical(row):
    fields = [field(content_of(row[name])) for name in FIELDS]
    return bytes([VERSION]) + field(i64(row["recorded_at_us"])) + b"".join(fields)


def leaf_of(record):
    return sha256(b"\x00", record)


def link_of(scope, seq, previous, leaf):
    return sha256(b"\x02", scope.encode("utf-8"), i64(seq), previous, leaf)


def genesis_of(instance, scope):
    return sha256(b"genesis", instance.encode("utf-8"), scope.encode("utf-8"))


def check_type(found, name, wanted):
    value = found[name]
    if value is None and name in MAY_BE_ABSENT:
        return
    if type(value) is not wanted:
        raise Unreadable(f"{name} must be of type {wanted.__name__}")
    content_of(value)


def parse(line, number, integers, texts, hashes):
    """Reads a line and checks the types of what it must hold."""
    try:
        found = json.loads(line)
        if type(found) is not dict:
            raise Unreadable("not a JSON object")
        for name in integers:
            check_type(found, name, int)
        for name in texts:
            check_type(found, name, str)
        for name in hashes:
            found[name] = bytes.fromhex(found[name])
        return found
    except KeyError as error:
        raise Unreadable(f"line {number}: {error} is missing") from error
    except (Unreadable, ValueError, TypeError, RecursionError, struct.error) as error:
        raise Unreadable(f"line {number}: {error}") from error


def parse_header(line):
    header = parse(line, 1, ["head_seq"], ["instance", "scope"], ["head_link"])
    extract = header.setdefault("extract", None)
    if extract is not None:
        is_known = type(extract) is dict and type(extract.get("filter")) is dict
        if not is_known or type(extract.get("rows")) is not int:
            raise Unreadable("line 1: the extract has no filter and number of rows")
    return header


def parse_row(line, number):
    integers = ["seq", "recorded_at_us", "actor_id"]
    texts = [name for name in FIELDS if name != "actor_id"]
    return parse(line, number, integers, texts, ["canon", "leaf", "link"])


class Verifier:
    """Walks along the chain; what it carries from row to row does not grow."""

    def __init__(self, header, expected):
        self.header = header
        self.expected = expected
        self.last_seq = 0
        self.last_link = genesis_of(header["instance"], header["scope"])
        self.last_time = None
        self.rows = 0
        self.first_bad = None
        self.kinds = set()
        self.remembered_link = self.last_link if expected.seq == 0 else None
        extract = header["extract"]
        # A filter leaves rows out: what lies between two of its rows cannot be checked.
        self.is_part = extract is not None and bool(extract["filter"])

    def bad(self, seq, kind):
        self.kinds.add(kind)
        if self.first_bad is None:
            self.first_bad = {"seq": seq, "kind": kind}

    def row(self, row):
        seq = row["seq"]
        if seq < 1:
            self.bad(seq, "link_mismatch")
            return
        follows = seq == self.last_seq + 1
        may_follow = self.is_part and seq > self.last_seq
        if not follows and not may_follow:
            self.bad(self.last_seq + 1, "gap")
        if row["canon"][:1] != bytes([VERSION]):
            self.bad(seq, "unknown_version")
        elif row["canon"] != canonical(row):
            self.bad(seq, "column_mismatch")
        if row["leaf"] != leaf_of(row["canon"]):
            self.bad(seq, "leaf_mismatch")
        if self.last_time is not None and row["recorded_at_us"] < self.last_time:
            self.bad(seq, "time_regression")
        can_link = follows or not self.is_part
        if can_link and row["link"] != link_of(
            self.header["scope"], seq, self.last_link, row["leaf"]
        ):
            self.bad(seq, "link_mismatch")
        if seq == self.expected.seq:
            self.remembered_link = row["link"]
        # Going on from what is stored, so that one bad row does not condemn those behind it.
        self.last_seq, self.last_link, self.last_time = seq, row["link"], row["recorded_at_us"]
        self.rows += 1

    def finish(self):
        """Checks what only the end of the log shows: the head, then what the caller remembers."""
        head_seq, head_link = self.header["head_seq"], self.header["head_link"]
        # The last row of a part may stand anywhere before the head.
        is_before_head = head_seq > self.last_seq
        if is_before_head and not self.is_part:
            self.bad(self.last_seq + 1, "tail_truncated")
        elif not is_before_head and (head_seq, head_link) != (self.last_seq, self.last_link):
            self.bad(self.last_seq, "head_mismatch")
        reached = head_seq if self.is_part else self.last_seq
        remembered = [seq for seq in (self.expected.min_seq, self.expected.seq) if seq is not None]
        if any(seq > reached for seq in remembered):
            self.bad(reached + 1, "tail_truncated")
        if self.expected.seq is not None and self.expected.seq <= reached:
            is_left_out = self.is_part and self.remembered_link is None
            if not is_left_out and self.remembered_link != self.expected.hash:
                self.bad(self.expected.seq, "watermark_mismatch")
        extract = self.header["extract"]
        if extract is not None and extract["rows"] != self.rows:
            raise Unreadable(f"{self.rows} rows, where {extract['rows']} were exported")
        if self.is_part:
            raise Unreadable("rows of a filter: what it left out was not checked")

    def status(self):
        if not self.kinds:
            return "intact"
        return "unverifiable" if self.kinds == {"unknown_version"} else "broken"


def verify(lines, expected):
    """The report about an export, given line by line."""
    verifier, reason = None, None
    try:
        for number, line in enumerate(lines, start=1):
            if verifier is None:
                verifier = Verifier(parse_header(line), expected)
            else:
                verifier.row(parse_row(line, number))
        if verifier is None:
            raise Unreadable("the export is empty")
        verifier.finish()
    except (Unreadable, UnicodeDecodeError) as error:
        reason = str(error)
    if verifier is None:
        return {"status": "incomplete", "first_bad": None, "rows": 0, "head": None, "reason": reason}
    header = verifier.header
    report = {
        "status": verifier.status(),
        "first_bad": verifier.first_bad,
        "rows": verifier.rows,
        "head": {"seq": header["head_seq"], "hash": header["head_link"].hex()},
    }
    if reason is not None:
        report["reason"] = reason
        if report["status"] != "broken":
            report["status"] = "incomplete"
    return report


def link_argument(text):
    if not re.fullmatch("[0-9a-fA-F]{64}", text):
        raise argparse.ArgumentTypeError("must be 64 hexadecimal digits")
    return bytes.fromhex(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("export", nargs="?", help="file; standard input without it")
    parser.add_argument("--expected-min-seq", type=int, metavar="SEQ")
    parser.add_argument("--expected-seq", type=int, metavar="SEQ")
    parser.add_argument("--expected-hash", type=link_argument, metavar="HEX")
    arguments = parser.parse_args()
    if (arguments.expected_seq is None) != (arguments.expected_hash is None):
        parser.error("--expected-seq and --expected-hash go together")
    expected = Expected(
        arguments.expected_min_seq, arguments.expected_seq, arguments.expected_hash
    )
    # Only the line feed ends a line: JSON strings may hold other characters that Python splits at.
    source = arguments.export if arguments.export is not None else sys.stdin.fileno()
    try:
        with open(source, encoding="utf-8", newline="\n") as lines:
            report = verify(lines, expected)
    except OSError as error:
        parser.error(str(error))
    print(json.dumps(report))
    return EXIT_CODES[report["status"]]


if __name__ == "__main__":
    sys.exit(main())
