"""Runs Sonde and its peers on the same bytes, in turns, and prints a table.

    python3 Benchmarks/compare.py FOLDER PEERS_PYTHON [--runs 5] [--cases knn lof] [--binary PATH]

FOLDER holds the generated inputs; PEERS_PYTHON is a Python with the peers installed (see install-peers). Each measurement
is a process of its own. The ratio is the fastest peer's best time over Sonde's best time.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TARGETS = {
    "knn": 3, "lof": 3, "iforest": 3, "matrixprofile": 3, "ecod": 1.5, "hbos": 1.5, "pca": 1.5, "csv": 1, "logmel": 3,
}


def measure(command, threads):
    environment = dict(os.environ)
    for name in ("BENCHMARK_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS",
                 "POLARS_MAX_THREADS"):
        environment[name] = str(threads)
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        print("failed:", " ".join(command), done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return None
    return json.loads(lines[-1])


def run_case(case, peers, options):
    sonde = [options.binary, case, options.folder, str(options.threads)]
    found = {}

    def once(name, command):
        result = measure(command, options.threads)
        if result:
            found.setdefault(name, []).append(result)
            if options.json:
                print(json.dumps(result | {"impl": name}), file=options.json, flush=True)

    for turn in range(options.runs):
        once("sonde", sonde)
        best = min((min(r["seconds"] for r in runs) for name, runs in found.items() if name != "sonde"), default=None)
        for peer in peers:
            # A peer that is far behind the fastest one is not worth waiting for again.
            if turn > 0 and (peer not in found or best and found[peer][0]["seconds"] > 3 * best):
                continue
            once(peer, [options.python, os.path.join(HERE, "peers.py"), case, peer, options.folder])
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("python")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--cases", nargs="*")
    parser.add_argument("--binary", default=os.path.join(HERE, "..", ".build", "release", "SondeBenchmarks"))
    parser.add_argument("--json", type=argparse.FileType("w"), help="also write every measurement here")
    options = parser.parse_args()
    listing = subprocess.run(
        [options.python, os.path.join(HERE, "peers.py"), "all", "list", options.folder],
        capture_output=True, text=True, check=True)
    peers = json.loads(listing.stdout)
    print(f"{'case':14}{'program':22}{'best s':>9}{'median s':>10}{'AUROC':>8}{'ratio':>8}{'target':>8}")
    short = []
    for case in options.cases or [case for case in peers if case != "csv"]:
        found = run_case(case, peers[case], options)
        best = {name: min(r["seconds"] for r in runs) for name, runs in found.items()}
        others = [seconds for name, seconds in best.items() if name != "sonde"]
        for name, runs in found.items():
            middle = statistics.median(r["seconds"] for r in runs)
            auroc = runs[0].get("auroc")
            line = f"{case:14}{name:22}{best[name]:9.3f}{middle:10.3f}{'' if auroc is None else f'{auroc:.4f}':>8}"
            if name == "sonde" and others:
                ratio = min(others) / best[name]
                line += f"{ratio:8.1f}{TARGETS[case]:8}"
                if ratio < TARGETS[case]:
                    short.append(case)
            print(line, flush=True)
    if short:
        print("below target:", ", ".join(short))
    sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
