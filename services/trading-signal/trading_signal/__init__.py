"""Turns market data into quotes and takes: consume, score, produce, exactly once."""

SERVICE = "trading-signal"
VERSION = "1.0.0"
