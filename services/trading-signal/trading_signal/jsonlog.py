"""Logs: one JSON object a line on stdout, times with nanoseconds."""

import sys
import threading
import time
from typing import Any

import orjson

from trading_signal import SERVICE

LEVELS = ("debug", "info", "warn", "error")
_lock = threading.Lock()
_threshold = [1]  # an index into LEVELS


def set_level(level: str) -> None:
    _threshold[0] = LEVELS.index(level)


def timestamp(now_ns: int) -> str:
    """RFC 3339 with nine digits, which datetime can't print."""
    seconds, nanos = divmod(now_ns, 1_000_000_000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{nanos:09d}Z"


def log(level: str, msg: str, **fields: Any) -> None:
    if LEVELS.index(level) < _threshold[0]:
        return
    line = orjson.dumps(
        {"ts": timestamp(time.time_ns()), "level": level, "service": SERVICE, "msg": msg, **fields},
        default=str,
        option=orjson.OPT_APPEND_NEWLINE,
    )
    with _lock:  # threads write whole lines
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


def info(msg: str, **fields: Any) -> None:
    log("info", msg, **fields)


def warn(msg: str, **fields: Any) -> None:
    log("warn", msg, **fields)


def error(msg: str, **fields: Any) -> None:
    log("error", msg, **fields)
