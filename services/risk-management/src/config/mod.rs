//! Settings from the environment, parsed once. Secrets are files; their content is read when needed,
//! so that a rotated secret is used at the next connection.

mod env;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::problem::Problem;
use crate::risk::{Limits, Policy};
use env::Env;

#[derive(Clone, Debug)]
pub struct Config {
    pub kafka: Kafka,
    pub postgres: Postgres,
    pub metrics_port: u16,
    pub api_port: u16,
    pub api_token_file: Option<PathBuf>,
    pub policy: Policy,
    /// Unread records of `fills` above which no new order is approved.
    pub max_fills_lag: i64,
    /// Records handled in one pair of transactions.
    pub batch_max: usize,
    /// Age at which a decision may be removed.
    pub keep_decisions: Duration,
    /// Limits of accounts that the database knows nothing of yet.
    pub default_limits: BTreeMap<String, Limits>,
    pub log_level: tracing::Level,
}

#[derive(Clone, Debug)]
pub struct Kafka {
    pub brokers: String,
    pub sasl: Option<Sasl>,
}

#[derive(Clone, Debug)]
pub struct Sasl {
    pub user: String,
    pub password_file: PathBuf,
    /// The authorities of the brokers' certificates; none: no TLS.
    pub ca_file: Option<PathBuf>,
}

#[derive(Clone, Debug)]
pub struct Postgres {
    pub host: String,
    pub port: u16,
    pub database: String,
    pub user: String,
    pub password_file: Option<PathBuf>,
    /// The authorities of the server's certificate; none: no TLS.
    pub ca_file: Option<PathBuf>,
    pub timeout: Duration,
}

impl Config {
    pub fn from_env() -> Result<Self, Problem> {
        Self::read(|name| std::env::var(name).ok())
    }

    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, Problem> {
        let env = Env(lookup);
        let age = env.integer("MAX_SIGNAL_AGE_MS", 10_000, 0, i64::MAX)?;
        Ok(Config {
            kafka: kafka(&env)?,
            postgres: postgres(&env)?,
            metrics_port: env.port("METRICS_PORT", 9090)?,
            api_port: env.port("API_PORT", 8080)?,
            api_token_file: env.get("API_TOKEN_FILE").map(PathBuf::from),
            policy: Policy {
                collar_bps: env.integer("COLLAR_BPS", 200, 1, 10_000)?,
                max_signal_age_ms: (age > 0).then_some(age),
            },
            max_fills_lag: env.integer("MAX_FILLS_LAG", 5_000, 1, i64::MAX)?,
            batch_max: usize::try_from(env.integer("BATCH_MAX", 1_000, 1, 10_000)?).unwrap_or(1_000),
            keep_decisions: Duration::from_secs(
                3600 * env.integer("KEEP_DECISIONS_HOURS", 168, 1, 100_000)?.unsigned_abs(),
            ),
            default_limits: default_limits(&env)?,
            log_level: level(&env)?,
        })
    }
}

fn kafka<F: Fn(&str) -> Option<String>>(env: &Env<F>) -> Result<Kafka, Problem> {
    let security = env.text("KAFKA_SECURITY", "sasl_plaintext");
    let (with_sasl, with_tls) = match security.as_str() {
        "plaintext" => (false, false),
        "sasl_plaintext" => (true, false),
        "sasl_ssl" => (true, true),
        other => {
            let allowed = "sasl_plaintext, plaintext or sasl_ssl";
            return Err(Problem::new("KAFKA_SECURITY", other, allowed, "unset it for sasl_plaintext"));
        }
    };
    let ca_file = env.authorities("KAFKA_CA_FILE")?;
    if with_tls != ca_file.is_some() {
        return Err(Problem::new(
            "KAFKA_CA_FILE",
            &ca_file.map_or("nothing".to_owned(), |path| format!("{} with {security}", path.display())),
            "a PEM file of authorities with KAFKA_SECURITY=sasl_ssl, and only with it",
            "set both, or unset KAFKA_CA_FILE",
        ));
    }
    let sasl = if with_sasl {
        let path = env.required("KAFKA_PASSWORD_FILE", "set it to the file that holds the password")?;
        Some(Sasl {
            user: env.text("KAFKA_USER", "risk-management"),
            password_file: env.file("KAFKA_PASSWORD_FILE", path)?,
            ca_file,
        })
    } else {
        None
    };
    Ok(Kafka { brokers: env.text("KAFKA_BROKERS", "kafka:9092"), sasl })
}

fn postgres<F: Fn(&str) -> Option<String>>(env: &Env<F>) -> Result<Postgres, Problem> {
    let password_file =
        env.get("POSTGRES_PASSWORD_FILE").map(|path| env.file("POSTGRES_PASSWORD_FILE", path)).transpose()?;
    Ok(Postgres {
        host: env.text("POSTGRES_HOST", "postgres"),
        port: env.port("POSTGRES_PORT", 5432)?,
        database: env.text("POSTGRES_DB", "risk"),
        user: env.text("POSTGRES_USER", "risk_management"),
        password_file,
        ca_file: env.authorities("POSTGRES_CA_FILE")?,
        timeout: Duration::from_secs(3),
    })
}

