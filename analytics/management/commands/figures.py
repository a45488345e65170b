"""The definitions of all figures, as the table of docs/ANALYTICS.md."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from analytics.services.figures import GROUPS, Figure, defined


class Command(BaseCommand):
    help = "Print the table of all figures, which stands in docs/ANALYTICS.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(table())


def table() -> str:
    rows = ["| key | figure | unit | what it counts |", "|---|---|---|---|"]
    for group, label in GROUPS.items():
        rows += [f"| | **{label}** | | |", *(_row(figure) for figure in defined() if figure.group == group)]
    return "\n".join(rows)


def _row(figure: Figure) -> str:
    kept = " Of a day whose rows have been cleaned away it stays as it was told." if figure.kept_days is not None else ""
    whose = " Of the installation only." if figure.staff_only else ""
    per = f" In parts, by {figure.per}." if figure.per else ""
    return f"| `{figure.key}` | {figure.label} | {figure.unit.value} | {figure.definition}{per}{whose}{kept} |"
