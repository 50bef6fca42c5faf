use std::path::Path as FilePath;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ApiError;
use crate::command::{Command, Outbox};
use crate::problem::Problem;
use crate::risk::Limits;
use crate::session::Shared;
use crate::store::{Reader, StoreError};

pub struct Api {
    pub shared: Arc<Shared>,
    pub outbox: Outbox,
    pub reader: Reader,
}

type Answer = Result<Json<Value>, ApiError>;

pub fn router(api: Arc<Api>) -> Router {
    Router::new()
        .route("/positions", get(positions))
        .route("/limits", get(limits))
        .route("/limits/{account}", put(set_limits))
        .route("/kill", post(kill).delete(release).get(kill_state))
        // Signal ids contain slashes.
        .route("/decisions/{*signal}", get(decision))
        .fallback(|| async { not_found("this path", "see the service's documentation") })
        .layer(DefaultBodyLimit::max(4096))
        .with_state(api)
}

async fn positions(State(api): State<Arc<Api>>) -> Answer {
    api.reader.positions().await.map(Json).map_err(away)
}

async fn limits(State(api): State<Arc<Api>>) -> Answer {
    api.reader.limits().await.map(Json).map_err(away)
}

async fn kill_state(State(api): State<Arc<Api>>) -> Answer {
    api.reader.kill().await.map(Json).map_err(away)
}

async fn decision(State(api): State<Arc<Api>>, Path(signal): Path<String>) -> Answer {
    let found = api.reader.decision(&signal).await.map_err(away)?;
    found.map(Json).ok_or_else(|| not_found(&signal, "ask for the id of a signal that was read"))
}

async fn set_limits(
    State(api): State<Arc<Api>>,
    Path(account): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    authorise(&api, &headers)?;
    let allowed = "{max_order_notional, max_position_notional, max_open_orders, enabled}, integers not negative, \
                   notionals at scale 1e-8";
    let remedy = "correct the body";
    let limits: Limits =
        serde_json::from_slice(&body).map_err(|e| ApiError::bad_request("limits", &e.to_string(), allowed, remedy))?;
    if let Some((name, value)) = limits.invalid() {
        return Err(ApiError::bad_request(name, &value.to_string(), allowed, remedy));
    }
    if account.is_empty() || account.len() > 64 || !account.bytes().all(|b| b.is_ascii_graphic()) {
        let allowed = "1 to 64 printable ASCII characters";
        return Err(ApiError::bad_request("account", &account, allowed, "correct the path"));
    }
    ask(&api, Command::SetLimits { account: account.clone(), limits }, "try again").await?;
    Ok(Json(json!({ "account": account, "limits": limits })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KillBody {
    reason: String,
}

async fn kill(State(api): State<Arc<Api>>, headers: HeaderMap, body: Bytes) -> Answer {
    authorise(&api, &headers)?;
    let body: KillBody = serde_json::from_slice(&body).map_err(|e| {
        ApiError::bad_request("kill", &e.to_string(), r#"{"reason":"…"}"#, "say why, for whoever finds it on")
    })?;
    api.shared.brake.pull(body.reason.clone());
    let remedy = "nothing: no new order is approved from now on, and it is written as soon as postgres is back; \
                  repeat it if this process is restarted before that";
    ask(&api, Command::Kill, remedy).await?;
    Ok(Json(json!({ "active": true, "reason": body.reason })))
}

async fn release(State(api): State<Arc<Api>>, headers: HeaderMap) -> Answer {
    authorise(&api, &headers)?;
    ask(&api, Command::Release, "try again: the kill switch is still on").await?;
    Ok(Json(json!({ "active": false })))
}

async fn ask(api: &Api, command: Command, remedy: &str) -> Result<(), ApiError> {
    api.outbox.ask(command).await.map_err(|given| ApiError::unavailable(&given, remedy))
}

fn away(e: StoreError) -> ApiError {
    tracing::warn!(error = %e, "the interface could not read");
    ApiError::unavailable(&e.to_string(), "try again when /readyz answers 200")
}

fn not_found(given: &str, remedy: &str) -> ApiError {
    ApiError(StatusCode::NOT_FOUND, Problem::new("not found", given, "what exists", remedy))
}

/// Without a token to compare with, nobody may change anything.
fn authorise(api: &Api, headers: &HeaderMap) -> Result<(), ApiError> {
    let expected = api.shared.config.api_token_file.as_deref().and_then(token);
    let Some(expected) = expected else {
        let problem = Problem::new("API_TOKEN_FILE", "no token", "a file with a token", "mount one and set its path");
        return Err(ApiError(StatusCode::SERVICE_UNAVAILABLE, problem));
    };
    let given =
        headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    if given.is_some_and(|given| same(given.as_bytes(), expected.as_bytes())) {
        return Ok(());
    }
    let given = if given.is_some() { "another token" } else { "no token" };
    let problem = Problem::new("authorization", given, "Bearer and the operator's token", "send that header");
    Err(ApiError(StatusCode::UNAUTHORIZED, problem))
}

/// Read each time, so that a rotated token counts at once.
fn token(path: &FilePath) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|token| !token.is_empty())
}

/// Takes the same time wherever the first difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}
