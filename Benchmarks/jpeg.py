#!/usr/bin/env python3
"""Processor seconds of decoding a thousand JPEG files: Sonde's beside a loop around the JPEG library itself.

    python3 Benchmarks/jpeg.py INPUTS [SondeBenchmarks]

INPUTS is the folder that inputs.py writes. The two programs take turns, five times; what counts is the median of the ratios of
their best readings, since both do the same work in the same library.
"""
import json, os, statistics, subprocess, sys, tempfile

folder = sys.argv[1]
program = sys.argv[2] if len(sys.argv) > 2 else ".build/release/SondeBenchmarks"
source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "jpeg.c")
with tempfile.TemporaryDirectory() as place:
    alone = os.path.join(place, "jpeg")
    subprocess.run(["cc", "-O2", source, "-o", alone, "-ljpeg"], check=True)
    ratios = []
    for turn in range(5):
        library = float(subprocess.run(
            [alone, os.path.join(folder, "pictures"), "1000", "2"], check=True, capture_output=True, text=True
        ).stdout.split()[0])
        out = subprocess.run([program, "jpeg:1000", folder, "1"], check=True, capture_output=True, text=True).stdout
        ours = json.loads(out.splitlines()[-1])["cpu"]
        ratios.append(ours / library)
        print(f"library {library:.3f} s, Sonde {ours:.3f} s, ratio {ours / library:.3f}", flush=True)
    print(f"median of the ratios {statistics.median(ratios):.3f}; at most 1.2 is wanted")
    sys.exit(0 if statistics.median(ratios) <= 1.2 else 1)
