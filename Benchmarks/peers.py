"""One measurement of one peer: python peers.py CASE PEER FOLDER. Prints one JSON line.

Inputs are the binaries that the Swift side reads. Imports and just-in-time compilation are not timed; each program
uses both cores as far as it can.
"""
import json
import os
import sys
import time
import warnings

import numpy as np

warnings.simplefilter("ignore")
case, peer, folder = sys.argv[1:4]
THREADS = int(os.environ.get("BENCHMARK_THREADS", "2"))


def rows():
    x = np.fromfile(os.path.join(folder, "syn_100000_32.f64"), "<f8").reshape(-1, 32)
    return x, np.fromfile(os.path.join(folder, "syn_100000.u8"), "u1")


def series():
    return np.fromfile(os.path.join(folder, "ts_20000.f64"), "<f8")


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def auroc(labels, scores):
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels, scores))


def faiss_neighbors(x, k):
    """Distances and rows of the k nearest others, from the flat index in single precision."""
    import faiss

    faiss.omp_set_num_threads(THREADS)
    single = x.astype("f4")
    index = faiss.IndexFlatL2(x.shape[1])
    index.add(single)
    squared, found = index.search(single, k + 1)
    return np.sqrt(np.maximum(squared[:, 1:], 0)), found[:, 1:]


def lof_of(distance, found):
    reach = np.maximum(distance, distance[:, -1][found])
    density = 1 / (reach.mean(1) + 1e-10)
    return density[found].mean(1) / density


def t2_and_q(x):
    """Hotelling's T2 and Q over their limits, in NumPy."""
    from scipy import stats

    z = (x - x.mean(0)) / x.std(0)
    w, v = np.linalg.eigh(np.cov(z.T))
    w, v = w[::-1], v[:, ::-1]
    k = int(np.searchsorted(np.cumsum(w) / w.sum(), 0.9) + 1)
    n = len(x)
    limit = k * (n - 1) * (n + 1) / (n * (n - k)) * stats.f.isf(0.001, k, n - k)
    theta = [(w[k:] ** i).sum() for i in (1, 2, 3)]
    h = 1 - 2 * theta[0] * theta[2] / (3 * theta[1] ** 2)
    c = stats.norm.isf(0.001)
    q_limit = theta[0] * (
        c * np.sqrt(2 * theta[1] * h * h) / theta[0] + 1 + theta[1] * h * (h - 1) / theta[0] ** 2
    ) ** (1 / h)
    t = z @ v
    return np.maximum((t[:, :k] ** 2 / w[:k]).sum(1) / limit, (t[:, k:] ** 2).sum(1) / q_limit)


def pyod(module, name, **options):
    import importlib

    cls = getattr(importlib.import_module("pyod.models." + module), name)
    x, y = rows()
    try:
        cls(**options).fit(x[:300].copy())
    except Exception:
        pass
    detector = cls(**options)
    seconds, _ = timed(lambda: detector.fit(x))
    return seconds, y, detector.decision_scores_


def sklearn_knn():
    from sklearn.neighbors import NearestNeighbors

    x, y = rows()
    nearest = NearestNeighbors(n_neighbors=5, algorithm="brute", n_jobs=THREADS)
    nearest.fit(x[:300]).kneighbors()
    seconds, found = timed(lambda: nearest.fit(x).kneighbors()[0][:, -1])
    return seconds, y, found


def sklearn_lof():
    from sklearn.neighbors import LocalOutlierFactor

    x, y = rows()
    LocalOutlierFactor(algorithm="brute", n_jobs=THREADS).fit(x[:300])
    model = LocalOutlierFactor(algorithm="brute", n_jobs=THREADS)
    seconds, _ = timed(lambda: model.fit(x))
    return seconds, y, -model.negative_outlier_factor_


def sklearn_iforest(jobs):
    from sklearn.ensemble import IsolationForest

    x, y = rows()

    def work():
        model = IsolationForest(n_estimators=200, random_state=0, n_jobs=jobs).fit(x)
        return -model.score_samples(x)

    IsolationForest(n_estimators=5).fit(x[:300]).score_samples(x[:300])
    seconds, scores = timed(work)
    return seconds, y, scores


def faiss_knn():
    x, y = rows()
    faiss_neighbors(x[:300], 5)
    seconds, found = timed(lambda: faiss_neighbors(x, 5))
    return seconds, y, found[0][:, -1]


def faiss_lof():
    x, y = rows()
    faiss_neighbors(x[:300], 20)
    seconds, scores = timed(lambda: lof_of(*faiss_neighbors(x, 20)))
    return seconds, y, scores


def numpy_pca():
    x, y = rows()
    t2_and_q(x[:300])
    seconds, scores = timed(lambda: t2_and_q(x))
    return seconds, y, scores


def stumpy_profile():
    import numba
    import stumpy

    numba.set_num_threads(THREADS)
    x = series()
    stumpy.stump(x[:1000].copy(), 100)
    seconds, profile = timed(lambda: stumpy.stump(x, 100))
    return seconds, None, profile[:, 0].astype(float)


def polars_csv():
    import polars

    path = os.path.join(folder, "big.csv")
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass
    seconds, table = timed(lambda: polars.read_csv(path, try_parse_dates=True))
    return seconds, None, np.array([table.height, table.width])


def librosa_logmel():
    import librosa

    y = np.fromfile(os.path.join(folder, "audio_600s_22050.f32"), "<f4").copy()

    def work(signal):
        power = librosa.feature.melspectrogram(y=signal, sr=22050, n_fft=2048, hop_length=512, n_mels=128)
        return librosa.power_to_db(power, ref=1.0)

    work(y[:22050])
    seconds, mel = timed(lambda: work(y))
    return seconds, None, mel


CASES = {
    "knn": {
        "faiss": faiss_knn,
        "scikit-learn": sklearn_knn,
        "pyod": lambda: pyod("knn", "KNN", n_jobs=THREADS),
    },
    "lof": {
        "faiss+numpy": faiss_lof,
        "scikit-learn": sklearn_lof,
        "pyod": lambda: pyod("lof", "LOF", n_jobs=THREADS),
    },
    "iforest": {
        "scikit-learn": lambda: sklearn_iforest(1),
        "scikit-learn, 2 jobs": lambda: sklearn_iforest(2),
        "pyod": lambda: pyod("iforest", "IForest", n_estimators=200, random_state=0),
    },
    "matrixprofile": {"stumpy": stumpy_profile},
    "ecod": {
        "pyod": lambda: pyod("ecod", "ECOD"),
        "pyod, 2 jobs": lambda: pyod("ecod", "ECOD", n_jobs=2),
    },
    "hbos": {"pyod": lambda: pyod("hbos", "HBOS")},
    "pca": {"pyod": lambda: pyod("pca", "PCA"), "numpy T2+Q": numpy_pca},
    "csv": {"polars": polars_csv},
    "logmel": {"librosa": librosa_logmel},
}

if peer == "list":
    print(json.dumps({name: list(peers) for name, peers in CASES.items()}))
else:
    elapsed, labels, scores = CASES[case][peer]()
    line = {"case": case, "impl": peer, "threads": THREADS, "seconds": elapsed, "sum": float(np.sum(scores))}
    if labels is not None:
        line["auroc"] = auroc(labels, scores)
    print(json.dumps(line))
