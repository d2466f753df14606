"""Why each condition of a record is met, unmet or unknown, worked out again from its verdicts and leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.checker import MET, UNKNOWN, UNMET, Decided, Json
from engine.checking.leaves import PAST
from engine.checking.passing import REASONS

DOUBTS = ("not_yet", "silent", "missing", "anomaly", "contradictory")
GRADES = ("declared", "prefilled", "documented", "measured")
FAILED_FACT, MISSING_ROW, UNDOING, OTHER_CHOICE = 2, 5, 5, 6
NEVER = (True, OTHER_CHOICE)
LEFT_ALONE = ("asks", "saw", "missing")


def reasoned_again(record: Json) -> Json:
    """A record with the reason, the doubt, the ground and the grade that its own verdicts give.

    Raises what Python raises where the record makes no sense.
    """
    reasons = Reasons(Decided(record))
    again: Json = {key: reasons.within(record[key]) for key in ("eligible", "volets", "components", "indicators")}
    return {**record, **again, "indicators": [reasons.indicator(one) for one in again["indicators"]]}


class Reasons:
    """Reads the reasons off the verdicts of a record decided again."""

    def __init__(self, decided: Decided) -> None:
        self.decided = decided
        # By place: conditions asked again at every level would take time without end in a record made to.
        self.reasons, self.doubts = dict[str, str](), dict[str, str]()

    def within(self, part: Any) -> Any:
        """The part with every condition below it told why."""
        if isinstance(part, list):
            return [self.within(one) for one in part]
        if not isinstance(part, dict):
            return part
        told = {key: self.within(value) if key not in LEFT_ALONE else value for key, value in part.items()}
        return self.told(part, told) if "at" in part else told

    def told(self, node: Json, told: Json) -> Json:
        """A condition with its reason where it is unmet, and its doubt where it is unknown."""
        verdict = self.decided.verdict(node)
        bare = {key: value for key, value in told.items() if key not in ("reason", "unknown", "nearest")}
        if verdict == UNMET:
            nearest = {"nearest": self.nearest(node["of"])["at"]} if node["kind"] == "any" else {}
            return {**bare, **nearest, "reason": self.reason(node)}
        return {**bare, "unknown": self.doubt(node)} if verdict == UNKNOWN else bare

    def indicator(self, one: Json) -> Json:
        """An indicator with what it was granted by, why it was refused, or what it waits for."""
        outcome, tree = one["outcome"], one["tree"]
        by_facts = outcome == "granted" and self.decided.verdict(tree) == MET
        waiting = [tree, *(step["when"] for step in reversed(one["neutralisations"]))]
        doubtful = [node for node in waiting if self.decided.verdict(node) == UNKNOWN]
        ground = self.how(tree) if by_facts else "neutralisation"
        return {
            **one,
            "how": ground if outcome == "granted" else None,
            "grade": self.grade(tree, one["evidence"]) if by_facts else None,
            "reason": self.reason(tree) if outcome == "refused" else None,
            "unknown": self.doubt(doubtful[0]) if outcome == "undetermined" else None,
        }

    def reason(self, node: Json) -> str:
        """Why a condition is unmet: the first failing part of an `all`, the nearest branch of an `any`."""
        at = node["at"]
        if at not in self.reasons:
            self.reasons[at] = self._reason(node)
        return self.reasons[at]

    def _reason(self, node: Json) -> str:
        match node["kind"]:
            case "all":
                return self.reason(next(part for part in node["of"] if self.decided.verdict(part) == UNMET))
            case "any":
                return self.reason(self.nearest(node["of"]))
            case "exempt":
                return self.reason(node["of"][1])
            case "not":
                return "excluded"
            case "outcome":
                return "prerequisite"
            case _:
                return str(node["reason"])

    def nearest(self, branches: Sequence[Json]) -> Json:
        """The branch that came nearest to being met; of equals, the first of those that say most."""
        gaps = [self.gap(one) for one in branches]
        least = min(gaps)
        equals = [one for one, gap in zip(branches, gaps, strict=True) if gap == least]
        return max(equals, key=lambda one: REASONS.index(self.reason(one))) if len(equals) > 1 else equals[0]

    def gap(self, node: Json) -> tuple[bool, int]:
        """How far from being met: whether by what is not the doctor's to bring, then how much."""
        if self.decided.verdict(node) == MET:
            return (False, 0)
        match node["kind"]:
            case "all":
                gaps = [self.gap(part) for part in node["of"]]
                return any(fixed for fixed, _ in gaps), sum(cost for _, cost in gaps)
            case "any" | "exempt":
                return min(self.gap(branch) for branch in node["of"])
            case "record":
                rows = [one for one in node["saw"].get("rows", ()) if one["struck"] not in PAST]
                brought = node["asks"]["earlier"] or node["asks"]["row"] == "prefill"
                return (False, min(failings(one) for one in rows)) if rows else (brought, MISSING_ROW)
            case "rate":
                return (False, FAILED_FACT)
            case "fact":
                return (True, FAILED_FACT)
            case "not":
                return (False, UNDOING)
            case _:
                return NEVER

    def doubt(self, node: Json) -> str:
        """Why a condition is unknown: the first unknown part of an `all`, the most telling branch of an `any`."""
        at = node.get("at")
        if at is None:
            return self._doubt(node)
        if at not in self.doubts:
            self.doubts[at] = self._doubt(node)
        return self.doubts[at]

    def _doubt(self, node: Json) -> str:
        doubtful = [child for child in self.decided.below(node) if self.decided.verdict(child) == UNKNOWN]
        if not doubtful:
            return str(node["unknown"])
        told = [self.doubt(child) for child in (doubtful[:1] if node["kind"] == "all" else doubtful)]
        return max(told, key=DOUBTS.index)

    def how(self, node: Json) -> str:
        """Whether a met condition holds by facts alone, or by an exemption too."""
        below = [one for one in node.get("of", ()) if self.decided.verdict(one) == MET]
        match node["kind"]:
            case "all":
                return "exemption" if "exemption" in map(self.how, below) else "fact"
            case "any":
                return "exemption" if below and {self.how(one) for one in below} == {"exemption"} else "fact"
            case "exempt":
                required = node["of"][1]
                return self.how(required) if self.decided.verdict(required) == MET else "exemption"
            case _:
                return "fact"

    def grade(self, node: Json, evidence: str) -> str | None:
        """What a met condition rests on; where a justificatif is required, a declaration sets no grade."""
        match node["kind"]:
            case "all" | "any":
                met = [part for part in node["of"] if self.decided.verdict(part) == MET]
                grades = [one for part in met if (one := self.grade(part, evidence))]
                weakest = min if node["kind"] == "all" else max
                return weakest(grades, key=GRADES.index, default=None)
            case "exempt":
                lifted, required = node["of"]
                return self.grade(required if self.decided.verdict(required) == MET else lifted, evidence)
            case "not" | "outcome":
                return None
            case _:
                found: str | None = node["saw"].get("grade")
                return None if (found, evidence) == ("declared", "justificatif") else found


def failings(row: Json) -> int:
    """How many tests a row failed: one that names something else counts as another row to bring."""
    failed = [check for check in row["checks"] if check["verdict"] != "met"]
    other = [
        check
        for check in failed
        if check["reason"] in ("not_qualifying", "document_mismatch")
        and "mine" not in check["asks"]
        and isinstance(check["found"], str)
    ]
    return len(failed) - len(other) + OTHER_CHOICE * len(other) or 1
