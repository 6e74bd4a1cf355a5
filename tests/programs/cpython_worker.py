"""Run as a worker of CPython's regrtest, having recorded who serves it: the library or libc.

regrtest --python "python3 cpython_worker.py RECORD" starts its workers with the options of an
interpreter after that: ... -m MODULE ARGUMENT...
"""
import os
import runpy
import sys

record, *options = sys.argv[1:]
at = options.index("-m")
module, arguments = options[at + 1], options[at + 2:]

# More than pymalloc keeps for itself (512 bytes), less than libc maps apart: libc's heap would grow.
blocks = [bytes(2000) for _ in range(10000)]
mapped, brk = False, 0
with open("/proc/self/maps") as maps:
    for line in maps:
        mapped |= line.rstrip().endswith(" " + os.environ["OX_LIB"])
        if line.rstrip().endswith("[heap]"):
            first, last = line.split()[0].split("-")
            brk += int(last, 16) - int(first, 16)
del blocks
with open(record, "a") as file:
    file.write(f"{'absent' if not mapped else 'libc' if brk > 4 << 20 else 'served'} {arguments}\n")

sys.path[0] = os.getcwd()
sys.argv[1:] = arguments
runpy.run_module(module, run_name="__main__", alter_sys=True)
