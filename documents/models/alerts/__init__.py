"""Alerts of saved searches: which documents are new, who wants to be told, what was found and told of."""

from documents.models.alerts.alerts import SearchAlert
from documents.models.alerts.arrivals import DocumentArrival
from documents.models.alerts.notices import AlertDelivery, AlertHit, AlertNotice

__all__ = ["AlertDelivery", "AlertHit", "AlertNotice", "DocumentArrival", "SearchAlert"]
