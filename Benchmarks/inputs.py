"""Writes the inputs that both sides read: PEERS/bin/python Benchmarks/inputs.py FOLDER. About 1.6 GB.

Row-major little-endian numbers: tables of three clusters with a hundredth of anomalies, half of them anywhere in the
range and half just outside a cluster; series with one odd stretch; ten minutes of sound; patches; a table as text.
"""
import os
import sys

import numpy as np


def clusters(n, d, seed=7):
    r = np.random.default_rng(seed)
    odd = n // 100
    usual = n - odd
    weights, centers = np.array([0.5, 0.3, 0.2]), r.normal(0, 4, (3, d))
    shapes = [r.normal(0, 1, (d, d)) / np.sqrt(d) for _ in range(3)]
    member, z, x = r.choice(3, size=usual, p=weights), r.normal(size=(usual, d)), np.empty((n, d))
    for j in range(3):
        x[:usual][member == j] = z[member == j] @ shapes[j] + centers[j]
    far = odd // 2
    x[usual : usual + far] = r.uniform(x[:usual].min(0), x[:usual].max(0), (far, d))
    for i, j in enumerate(r.choice(3, size=odd - far, p=weights)):
        x[usual + far + i] = r.normal(size=d) * 2.2 @ shapes[j] + centers[j]
    y = np.zeros(n, "u1")
    y[usual:] = 1
    order = r.permutation(n)
    return x[order], y[order]


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    path = lambda name: os.path.join(folder, name)
    for n, d in ((10_000, 32), (100_000, 32), (1_000_000, 32), (10_000, 128), (100_000, 128)):
        x, y = clusters(n, d)
        x.astype("<f8").tofile(path(f"syn_{n}_{d}.f64"))
        if d == 32:
            y.tofile(path(f"syn_{n}.u8"))
        if n == 1_000_000:
            np.save(path("rows_1000000x32.npy"), x)
            np.savez(path("rows_1000000x32.npz"), x=x)
    r = np.random.default_rng(11)
    for n in (20_000, 50_000):
        t = np.arange(n)
        x = np.sin(2 * np.pi * t / 250) + 0.3 * np.sin(2 * np.pi * t / 37) + 0.05 * r.normal(size=n)
        p = n * 2 // 3
        x[p : p + 100] = x[p : p + 100][::-1] * 0.6 + 0.2 * r.normal(size=100)
        x.astype("<f8").tofile(path(f"ts_{n}.f64"))
    rate = 22050
    t = np.arange(600 * rate) / rate
    wave = 0.4 * np.sin(2 * np.pi * 220 * t) + 0.2 * np.sin(2 * np.pi * (300 + 50 * np.sin(2 * np.pi * 0.2 * t)) * t)
    (wave + 0.05 * r.normal(size=len(t))).astype("<f4").tofile(path("audio_600s_22050.f32"))
    bank = r.normal(size=(100_000, 384)).astype("<f4")
    bank.tofile(path("bank_100000_384.f32"))
    queries = bank[r.integers(0, 100_000, 784)] + 0.1 * r.normal(size=(784, 384))
    queries.astype("<f4").tofile(path("query_784_384.f32"))
    pictures(path("pictures"), np.random.default_rng(5))
    table(path("big.csv"), r)


def pictures(folder, r):
    """Fifty JPEG files of 512 x 512: smooth colours with a little noise."""
    from PIL import Image

    os.makedirs(folder, exist_ok=True)
    for number in range(50):
        coarse = Image.fromarray(r.integers(0, 256, (16, 16, 3), "u1")).resize((512, 512), Image.BICUBIC)
        fine = np.clip(np.asarray(coarse) + r.normal(0, 8, (512, 512, 3)), 0, 255).astype("u1")
        Image.fromarray(fine).save(os.path.join(folder, f"{number}.jpg"), quality=90)


def table(path, r, n=1_000_000):
    """A million rows: a time, 14 numbers, three whole numbers, a category, a number that is missing now and then."""
    numbers, whole = r.normal(size=(n, 14)) * 100, r.integers(0, 10**9, (n, 3))
    kinds = np.array(["alpha", "beta", "gamma", "delta", "eps"])[r.integers(0, 5, n)]
    last, blank = r.normal(size=n), r.random(n) < 0.02
    start = np.datetime64("2024-01-01T00:00:00")
    with open(path, "w") as file:
        file.write("ts," + ",".join(f"f{i}" for i in range(14)) + ",i0,i1,i2,cat,miss\n")
        for s in range(0, n, 20_000):
            times = np.datetime_as_string(start + np.arange(s, s + 20_000).astype("timedelta64[s]"))
            for k, i in enumerate(range(s, s + 20_000)):
                cells = ",".join("%.15g" % v for v in numbers[i])
                missing = "" if blank[i] else "%.15g" % last[i]
                file.write(f"{times[k]},{cells},{whole[i, 0]},{whole[i, 1]},{whole[i, 2]},{kinds[i]},{missing}\n")


if __name__ == "__main__":
    main()
