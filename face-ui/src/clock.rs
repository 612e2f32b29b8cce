//! The time, and how pages print it.

use std::time::{SystemTime, UNIX_EPOCH};

use actix_web::cookie::time::OffsetDateTime;

/// Milliseconds since 1970-01-01 UTC.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    since.as_millis() as i64
}

/// A moment for people: `3 May 2026, 14:05 UTC`; empty for what no calendar holds.
pub(crate) fn moment(ms: i64) -> String {
    let Ok(at) = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000)) else {
        return String::new();
    };
    let month = &at.month().to_string()[..3];
    format!(
        "{} {month} {}, {:02}:{:02} UTC",
        at.day(),
        at.year(),
        at.hour(),
        at.minute()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_printed_for_people() {
        assert_eq!(moment(0), "1 Jan 1970, 00:00 UTC");
        assert_eq!(moment(1_777_816_999_999), "3 May 2026, 14:03 UTC");
        assert_eq!(moment(i64::MAX), "");
    }
}
