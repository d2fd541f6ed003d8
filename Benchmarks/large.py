"""Files larger than memory should be: SONDE=PROGRAM python3 large.py FOLDER [--gigabytes 10] [--hours 2] [--keep].

Writes a table of a row a second and a stereo sound of 44.1 kHz into FOLDER, lets `describe file` and `window file` work on
each, prints seconds and peak memory of each call, and removes what it wrote. FOLDER needs room for both.
"""
import argparse
import datetime
import math
import os
import random
import struct
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--gigabytes", type=float, default=10)
parser.add_argument("--hours", type=float, default=2)
parser.add_argument("--keep", action="store_true")
options = parser.parse_args()
program = os.environ["SONDE"]


def table(path):
    """Days of the same measurements with other dates: nine columns, about 100 bytes a row."""
    rng = random.Random(7)
    lines = []
    for second in range(86_400):
        clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        base = 20 + 5 * math.sin(second / 86_400 * 2 * math.pi)
        cells = [f"{base + rng.gauss(0, 0.3):.6f}" for _ in range(7)]
        state = "idle" if second % 900 < 300 else "running"
        lines.append(f"DAY______T{clock}Z,{','.join(cells)},{state}\n")
    block = "".join(lines).encode()
    day, rows = datetime.date(2020, 1, 1), 0
    with open(path, "wb") as file:
        file.write(b"time,a,b,c,d,e,f,g,state\n")
        while file.tell() < options.gigabytes * 1e9:
            file.write(block.replace(b"DAY______", day.isoformat().encode()))
            day += datetime.timedelta(days=1)
            rows += 86_400
    return rows


def sound(path):
    """Ten seconds of two tones and noise, louder and softer by turns."""
    rng = random.Random(7)
    rate, seconds = 44_100, int(options.hours * 3600)
    blocks = []
    for loud in (2000, 9000):
        samples = []
        for n in range(10 * rate):
            left = loud * math.sin(2 * math.pi * 220 * n / rate) + rng.gauss(0, 300)
            samples += [int(left), int(loud * math.sin(2 * math.pi * 330 * n / rate))]
        blocks.append(struct.pack(f"<{len(samples)}h", *samples))
    size = seconds * rate * 4
    with open(path, "wb") as file:
        file.write(struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, 2, rate, rate * 4, 4, 16,
                               b"data", size))
        for place in range(seconds // 10):
            file.write(blocks[place % 2])


def measure(line):
    before = time.perf_counter()
    child = subprocess.Popen([program, "-c", line], stdout=subprocess.PIPE, text=True)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - before
    print(f"{line}\n  {seconds:.1f} s, {usage.ru_utime + usage.ru_stime:.1f} processor seconds, "
          f"peak {usage.ru_maxrss / 1024:.0f} MB{'' if status == 0 else ', FAILED'}", flush=True)
    print("".join("    " + row + "\n" for row in output.splitlines()[-6:]), flush=True)
    return status


csv, wav = (os.path.join(options.folder, name) for name in ("large.csv", "large.wav"))
failed = 0
try:
    if options.gigabytes:
        print(f"{csv}: {table(csv)} rows, {os.path.getsize(csv) / 1e9:.2f} GB", flush=True)
        failed |= measure(f"describe file {csv} --time time")
        failed |= measure(f"window file {csv} --time time --every 1h")
    if options.hours:
        sound(wav)
        print(f"{wav}: {options.hours:g} h, {os.path.getsize(wav) / 1e9:.2f} GB", flush=True)
        failed |= measure(f"describe file {wav}")
        failed |= measure(f"window file {wav} --every 1s")
finally:
    for path in (csv, wav):
        if not options.keep and os.path.exists(path):
            os.remove(path)
sys.exit(1 if failed else 0)
