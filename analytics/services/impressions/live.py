"""Counts that lie in Redis until they are brought into the tables.

Each connection that counts has a hash of its own, found in a set of such hashes. A hash bears a name that no other ever had ("id"); a
synchronisation renames it and brings it into the tables under that name, once. A Redis that restarts from an older copy of itself
brings back hashes that were brought in before: they are known by their names, and no connection adds to them any more, since all
connections broke.

Fields: n|kind|target|day and N|user|kind|target are numbers, t|kind|target and T|user|kind|target the milliseconds of the last time.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

import redis
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from analytics.services.impressions.events import Totals

PATIENCE = 0.25
"""Seconds that a request waits for a Redis that does not answer."""
SYNC_PATIENCE = 30
SEEN_SECONDS = 3600
"""For which a batch is known that was sent and may have arrived."""
AT_ONCE = 5000

_COUNT = """
if redis.call('SADD', KEYS[3], ARGV[1]) == 0 then return 0 end
redis.call('EXPIRE', KEYS[3], ARGV[2])
redis.call('SADD', KEYS[2], KEYS[1])
redis.call('HSETNX', KEYS[1], 'id', ARGV[1])
for i = 3, #ARGV, 4 do
  redis.call('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
  local before = redis.call('HGET', KEYS[1], ARGV[i + 2])
  if not before or tonumber(before) < tonumber(ARGV[i + 3]) then redis.call('HSET', KEYS[1], ARGV[i + 2], ARGV[i + 3]) end
end
return 1
"""
_BUNDLE = """
local id = redis.call('HGET', KEYS[1], 'id')
redis.call('SREM', KEYS[2], KEYS[1])
if not id then return false end
local bundle = KEYS[4] .. id
redis.call('RENAME', KEYS[1], bundle)
redis.call('SADD', KEYS[3], bundle)
return bundle
"""


def prefix() -> str:
    """A Redis may serve several installations, and test databases: the database's name is in every key."""
    return f"lexintel.{connection.settings_dict['NAME']}.impressions"


def impatient() -> redis.Redis:
    """A client of one connection that tries nothing twice: whoever has it must know that it broke."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=PATIENCE,
        socket_connect_timeout=PATIENCE,
        retry=Retry(NoBackoff(), 0),
        single_connection_client=True,
    )


def patient() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=SYNC_PATIENCE, socket_connect_timeout=5)


def words_of(totals: Totals) -> list[str | int]:
    """What `_COUNT` takes: field, number, field of the last time, milliseconds."""
    words: list[str | int] = []
    for (kind, target, day), views in totals.views.items():
        words += [f"n|{kind}|{target.hex}|{day:%Y%m%d}", views, f"t|{kind}|{target.hex}", _ms(totals.last[kind, target])]
    for (user, kind, target), views in totals.own.items():
        key = f"{user.hex}|{kind}|{target.hex}"
        words += [f"N|{key}", views, f"T|{key}", _ms(totals.own_last[user, kind, target])]
    return words


def add(client: redis.client.Pipeline, hash_name: str, batch: str, bucket: int, words: list[str | int]) -> None:
    """Add one batch, unless it has arrived before; `bucket` is of the time when it was made."""
    client.eval(_COUNT, 3, hash_name, f"{prefix()}.hashes", f"{prefix()}.seen.{bucket}", batch, SEEN_SECONDS, *words)


def new_hash() -> str:
    return f"{prefix()}.live.{uuid.uuid4().hex}"


def bundle_all(client: redis.Redis) -> set[str]:
    """Take what was counted until now aside, each hash under the name that it bears. Gives the new names."""
    hashes = f"{prefix()}.hashes"
    made = [client.eval(_BUNDLE, 4, name, hashes, f"{prefix()}.bundles", f"{prefix()}.bundle.") for name in client.smembers(hashes)]
    return {_text(name) for name in made if name}


def bundles(client: redis.Redis) -> list[str]:
    """Those taken aside now, and by synchronisations that did not come to their end."""
    return sorted(_text(name) for name in client.smembers(f"{prefix()}.bundles"))


def id_of(bundle: str) -> str:
    return bundle.rpartition(".")[2]


def read(client: redis.Redis, bundle: str) -> tuple[Totals, int]:
    """What is in it, and how many of its fields went while they were read: a Redis that is emptied takes them."""
    expected = client.hlen(bundle)
    fields = dict(client.hscan_iter(bundle, count=AT_ONCE))
    return totals_of(fields), max(expected - len(fields), 0)


def totals_of(fields: Mapping[bytes, bytes]) -> Totals:
    totals = Totals()
    for name, value in fields.items():
        what, *key = name.decode().split("|")
        if what == "n":
            kind, target, day = key
            totals.views[kind, uuid.UUID(target), datetime.datetime.strptime(day, "%Y%m%d").replace(tzinfo=datetime.UTC).date()] = int(
                value
            )
        elif what == "t":
            totals.last[key[0], uuid.UUID(key[1])] = _time(value)
        elif what == "N":
            totals.own[uuid.UUID(key[0]), key[1], uuid.UUID(key[2])] = int(value)
        elif what == "T":
            totals.own_last[uuid.UUID(key[0]), key[1], uuid.UUID(key[2])] = _time(value)
    return totals


def drop(client: redis.Redis, bundle: str) -> None:
    together = client.pipeline()
    together.delete(bundle)
    together.srem(f"{prefix()}.bundles", bundle)
    together.execute()


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name


def _ms(at: datetime.datetime) -> int:
    return int(at.timestamp() * 1000)


def _time(value: bytes) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(int(value) / 1000, datetime.UTC)
