"""One peer on one case: python peers.py CASE PEER FOLDER [THREADS]. Prints one JSON line for each line it reads.

A case is a method and the size of its input: knn:100000x32. Inputs are the binaries that the Swift side reads. Imports,
just-in-time compilation and reading the input are not timed: each peer first does a small piece of the work.
"""
import importlib
import json
import os
import resource
import sys
import time
import warnings

import numpy as np

warnings.simplefilter("ignore")
# A short case is repeated this long, and its fastest time counts, as on the other side.
SHORTEST = 0.4
NUMBERS = np.dtype("<f8")


class Case:
    def __init__(self, word, folder, threads):
        self.word, self.folder, self.threads = word, folder, threads
        self.method, _, size = word.partition(":")
        self.rows, self.columns = ([int(part) for part in size.split("x")] + [1])[:2] if size else (100_000, 32)

    def matrix(self):
        size = min(n for n in (10_000, 100_000, 1_000_000) if n >= self.rows)
        width = max(32, self.columns)
        x = np.fromfile(self.path(f"syn_{size}_{width}.f64"), NUMBERS, count=self.rows * width)
        return np.ascontiguousarray(x.reshape(-1, width)[:, : self.columns])

    def series(self):
        size = 20_000 if self.rows <= 20_000 else 50_000
        x = np.fromfile(self.path(f"ts_{size}.f64"), NUMBERS, count=self.rows * self.columns)
        return x.reshape(-1, self.columns)

    def path(self, name):
        return os.path.join(self.folder, name)

    def labels(self, scores):
        size = 10_000 if len(scores) == 10_000 else 100_000
        known = len(scores) == size and self.columns == 32
        return np.fromfile(self.path(f"syn_{size}.u8"), "u1") if known else None


def table(fit):
    """A peer that scores rows; the first 300 warm it."""
    def prepare(case):
        x = case.matrix()
        return lambda: fit(case, x[:300].copy()), lambda: fit(case, x)

    return prepare


def pyod(module, name, **options):
    def fit(case, x):
        model = getattr(importlib.import_module("pyod.models." + module), name)
        with_jobs = {"n_jobs": case.threads} if options.get("n_jobs") else {}
        return model(**options | with_jobs).fit(x).decision_scores_

    return table(fit)


def pyod_sampled(module, name, **options):
    """A model that learns from some of the rows and knows scores of those only: it is asked for all of them."""
    def fit(case, x):
        model = getattr(importlib.import_module("pyod.models." + module), name)
        return model(**options | {"subset_size": min(options["subset_size"], len(x))}).fit(x).decision_function(x)

    return table(fit)


def pyod_series(module, name, **options):
    def prepare(case):
        model = getattr(importlib.import_module("pyod.models." + module), name)
        x = case.series()
        return lambda: model(**options).fit(x[:1000]), lambda: model(**options).fit(x).decision_scores_

    return prepare


def faiss_neighbors(case, x, k):
    """Distances and rows of the k nearest others, from the flat index in single precision."""
    import faiss

    faiss.omp_set_num_threads(case.threads)
    single = x.astype("f4")
    index = faiss.IndexFlatL2(x.shape[1])
    index.add(single)
    squared, found = index.search(single, k + 1)
    return np.sqrt(np.maximum(squared[:, 1:], 0)), found[:, 1:]


def faiss_knn(case, x):
    return faiss_neighbors(case, x, 5)[0][:, -1]


def faiss_lof(case, x):
    distance, found = faiss_neighbors(case, x, 20)
    reach = np.maximum(distance, distance[:, -1][found])
    density = 1 / (reach.mean(1) + 1e-10)
    return density[found].mean(1) / density


def sklearn_knn(case, x):
    from sklearn.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=5, algorithm="brute", n_jobs=case.threads).fit(x).kneighbors()[0][:, -1]


def sklearn_lof(case, x):
    from sklearn.neighbors import LocalOutlierFactor

    return -LocalOutlierFactor(algorithm="brute", n_jobs=case.threads).fit(x).negative_outlier_factor_


def sklearn_iforest(case, x):
    from sklearn.ensemble import IsolationForest

    return -IsolationForest(n_estimators=200, random_state=0, n_jobs=1).fit(x).score_samples(x)


def sklearn_kmeans(case, x):
    from sklearn.cluster import KMeans

    return KMeans(8, n_init=1, random_state=0).fit(x).transform(x).min(1)


