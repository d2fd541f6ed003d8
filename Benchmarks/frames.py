"""The commands for tables beside polars: python frames.py SONDE_BENCHMARKS. One line a case, seconds and ratio.

Both sides make the same million rows, run each case five times on two threads and keep the fastest; the sums show that
they computed the same.
"""
import json
import os
import subprocess
import sys
import time

os.environ.setdefault("POLARS_MAX_THREADS", "2")
import numpy as np
import polars as pl

ROWS = 1_000_000


def unit(column):
    z = (np.arange(ROWS, dtype=np.uint64) * np.uint64(8) + np.uint64(column)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
    z ^= z >> np.uint64(32)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def frame():
    columns = {f"x{c}": unit(c) for c in range(6)}
    columns["x4"] = np.where(np.arange(ROWS) % 50 == 7, np.nan, columns["x4"])
    names = np.array([f"k{i}" for i in range(40)])
    columns["k"] = names[(unit(6) * 40).astype(int)]
    times = 1_772_352_000_000_000_000 + np.arange(ROWS) * 1_000_000_000
    return pl.DataFrame(columns).with_columns(
        pl.col("x4").fill_nan(None), pl.col("k").cast(pl.Categorical), pl.Series("t", times).cast(pl.Datetime("ns"))
    )


x = [pl.col(f"x{c}") for c in range(6)]
k = pl.col("k")
derive = {
    "derive": (x[0] - x[1]) / (x[2].abs() + 1) * (x[3] + 1).sqrt(),
    "derive-if": pl.when(x[0] > 0.5).then(pl.min_horizontal(x[1], x[2])).otherwise(x[3] ** 2 - x[4]),
    "derive-lag": x[0] - x[0].shift(5),
    "rolling-mean": x[0].rolling_mean(60),
    "rolling-median": x[0].rolling_median(60),
    "rolling-60s": x[0].rolling_std_by("t", "60s"),
}
filters = {
    "where": ((x[0] > 0.3) & (x[1] < 0.5)) | (x[2] * 2 > x[3] + 0.9),
    "where-text": (k == "k7") | k.cast(pl.String).str.contains("3", literal=True),
}


def run(case, df):
    if case in filters:
        return df.filter(filters[case])["x1"]
    if case == "sort":
        return df.sort("x0", maintain_order=True)["x1"]
    if case == "sort-text":
        return df.sort("k", maintain_order=True)["x1"]
    if case == "describe":
        return df.describe().filter(pl.col("statistic") == "50%")["x0"].cast(pl.Float64)
    return df.select(derive[case].alias("y"))["y"]


def checksum(series):
    numbers = np.nan_to_num(series.cast(pl.Float64).fill_null(0).to_numpy())
    return float((numbers * (np.arange(len(numbers)) % 7)).sum())


df = frame()
for case in [*filters, *derive, "sort", "sort-text", "describe"]:
    best, result = float("inf"), None
    run(case, df)
    for _ in range(5):
        start = time.perf_counter()
        result = run(case, df)
        best = min(best, time.perf_counter() - start)
    ours = json.loads(subprocess.check_output([sys.argv[1], case, "-", "2"]))
    print(
        f"{case:15} sonde {ours['seconds'] * 1e3:8.1f} ms   polars {best * 1e3:8.1f} ms   "
        f"{best / ours['seconds']:5.2f}x   sums {ours['sum']:.6g} {checksum(result):.6g}",
        flush=True,
    )
