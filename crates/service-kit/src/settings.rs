//! Settings that every service has, and where settings come from.

mod file;
mod layers;
mod names;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use secrecy::{ExposeSecret as _, SecretString};

pub use self::layers::{SettingsFaults, check_file, read, with_file_alone};
pub use self::names::{ALIASES, SETTINGS, SettingName};

/// Where a service listens, who may call it, how it logs, how it stops.
#[derive(Debug, Clone, Args)]
pub struct ServiceSettings {
    /// Settings file (TOML): keys are the names of the flags with `_` for `-`. Flags and environment win over it.
    #[arg(long, env = "WHOS_THAT_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Address to listen on. Anything but loopback needs a service key and an administrator's password.
    #[arg(long, env = "WHOS_THAT_BIND", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST), value_name = "ADDR")]
    pub bind: IpAddr,

    /// Key that callers must send as `Authorization: Bearer KEY`; the services use it among themselves too.
    #[arg(
        long,
        env = "WHOS_THAT_SERVICE_KEY",
        hide_env_values = true,
        value_name = "KEY"
    )]
    pub service_key: Option<SecretString>,

    /// Form of the log on standard error; `RUST_LOG` filters it.
    #[arg(long, env = "WHOS_THAT_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// Seconds between the signal to stop and the closing of the listener. `/readyz` is 503 from the signal on, so that
    /// whoever spreads calls over replicas has turned to others by then [default: 5, on loopback 0].
    #[arg(long, env = "WHOS_THAT_DRAIN_SECONDS", value_name = "SECONDS",
          value_parser = clap::value_parser!(u16).range(0..=600))]
    pub drain_seconds: Option<u16>,

    /// Seconds that calls that have begun get to finish once the listener is closed.
    #[arg(long, env = "WHOS_THAT_GRACE_SECONDS", default_value_t = 15, value_name = "SECONDS",
          value_parser = clap::value_parser!(u16).range(0..=600))]
    pub grace_seconds: u16,
}

/// Form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Who can reach a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// Programs on this machine only: the demonstration login and calls without a key are allowed.
    Loopback,
    /// Others too.
    Network,
}

/// A service was to be reachable by others without being secured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExposureError {
    /// No service key, or a short one.
    #[error(
        "listening on an address that others can reach needs a service key of at least 16 characters: \
         set WHOS_THAT_SERVICE_KEY (for example to the output of `openssl rand -hex 32`)"
    )]
    ServiceKey,
    /// The demonstration password is still in force.
    #[error(
        "listening on an address that others can reach needs an administrator's password: set \
         WHOS_THAT_ADMIN_PASSWORD_HASH to the output of `whos-that hash-password`"
    )]
    AdminPassword,
}

impl ServiceSettings {
    /// Who can reach the service.
    #[must_use]
    pub const fn exposure(&self) -> Exposure {
        if self.bind.is_loopback() {
            Exposure::Loopback
        } else {
            Exposure::Network
        }
    }

    /// How long the listener stays open after the signal to stop. On loopback nobody spreads calls, and whoever pressed
    /// Ctrl-C waits.
    #[must_use]
    pub fn drain(&self) -> Duration {
        let seconds = self.drain_seconds.unwrap_or(match self.exposure() {
            Exposure::Loopback => 0,
            Exposure::Network => 5,
        });
        Duration::from_secs(seconds.into())
    }

    /// Refuses to be reachable by others without a key.
    ///
    /// # Errors
    /// [`ExposureError::ServiceKey`], whose text says how to mend it.
    pub fn check_exposure(&self) -> Result<(), ExposureError> {
        let key_length = self
            .service_key
            .as_ref()
            .map_or(0, |key| key.expose_secret().len());
        if self.exposure() == Exposure::Network && key_length < 16 {
            return Err(ExposureError::ServiceKey);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        settings: ServiceSettings,
    }

    fn parse(arguments: &[&str]) -> ServiceSettings {
        Cli::try_parse_from([&["test"], arguments].concat())
            .unwrap()
            .settings
    }

    #[test]
    fn loopback_needs_no_key_and_any_other_address_does() {
        assert!(parse(&[]).check_exposure().is_ok());
        assert!(parse(&["--bind", "::1"]).check_exposure().is_ok());
        assert_eq!(
            parse(&["--bind", "0.0.0.0"]).check_exposure(),
            Err(ExposureError::ServiceKey)
        );
        let key = ["--bind", "0.0.0.0", "--service-key", "0123456789abcdef"];
        assert!(parse(&key).check_exposure().is_ok());
    }

    #[test]
    fn the_key_is_not_shown_by_debug() {
        let settings = parse(&["--service-key", "0123456789abcdef"]);
        assert!(!format!("{settings:?}").contains("0123456789abcdef"));
    }
}
