#!/usr/bin/env python3
"""Makes up the small data sets of the recipes, the same bytes each time. Nothing here was measured.

    python3 make-data.py      writes data/*.csv and data/*.tsv beside this file
"""
import csv
import datetime
import math
import pathlib
import random

here = pathlib.Path(__file__).parent / "data"


def write(name, header, rows, delimiter=","):
    with open(here / name, "w", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        if header:
            writer.writerow(header)
        writer.writerows(rows)


def frames(rng):
    """What a vision model might say of the frames of eight videos of a walkway, one sentence a second."""
    places = ["on the walkway", "past the lawn", "under the trees", "beside the wall", "near the entrance"]
    calm = ["two people are walking {}", "a group of students is walking {}", "a woman with a backpack is walking {}",
            "several people are standing and talking {}", "a man is walking slowly {} with an umbrella",
            "people are walking in both directions {}", "a person is waiting {}", "a couple is walking arm in arm {}"]
    odd = ["a person is riding a bicycle {}", "a man on a skateboard is passing people {}", "a small cart is driving {}",
           "a boy is running {} while others step aside", "a van is standing {} between the people"]
    dull = ["something moves quickly {}", "people make way {}", "a blurred shape is seen {}"]
    for video in range(1, 9):
        first = rng.randint(10, 35)
        lengths = [first, first + rng.randint(12, 22)] if video > 3 else [99, 99]
        scene = rng.choice(odd)
        for second in range(60):
            strange = lengths[0] <= second < lengths[1]
            chance = rng.random()
            if strange:
                text = scene if chance < 0.7 else rng.choice(dull) if chance < 0.85 else rng.choice(calm)
            else:
                text = rng.choice(calm) if chance < 0.97 else rng.choice(odd) if video > 3 else rng.choice(calm)
            yield [f"video{video}", second, text.format(rng.choice(places)), int(strange)]


def audit(rng):
    """A month of logons, devices, files and mail of twenty users; six days of two users are an insider's."""
    start = datetime.datetime(2026, 3, 2)
    insider = {("u07", 16), ("u07", 17), ("u07", 18), ("u13", 10), ("u13", 11), ("u13", 22)}
    rows = []
    for day in (d for d in range(28) if d % 7 < 5):
        for number in range(1, 21):
            user, pc = f"u{number:02d}", f"pc{number:02d}"
            bad = (user, day) in insider

            def add(hour, activity, target, where=pc, wrong=0):
                at = start + datetime.timedelta(days=day, hours=hour)
                rows.append([at.replace(microsecond=0).isoformat(), user, activity, target, where, wrong])

            begin = rng.gauss(8.5, 0.4)
            add(begin, "logon", "office")
            for _ in range(rng.randint(3, 8)):
                add(rng.uniform(begin + 0.2, 16.5), "file", f"project{number % 4}")
            for _ in range(rng.randint(2, 6)):
                add(rng.uniform(begin + 0.2, 16.8), "mail", "colleague" if rng.random() < 0.8 else "customer")
            for _ in range(rng.randint(4, 9)):
                add(rng.uniform(begin + 0.2, 16.8), "http", rng.choice(["news", "wiki", "supplier", "search"]))
            if number % 5 == 0 and rng.random() < 0.3:
                add(rng.uniform(9, 16), "device", "own stick")
            add(rng.gauss(17.2, 0.4), "logoff", "office")
            if rng.random() < 0.03:
                add(rng.uniform(19, 21), "logon", "remote")
            if bad and user == "u07":
                add(rng.uniform(21, 23), "logon", "office", wrong=1)
                add(23.1, "device", "unknown stick", wrong=1)
                for _ in range(rng.randint(9, 14)):
                    add(rng.uniform(23.15, 23.9), "file", f"project{rng.randint(0, 3)}", wrong=1)
            if bad and user == "u13":
                for _ in range(4):
                    add(rng.uniform(10, 16), "http", "job market", wrong=1)
                add(rng.uniform(16, 16.9), "mail", "competitor", wrong=1)
                add(rng.uniform(16, 16.9), "logon", "office", where=f"pc{rng.randint(1, 6):02d}", wrong=1)
    return sorted(rows)


def voyage(rng):
    """Ten days of a ship, every ten minutes. Fuel goes with the cube of speed, and headwind costs more."""
    start = datetime.datetime(2026, 3, 1)
    storms, wind = [(700, 790), (1000, 1060)], 6.0
    for step in range(1440):
        storm = any(a <= step < b for a, b in storms)
        wind += 0.06 * ((19 if storm else 6) - wind) + rng.gauss(0, 0.35)
        speed = 13 + 1.5 * math.sin(step / 60) + rng.gauss(0, 0.15) - (1.2 if storm else 0)
        rpm = speed * 6.1 + rng.gauss(0, 0.4)
        fuel = 0.0105 * speed**3 * (1 + 0.011 * max(0, wind - 4)) + rng.gauss(0, 0.25)
        temperature = 71 + 0.35 * fuel + rng.gauss(0, 0.4)
        fault = ""
        if 830 <= step < 910:
            fuel, fault = fuel + 5.5, "leak"
        if 1130 <= step < 1200:
            temperature, fault = temperature + 6 * min(1, (step - 1130) / 30), "cooling"
        if 1290 <= step < 1360:
            rpm, fault = rpm - 3.5, "tachometer"
        yield [(start + datetime.timedelta(minutes=10 * step)).isoformat(), f"{speed:.2f}", f"{rpm:.1f}", f"{fuel:.2f}",
               f"{temperature:.1f}", f"{max(0, wind):.1f}", int(fault != "")]


VESSEL = """main_engine part_of ship;fuel_line feeds main_engine;cooling_pump cools main_engine;propeller driven_by main_engine
fuel observed_by fuel_line;exhaust observed_by cooling_pump;rpm observed_by tachometer;tachometer watches propeller
fuel_line fails_as leak;cooling_pump fails_as worn_impeller;tachometer fails_as slipping_belt;propeller fails_as fouling
leak remedied_by close_valve_F2;worn_impeller remedied_by change_impeller;slipping_belt remedied_by tighten_belt
fouling remedied_by clean_hull;wind explains fuel;wave explains fuel"""


def orders(rng):
    """Orders on their way through an office. In one of eight, work that was done is done again."""
    start = datetime.datetime(2026, 3, 2, 8)
    for case in range(240):
        steps = ["receive", "check credit", "pick", "pack", "ship", "invoice"]
        if rng.random() < 0.25:
            steps.insert(2, "ask customer")
        if rng.random() < 0.15:
            steps[-2:] = ["invoice", "ship"]
        rework = rng.random() < 0.125
        if rework:
            at = rng.randint(1, len(steps) - 2)
            steps[at + 1:at + 1] = steps[at - 1:at + 1] if rng.random() < 0.5 else [steps[at]]
        at = start + datetime.timedelta(minutes=37 * case)
        for step in steps:
            at += datetime.timedelta(minutes=rng.randint(5, 90))
            yield [f"order{case:03d}", step, at.isoformat(), int(rework)]


def main():
    here.mkdir(exist_ok=True)
    write("frames.csv", ["video", "second", "description", "anomaly"], frames(random.Random(1)))
    write("audit.csv", ["time", "user", "activity", "target", "pc", "insider"], audit(random.Random(2)))
    write("voyage.csv", ["time", "speed", "rpm", "fuel", "exhaust", "wind", "fault"], voyage(random.Random(3)))
    write("vessel.tsv", None, [t.split() for line in VESSEL.splitlines() for t in line.split(";")], "\t")
    write("orders.csv", ["order", "activity", "time", "rework"], orders(random.Random(4)))


if __name__ == "__main__":
    main()
