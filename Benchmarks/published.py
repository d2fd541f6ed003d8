"""Prints the area under the ROC curve of Sonde's detectors beside published ones, and where they differ.

    python published.py ADBENCH [--sets 6_cardio …] [--methods knn …] [--setting unsupervised|normal] [--seeds 1]

ADBENCH is a folder with the sets as .npz files and published_DTE, the tables of Livernoche et al., On diffusion modeling for
anomaly detection, ICLR 2024. As there, unsupervised means fitted on as many rows drawn with replacement and judged on all of them,
standardised by all; normal means fitted on the first half of the normal rows and judged on the others, standardised by the fitted
ones. With --copies, sets of less than 1000 rows are drawn with replacement up to as many, as the loader of ADBench does it. Printed
are, for every detector that both have, the means over the sets, their difference, and the sets that deviate by more than 4 points.
"""
import argparse
import csv
import functools
import glob
import os
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
from sklearn.metrics import roc_auc_score

HERE = os.path.dirname(os.path.abspath(__file__))
METHODS = {
    "CBLOF": "cblof", "COPOD": "copod", "ECOD": "ecod", "FeatureBagging": "bagging", "HBOS": "hbos",
    "IForest": "iforest", "KNN": "knn", "LODA": "loda", "LOF": "lof", "MCD": "mcd", "OCSVM": "ocsvm", "PCA": "pca",
    "DeepSVDD": "deepsvdd", "ICL": "icl", "VAE": "vae", "DIF": "dif",
}
# The published neighbours of all rows are 32, of normal rows 5.
UNSUPERVISED = {"knn": "knn32"}
# Sets larger than this take minutes with the slower methods; the peers' own table leaves them out, too.
MOST_ROWS = 12_000
MOST_COLUMNS = 200
LEAST_ROWS = 1000
FAR = 4.0
NEAR = 1.5


def published(folder, number):
    path = glob.glob(os.path.join(folder, "published_DTE", f"table{number}_*"))[0]
    with open(path, newline="") as file:
        lines = [line for line in csv.reader(file) if line and not line[0].startswith("#")]
    return {line[0].lower(): dict(zip(lines[0][1:], map(float, line[1:]))) for line in lines[1:]}


def rows_of(path):
    data = np.load(path, allow_pickle=True)
    return data["X"].astype(float), data["y"].astype(int)


def standardised(rows, fitted):
    spread = fitted.std(0)
    return (rows - fitted.mean(0)) / np.where(spread == 0, 1, spread)


def scores(binary, method, rows, seed, fitted=0):
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "rows"), os.path.join(folder, "scores")
        rows.astype("<f8").tofile(source)
        command = [binary, "score", method, source, str(rows.shape[1]), target, str(seed)]
        command += [str(fitted)] if fitted else []
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"failed: {' '.join(command)}: {done.stderr}")
        return np.fromfile(target, "<f8")


def pyod_scores(method, rows, seed, fitted=0):
    from pyod.models import cblof, copod, deep_svdd, ecod, hbos, iforest, knn, loda, lof, mcd, pca
    model = {
        "cblof": lambda: cblof.CBLOF(random_state=seed), "copod": copod.COPOD, "ecod": ecod.ECOD, "hbos": hbos.HBOS,
        "iforest": lambda: iforest.IForest(random_state=seed), "knn": knn.KNN, "knn32": lambda: knn.KNN(n_neighbors=32),
        "deepsvdd": lambda: deep_svdd.DeepSVDD(n_features=rows.shape[1], random_state=seed, verbose=0),
        "loda": loda.LODA, "lof": lof.LOF, "mcd": lambda: mcd.MCD(random_state=seed), "pca": pca.PCA,
    }[method]()
    np.random.seed(seed)
    warnings.simplefilter("ignore")
    if not fitted:
        return model.fit(rows).decision_scores_
    return model.fit(rows[:fitted]).decision_function(rows[fitted:])


def area(score, method, x, y, seed, setting, copies):
    random = np.random.default_rng(seed)
    if copies and len(y) < LEAST_ROWS:
        drawn = random.choice(len(y), LEAST_ROWS)
        x, y = x[drawn], y[drawn]
    if setting == "unsupervised":
        rows = standardised(x, x)
        found = score(method, np.concatenate([rows[random.choice(len(y), len(y))], rows]), seed, len(y))
        return 100 * roc_auc_score(y, found)
    normal = np.flatnonzero(y == 0)
    half = round(len(normal) / 2)
    judged = np.concatenate([normal[half:], np.flatnonzero(y == 1)])
    order = np.concatenate([normal[:half], judged])
    found = score(method, standardised(x[order], x[order[:half]]), seed, half)
    return 100 * roc_auc_score(y[judged], found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("adbench")
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--methods", nargs="*")
    parser.add_argument("--setting", choices=["unsupervised", "normal"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--copies", action="store_true", help="draw small sets with replacement up to 1000 rows")
    parser.add_argument("--pyod", action="store_true", help="judge PyOD's code instead")
    parser.add_argument("--binary", default=os.path.join(HERE, "..", ".build", "release", "SondeBenchmarks"))
    options = parser.parse_args()
    score = pyod_scores if options.pyod else functools.partial(scores, options.binary)
    files = sorted(glob.glob(os.path.join(options.adbench, "Classical", "*.npz")))
    data = {}
    for path in files:
        name = os.path.splitext(os.path.basename(path))[0]
        if options.sets and name not in options.sets:
            continue
        x, y = rows_of(path)
        if x.shape[0] <= MOST_ROWS and x.shape[1] <= MOST_COLUMNS:
            data[name.split("_", 1)[1].lower()] = (x, y)
    for setting in [options.setting] if options.setting else ["unsupervised", "normal"]:
        table = published(options.adbench, 2 if setting == "unsupervised" else 1)
        sets = [name for name in data if name in table]
        print(f"{setting}: {len(sets)} sets\n{'method':10}{'pyod' if options.pyod else 'sonde':>8}{'published':>11}{'differs':>9}{'seconds':>9}  far")
        for peer, method in METHODS.items():
            if options.methods and method not in options.methods:
                continue
            start = time.time()
            asked = UNSUPERVISED.get(method, method) if setting == "unsupervised" else method
            own = {name: np.mean([area(score, asked, *data[name], seed, setting, options.copies)
                                  for seed in range(options.seeds)]) for name in sets}
            other = {name: table[name][peer] for name in sets}
            mean, wanted = np.mean(list(own.values())), np.mean(list(other.values()))
            far = [f"{name} {own[name]:.1f} ({other[name]:.1f})" for name in sets if abs(own[name] - other[name]) > FAR]
            note = "" if abs(mean - wanted) <= NEAR else f"  [more than {NEAR} points off]"
            print(f"{method:10}{mean:8.2f}{wanted:11.2f}{mean - wanted:9.2f}{time.time() - start:9.0f}  "
                  + ", ".join(far) + note, flush=True)


if __name__ == "__main__":
    main()
