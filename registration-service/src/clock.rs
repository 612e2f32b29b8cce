//! The time, read in one place.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use face_store::Timestamp;

/// Now; a clock set before 1970 reads as 1970.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// One moment on both clocks: the time of day, which other services know too, and one that never goes back, for pauses.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// Time of day.
    pub(crate) at: Timestamp,
    /// For differences within this process.
    pub(crate) instant: Instant,
}

impl Moment {
    /// This moment.
    pub(crate) fn now() -> Self {
        Self {
            at: now(),
            instant: Instant::now(),
        }
    }
}

/// `time` and so much more.
pub(crate) fn after(time: Timestamp, by: Duration) -> Timestamp {
    let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp(time.0.saturating_add(ms))
}
