"""Runs Sonde and its peers on the same bytes, in turns, and prints a table.

    python3 Benchmarks/compare.py FOLDER PEERS_PYTHON [--runs 5] [--cases knn 'lof:*x128'] [--binary PATH] [--json FILE]
    python3 Benchmarks/compare.py FOLDER PEERS_PYTHON --growth [METHOD …]     how time grows with the rows, without peers

FOLDER holds the inputs of inputs.py; PEERS_PYTHON is a Python with the peers installed (see install-peers). Each program
stays alive for a case and takes its turns: Sonde, peer, Sonde, peer. The ratio is the median over the turns of the
fastest peer's wall seconds over Sonde's in the same turn; `cpu` is the same of processor seconds, `memory` of the
largest resident size of the whole process.
"""
import argparse
import fnmatch
import json
import math
import os
import select
import signal
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))

# A peer that needs more than about a minute for a size is compared on a smaller one.
SMALL, LARGE = "10000x32", "100000x32"
CASES = [
    f"{method}:{size}"
    for method, sizes in {
        "zscore": (SMALL, LARGE), "mad": ("10000", "100000"), "ecod": (SMALL, LARGE), "copod": (SMALL, LARGE),
        "hbos": (SMALL, LARGE), "pca": (SMALL, LARGE), "pca-limits": (SMALL, LARGE), "kpca": (SMALL, LARGE),
        "mahalanobis": (SMALL, LARGE), "mcd": (SMALL, LARGE), "gmm": (SMALL, LARGE), "gmm-3": (SMALL, LARGE),
        "kde": (SMALL,), "sampling": (SMALL, LARGE), "cd": (SMALL, LARGE), "rod": ("1000x8",), "lmdd": ("1000x32",),
        "qmcd": (SMALL,), "knn": (SMALL, LARGE, "10000x128", "100000x128"),
        "lof": (SMALL, LARGE, "10000x128", "100000x128"), "cof": ("3000x32",), "loci": ("200x32",),
        "inne": (SMALL, LARGE), "sos": ("2000x32",), "abod": (SMALL,), "sod": ("3000x32",), "bagging": (SMALL,),
        "kmeans": (SMALL, LARGE), "cblof": (SMALL, LARGE), "dbscan": (SMALL,), "hdbscan": (SMALL,),
        "iforest": (SMALL, LARGE), "loda": (SMALL, LARGE), "ocsvm": (SMALL,), "ocsvm-sgd": (SMALL, LARGE),
        "hst": (SMALL, LARGE), "autoencoder": (SMALL,), "matrixprofile": ("20000", "50000"), "mmp": ("5000x3",),
        "spectral": ("20000", "50000"), "kshape": ("3000",), "patches": ("1", "9"), "coreset": ("20000",), "mapping": ("4096",),
        "auroc": ("1000000",), "ap": ("1000000",),
    }.items()
    for size in sizes
] + ["logmel", "mfcc", "stft", "csv", "npy:1000000x32", "npz:1000000x32", "jpeg:1000"]
# What has to be no slower, rather than twice as fast; pictures within 1.2 times, the network within 1.5 times.
FILES = ("csv", "npy", "npz", "jpeg", "mapping", "logmel", "mfcc", "stft")


