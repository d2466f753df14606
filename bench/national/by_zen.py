"""The rules of 2023 as a decision of zen-engine (GoRules JDM), with its trace: decisions a second, doctor by doctor.

    PYTHON bench/national/by_zen.py DATA OUT.parquet [--doctors 20000]      # PYTHON: one that has zen-engine

The decision is a chain of three expression nodes: what is known of each condition, each indicator, and what is paid.
It is fed with one flat row a doctor (`flat.py`), days as numbers; making those rows is not counted. A verdict is
0 unmet, 1 unknown, 2 met. Prints, as JSON, decisions for each second of processor, one by
one and in batches, traced and not.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any as Anything

import polars as pl
import pyarrow as pa
import zen
from flat import FALLEN, FLAGS, MEASURES, SUMMARIES, flat
from pyarrow import parquet
from shape import ALL, BLOCK, CONNECTED, COORDINATED, EQUIPMENT, EXEMPT, GENERALISTS, POINT, SERVICES, SUPPORT

BATCH = 500
KEY = "forfait"
TARGETS = {
    "dcmt": 90,
    "pse": 80,
    "aat": 70,
    "cm_atmp": 45,
    "spe": 20,
    "dsg": 10,
    "dmp": 10,
    "mss": 5,
    "ordonnances": 30,
}
UNLIKE = ("dmp", "mss", "ordonnances")
OUTCOMES = ("refused", "undetermined", "granted")
TRUTH = (False, None, True)


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


OPENED, CLOSED, EQUIPPED = day("2023-12-11"), day("2024-02-04"), day("2024-01-31")
YEAR_START, YEAR_END, PROVISIONAL = day("2023-01-01"), day("2023-12-31"), day("2022-01-01")


def known(name: str, condition: str) -> str:
    return f"({name} == null ? 1 : {condition} ? 2 : 0)"


def holds(condition: str) -> str:
    return f"({condition} ? 2 : 0)"


def every(*verdicts: str) -> str:
    return f"min([{', '.join(verdicts)}])"


def some(*verdicts: str) -> str:
    return f"max([{', '.join(verdicts)}])"


def truth(name: str) -> str:
    return f"({name} == null ? 1 : {name} ? 2 : 0)"


def listed(name: str, texts: tuple[str, ...]) -> str:
    return holds(f"{name} in [{', '.join(repr(text) for text in texts)}]")


def rate(name: str) -> str:
    n, d = f"{name}_numerator", f"{name}_denominator"
    target = f"3 * {n} >= 2 * {d}" if name == "teletransmission" else f"100 * {n} >= {TARGETS[name]} * {d}"
    anomaly = f" or {n} > {d}" if name in UNLIKE else ""
    return f"{n} == null or {d} == null{anomaly} ? 1 : {d} > 0 and {target} ? 2 : 0"


def tier(name: str, missing: int) -> str:
    n, d = f"{name}_numerator", f"{name}_denominator"
    reached = f"{d} > 0 and 10 * {n} >= 9 * {d} ? 3000 : {d} > 0 and 2 * {n} >= {d} ? 1500 : 0"
    return f"{n} == null or {d} == null ? {missing} : {reached}"


def entered(item: str) -> str:
    on = f"{item}_declared_on"
    return holds(f"{item}_channel in ['amelipro', 'papier'] and {on} >= {OPENED} and {on} <= {CLOSED}")


def attested(item: str) -> str:
    verdict = f"({item}_channel == null ? 0 : {every(entered(item), truth(f'{item}_sworn'))})"
    if item not in FALLEN:
        return verdict
    against = f"{item}_fallen_choice"
    return f"{item}_fallen == true and ({against} == null or {against} == {item}_choice) ? 0 : {verdict}"


def bought(name: str) -> str:
    paper = f"{name}_paper"
    by_name = every(
        holds(f"{paper}_kind == 'attestation-editeur'"), known(f"{paper}_nominative", f"{paper}_nominative == 'true'")
    )
    kind = some(holds(f"{paper}_kind == 'facture'"), by_name)
    acquired = known(f"{paper}_acquired_on", f"{paper}_acquired_on <= {EQUIPPED}")
    editor = known(f"{paper}_editor", f"{paper}_editor != 'none'")
    return f"{paper}_kind == null ? 0 : {every(editor, acquired, kind)}"


def same(name: str) -> str:
    mine, theirs = f"{name}_paper_software", f"{name}_choice"
    return f"{mine} == null or {theirs} == null ? 1 : {mine} == {theirs} ? 2 : 0"


def conditions() -> Iterator[tuple[str, str]]:
    """What is known of each condition, from the doctor's row."""
    yield (
        "eligible",
        every(
            known("sector", "sector in ['1', '2']"),
            "(status == 'installe' ? 2 : 1)",
            known("activity_start", f"activity_start <= {YEAR_END}"),
            f"(activity_end == null or activity_end >= {YEAR_START} ? 2 : 0)",
        ),
    )
    yield "generalist", listed("specialty", GENERALISTS)
    yield "exempt", listed("specialty", EXEMPT)
    for name in MEASURES:
        yield f"{name}_rate", rate(name)
    for name in SUMMARIES:
        yield f"{name}_least", tier(name, 0)
        yield f"{name}_most", tier(name, 3000)
    for item in ("segur", "lap"):
        yield f"{item}_declared", f"{item}_channel == null ? 0 : {entered(item)}"
        yield f"{item}_bought", bought(item)
        yield f"{item}_same", same(item)
    corrected = f"segur_choice != null and segur_choice != segur_prefill and {entered('segur')} == 2"
    yield "segur_prefilled", holds(f"segur_prefill != null and not ({corrected})")
    certified, certification, started = (
        f"lap_paper_{what}" for what in ("certified_on", "certification", "procedure_started_on")
    )
    in_time = known(certified, f"{certified} <= {EQUIPPED}")
    provisional = known(certified, f"{certified} >= {PROVISIONAL} and {certified} <= {YEAR_END}")
    yield "lap_current", every(in_time, known(certification, f"{certification} == 'definitive_en_vigueur'"))
    yield (
        "lap_otherwise",
        some(
            every(in_time, known(certification, f"{certification} == 'definitive_anterieure'")),
            every(provisional, known(certification, f"{certification} == 'provisoire'")),
        ),
    )
    yield (
        "lap_started",
        every(holds("lap_paper_kind == 'attestation-editeur'"), known(started, f"{started} < {EQUIPPED}")),
    )
    service = f"horaires_channel == 'amelipro_horaires' and horaires_declared_on <= {YEAR_END}"
    fund = f"horaires_channel == 'caisse' and horaires_declared_on <= {EQUIPPED}"
    hours = some(entered("horaires"), holds(service), holds(fund))
    yield "hours", f"horaires_prefill == true ? 2 : horaires_channel == null ? 0 : {hours}"
    for item in ("codage", "coordination", "services", "maitre_de_stage", "video", "equipements_connectes"):
        yield f"{item}_attested", attested(item)
    yield "apcv_used", known("apcv_fse", "apcv_fse >= 1")
    yield "sas_open", known("sas_minutes_hebdomadaires", "sas_minutes_hebdomadaires >= 120")
    for name in FLAGS:
        yield f"{name}_met", truth(name)


