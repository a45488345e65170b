"""Impressions: what was looked at, how often, and by whom last.

`counting.count` takes them as they happen, `syncing.synchronise` brings them into the tables once a minute, `showing` tells of them.
"""
