"""usage: tone.py make|check FILE: a WAV file with 2 seconds of 440 Hz; says what tone a recording holds, and how long."""
import array
import math
import sys
import wave

RATE, PITCH = 48000, 440
what, name = sys.argv[1:]
if what == "make":
    samples = array.array("h", (int(12000 * math.sin(math.tau * PITCH * n / RATE)) for n in range(2 * RATE)))
    with wave.open(name, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.tobytes())
else:
    with open(name, "rb") as file:  # a recorder ended by a signal may leave the lengths in the head unset
        data = file.read()[44:]
    left = array.array("h", data[:len(data) // 4 * 4])[::2]
    loud = [n for n in range(len(left)) if abs(left[n]) > 1000]
    rises = [n for n in range(1, len(left)) if left[n - 1] < 0 <= left[n] and abs(left[n + 20 if n + 20 < len(left) else n]) > 1000]
    gaps = sorted(b - a for a, b in zip(rises, rises[1:]))
    print(f"tone {RATE / gaps[len(gaps) // 2]:.0f}" if gaps else "no tone", "seconds", round(len(rises) / PITCH))
