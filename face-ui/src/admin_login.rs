//! The administrator's ID and password.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use secrecy::{ExposeSecret as _, SecretString};
use service_kit::{Exposure, ExposureError};
use subtle::ConstantTimeEq as _;

use crate::UiSettings;

/// The password of the demonstration, which works on loopback only.
const DEMO_PASSWORD: &str = "admin";

/// The setting does not make a safe login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// The demonstration password is in force and others can reach the pages.
    #[error(transparent)]
    Exposure(#[from] ExposureError),
    /// The hash is no argon2id hash.
    #[error(
        "WHOS_THAT_ADMIN_PASSWORD_HASH is no argon2id hash: set it to the output of `whos-that hash-password`, \
         in single quotes, because it holds dollar signs"
    )]
    Hash,
}

/// Who may administer.
#[derive(Debug, Clone)]
pub(crate) struct AdminLogin {
    id: String,
    hash: Option<SecretString>,
}

impl AdminLogin {
    /// The login that `settings` describe.
    pub(crate) fn new(settings: &UiSettings, exposure: Exposure) -> Result<Self, PasswordError> {
        match &settings.admin_password_hash {
            None if exposure == Exposure::Network => {
                return Err(ExposureError::AdminPassword.into());
            }
            Some(hash) if !is_argon2id(hash.expose_secret()) => return Err(PasswordError::Hash),
            _ => (),
        }
        Ok(Self {
            id: settings.admin_id.clone(),
            hash: settings.admin_password_hash.clone(),
        })
    }

    /// The demonstration password is in force.
    pub(crate) const fn is_demo(&self) -> bool {
        self.hash.is_none()
    }

    /// The ID and password are the administrator's. Takes tens of milliseconds of a core, whether or not the ID exists.
    pub(crate) fn admits(&self, id: &str, password: &str) -> bool {
        let is_id = bool::from(id.trim().as_bytes().ct_eq(self.id.as_bytes()));
        let is_password = match &self.hash {
            None => bool::from(password.as_bytes().ct_eq(DEMO_PASSWORD.as_bytes())),
            Some(hash) => verify(password, hash.expose_secret()),
        };
        is_id & is_password
    }
}

fn is_argon2id(hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| hash.algorithm.as_str() == "argon2id")
}

fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

/// The argon2id hash of `password` as a PHC string, with a salt of its own, for `WHOS_THAT_ADMIN_PASSWORD_HASH`.
#[must_use]
pub fn hash_password(password: &str) -> String {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.expect("argon2's own parameters are valid and passwords are far below 4 GiB")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::parse;

    #[test]
    fn the_demonstration_works_on_loopback_only() {
        let login = AdminLogin::new(&parse(&[]), Exposure::Loopback).unwrap();
        assert!(login.is_demo());
        assert!(login.admits("admin", "admin"));
        for (id, password) in [
            ("admin", "Admin"),
            ("root", "admin"),
            ("", ""),
            ("admin", ""),
        ] {
            assert!(!login.admits(id, password), "{id}/{password}");
        }
        let refused = AdminLogin::new(&parse(&[]), Exposure::Network).unwrap_err();
        assert!(refused.to_string().contains("hash-password"));
    }

    #[test]
    fn a_hashed_password_replaces_the_demonstration() {
        let hash = hash_password("correct horse");
        let settings = parse(&["--admin-id", "grace", "--admin-password-hash", &hash]);
        let login = AdminLogin::new(&settings, Exposure::Network).unwrap();
        assert!(login.admits("grace", "correct horse"));
        assert!(!login.admits("grace", "admin"));
        assert!(!login.admits("admin", "correct horse"));
        assert_ne!(
            hash,
            hash_password("correct horse"),
            "each hash has its own salt"
        );
    }

    #[test]
    fn a_plain_password_in_place_of_a_hash_is_refused() {
        let settings = parse(&["--admin-password-hash", "hunter2"]);
        assert_eq!(
            AdminLogin::new(&settings, Exposure::Loopback).unwrap_err(),
            PasswordError::Hash
        );
    }
}