def indicators() -> Iterator[tuple[str, str]]:
    """What each indicator comes to, from its conditions."""
    proved = every("lap_bought", some("lap_current", every("lap_otherwise", "lap_started")))
    segur = some("segur_prefilled", every("segur_declared", "segur_bought", "segur_same"))
    shown = f"({proved} == 0 ? 0 : {every(proved, 'lap_same')})"
    lap = some("exempt", every("lap_declared", shown), every("segur_prefilled", "2 - lap_declared", proved))
    yield "logiciel", every(segur, lap)
    yield "sesam_vitale", "2"
    yield "teletransmission", "teletransmission_rate"
    yield "horaires", "hours"
    yield "dcmt", some("generalist", "dcmt_rate")
    for name in MEASURES[2:]:
        yield name, f"{name}_rate"
    yield "apcv", "apcv_used"
    yield "codage", "codage_attested"
    yield "coordination", every("coordination_attested", listed("coordination_choice", COORDINATED))
    resource = every(
        holds("services_choice == 'ressource'"),
        known("services_job_description", "services_job_description == 'true'"),
    )
    asalee = holds("services_choice == 'asalee' and coordination_asalee == null")
    yield "services", every("services_attested", some(listed("services_choice", SUPPORT), resource, asalee))
    intern = every(holds("maitre_de_stage_choice == 'niveau-1'"), "(generalist == 2 ? 2 : 1)")
    yield (
        "maitre_de_stage",
        every("maitre_de_stage_attested", some(holds("maitre_de_stage_choice == 'externat'"), intern)),
    )
    free = every(holds("video_choice == 'gratuite-professionnelle'"), known("video_secure", "video_secure == 'true'"))
    yield (
        "video",
        every("video_attested", some(listed("video_choice", ("solution-complete", "abonnement-payant")), free)),
    )
    on = "equipements_connectes_acquired_on"
    bought_in_year = known(on, f"{on} >= {YEAR_START} and {on} <= {YEAR_END}")
    yield (
        "equipements_connectes",
        every("equipements_connectes_attested", listed("equipements_connectes_choice", CONNECTED), bought_in_year),
    )
    organised = some("sas_regulation_met", "sas_cpts_met")
    yield "sas", every("sas_departement_met", "sas_plateforme_met", "sas_open", organised)


