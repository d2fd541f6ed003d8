"""How much fusions lose against the good modality alone when the other one is noise: robust-fusion.sonde and skab-noise.sonde.

    PEERS/bin/python Benchmarks/claims/robust-fusion.py DATA [ROUNDS]     (needs numpy)

Four kinds of noise: numbers drawn anew (gauss), the rows of a real view in random order (rows), a real view that is noise in
every second row to judge (flickers), and noise beside the sensors of a pump (skab). Printed is the mean loss in AUROC, and
the worst one of a category or recording. Measured with two divisions: below 0.003 for experts, evidence and gates with
trust, as published up to 0.35. A view that flickers still finds more than luck and is believed as a whole: its rows of noise are
found by `screen`, after which the loss is 0.012 at most (one division; 0.25 without).
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy

HERE = pathlib.Path(__file__).resolve().parent
SONDE = os.environ.get("SONDE", HERE.parent.parent / ".build/release/sonde")
DATA = pathlib.Path(sys.argv[1]).resolve()
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3


def rates(script, **parameters):
    given = [word for name, value in parameters.items() for word in ("--param", f"{name}={value}")]
    run = subprocess.run(
        [SONDE, HERE / f"{script}.sonde", "--json", *given], cwd=DATA, capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    table = json.loads(run.stdout.splitlines()[-1])["value"]["table"]
    return dict(zip(table["index"]["sample"], table["columns"]["auroc"]))


def tell(kind, found):
    """found: by category or recording, the rates of each round."""
    methods = [name for name in next(iter(found.values()))[0] if name not in ("good", "bad")]
    mean = lambda name, runs: sum(run[name] for run in runs) / len(runs)
    alone = {place: mean("good", runs) for place, runs in found.items()}
    noise = sum(mean("bad", runs) for runs in found.values()) / len(found)
    print(f"{kind}: the good one alone {sum(alone.values()) / len(alone):.3f}, the noise {noise:.3f}", flush=True)
    for name in methods:
        losses = [alone[place] - mean(name, runs) for place, runs in found.items()]
        print(f"  {name:18} loses {sum(losses) / len(losses):6.3f}   at worst {max(losses):6.3f}", flush=True)


views = sorted(DATA.glob("adbench/CV_by_ViT/MVTec-AD_*.npz"))
for kind in ("gauss", "rows", "flickers"):
    found = {}
    for file in views:
        category = file.stem.removeprefix("MVTec-AD_")
        other = numpy.load(DATA / "adbench/CV_by_ResNet18" / file.name)
        for round in range(1, ROUNDS + 1):
            chance = numpy.random.default_rng(round)
            rows = {
                "gauss": lambda: chance.normal(size=other["X"].shape),
                "rows": lambda: other["X"][chance.permutation(len(other["y"]))],
                "flickers": lambda: other["X"],
            }[kind]()
            with tempfile.TemporaryDirectory() as folder:
                numpy.savez(f"{folder}/noise.npz", X=rows, y=other["y"])
                found.setdefault(category, []).append(rates(
                    "robust-fusion", category=category, noise=f"{folder}/noise.npz", round=round,
                    share="100%" if kind == "flickers" else "0%"))
    tell(kind, found)

found = {}
for file in sorted(DATA.glob("skab/data/*/*.csv")):
    if "anomaly-free" in str(file):
        continue
    chance = numpy.random.default_rng(1)
    lines = file.read_text().splitlines()[1:]
    with tempfile.TemporaryDirectory() as folder:
        rows = [line.split(";")[0] + "," + ",".join(f"{x:.6f}" for x in chance.normal(size=2)) for line in lines]
        pathlib.Path(folder, "noise.csv").write_text("datetime,n1,n2\n" + "\n".join(rows) + "\n")
        found[file.stem + file.parent.name] = [rates("skab-noise", file=file, noise=f"{folder}/noise.csv")]
tell("skab", found)
