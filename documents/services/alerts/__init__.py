"""Alerts: new documents that saved searches find, told of in the product, by e-mail and to webhooks.

The package's way: arrivals (a document is new: a row waits for each alert) -> matching (does it match?) -> checking (found, then a notice)
-> delivering (e-mail, webhook); managing is what people do with their alerts, notices is what they see of them.
"""
