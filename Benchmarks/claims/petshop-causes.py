"""Root causes of the faults put into the PetShop microservices, by `causes` along the graph of calls.

    SONDE=PROGRAM python3 claims/petshop-causes.py DATA

For each fault the columns of the metric that raised the alarm (its averages) are compared with those of the day without
faults. Prints how often the true node stands first and among the first three, and how many faults there are, beside what
the data's authors publish for their traversal of unusual nodes with the same limit of 5 robust deviations.
"""
import glob
import json
import os
import subprocess
import sys

PUBLISHED = {("low_traffic", "latency"): (.571, .571), ("low_traffic", "availability"): (.833, 1.0),
             ("high_traffic", "latency"): (.571, .786), ("high_traffic", "availability"): (.667, 1.0)}


def ranking(folder, fault, target):
    lines = "\n".join([
        "normal = load table noissue/metrics.csv", f"issue = load table {fault}/metrics.csv",
        "links = load graph graph.csv --directed",
        f"calm = select normal *.{target['metric']}.{target['agg']}",
        f"late = select issue *.{target['metric']}.{target['agg']}",
        f"causes late --normal calm --graph links --from {target['node']}"])
    run = subprocess.run([os.environ.get("SONDE", "sonde"), "--json", "-c", lines], cwd=folder,
                         capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    value = json.loads(run.stdout.strip().splitlines()[-1])
    return value


def causes(text):
    """The column `cause` of the last result, wherever the printed JSON keeps it."""
    def search(item):
        if isinstance(item, dict):
            if isinstance(item.get("columns"), dict) and "cause" in item["columns"]:
                return item["columns"]["cause"]
            if item.get("name") == "cause":
                return next((item[key] for key in ("values", "cells") if key in item), None)
            return next((found for found in map(search, item.values()) if found is not None), None)
        if isinstance(item, list):
            if item and all(isinstance(row, dict) and "cause" in row for row in item):
                return [row["cause"] for row in item]
            return next((found for found in map(search, item) if found is not None), None)
        return None
    return search(text) or []


def main(data):
    found = {}
    for path in sorted(glob.glob(f"{data}/petshop_rca/dataset/*/*/issue_*/target.json")):
        known = json.load(open(path))
        fault = os.path.dirname(path)
        folder = os.path.dirname(os.path.dirname(fault))
        value = ranking(folder, os.path.relpath(fault, folder), known["target"])
        order = causes(value)
        truth = known["root_cause"]["node"]
        rank = order.index(truth) + 1 if truth in order else None
        found.setdefault((os.path.basename(folder), known["target"]["metric"]), []).append(rank)
    for key, ranks in found.items():
        first, three = (sum(rank is not None and rank <= k for rank in ranks) / len(ranks) for k in (1, 3))
        print(f"{key[0]:13} {key[1]:13} top1 {first:.3f} top3 {three:.3f} of {len(ranks)} faults;"
              f" published {PUBLISHED[key][0]:.3f} {PUBLISHED[key][1]:.3f}")


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
