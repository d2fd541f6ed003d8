"""Pairs spoken digits with pictures of digits, the last ones half wrongly, and lets spoken-digits.sonde find the wrong ones.

    PEERS/bin/python Benchmarks/claims/spoken-digits.py DATA     (needs scikit-learn for its pictures)
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from sklearn.datasets import load_digits

HERE = pathlib.Path(__file__).resolve().parent
SONDE = os.environ.get("SONDE", HERE.parent.parent / ".build/release/sonde")
FIT = 320


def pair(sounds, folder, seed):
    chance = random.Random(seed)
    digits = load_digits()
    pictures = {digit: [row for row, target in enumerate(digits.target) if target == digit] for digit in range(10)}
    chance.shuffle(sounds)
    lines = ["clip,wrong," + ",".join(f"p{cell}" for cell in range(64))]
    for place, sound in enumerate(sounds):
        said = int(sound.name[0])
        wrong = place >= FIT and chance.random() < 0.5
        shown = chance.choice([digit for digit in range(10) if digit != said]) if wrong else said
        picture = pictures[shown].pop(chance.randrange(len(pictures[shown])))
        lines.append(f"{place:04}.wav,{int(wrong)}," + ",".join(str(cell) for cell in digits.data[picture]))
        (folder / f"{place:04}.wav").symlink_to(sound)
    (folder / "pictures.csv").write_text("\n".join(lines) + "\n")


print("what the settings were chosen on: draws 1 to 3; judged on draws 4 to 8")
rates = []
for seed in range(4, 9):
    with tempfile.TemporaryDirectory() as name:
        pair(sorted(pathlib.Path(sys.argv[1], "fsdd/recordings").resolve().glob("*.wav")), pathlib.Path(name), seed)
        run = subprocess.run(
            [SONDE, HERE / "spoken-digits.sonde", "--json", "--param", f"sounds={name}/*.wav",
             "--param", f"pictures={name}/pictures.csv"], capture_output=True, text=True, check=True)
    table = json.loads(run.stdout.splitlines()[-1])["value"]["table"]
    rates.append(dict(zip(table["index"]["sample"], table["columns"]["auroc"])))
    print(f"draw {seed}  " + "  ".join(f"{method} {rate:.3f}" for method, rate in rates[-1].items()), flush=True)
print("mean    " + "  ".join(f"{method} {sum(r[method] for r in rates) / len(rates):.3f}" for method in rates[0]))
