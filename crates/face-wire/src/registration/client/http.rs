//! What headers of an answer say.

use std::time::Duration;

use reqwest::Response;

/// The pause that a busy service asks for; one second when it names none.
pub(super) fn retry_after(response: &Response) -> Duration {
    let header = response.headers().get(reqwest::header::RETRY_AFTER);
    let seconds = header
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1))
}