fn default_limits<F: Fn(&str) -> Option<String>>(env: &Env<F>) -> Result<BTreeMap<String, Limits>, Problem> {
    if let Some(path) = env.get("LIMITS_FILE") {
        return limits_file(&path);
    }
    let unit = 100_000_000;
    let limits = Limits {
        max_order_notional: env.integer("DEFAULT_MAX_ORDER_NOTIONAL", 100_000 * unit, 0, i64::MAX)?,
        max_position_notional: env.integer("DEFAULT_MAX_POSITION_NOTIONAL", 1_000_000 * unit, 0, i64::MAX)?,
        max_open_orders: i32::try_from(env.integer("DEFAULT_MAX_OPEN_ORDERS", 50, 0, i64::from(i32::MAX))?)
            .unwrap_or(i32::MAX),
        enabled: true,
    };
    let accounts = env.text("DEFAULT_ACCOUNTS", "maker,momentum");
    Ok(accounts.split(',').map(str::trim).filter(|a| !a.is_empty()).map(|a| (a.to_owned(), limits)).collect())
}

fn limits_file(path: &str) -> Result<BTreeMap<String, Limits>, Problem> {
    let allowed = "a JSON object of account to {max_order_notional, max_position_notional, max_open_orders, enabled}, \
                   integers not negative, notionals at scale 1e-8";
    let problem = |given: String| Problem::new("LIMITS_FILE", &given, allowed, "correct the file");
    let text = std::fs::read_to_string(path).map_err(|e| problem(format!("{path} ({e})")))?;
    let limits: BTreeMap<String, Limits> = serde_json::from_str(&text).map_err(|e| problem(format!("{path} ({e})")))?;
    for (account, limits) in &limits {
        if let Some((name, value)) = limits.invalid() {
            return Err(problem(format!("{path} ({account}.{name} = {value})")));
        }
    }
    Ok(limits)
}

fn level<F: Fn(&str) -> Option<String>>(env: &Env<F>) -> Result<tracing::Level, Problem> {
    let given = env.text("LOG_LEVEL", "info");
    match given.as_str() {
        "error" | "warn" | "info" | "debug" => given.parse().map_err(|_| ()),
        _ => Err(()),
    }
    .map_err(|()| Problem::new("LOG_LEVEL", &given, "error, warn, info or debug", "unset it for info"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(vars: &[(&str, &str)]) -> Result<Config, Problem> {
        Config::read(|name| {
            let plain = (name == "KAFKA_SECURITY").then(|| "plaintext".to_owned());
            vars.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()).or(plain)
        })
    }

    #[test]
    fn defaults_are_the_stack_s_names_and_ports() {
        let config = read(&[]).unwrap();
        assert_eq!(config.kafka.brokers, "kafka:9092");
        assert_eq!((config.postgres.host.as_str(), config.postgres.port), ("postgres", 5432));
        assert_eq!((config.metrics_port, config.api_port), (9090, 8080));
        assert_eq!(config.default_limits.keys().collect::<Vec<_>>(), ["maker", "momentum"]);
        assert_eq!(config.policy.max_signal_age_ms, Some(10_000));
        assert_eq!(config.keep_decisions, Duration::from_secs(7 * 24 * 3600));
        assert!(read(&[("MAX_SIGNAL_AGE_MS", "0")]).unwrap().policy.max_signal_age_ms.is_none());
    }

    #[test]
    fn a_bad_value_is_named_with_what_is_allowed() {
        for (name, value) in [
            ("KAFKA_SECURITY", "ssl"),
            ("KAFKA_SECURITY", "sasl_plaintext"),
            ("POSTGRES_PORT", "0"),
            ("POSTGRES_PASSWORD_FILE", "/nonexistent/password"),
            ("API_PORT", "http"),
            ("COLLAR_BPS", "-1"),
            ("BATCH_MAX", "0"),
            ("KEEP_DECISIONS_HOURS", "0"),
            ("KEEP_DECISIONS_HOURS", "7d"),
            ("LIMITS_FILE", "/nonexistent/limits.json"),
            ("LOG_LEVEL", "loud"),
            ("DEFAULT_MAX_OPEN_ORDERS", "1.5"),
        ] {
            let problem = read(&[(name, value)]).unwrap_err();
            assert!(problem.what == name || problem.what == "KAFKA_PASSWORD_FILE", "{name}: {problem:?}");
            assert!(!problem.allowed.is_empty() && !problem.remedy.is_empty());
        }
    }

    #[test]
    fn a_limits_file_replaces_the_defaults_and_is_checked() {
        let path = std::env::temp_dir().join(format!("limits-{}.json", std::process::id()));
        let write = |value: i64| {
            let text =
                format!(r#"{{"desk":{{"max_order_notional":{value},"max_position_notional":2,"max_open_orders":3}}}}"#);
            std::fs::write(&path, text).unwrap();
            read(&[("LIMITS_FILE", path.to_str().unwrap())])
        };
        let limits = write(1).unwrap().default_limits;
        assert_eq!(limits["desk"].max_open_orders, 3);
        assert!(limits["desk"].enabled);
        assert!(write(-1).unwrap_err().given.contains("max_order_notional"));
        std::fs::remove_file(path).unwrap();
    }
}
