//! What a call carries of the call that it is a part of, and when it may be repeated.

use std::sync::Arc;

use reqwest::RequestBuilder;

/// The call that another one is a part of.
#[derive(Debug, Clone, Default)]
pub struct CallContext {
    /// Passed on as `X-Request-Id`, so that both services log the same.
    pub request_id: Option<Arc<str>>,
    /// Passed on as `traceparent` (W3C), so that both services' spans are of one trace.
    pub traceparent: Option<Arc<str>>,
}

impl CallContext {
    /// Adds the headers.
    pub(crate) fn add_to(&self, mut request: RequestBuilder) -> RequestBuilder {
        for (name, value) in [
            ("x-request-id", &self.request_id),
            ("traceparent", &self.traceparent),
        ] {
            if let Some(value) = value {
                request = request.header(name, value.as_ref());
            }
        }
        request
    }
}

/// Whether a call without an answer may be made once more on another connection.
///
/// A connection that was kept open may be one that the service is just closing, because it stops or because it was idle: then
/// the call is lost though the service, or another replica of it, is well. Without a connection nothing was sent. A call that
/// `changes` nothing may be repeated as well when the connection was lost before an answer; one that changes something may not:
/// it may have been done.
pub(crate) fn may_be_repeated(error: &reqwest::Error, changes: Changes) -> bool {
    let was_lost = error.is_request() && !error.is_timeout();
    was_lost && (error.is_connect() || changes == Changes::Nothing)
}

/// What a call does to the service's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changes {
    /// It asks.
    Nothing,
    /// It may change people.
    Something,
}
