"""The product's derivations, one doctor at a time: what they take, reading dossiers left out.

    .venv/bin/python bench/national/by_single.py DATA [--doctors 2000]

Prints, as JSON, decisions a second in one process: `judge` (the first derivation), `decide` (both, with the proof).
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from pathlib import Path

from truth import dossiers, numbers, policy

from engine.decision import decide, judge


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--doctors", type=int, default=2_000)
    asked = parser.parse_args()
    wanted = numbers(asked.data, asked.doctors)
    start = time.perf_counter()
    read = list(dossiers(asked.data, wanted[0], wanted[-1]))
    speeds = {"dossiers read": len(read) / (time.perf_counter() - start)}
    rules = policy()
    for name, derive in (("judge", judge), ("decide", decide)):
        derive(rules, read[0])
        gc.collect()
        start = time.perf_counter()
        for dossier in read:
            derive(rules, dossier)
        speeds[name] = len(read) / (time.perf_counter() - start)
    print(json.dumps({name: round(speed) for name, speed in speeds.items()}))


if __name__ == "__main__":
    main()