def sklearn_dbscan(case, x):
    from sklearn.cluster import DBSCAN

    z = (x - x.mean(0)) / x.std(0)
    return (DBSCAN(eps=4, min_samples=5, n_jobs=case.threads).fit(z).labels_ < 0).astype(float)


def sklearn_hdbscan(case, x):
    from sklearn.cluster import HDBSCAN

    return 1 - HDBSCAN(min_cluster_size=5, n_jobs=case.threads).fit(x).probabilities_


def sklearn_gmm(components):
    def fit(case, x):
        from sklearn.mixture import GaussianMixture

        return -GaussianMixture(components, random_state=0).fit(x).score_samples(x)

    return table(fit)


def sklearn_sgd(case, x):
    from sklearn.kernel_approximation import RBFSampler
    from sklearn.linear_model import SGDOneClassSVM

    z = (x - x.mean(0)) / x.std(0)
    z = RBFSampler(gamma=1 / x.shape[1], n_components=256, random_state=0).fit_transform(z)
    return -SGDOneClassSVM(nu=0.5, max_iter=20, tol=None, random_state=0).fit(z).decision_function(z)


def sklearn_covariance(case, x):
    from sklearn.covariance import EmpiricalCovariance

    return EmpiricalCovariance().fit(x).mahalanobis(x)


def sklearn_mcd(case, x):
    from sklearn.covariance import MinCovDet

    return MinCovDet(random_state=0, support_fraction=0.5).fit(x).mahalanobis(x)


def sklearn_scale(case, x):
    from sklearn.preprocessing import StandardScaler

    return np.abs(StandardScaler().fit_transform(x)).max(1)


def t2_and_q(case, x):
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


def river_trees(case, x):
    from river.anomaly import HalfSpaceTrees

    names = [str(j) for j in range(x.shape[1])]
    low, high = x.min(0), x.max(0)
    limits = {name: (float(a), float(b)) for name, a, b in zip(names, low, high)}
    model = HalfSpaceTrees(n_trees=25, height=10, window_size=250, limits=limits, seed=0)
    scores = []
    for values in x:
        row = dict(zip(names, values.tolist()))
        scores.append(model.score_one(row))
        model.learn_one(row)
    return np.array(scores)


def stumpy_profile(name):
    def prepare(case):
        import numba
        import stumpy

        numba.set_num_threads(case.threads)
        x = case.series()
        if name == "stump":
            work = lambda x: stumpy.stump(x[:, 0].copy(), 100)[:, 0].astype(float)
        else:
            work = lambda x: stumpy.mstump(x.T.copy(), 100)[0][-1]
        return lambda: work(x[:1000]), lambda: work(x)

    return prepare


def librosa_sound(kind):
    def prepare(case):
        import librosa

        y = np.fromfile(case.path("audio_600s_22050.f32"), "<f4").copy()

        def work(signal):
            if kind == "stft":
                return np.abs(librosa.stft(signal, n_fft=2048, hop_length=512)) ** 2
            if kind == "mfcc":
                return librosa.feature.mfcc(y=signal, sr=22050, n_fft=2048, hop_length=512, n_mfcc=20)
            power = librosa.feature.melspectrogram(y=signal, sr=22050, n_fft=2048, hop_length=512, n_mels=128)
            return librosa.power_to_db(power, ref=1.0)

        return lambda: work(y[:22050]), lambda: work(y)

    return prepare


def faiss_patches(case):
    import faiss

    faiss.omp_set_num_threads(case.threads)
    bank = np.fromfile(case.path("bank_100000_384.f32"), "<f4").reshape(-1, 384)
    queries = np.fromfile(case.path("query_784_384.f32"), "<f4").reshape(-1, 384)
    index = faiss.IndexFlatL2(384)
    index.add(bank)
    work = lambda: np.sqrt(np.maximum(index.search(queries, case.rows)[0], 0))
    return work, work


def numpy_coreset(case):
    x = np.fromfile(case.path("syn_100000_128.f64"), NUMBERS, count=case.rows * 128).reshape(-1, 128).astype("f4")

    def work():
        norms = (x * x).sum(1)
        nearest, chosen = np.full(len(x), np.inf, "f4"), [0]
        while len(chosen) < case.rows // 20:
            c = x[chosen[-1]]
            np.minimum(nearest, norms + c @ c - 2 * (x @ c), out=nearest)
            chosen.append(int(nearest.argmax()))
        return np.array(chosen, float)

    return lambda: None, work


