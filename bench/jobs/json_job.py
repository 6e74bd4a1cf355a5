#!/usr/bin/env python3
"""The default job of scripts/try.sh: parse, transform and sort a few hundred thousand JSON records.

Everything is made from a fixed seed, so the checksum it prints is the same on every allocator.
"""

import hashlib
import json
import random
import sys


def make_lines(count: int) -> list[str]:
    rng = random.Random(20240229)
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(3, 12))) for _ in range(4000)]
    return [
        json.dumps(
            {
                "id": number,
                "name": f"{rng.choice(words)} {rng.choice(words)}",
                "tags": rng.sample(words, rng.randint(0, 6)),
                "score": rng.random() * 1000,
                "address": {"street": rng.choice(words), "number": rng.randint(1, 400)},
                "note": " ".join(rng.choices(words, k=rng.randint(0, 12))),
            }
        )
        for number in range(count)
    ]


def transform(record: dict) -> dict:
    given, family = record["name"].split(" ")
    return {
        "key": f"{family}, {given}".title(),
        "tags": sorted({tag.upper() for tag in record["tags"]}),
        "place": "{street} {number}".format(**record["address"]),
        "score": round(record["score"], 3),
        "words": len(record["note"].split()),
        "id": record["id"],
    }


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
    records = [transform(json.loads(line)) for line in make_lines(count)]
    records.sort(key=lambda record: (record["key"], -record["score"], record["id"]))
    by_tag: dict[str, list[int]] = {}
    for record in records:
        for tag in record["tags"]:
            by_tag.setdefault(tag, []).append(record["id"])
    digest = hashlib.sha256()
    for record in records:
        digest.update(json.dumps(record, sort_keys=True).encode())
    digest.update(json.dumps(by_tag, sort_keys=True).encode())
    print(f"{len(records)} records, {len(by_tag)} tags, sha256 {digest.hexdigest()[:16]}")


main()