def amounts() -> Iterator[tuple[str, str]]:
    """What is attained and paid, from the indicators."""
    services = {name.replace("-", "_"): points for name, points in SERVICES.items()}
    yield "volet_1", every(*(name.replace("-", "_") for name in EQUIPMENT))
    yield "volet_2", every(*services)
    yield "opened", every("eligible", "$.volet_1")
    for name, points in services.items():
        yield f"{name}_attained_least", f"{name} == 2 ? {points} : 0"
        yield f"{name}_attained_most", f"{name} == 0 ? 0 : {points}"
        yield f"{name}_paid_least", f"{name} == 2 and $.opened == 2 ? {points} : 0"
        yield f"{name}_paid_most", f"{name} == 0 or $.opened == 0 ? 0 : {points}"
    yield "block_least", f"$.volet_1 == 2 ? {BLOCK} : 0"
    yield "block_most", f"$.volet_1 == 0 ? 0 : {BLOCK}"
    yield "vsm_attained_least", "max([vsm_least, vsm_later_least])"
    yield "vsm_attained_most", "max([vsm_most, vsm_later_most])"
    for bound, paid in (("least", "{} == 2 ? {} : 0"), ("most", "{} == 0 ? 0 : {}")):
        yield f"every_{bound}", f"sum([{', '.join(f'$.{name}_attained_{bound}' for name in services)}])"
        yield f"block_paid_{bound}", paid.format("eligible", f"$.block_{bound}")
        yield f"every_paid_{bound}", paid.format("$.opened", f"$.every_{bound}")
        yield f"vsm_paid_{bound}", paid.format("eligible", f"$.vsm_attained_{bound}")
        yield f"attained_{bound}", f"$.block_{bound} + $.every_{bound}"
        yield f"paid_{bound}", f"$.block_paid_{bound} + $.every_paid_{bound}"
        yield f"euros_{bound}", f"{POINT} * $.paid_{bound} + $.vsm_paid_{bound}"


def decision() -> Anything:
    """The decision as JDM: a chain of expression nodes, each of which keeps what came to it."""
    steps: list[tuple[str, Callable[[], Iterator[tuple[str, str]]]]]
    steps = [("conditions", conditions), ("indicators", indicators), ("amounts", amounts)]
    nodes: list[Anything] = [{"id": "in", "name": "doctor", "type": "inputNode", "content": {}}]
    for name, made in steps:
        written = [{"id": f"{name}-{key}", "key": key, "value": value} for key, value in made()]
        content = {"expressions": written, "passThrough": True}
        nodes.append({"id": name, "name": name, "type": "expressionNode", "content": content})
    nodes.append({"id": "out", "name": "decision", "type": "outputNode", "content": {}})
    pairs = pairwise(nodes)
    edges = [
        {"id": f"{a['id']}-{b['id']}", "sourceId": a["id"], "targetId": b["id"], "type": "edge"} for a, b in pairs
    ]
    return {"nodes": nodes, "edges": edges}