def torch_mapping(case):
    """One epoch of the network of crossmodal feature mapping, batches of 64."""
    import torch

    torch.set_num_threads(case.threads)
    torch.manual_seed(0)
    source, target = torch.randn(case.rows, 768), torch.randn(case.rows, 1152)

    def work(rows):
        layers = [torch.nn.Linear(768, 960), torch.nn.GELU(), torch.nn.Linear(960, 960), torch.nn.GELU(),
                  torch.nn.Linear(960, 1152)]
        model = torch.nn.Sequential(*layers)
        adam = torch.optim.Adam(model.parameters(), 1e-3)
        order = torch.randperm(rows)
        for start in range(0, rows, 64):
            batch = order[start : start + 64]
            loss = (1 - torch.nn.functional.cosine_similarity(model(source[batch]), target[batch])).mean()
            adam.zero_grad()
            loss.backward()
            adam.step()
        return np.array([loss.item()])

    return lambda: work(256), lambda: work(case.rows)


def sklearn_metric(name):
    def prepare(case):
        from sklearn import metrics

        # One column, part by part: the memory should be that of the metric, not of the other columns.
        path, part = case.path("syn_1000000_32.f64"), 10_000 * 32
        x = np.concatenate([
            np.fromfile(path, NUMBERS, count=min(part, case.rows * 32 - start), offset=8 * start)[::32].copy()
            for start in range(0, case.rows * 32, part)])
        y = (np.arange(len(x)) % 100 == 7).astype(int)
        work = getattr(metrics, name)
        return lambda: work(y[:300], x[:300]), lambda: np.array([work(y, x)])

    return prepare


def polars_csv(case):
    import polars

    path = case.path("big.csv")
    with open(path, "rb") as file:
        while file.read(1 << 24):
            pass
    return lambda: None, lambda: np.array(polars.read_csv(path, try_parse_dates=True).shape, float)


def pillow_pictures(case):
    """The JPEG library with as little around it as Python allows: one thread, bytes in memory."""
    import io

    from PIL import Image

    files = []
    for number in range(case.rows):
        with open(case.path(f"pictures/{number % 50}.jpg"), "rb") as file:
            files.append(file.read())

    def work(files):
        sizes = []
        for data in files:
            picture = Image.open(io.BytesIO(data))
            picture.load()
            sizes.append(picture.height)
        return np.array(sizes, float)

    return lambda: work(files[:5]), lambda: work(files)


def numpy_file(case):
    path = case.path(f"rows_{case.rows}x{case.columns}.{case.method}")

    def work():
        data = np.load(path)
        # One array a column, as on the other side, where tables hold columns.
        x = data if case.method == "npy" else data["x"]
        return np.array([column.copy()[-1] for column in x.T])

    return work, work