class Program:
    """A process that runs its case once for every line it is sent."""

    def __init__(self, name, command, threads):
        environment = dict(os.environ)
        for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"):
            environment[variable] = str(threads)
        if name != "sonde":
            # A machine may pin an older library to a safe kernel; the peers bring their own and pick the fastest.
            for variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
                environment.pop(variable, None)
        self.name = name
        self.errors = tempfile.TemporaryFile("w+")
        # A group of its own, so that the helpers of a peer end with it.
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True, env=environment,
            start_new_session=True)

    def turn(self, limit):
        try:
            self.process.stdin.write("go\n")
            self.process.stdin.flush()
            while True:
                if not select.select([self.process.stdout], [], [], limit)[0]:
                    print(f"{self.name}: not done after {limit} s", file=sys.stderr)
                    return None
                line = self.process.stdout.readline()
                if line.startswith("{"):
                    return json.loads(line)
                if not line:
                    break
        except (BrokenPipeError, ValueError):
            pass
        self.errors.seek(0)
        print(f"{self.name} failed:", self.errors.read().strip().splitlines()[-1:], file=sys.stderr)
        return None

    def end(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def run_case(case, peers, options):
    threads = str(options.threads)
    programs = [Program("sonde", [options.binary, "turns", case, options.folder, threads], options.threads)] + [
        Program(peer, [options.python, os.path.join(HERE, "peers.py"), case, peer, options.folder, threads],
                options.threads)
        for peer in peers
    ]
    found = {}
    for turn in range(options.runs):
        for program in list(programs):
            best = min((r["seconds"] for name, runs in found.items() if name != "sonde" for r in runs), default=None)
            first = found.get(program.name, [{}])[0].get("seconds")
            # A peer that is far behind the fastest one is not worth waiting for again.
            if program.name != "sonde" and turn > 0 and (first is None or first > 3 * best):
                continue
            # Two turns of something long say enough.
            if turn > 1 and first and (first > 20 or best and best > 20):
                continue
            result = program.turn(options.limit)
            if result is None:
                programs.remove(program)
                continue
            found.setdefault(program.name, []).append(result)
            if options.json:
                load = os.getloadavg()[0]
                print(json.dumps(result | {"impl": program.name, "load": load}), file=options.json, flush=True)
    for program in programs:
        program.end()
    return found


def ratio(found, peer, key):
    return statistics.median(theirs[key] / max(ours[key], 1e-9) for ours, theirs in zip(found["sonde"], found[peer]))


# The exponents that the stated complexities allow: 2 where all pairs of rows are looked at.
EXPONENTS = {
    "zscore": 1, "ecod": 1, "copod": 1, "hbos": 1, "pca": 1, "mahalanobis": 1, "mcd": 1, "gmm": 1, "sampling": 1, "inne": 1,
    "kmeans": 1, "cblof": 1, "iforest": 1, "loda": 1, "kpca": 1, "ocsvm-sgd": 1, "hst": 1, "knn": 2, "lof": 2, "abod": 2,
    "matrixprofile": 2, "spectral": 1,
}


def growth(options):
    """Processor seconds at three sizes, each four times as large, and the exponent of the last step."""
    far = []
    print(f"{'method':16}{'rows':>30}{'processor seconds':>30}{'exponent':>10}{'stated':>8}")
    for method in options.growth or EXPONENTS:
        stated = EXPONENTS.get(method, 1)
        if method in ("matrixprofile", "spectral"):
            rows, suffix = (3125, 12_500, 50_000), ""
        else:
            rows, suffix = ((2500, 10_000, 40_000) if stated == 2 else (6250, 25_000, 100_000)), "x32"
        seconds = []
        for count in rows:
            case = f"{method}:{count}{suffix}"
            program = Program("sonde", [options.binary, "turns", case, options.folder, str(options.threads)], options.threads)
            found = [program.turn(options.limit) for _ in range(options.runs)]
            program.end()
            seconds.append(min((result["cpu"] for result in found if result), default=math.nan))
        exponent = math.log(seconds[2] / seconds[1], rows[2] / rows[1])
        # Logarithms and the caches add a little.
        if not exponent <= stated + 0.35:
            far.append(method)
        print(f"{method:16}{' '.join(map(str, rows)):>30}{' '.join(f'{s:.4f}' for s in seconds):>30}"
              f"{exponent:10.2f}{stated:8}", flush=True)
    if far:
        print("grow faster than stated:", ", ".join(far))
    sys.exit(1 if far else 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("python")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=float, default=150, help="seconds that one turn may take")
    parser.add_argument("--cases", nargs="*", help="names or patterns; a name alone means all its sizes")
    parser.add_argument("--binary", default=os.path.join(HERE, "..", ".build", "release", "SondeBenchmarks"))
    parser.add_argument("--json", type=argparse.FileType("a"), help="also write every measurement here")
    parser.add_argument("--growth", nargs="*", help="methods whose growth to print; all of them without a name")
    options = parser.parse_args()
    if options.growth is not None:
        growth(options)
    sys.argv = [sys.argv[0], "-", "-", "-"]
    from peers import PEERS

    wanted = options.cases or ["*"]
    cases = [c for c in CASES if any(fnmatch.fnmatch(c, w) or c.split(":")[0] == w for w in wanted)]
    cases += [c for c in wanted if ":" in c and c not in CASES and "*" not in c]
    print(f"{'case':24}{'fastest peer':14}{'its s':>9}{'our s':>9}{'ratio':>7}{'cpu':>7}"
          f"{'its MB':>8}{'our MB':>8}{'memory':>8}  {'AUROC, its and ours':20}{'load':>6}")
    ratios, processor, memories, short = [], [], [], []
    for case in cases:
        found = run_case(case, PEERS[case.split(":")[0]], options)
        others = [name for name in found if name != "sonde"]
        if not others or "sonde" not in found:
            print(f"{case:24}no comparison", flush=True)
            continue
        peer = min(others, key=lambda name: statistics.median(r["seconds"] for r in found[name]))
        wall, cpu = ratio(found, peer, "seconds"), ratio(found, peer, "cpu")
        middle = {n: statistics.median(r["seconds"] for r in found[n]) for n in ("sonde", peer)}
        peak = {n: found[n][0]["peak_kilobytes"] / 1024 for n in ("sonde", peer)}
        area = [found[n][0].get("auroc") for n in (peer, "sonde")]
        areas = " ".join("" if a is None else f"{a:.4f}" for a in area)
        memory = peak[peer] / peak["sonde"]
        print(f"{case:24}{peer:14}{middle[peer]:9.4f}{middle['sonde']:9.4f}{wall:7.1f}{cpu:7.1f}"
              f"{peak[peer]:8.0f}{peak['sonde']:8.0f}{memory:8.1f}  {areas:20}{os.getloadavg()[0]:6.1f}", flush=True)
        ratios.append(wall)
        processor.append(cpu)
        memories.append(memory)
        if wall < (1 if case.split(":")[0] in FILES else 2) or memory < 2:
            short.append(case)
    if ratios:
        mean = lambda values: math.exp(sum(map(math.log, values)) / len(values))
        print(f"geometric means over {len(ratios)} cases: wall {mean(ratios):.2f}, processor {mean(processor):.2f}, "
              f"memory {mean(memories):.2f}")
    if short:
        print("below target:", ", ".join(short))
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
