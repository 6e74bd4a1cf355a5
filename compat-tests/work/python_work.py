"""Prints a checksum per kind of work of Python's, with nothing but its standard library."""
import concurrent.futures
import ctypes
import decimal
import hashlib
import json
import multiprocessing
import random
import time
import zlib


def checksum(value):
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]


def people(seed):
    numbers, found = random.Random(seed), {}
    for day in range(40000):
        found.setdefault(f"person{numbers.randrange(5000)}", []).append({"day": day, "where": f"place{day % 97}"})
    return sorted(found.items())


def packed(seed):
    text = json.dumps(people(seed)).encode()
    return len(text), zlib.decompress(zlib.compress(text, 9)) == text


def blocks(seed):
    libc = ctypes.CDLL(None)
    libc.malloc.restype = libc.realloc.restype = ctypes.c_void_p
    total = 0
    for number in range(5000):
        size = 1 + number * seed * 37 % 9000
        block = libc.realloc(ctypes.c_void_p(libc.malloc(ctypes.c_size_t(size))), ctypes.c_size_t(size * 3))
        ctypes.memset(block, number % 251, size * 3)
        total += ctypes.string_at(block, size * 3)[-1]
        libc.free(ctypes.c_void_p(block))
    return total


if __name__ == "__main__":
    decimal.getcontext().prec = 2000
    print("people", checksum(people(42)))
    print("decimal", checksum(decimal.Decimal(2).sqrt() ** 7))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        print("threads", list(pool.map(packed, range(4))), list(pool.map(blocks, range(1, 9))))
    with multiprocessing.Pool(3) as pool:
        print("processes", checksum(pool.map(people, range(6))))
    time.sleep(1)
    print("end")