PEERS = {
    "zscore": {"scikit-learn": table(sklearn_scale)},
    "mad": {"pyod": pyod("mad", "MAD")},
    "ecod": {"pyod": pyod("ecod", "ECOD"), "pyod, 2 jobs": pyod("ecod", "ECOD", n_jobs=2)},
    "copod": {"pyod": pyod("copod", "COPOD")},
    "hbos": {"pyod": pyod("hbos", "HBOS")},
    "pca": {"pyod": pyod("pca", "PCA")},
    "pca-limits": {"numpy": table(t2_and_q)},
    "kpca": {"pyod": pyod_sampled("kpca", "KPCA", sampling=True, subset_size=300, random_state=0)},
    "mahalanobis": {"scikit-learn": table(sklearn_covariance)},
    "mcd": {"scikit-learn": table(sklearn_mcd)},
    "gmm": {"pyod": pyod("gmm", "GMM"), "scikit-learn": sklearn_gmm(1)},
    "gmm-3": {"scikit-learn": sklearn_gmm(3)},
    "kde": {"pyod": pyod("kde", "KDE")},
    "sampling": {"pyod": pyod("sampling", "Sampling")},
    "cd": {"pyod": pyod("cd", "CD")},
    "rod": {"pyod": pyod("rod", "ROD")},
    "lmdd": {"pyod": pyod("lmdd", "LMDD", random_state=0)},
    "qmcd": {"pyod": pyod("qmcd", "QMCD")},
    "knn": {"faiss": table(faiss_knn), "scikit-learn": table(sklearn_knn), "pyod": pyod("knn", "KNN", n_jobs=2)},
    "lof": {"faiss": table(faiss_lof), "scikit-learn": table(sklearn_lof), "pyod": pyod("lof", "LOF", n_jobs=2)},
    "cof": {"pyod": pyod("cof", "COF")},
    "loci": {"pyod": pyod("loci", "LOCI")},
    "inne": {"pyod": pyod("inne", "INNE", random_state=0)},
    "sos": {"pyod": pyod("sos", "SOS")},
    "abod": {"pyod": pyod("abod", "ABOD", n_neighbors=10)},
    "sod": {"pyod": pyod("sod", "SOD")},
    "bagging": {"pyod": pyod("feature_bagging", "FeatureBagging", n_jobs=2, random_state=0)},
    "kmeans": {"scikit-learn": table(sklearn_kmeans)},
    "cblof": {"pyod": pyod("cblof", "CBLOF", random_state=0)},
    "dbscan": {"scikit-learn": table(sklearn_dbscan)},
    "hdbscan": {"scikit-learn": table(sklearn_hdbscan)},
    "iforest": {"scikit-learn": table(sklearn_iforest),
                "pyod, 2 jobs": pyod("iforest", "IForest", n_estimators=200, random_state=0, n_jobs=2)},
    "loda": {"pyod": pyod("loda", "LODA")},
    "ocsvm": {"pyod": pyod("ocsvm", "OCSVM")},
    "ocsvm-sgd": {"scikit-learn": table(sklearn_sgd)},
    "hst": {"river": table(river_trees)},
    "autoencoder": {"pyod": pyod("auto_encoder", "AutoEncoder", hidden_neuron_list=[16, 8], epoch_num=10,
                                 batch_norm=False, dropout_rate=0, verbose=0, random_state=0)},
    "matrixprofile": {"stumpy": stumpy_profile("stump")},
    "mmp": {"stumpy": stumpy_profile("mstump")},
    "spectral": {"pyod": pyod_series("ts_spectral_residual", "SpectralResidual")},
    "kshape": {"pyod": pyod_series("ts_kshape", "KShape", window_size=100)},
    "logmel": {"librosa": librosa_sound("logmel")},
    "mfcc": {"librosa": librosa_sound("mfcc")},
    "stft": {"librosa": librosa_sound("stft")},
    "patches": {"faiss": faiss_patches},
    "mapping": {"torch": torch_mapping},
    "coreset": {"numpy": numpy_coreset},
    "auroc": {"scikit-learn": sklearn_metric("roc_auc_score")},
    "ap": {"scikit-learn": sklearn_metric("average_precision_score")},
    "csv": {"polars": polars_csv},
    "jpeg": {"pillow": pillow_pictures},
    "npz": {"numpy": numpy_file},
    "npy": {"numpy": numpy_file},
}


def memory(name):
    with open("/proc/self/status") as file:
        return next((int(line.split()[1]) for line in file if line.startswith(name)), 0)


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def timed(work):
    seconds, used, spent = float("inf"), float("inf"), 0
    while spent < SHORTEST:
        before, start = processor_seconds(), time.perf_counter()
        result = work()
        span = time.perf_counter() - start
        seconds, used, spent = min(seconds, span), min(used, processor_seconds() - before), spent + span
    return seconds, used, np.asarray(result, float)


def main():
    word, peer, folder = sys.argv[1:4]
    case = Case(word, folder, int(sys.argv[4]) if len(sys.argv) > 4 else 2)
    warm, run = PEERS[case.method][peer](case)
    try:
        warm()
    except Exception:
        pass
    rest = memory("VmRSS:")
    for _ in sys.stdin:
        seconds, cpu, scores = timed(run)
        line = {"case": word, "impl": peer, "threads": case.threads, "seconds": seconds, "cpu": cpu,
                "sum": float(scores.sum()), "rest_kilobytes": rest, "peak_kilobytes": memory("VmHWM:")}
        labels = case.labels(scores) if scores.ndim == 1 else None
        if labels is not None:
            from sklearn.metrics import roc_auc_score

            line["auroc"] = float(roc_auc_score(labels, scores))
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
