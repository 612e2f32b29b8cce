//! Calls whose handlers are shared by every service, described here.

#![expect(
    dead_code,
    reason = "these functions carry the descriptions of handlers that stand in service-kit"
)]

/// The process lives.
#[utoipa::path(
    get, path = "/healthz", tag = "operation", security(()),
    responses((status = 200, description = "It lives", body = serde_json::Value))
)]
pub(super) fn healthz() {}

/// The service can do its work: `checks` names each need with `ok` or what is missing.
#[utoipa::path(
    get, path = "/readyz", tag = "operation", security(()),
    responses(
        (status = 200, description = "Ready", body = serde_json::Value),
        (status = 503, description = "Not ready, and why", body = serde_json::Value)
    )
)]
pub(super) fn readyz() {}

/// Metrics in Prometheus' text format.
#[utoipa::path(
    get, path = "/metrics", tag = "operation", security(()),
    responses((status = 200, description = "Metrics", body = String, content_type = "text/plain"))
)]
pub(super) fn metrics() {}

/// This document.
#[utoipa::path(
    get, path = "/openapi.json", tag = "operation", security(()),
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value))
)]
pub(super) fn openapi() {}
