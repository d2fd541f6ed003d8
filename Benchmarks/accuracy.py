"""Compares the area under the ROC curve of Sonde's detectors with PyOD's on labelled sets, and prints a table.

    python accuracy.py ADBENCH [--sets 6_cardio …] [--methods knn …] [--binary PATH]

Both see the same standardised rows and have the same parameters. Where a method draws at random, the mean over five
seeds is compared, and the spread of the peer's seeds is added to what may differ.
"""
import argparse
import glob
import importlib
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from sklearn.metrics import roc_auc_score

warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
SETS = ["6_cardio", "38_thyroid", "18_Ionosphere", "28_pendigits", "30_satellite"]
TOLERANCE = 0.005
SEEDS = range(5)
PEERS = {
    "knn": ("knn", "KNN", {}),
    "lof": ("lof", "LOF", {}),
    "iforest": ("iforest", "IForest", {"random_state": None}),
    "ecod": ("ecod", "ECOD", {}),
    "hbos": ("hbos", "HBOS", {}),
    "pca": ("pca", "PCA", {}),
}


def rows_of(path):
    data = np.load(path, allow_pickle=True)
    x, y = data["X"].astype(float), data["y"].astype(int)
    spread = x.std(0)
    return (x - x.mean(0)) / np.where(spread == 0, 1, spread), y


def ours(binary, method, x, seed):
    with tempfile.TemporaryDirectory() as folder:
        rows, scores = os.path.join(folder, "rows"), os.path.join(folder, "scores")
        x.astype("<f8").tofile(rows)
        command = [binary, "score", method, rows, str(x.shape[1]), scores, str(seed)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"failed: {' '.join(command)}: {done.stderr}")
        return np.fromfile(scores, "<f8")


def theirs(method, x, seed):
    module, name, options = PEERS[method]
    options = {key: seed if value is None else value for key, value in options.items()}
    return getattr(importlib.import_module("pyod.models." + module), name)(**options).fit(x.copy()).decision_scores_


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("adbench")
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--methods", nargs="*", default=list(PEERS))
    parser.add_argument("--binary", default=os.path.join(HERE, "..", ".build", "release", "SondeBenchmarks"))
    options = parser.parse_args()
    print(f"{'set':20}{'rows':>7}{'columns':>9}  {'method':10}{'sonde':>8}{'pyod':>8}{'differs':>9}{'may':>8}")
    far = []
    for name in options.sets:
        x, y = rows_of(glob.glob(os.path.join(options.adbench, "**", name + ".npz"), recursive=True)[0])
        for method in options.methods:
            seeds = SEEDS if None in PEERS[method][2].values() else [0]
            own = np.array([roc_auc_score(y, ours(options.binary, method, x, seed)) for seed in seeds])
            scores = [theirs(method, x, seed) for seed in seeds]
            if not all(np.isfinite(score).all() for score in scores):
                print(f"{name:20}{x.shape[0]:7}{x.shape[1]:9}  {method:10}{own.mean():8.4f}   the peer's scores are not finite")
                continue
            peer = np.array([roc_auc_score(y, score) for score in scores])
            difference = own.mean() - peer.mean()
            may = TOLERANCE + (peer.max() - peer.min()) / 2
            note = ""
            if abs(difference) > may:
                note = "  far"
                far.append(f"{method} on {name}")
            print(f"{name:20}{x.shape[0]:7}{x.shape[1]:9}  {method:10}{own.mean():8.4f}{peer.mean():8.4f}"
                  f"{difference:9.4f}{may:8.4f}{note}", flush=True)
    print("all within what may differ" if not far else "far off: " + ", ".join(far))
    sys.exit(1 if far else 0)


if __name__ == "__main__":
    main()
