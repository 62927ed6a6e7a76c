"""The metrics that somebody exports: Shotify itself, the exporters, and our own recording rules."""

from pathlib import Path

from project import ROOT, all_rules

_LISTS = Path(__file__).parent / "exporters"
# What a running server was seen to export, one name a line, where a check before this one has looked.
_SEEN = ROOT / "target" / "metrics-names.txt"


def names(file: Path) -> set[str]:
    lines = (line.split("#", 1)[0].strip() for line in file.read_text().splitlines())
    return {line for line in lines if line}


def shotify() -> set[str]:
    """Of Shotify: what the running server exports, else what it promises."""
    return names(_SEEN) if _SEEN.exists() else names(_LISTS / "shotify.txt")


def everything() -> set[str]:
    known = shotify() | {rule["record"] for rule in all_rules() if "record" in rule}
    for file in _LISTS.glob("*.txt"):
        if file.name != "shotify.txt":
            known |= names(file)
    return known