def fed(data: Path, doctors: int) -> list[dict[str, Anything]]:
    """The row of each of the first doctors, days as numbers."""
    found = flat(data, doctors)
    columns = []
    for name, type in found.collect_schema().items():
        if name.endswith(("acquired_on", "certified_on", "started_on")):
            columns.append(pl.col(name).str.to_date(strict=False))
        elif type == pl.Date:
            columns.append(pl.col(name))
    found = found.with_columns((one - date(1, 1, 1)).dt.total_days() + 1 for one in columns)
    return found.collect().sort("doctor").to_dicts()


def column(results: list[Anything], name: str) -> Anything:
    return pa.array([Decimal(str(result[name])) for result in results]).cast(pa.decimal128(12, 2))


def table(results: list[Anything]) -> Anything:
    """What was decided, in the columns asked of every side."""
    count = len(results)
    fixed = lambda points: pa.array([Decimal(str(points))] * count).cast(pa.decimal128(12, 2))  # noqa: E731
    truths = lambda name: pa.array([TRUTH[int(result[name])] for result in results], pa.bool_())  # noqa: E731
    told = lambda name: pa.array([OUTCOMES[int(result[name])] for result in results])  # noqa: E731
    found: dict[str, Anything] = {
        "doctor": pa.array([result["doctor"] for result in results]),
        "eligible": truths("eligible"),
    }
    for bound in ("least", "most"):
        found[f"possible.{bound}"] = fixed(ALL)
        found |= {f"{what}.{bound}": column(results, f"{what}_{bound}") for what in ("attained", "paid", "euros")}
    for volet, of, possible in (("volet-1", "block", BLOCK), ("volet-2", "every", ALL - BLOCK)):
        found[volet] = truths(volet.replace("-", "_"))
        found[f"{volet}.gate"] = pa.array([True] * count) if of == "block" else truths("volet_1")
        for bound in ("least", "most"):
            found[f"{volet}.possible.{bound}"] = fixed(possible)
            found[f"{volet}.attained.{bound}"] = column(results, f"{of}_{bound}")
            found[f"{volet}.paid.{bound}"] = column(results, f"{of}_paid_{bound}")
    for name in EQUIPMENT:
        found[f"volet-1.{name}.outcome"] = told(name.replace("-", "_"))
        found |= {
            f"volet-1.{name}.{what}.{bound}": fixed(0) for what in ("attained", "paid") for bound in ("least", "most")
        }
    for name in SERVICES:
        short = name.replace("-", "_")
        found[f"volet-2.{name}.outcome"] = told(short)
        for what in ("attained", "paid"):
            found |= {
                f"volet-2.{name}.{what}.{bound}": column(results, f"{short}_{what}_{bound}")
                for bound in ("least", "most")
            }
    words = [
        "granted" if r["vsm_attained_least"] > 0 else "undetermined" if r["vsm_attained_most"] > 0 else "refused"
        for r in results
    ]
    found["vsm.outcome"] = pa.array(words)
    found |= {
        f"vsm.{what}.{bound}": column(results, f"vsm_{what}_{bound}")
        for what in ("attained", "paid")
        for bound in ("least", "most")
    }
    return pa.table(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--doctors", type=int, default=20_000)
    asked = parser.parse_args()
    rows = fed(asked.data, asked.doctors)
    content = decision()
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {KEY: content}}})
    one = engine.get_decision(KEY)
    one.validate()
    speeds: dict[str, float] = {}
    for name, options in (("traced", {"trace": True}), ("untraced", {})):
        start = time.process_time()
        results = [one.evaluate(row, options)["result"] for row in rows]
        speeds[f"one by one, {name}"] = len(rows) / (time.process_time() - start)
        start = time.process_time()
        for at in range(0, len(rows), BATCH):
            engine.evaluate_batch([{"key": KEY, "context": row} for row in rows[at : at + BATCH]], options)
        speeds[f"in batches, {name}"] = len(rows) / (time.process_time() - start)
    parquet.write_table(table(results), asked.out)
    print(json.dumps({name: round(speed) for name, speed in speeds.items()}))


if __name__ == "__main__":
    main()
