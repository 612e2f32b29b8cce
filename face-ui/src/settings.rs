//! Settings of the user interface; `ServiceSettings` is flattened beside them, once, by the program.

use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

/// Where the pages are served, whom they ask, who may administer.
#[derive(Debug, Clone, Args)]
pub struct UiSettings {
    /// Port of the pages; 0 takes a free one.
    #[arg(
        long,
        env = "WHOS_THAT_UI_PORT",
        default_value_t = 5006,
        value_name = "PORT"
    )]
    pub ui_port: u16,

    /// Address of the registration service.
    #[arg(
        long,
        env = "WHOS_THAT_REGISTRATION_URL",
        default_value = "http://127.0.0.1:5005",
        value_name = "URL"
    )]
    pub registration_url: String,

    /// ID under which the administrator signs in.
    #[arg(
        long,
        env = "WHOS_THAT_ADMIN_ID",
        default_value = "admin",
        value_name = "ID"
    )]
    pub admin_id: String,

    /// The administrator's password as an argon2id hash (`whos-that hash-password`); without it the password is
    /// `admin`, which only a loopback address may do.
    #[arg(
        long,
        env = "WHOS_THAT_ADMIN_PASSWORD_HASH",
        hide_env_values = true,
        value_name = "PHC"
    )]
    pub admin_password_hash: Option<SecretString>,

    /// Minutes after which one must sign in again.
    #[arg(
        long,
        env = "WHOS_THAT_SESSION_MINUTES",
        default_value_t = 480,
        value_name = "MINUTES",
        value_parser = clap::value_parser!(u32).range(1..=43_200)
    )]
    pub session_minutes: u32,

    /// Secret that seals the session cookies, at least 32 characters, the same for all replicas; without it one is made
    /// at start, and a restart signs everyone out.
    #[arg(
        long,
        env = "WHOS_THAT_SESSION_KEY",
        hide_env_values = true,
        value_name = "SECRET"
    )]
    pub session_key: Option<SecretString>,

    /// Send session cookies over HTTPS only; without this setting true unless the address is loopback.
    #[arg(long, env = "WHOS_THAT_SECURE_COOKIES", value_name = "BOOL")]
    pub secure_cookies: Option<bool>,

    /// A reverse proxy stands in front: the visitor's address is the last one in `X-Forwarded-For`.
    #[arg(long, env = "WHOS_THAT_UI_BEHIND_PROXY")]
    pub behind_proxy: bool,

    /// Serve styles and scripts from this folder instead of those in the binary, for work on them.
    #[arg(long, env = "WHOS_THAT_STATIC_DIR", value_name = "DIR")]
    pub static_dir: Option<PathBuf>,
}

#[cfg(test)]
pub(crate) mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        settings: UiSettings,
    }

    /// Settings as the command line gives them.
    pub(crate) fn parse(arguments: &[&str]) -> UiSettings {
        Cli::try_parse_from([&["test"], arguments].concat())
            .unwrap()
            .settings
    }

    #[test]
    fn the_defaults_are_those_of_the_documentation() {
        let settings = parse(&[]);
        assert_eq!(settings.ui_port, 5006);
        assert_eq!(settings.registration_url, "http://127.0.0.1:5005");
        assert_eq!(settings.session_minutes, 480);
        assert_eq!(settings.secure_cookies, None);
        assert!(!settings.behind_proxy);
    }

    #[test]
    fn a_session_of_no_time_is_refused() {
        assert!(Cli::try_parse_from(["test", "--session-minutes", "0"]).is_err());
    }

    #[test]
    fn secrets_are_not_shown_by_debug() {
        let settings = parse(&[
            "--session-key",
            "hunter2",
            "--admin-password-hash",
            "hunter2",
        ]);
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
