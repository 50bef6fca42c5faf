use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::problem::Problem;

/// A refusal with its status: `{"error":{"what","given","allowed","remedy"}}`.
#[derive(Debug)]
pub struct ApiError(pub StatusCode, pub Problem);

impl ApiError {
    pub fn unavailable(given: &str, remedy: &str) -> Self {
        let problem = Problem::new("risk-management", given, "postgres and kafka reachable", remedy);
        ApiError(StatusCode::SERVICE_UNAVAILABLE, problem)
    }

    pub fn bad_request(what: &str, given: &str, allowed: &str, remedy: &str) -> Self {
        ApiError(StatusCode::BAD_REQUEST, Problem::new(what, given, allowed, remedy))
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}
