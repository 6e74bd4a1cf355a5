#!/usr/bin/env python3
"""A job: objects, dictionaries, strings and lists made and dropped.

Run with PYTHONMALLOC=malloc, so that every object goes to malloc and not to Python's own pools.
"""

import random


class Account:
    def __init__(self, number: int, rng: random.Random) -> None:
        self.number = number
        self.name = "".join(rng.choices("abcdefghij", k=rng.randint(4, 30)))
        self.moves: list[tuple[int, float]] = []


def main() -> None:
    rng = random.Random(7)
    accounts = {n: Account(n, rng) for n in range(20_000)}
    total = 0
    for step in range(1_000_000):
        number = rng.randrange(20_000)
        account = accounts[number]
        account.moves.append((step, step * 0.5))
        if len(account.moves) > 12:
            total += len(account.moves) + len(account.name)
            accounts[number] = Account(number, rng)
        if step % 100_000 == 0:
            lines = [f"{a.number}:{a.name}:{len(a.moves)}" for a in accounts.values()]
            total += len("\n".join(sorted(lines)))
    print(total)


main()
