"""Compares the area under the ROC curve of Sonde's detectors with PyOD's on labelled sets, and prints a table.

    python accuracy.py ADBENCH [--sets 6_cardio …] [--methods knn …] [--binary PATH]

Both see the same standardised rows and have the same parameters. Where a method draws at random, the mean over five
seeds is compared, and the spread of the peer's seeds is added to what may differ.

    python accuracy.py ADBENCH --golden FILE [--sets …] [--methods …]

compares AUROC and average precision with a table of the peer's own results on min-max scaled rows instead, one line a set
and method: name, rows, columns, anomalies, method, mean, least and largest AUROC of its seeds, average precision. Methods
that draw nothing must agree to 1e-4, the others lie within the range of the peer's seeds and 0.02. What deviates is
printed with its reason where one is known.
"""
import argparse
import csv
import glob
import importlib
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import MinMaxScaler

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

MANY = range(20)
RANDOM_PEERS = {
    "iforest": ("iforest", "IForest", {}),
    "cblof": ("cblof", "CBLOF", {}),
    "gmm": ("gmm", "GMM", {}),
    "inne": ("inne", "INNE", {}),
}

# The peer's name for a method, whether it draws at random, and why it is known to differ.
GOLDEN = {
    "KNN": ("knn", False, ""),
    "AvgKNN": ("avgknn", False, ""),
    "LOF": ("lof", False, ""),
    "ECOD": ("ecod", False, ""),
    "COPOD": ("copod", False, ""),
    "HBOS": ("hbos", False, ""),
    "PCA": ("pca", False, "columns depend on each other or stand still, and PyOD divides by a variance that is mere rounding"),
    "OCSVM": ("ocsvm", False, "libsvm stops at a tolerance of 0.001"),
    "COF": ("cof", False, "PyOD chains neighbours in the order of their distance to the row, not to the chain so far (definition 2)"),
    "IForest": ("iforest", True, ""),
    "GMM": ("gmm", True, ""),
    "INNE": ("inne", True, ""),
    "LODA": ("loda", True, "PyOD looks values up in the bin to the right of their own; the table holds one run of it without a seed"),
    "CBLOF": ("cblof", True, ""),
}


def scaled_rows_of(path):
    data = np.load(path, allow_pickle=True)
    # The peer's own scaler: another way of rounding moves values across the edges of bins.
    return MinMaxScaler().fit_transform(data["X"].astype(float)), data["y"].astype(int)


def ties_allow(y, score, area, precision):
    """Whether the peer's figures lie between those of our scores with all ties broken for and against the anomalies.

    Peers give rows that are equal in every way scores that differ in the last bits, and so an order.
    """
    spread = np.abs(score).max() or 1
    rounded = np.round(score / spread, 9)
    bounds = []
    for sign in (1, -1):
        order = np.lexsort((sign * y, rounded))
        ranks = np.empty(len(y))
        ranks[order] = np.arange(len(y))
        bounds.append((roc_auc_score(y, ranks), average_precision_score(y, ranks)))
    (best_area, best_precision), (worst_area, worst_precision) = bounds
    return worst_area - 1e-4 <= area <= best_area + 1e-4 and worst_precision - 1e-4 <= precision <= best_precision + 1e-4


def equal_neighbors(x, count):
    """The share of rows of which the last neighbour that counts is as far as the first that does not."""
    found, _ = NearestNeighbors(n_neighbors=count + 2).fit(x).kneighbors(x)
    return np.mean(np.abs(found[:, count] - found[:, count + 1]) <= 1e-12)


def seeds_tell(binary, method, x, y):
    """What twenty seeds of each say, where the three of the table may lie anywhere."""
    module, name, options = RANDOM_PEERS[method]
    peer = getattr(importlib.import_module("pyod.models." + module), name)
    own = [roc_auc_score(y, ours(binary, method, x, seed)) for seed in MANY]
    other = [roc_auc_score(y, peer(random_state=seed, **options).fit(x.copy()).decision_scores_) for seed in MANY]
    told = f"{len(MANY)} seeds: {np.mean(own):.3f} ± {np.std(own):.3f}, the peer's {np.mean(other):.3f} ± {np.std(other):.3f}"
    return told + ("" if min(other) - 0.02 <= np.mean(own) <= max(other) + 0.02 else ": not explained yet")


def explained(method, x, y, score, area, precision):
    if ties_allow(y, score, area, precision):
        return "equal scores, which the peer's rounding puts in an order"
    if method == "lof":
        share = equal_neighbors(x, min(20, len(y) - 2))
        if share > 0.05:
            return f"{share:.0%} of the rows have equally far rows beyond their last neighbour; each takes others"
    return ""


def against_golden(options):
    far = 0
    compared = 0
    print(f"{'set':20}{'method':9}{'AUROC':>9}{'peer':>9}{'AP':>9}{'peer':>9}  deviates")
    with open(options.golden, newline="") as file:
        lines = [line for line in csv.reader(file) if line and line[4] in GOLDEN]
    for name, _, _, _, peer, mean, least, largest, precision, *_ in lines:
        method, is_random, reason = GOLDEN[peer]
        try:
            mean, least, largest, precision = map(float, (mean, least, largest, precision))
        except ValueError:
            print(f"{name:20}{method:9}the peer fails: {mean}")
            continue
        if (options.sets and name not in options.sets) or (options.methods and method not in options.methods):
            continue
        x, y = scaled_rows_of(glob.glob(os.path.join(options.adbench, "**", name + ".npz"), recursive=True)[0])
        seeds = range(3) if is_random else [0]
        scores = [ours(options.binary, method, x, seed) for seed in seeds]
        own = np.mean([roc_auc_score(y, score) for score in scores])
        own_precision = np.mean([average_precision_score(y, score) for score in scores])
        if is_random:
            deviates = not least - 0.02 <= own <= largest + 0.02
        else:
            deviates = abs(own - mean) > 1e-4 or abs(own_precision - precision) > 1e-4
        compared += 1
        far += deviates
        if deviates or options.verbose:
            note = ""
            if deviates:
                note = reason or explained(method, x, y, scores[0], mean, precision)
                if not note:
                    note = seeds_tell(options.binary, method, x, y) if is_random else "not explained yet"
            print(f"{name:20}{method:9}{own:9.4f}{mean:9.4f}{own_precision:9.4f}{precision:9.4f}  {note}",
                  flush=True)
    print(f"{compared - far} of {compared} agree")


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
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--methods", nargs="*")
    parser.add_argument("--golden")
    parser.add_argument("--verbose", action="store_true", help="print what agrees, too")
    parser.add_argument("--binary", default=os.path.join(HERE, "..", ".build", "release", "SondeBenchmarks"))
    options = parser.parse_args()
    if options.golden:
        return against_golden(options)
    options.sets = options.sets or SETS
    options.methods = options.methods or list(PEERS)
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
