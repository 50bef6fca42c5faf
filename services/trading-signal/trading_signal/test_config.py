import pytest

from trading_signal.config import from_environment
from trading_signal.conftest import Certificate
from trading_signal.problems import UnusableError
from trading_signal.strategy import Rules


def test_defaults(secret: object) -> None:
    settings = from_environment(
        {"KAFKA_PASSWORD_FILE": str(secret), "POSTGRES_PASSWORD_FILE": str(secret)}
    )
    assert (settings.kafka.brokers, settings.kafka.user) == ("kafka:9092", "trading-signal")
    assert settings.kafka.security == "sasl_plaintext"
    assert (settings.postgres.database, settings.postgres.user) == ("signal", "trading_signal")
    assert (settings.api_port, settings.metrics_port) == (8080, 9090)
    assert settings.rules == Rules()


def test_rules_are_read(environment: dict[str, str]) -> None:
    environment |= {
        "EVALUATE_EVERY_MS": "100",
        "QUOTE_NOTIONAL": "5",
        "TAKE_OFFSET_BPS": "0",
        "MOMENTUM_THRESHOLD_PPM": "1",
    }
    assert from_environment(environment).rules == Rules(100_000_000, 5, 0, 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_PORT", "0"),
        ("API_PORT", "9090"),
        ("METRICS_PORT", "70000"),
        ("METRICS_PORT", "http"),
        ("EVALUATE_EVERY_MS", "10001"),
        ("EVALUATE_EVERY_MS", "-1"),
        ("EVALUATE_EVERY_MS", "٣"),
        ("QUOTE_NOTIONAL", "0"),
        ("TAKE_OFFSET_BPS", "1.5"),
        ("MOMENTUM_THRESHOLD_PPM", "1000001"),
        ("LOG_LEVEL", "loud"),
        ("KAFKA_BROKERS", "kafka"),
        ("KAFKA_SECURITY", "none"),
        ("KAFKA_SECURITY", "sasl_ssl"),
        ("POSTGRES_CA_FILE", "/nonexistent"),
        ("POSTGRES_CA_FILE", "/dev/null"),
        ("POSTGRES_HOST", ""),
        ("POSTGRES_DB", "a b"),
        ("POSTGRES_USER", "'"),
        ("POSTGRES_PASSWORD_FILE", "/nonexistent"),
        ("POSTGRES_PASSWORD_FILE", "/"),
        ("POSTGRES_PASSWORD_FILE", ""),
        ("POSTGRES_PASSWORD_FILE", "/dev/null"),
    ],
)
def test_refused(environment: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(UnusableError) as refused:
        from_environment(environment | {name: value})
    (problem,) = refused.value.problems
    wanted = "KAFKA_CA_FILE" if value == "sasl_ssl" else name
    assert wanted in problem.what
    assert value in problem.given
    assert problem.allowed
    assert problem.remedy


def test_authorities(environment: dict[str, str], ours: Certificate) -> None:
    ca = str(ours.file)
    tls = environment | {"KAFKA_SECURITY": "sasl_ssl", "KAFKA_CA_FILE": ca, "POSTGRES_CA_FILE": ca}
    settings = from_environment(tls)
    assert settings.kafka.security == "sasl_ssl"
    assert settings.kafka.password_file
    assert settings.kafka.ca_file == settings.postgres.ca_file == ours.file
    for security in ("plaintext", "sasl_plaintext"):
        with pytest.raises(UnusableError) as refused:
            from_environment(tls | {"KAFKA_SECURITY": security})
        (problem,) = refused.value.problems
        assert "KAFKA_CA_FILE" in problem.what
        assert security in problem.given


def test_all_problems_at_once(environment: dict[str, str]) -> None:
    with pytest.raises(UnusableError) as refused:
        from_environment(environment | {"API_PORT": "x", "QUOTE_NOTIONAL": "x", "LOG_LEVEL": "x"})
    assert len(refused.value.problems) == 3
