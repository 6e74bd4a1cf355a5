"""Usage: row20_multiples.py PAGE TRACE: the calls for memory that strace wrote, between two marks.

Lengths are multiples of PAGE, and so are addresses, but for mappings whose place the kernel chose.
"""
import re
import sys

page = int(sys.argv[1])
counts = {}
on = False
chosen = set()  # by the kernel: addresses that may be no multiple

for line in open(sys.argv[2], errors="replace"):
    if 'write(-1, "begin"' in line:
        on = True
    if 'write(-1, "end"' in line:
        break
    call = re.search(r"(mmap|munmap|mprotect|mremap|madvise)\((NULL|0x[0-9a-f]+), (\d+)(.*)", line)
    if not on or not call:
        continue
    name, address, length, rest = call.groups()
    address = 0 if address == "NULL" else int(address, 16)
    assert int(length) % page == 0, line
    assert address % page == 0 or address in chosen, line
    if name == "mmap" and address == 0:
        result = re.search(r"= (0x[0-9a-f]+)", rest)
        if result:
            chosen.add(int(result.group(1), 16))
    if name == "mremap":
        sizes = re.findall(r"(?<!x)\b(\d+)\b", rest)
        assert int(sizes[0]) % page == 0, line
        assert all(int(to, 16) % page == 0 for to in re.findall(r"MREMAP_FIXED[^,]*, (0x[0-9a-f]+)", rest)), line
    counts[name] = counts.get(name, 0) + 1

print(counts)
assert {"mprotect", "madvise", "mremap"} <= counts.keys()
