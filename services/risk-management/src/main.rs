use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use risk_management::command::{Inbox, channel_pair};
use risk_management::config::Config;
use risk_management::health::{Health, probe};
use risk_management::metrics::Metrics;
use risk_management::problem::Problem;
use risk_management::prune::{self, Published};
use risk_management::session::{Brake, Shared};
use risk_management::store::Reader;
use risk_management::{http, log, worker};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// The orchestrator kills after ten seconds.
const DRAIN: Duration = Duration::from_secs(9);

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => serve(),
        ["healthcheck"] => healthcheck("/readyz"),
        ["healthcheck", "--live"] => healthcheck("/livez"),
        other => refuse(&Problem::new(
            "arguments",
            &other.join(" "),
            "none, or healthcheck [--live]",
            "start it without arguments",
        )),
    }
}

fn healthcheck(path: &str) -> ExitCode {
    let port = std::env::var("METRICS_PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(9090);
    if probe(port, path) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn refuse(problem: &Problem) -> ExitCode {
    log::init(tracing::Level::INFO);
    tracing::error!(
        what = problem.what,
        given = problem.given,
        allowed = problem.allowed,
        remedy = problem.remedy,
        "bad configuration"
    );
    ExitCode::from(2)
}

fn serve() -> ExitCode {
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(problem) => return refuse(&problem),
    };
    log::init(config.log_level);
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            tracing::error!(error = %e, "cannot start");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn run(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (metrics_port, api_port, postgres) = (config.metrics_port, config.api_port, config.postgres.clone());
    let shared = Arc::new(Shared {
        config,
        metrics: Metrics::new()?,
        health: Health::default(),
        brake: Brake::default(),
        published: Published::default(),
    });
    let (outbox, inbox) = channel_pair();
    let api = http::Api { shared: shared.clone(), outbox, reader: Reader::new(postgres) };
    let probes = TcpListener::bind(("0.0.0.0", metrics_port)).await?;
    let interface = TcpListener::bind(("0.0.0.0", api_port)).await?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), metrics_port, api_port, "started");
    tokio::spawn(axum::serve(probes, http::metrics(shared.clone())).into_future());
    tokio::spawn(axum::serve(interface, http::api(Arc::new(api))).into_future());
    tokio::spawn(prune::run(shared.clone()));
    let mut worker = start(shared.clone(), inbox)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        // It ends by itself only by a panic.
        _ = &mut worker => return Err("the main loop ended".into()),
    }
    tracing::info!("stopping");
    shared.health.stop();
    // What is not done by then is done by the next start: every step can be repeated.
    if tokio::time::timeout(DRAIN, worker).await.is_err() {
        tracing::warn!("the main loop did not end in time");
    }
    Ok(())
}

/// The main loop has a thread of its own: it waits in Kafka, and must not hold up a probe.
fn start(shared: Arc<Shared>, inbox: Inbox) -> std::io::Result<oneshot::Receiver<()>> {
    let (ended, end) = oneshot::channel();
    std::thread::Builder::new().name("worker".into()).spawn(move || {
        if let Err(error) = worker::run(&shared, &inbox) {
            tracing::error!(%error, "the main loop could not start");
        }
        let _ = ended.send(());
    })?;
    Ok(end)
}
