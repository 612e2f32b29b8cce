//! Where the database is and how long it may take.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

/// What [`MongoStore::connect`](crate::MongoStore::connect) needs to know.
#[derive(Clone)]
pub struct MongoSettings {
    /// `mongodb://…` or `mongodb+srv://…`; options in it are the driver's, save for the concerns, which are ours.
    pub url: SecretString,
    /// The database; without it the one that the address names, else `whos-that`.
    pub database: Option<String>,
    /// The user, unless the address names one.
    pub username: Option<String>,
    /// The user's password.
    pub password: Option<SecretString>,
    /// The longest that any call may take.
    pub deadline: Duration,
    /// The longest part of it that goes into finding a server.
    pub selection: Duration,
}

impl MongoSettings {
    /// The database at `url`, with 5 seconds a call.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: SecretString::from(url.into()),
            database: None,
            username: None,
            password: None,
            deadline: Duration::from_secs(5),
            selection: Duration::from_millis(2500),
        }
    }

    /// The address with user and password in their place, so that the driver's rules for them (`authSource`, the
    /// database in the address, mechanisms) hold as written in its manual.
    pub(crate) fn full_url(&self) -> SecretString {
        let url = self.url.expose_secret();
        let (Some(username), Some((scheme, rest))) = (&self.username, url.split_once("://")) else {
            return self.url.clone();
        };
        let hosts = rest.split(['/', '?']).next().unwrap_or_default();
        if hosts.contains('@') {
            return self.url.clone();
        }
        let password = self.password.as_ref().map_or_else(String::new, |password| {
            format!(":{}", percent_encode(password.expose_secret()))
        });
        let username = percent_encode(username);
        SecretString::from(format!("{scheme}://{username}{password}@{rest}"))
    }

    /// Whether a message about the address might repeat a password.
    pub(crate) fn holds_secret(&self) -> bool {
        self.full_url().expose_secret().contains('@')
    }
}

impl std::fmt::Debug for MongoSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MongoSettings")
            .field("database", &self.database)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// RFC 3986: everything but the unreserved characters as `%` and two digits.
fn percent_encode(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'-' | b'.' | b'_' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    });
    encoded.collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str, password: Option<&str>) -> MongoSettings {
        MongoSettings {
            username: Some("ada@office".to_owned()),
            password: password.map(SecretString::from),
            ..MongoSettings::new(url)
        }
    }

    #[test]
    fn user_and_password_take_their_place_whatever_signs_they_have() {
        let full = settings("mongodb://a:1,b:2/people?w=1", Some("p:/?#[]@é")).full_url();
        let expected = "mongodb://ada%40office:p%3A%2F%3F%23%5B%5D%40%C3%A9@a:1,b:2/people?w=1";
        assert_eq!(full.expose_secret(), expected);
    }

    #[test]
    fn an_address_that_names_a_user_stays() {
        let url = "mongodb+srv://eve:x@cluster.example/people";
        assert_eq!(settings(url, Some("y")).full_url().expose_secret(), url);
        assert!(settings(url, None).holds_secret());
    }

    #[test]
    fn debug_output_shows_neither_address_nor_user() {
        let text = format!(
            "{:?}",
            settings("mongodb://eve:secret@host", Some("hidden"))
        );
        for secret in ["eve", "secret", "hidden", "ada"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
