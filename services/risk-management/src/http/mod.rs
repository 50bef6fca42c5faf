//! The two HTTP ports: probes and metrics on one, the operator's interface on the other.

mod api;
mod error;

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::session::Shared;

pub use api::{Api, router as api};

pub fn metrics(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/livez", get(|State(s): State<Arc<Shared>>| async move { verdict(s.health.live()) }))
        .route("/readyz", get(|State(s): State<Arc<Shared>>| async move { verdict(s.health.ready()) }))
        .route("/metrics", get(|State(s): State<Arc<Shared>>| async move { scrape(&s) }))
        .with_state(shared)
}

fn verdict(good: bool) -> (StatusCode, &'static str) {
    if good { (StatusCode::OK, "ok\n") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ok\n") }
}

fn scrape(shared: &Shared) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], shared.metrics.render()).into_response()
}
