//! Sessions: an encrypted cookie, and in memory the list of those that were ended before their time.
//!
//! The cookie holds the whole session, so that any replica with the same `--session-key` reads it. A cookie alone cannot be
//! taken back; the list makes a sign-out final for the process that saw it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_session::SessionMiddleware;
use actix_session::config::{BrowserSession, CookieContentSecurity};
use actix_session::storage::CookieSessionStore;
use actix_web::cookie::{Key, SameSite};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha512};
use uuid::Uuid;

/// Name of the cookie.
const COOKIE: &str = "whos-that";
/// Shortest secret that `--session-key` takes.
const SHORTEST_SECRET: usize = 32;

/// What someone who has signed in may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Role {
    /// Sees and changes everything.
    Admin,
    /// Was recognised by face; sees that and signs out.
    Person,
}

/// Who has signed in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    /// What they may do.
    pub(crate) role: Role,
    /// What the pages call them.
    pub(crate) name: String,
    /// When: milliseconds since 1970-01-01 UTC.
    pub(crate) since_ms: i64,
    /// Names the session; new at every sign-in.
    pub(crate) session: Uuid,
}

impl Account {
    /// An account that signs in now.
    pub(crate) fn new(role: Role, name: impl Into<String>, now_ms: i64) -> Self {
        Self {
            role,
            name: name.into(),
            since_ms: now_ms,
            session: Uuid::new_v4(),
        }
    }
}

/// How long sessions live, and which have ended.
#[derive(Debug)]
pub(crate) struct Sessions {
    lifetime_ms: i64,
    ended: Mutex<HashMap<Uuid, i64>>,
}

impl Sessions {
    /// Sessions that live for so many minutes.
    pub(crate) fn new(minutes: u32) -> Self {
        Self {
            lifetime_ms: i64::from(minutes) * 60_000,
            ended: Mutex::default(),
        }
    }

    /// The account may still act.
    pub(crate) fn is_current(&self, account: &Account, now_ms: i64) -> bool {
        now_ms < account.since_ms.saturating_add(self.lifetime_ms)
            && !self.with(|ended| ended.contains_key(&account.session))
    }

    /// Ends the account's session for good.
    pub(crate) fn end(&self, account: &Account, now_ms: i64) {
        self.with(|ended| {
            ended.retain(|_, until| now_ms < *until);
            ended.insert(account.session, account.since_ms + self.lifetime_ms);
        });
    }

    fn with<T>(&self, change: impl FnOnce(&mut HashMap<Uuid, i64>) -> T) -> T {
        change(&mut self.ended.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The key of the cookies, or `None` when the secret is too short.
pub(crate) fn key(secret: Option<&SecretString>) -> Option<Key> {
    match secret.map(ExposeSecret::expose_secret) {
        None => Some(Key::generate()),
        Some(secret) if secret.len() < SHORTEST_SECRET => None,
        Some(secret) => Some(Key::from(&Sha512::digest(secret.as_bytes()))),
    }
}

/// The middleware that reads and writes the cookie.
pub(crate) fn middleware(key: Key, is_secure: bool) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::builder(CookieSessionStore::default(), key)
        .cookie_name(COOKIE.to_owned())
        .cookie_content_security(CookieContentSecurity::Private)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_secure(is_secure)
        .session_lifecycle(BrowserSession::default())
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_by_time_and_by_signing_out() {
        let sessions = Sessions::new(1);
        let account = Account::new(Role::Admin, "admin", 1_000);
        assert!(sessions.is_current(&account, 60_999));
        assert!(!sessions.is_current(&account, 61_000));
        sessions.end(&account, 2_000);
        assert!(!sessions.is_current(&account, 2_001));
        assert!(sessions.is_current(&Account::new(Role::Admin, "admin", 2_000), 2_001));
    }

    #[test]
    fn a_short_secret_is_refused_and_a_long_one_gives_the_same_key_everywhere() {
        let secret = |text: &str| SecretString::from(text);
        assert!(key(Some(&secret("short"))).is_none());
        let long = secret(&"x".repeat(32));
        assert!(key(Some(&long)) == key(Some(&long)));
        assert!(key(None) != key(None));
    }
}
