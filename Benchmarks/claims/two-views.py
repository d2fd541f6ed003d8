"""Means of two-views.sonde and wrong-pairs.sonde over the categories in DATA and five divisions.

    python Benchmarks/claims/two-views.py DATA

Below them stands what numpy gave on the same ten categories by the same protocol.
"""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SONDE = os.environ.get("SONDE", HERE.parent.parent / ".build/release/sonde")
MEASURED = {
    "two-views": {"first": 0.756, "second": 0.882, "joined": 0.864, "plain": 0.863, "fisher": 0.877, "cauchy": 0.877},
    "wrong-pairs": {"first": 0.5, "second": 0.5, "joined": 0.650, "mapped": 0.783},
}


def rates(script, data, category, round):
    run = subprocess.run(
        [SONDE, HERE / f"{script}.sonde", "--json", "--param", f"category={category}", "--param", f"round={round}"],
        cwd=data, capture_output=True, text=True, check=True)
    table = json.loads(run.stdout.splitlines()[-1])["value"]["table"]
    return dict(zip(table["index"]["sample"], table["columns"]["auroc"]))


def line(name, values):
    print(f"{name:12}" + "".join(" " * 10 if value is None else f"{value:10.3f}" for value in values))


def tell(script, data):
    files = sorted(pathlib.Path(data, "adbench/CV_by_ViT").glob("MVTec-AD_*.npz"))
    names = [file.stem.removeprefix("MVTec-AD_") for file in files]
    rows = {name: [rates(script, data, name, round) for round in range(1, 6)] for name in names}
    methods = list(rows[names[0]][0])
    means = {name: [sum(run[m] for run in runs) / len(runs) for m in methods] for name, runs in rows.items()}
    print(f"{script:12}" + "".join(f"{method:>10}" for method in methods))
    for name in names:
        line(name, means[name])
    line("mean", [sum(column) / len(names) for column in zip(*means.values())])
    line("numpy", [MEASURED[script].get(m) for m in methods])


for script in MEASURED:
    tell(script, sys.argv[1])
