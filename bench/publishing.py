"""What one published event costs its publisher, and how long it travels through the broker alone."""

from __future__ import annotations

import statistics
import threading
import time

import redis

from tasks.progress.transport import publisher

EVENTS = 200
CHANNEL = "lexintel-bench"


def publish_ms(topic: str) -> float:
    """Median of our publishing call."""
    event = {"topic": topic, "seq": 1, "task": None, "attempt": 1, "status": "started", "step": "", "percent": 1, "message": "page 1 of 50"}
    costs = []
    for _ in range(EVENTS):
        began = time.perf_counter()
        publisher.publish([{"scope": None, "event": event}])
        costs.append((time.perf_counter() - began) * 1000)
    return statistics.median(costs)


def bare_ms(url: str) -> tuple[float, float]:
    """Medians of redis-py's own publish, and of the way from there to a subscriber in another thread of this process."""
    costs, taken = [], []
    with redis.Redis.from_url(url) as client, client.pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe(CHANNEL)
        while not client.pubsub_numsub(CHANNEL)[0][1]:
            time.sleep(0.01)
        here = threading.Event()

        def listen() -> None:
            while not here.is_set():
                if message := subscription.get_message(timeout=0.5):
                    taken.append((time.perf_counter() - float(message["data"])) * 1000)

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        for _ in range(EVENTS):
            began = time.perf_counter()
            client.publish(CHANNEL, repr(began))
            costs.append((time.perf_counter() - began) * 1000)
            time.sleep(0.002)
        here.set()
        thread.join(2)
    return statistics.median(costs), statistics.median(taken)
