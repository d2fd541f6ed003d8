"""Means of skab-groups.sonde over the 34 labelled recordings, and what is left without each group of sensors.

    python Benchmarks/claims/skab-groups.py DATA
"""

import collections
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SONDE = os.environ.get("SONDE", HERE.parent.parent / ".build/release/sonde")
DATA = pathlib.Path(sys.argv[1]).resolve()

rates = collections.defaultdict(list)
left = collections.defaultdict(list)
for file in sorted(DATA.glob("skab/data/*/*.csv")):
    if file.parent.name == "anomaly-free":
        continue
    run = subprocess.run(
        [SONDE, HERE / "skab-groups.sonde", "--json", "--param", f"file={file}"],
        cwd=DATA, capture_output=True, text=True, check=True)
    report = json.loads(run.stdout.splitlines()[-1])["value"]
    for name, rate in zip(report["table"]["index"]["sample"], report["table"]["columns"]["auroc"]):
        rates[name].append(rate)
    for table in report["further"].values():
        for name, gone, rate in zip(
                table["index"]["sample"], table["columns"]["without"], table["columns"]["100%"]):
            left[name if gone == "itself" else f"{name} without {gone}"].append(rate)

print(f"{len(rates['mean'])} recordings, mean AUROC")
for name, values in rates.items():
    print(f"{name:32} {sum(values) / len(values):.3f}")
print("when a group of sensors is gone")
for name, values in left.items():
    if " without " in name:
        print(f"{name:32} {sum(values) / len(values):.3f}")
