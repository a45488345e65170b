"""How good search is: the run of labelled searches (`eval_search`) that this version was accepted with."""

from __future__ import annotations

from statistics import fmean

from django.utils.translation import gettext as _

from analytics.services.charts import Chart, Look, Series
from documents.services.search.evaluation import comparing


def accepted() -> Chart:
    """The mean of each way of searching, a series for each set of searches. It is the product's, and the same in every range."""
    ways = {"hybrid": _("Both"), "text": _("Words"), "semantic": _("Meaning")}
    runs = comparing.all_accepted()
    found = [Series(name, [fmean(one[way] for one in kept.searches.values()) for way in ways]) for name, kept in runs.items()]
    about = _(
        "nDCG@10 (0 to 1) of labelled searches among public papers, as this version was accepted (eval_search); nothing of this "
        "installation is in it, so there is no list behind these numbers."
    )
    labels = list(ways.values())
    return Chart("evaluated", _("How good search is"), Look.BARS, labels, found, decimals=2, about=about, heading=_("Way of searching"))
