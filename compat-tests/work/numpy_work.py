"""Arrays of many sizes, views, sorts, transforms, linear algebra and a mapped file; prints checksums."""
import hashlib
import os
import threading

import numpy as np


def checksum(name, array):
    print(name, hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16])


rng = np.random.default_rng(7)
kept = [rng.integers(0, 1 << 30, size=int(n)) for n in rng.integers(1, 60000, size=2000)]
for index in range(0, 2000, 3):
    kept[index] = np.resize(kept[index], kept[index].size * 2 + 1)
checksum("sizes", np.concatenate([a[::7] for a in kept]))
checksum("sorted", np.sort(np.concatenate(kept)))
checksum("strings", np.array([str(a[0]) for a in kept]))
checksum("objects", np.array([sum(o) for o in np.array([[int(a[0])] * 5 for a in kept], dtype=object)], dtype="int64"))
table = np.zeros(50000, dtype=[("id", "i4"), ("name", "S13"), ("value", "f8")])
table["id"] = rng.permutation(50000)
table["name"] = np.char.mod("n%d", table["id"])
checksum("records", np.sort(table, order="name"))
signal = rng.integers(-1000, 1000, size=1 << 18).astype(float)
checksum("transform", np.round(np.fft.irfft(np.fft.rfft(signal))).astype(int))
matrix = rng.integers(-9, 9, size=(300, 300)).astype(float) + 100 * np.eye(300)
print("solved", bool(np.allclose(matrix @ np.linalg.solve(matrix, np.ones(300)), 1)))
print("singular", round(float(np.linalg.svd(matrix, compute_uv=False)[0]), 6))

mapped = np.memmap("file", dtype="u4", mode="w+", shape=(1 << 20,))
mapped[:] = np.arange(1 << 20)[::-1]
mapped.flush()
checksum("file", np.fromfile("file", dtype="u4"))
os.unlink("file")

sums = [0] * 4


def work(number):
    own = np.random.default_rng(number)
    for _ in range(300):
        block = own.integers(0, 255, size=int(own.integers(10, 100000)), dtype="u1")
        sums[number] += int(block[::-1].copy().astype("u8").cumsum()[-1])


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("threads", sums)
