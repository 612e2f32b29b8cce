//! The command line. Each setting is an environment variable and a key of the settings file too.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand};
use face_ui::UiSettings;
use inference_service::InferenceSettings;
use registration_service::RegistrationSettings;
use service_kit::ServiceSettings;

use crate::bench::Bench;
use crate::config::ConfigCommand;
use crate::networks::Fetch;
use crate::pack::PackCommand;

/// Recognises a company's people by face, on your own machine.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) system: SystemSettings,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Settings of the three services.
#[derive(Debug, Clone, Args)]
pub(crate) struct SystemSettings {
    /// Folder of the pack of networks [default: the one that the data folder began with, else `registry`, made
    /// out of ordinary packages, else those that come with the program].
    #[arg(long, env = "WHOS_THAT_PACK", value_name = "DIR")]
    pub(crate) pack: Option<PathBuf>,
    /// Fetch nothing that is missing, neither networks nor ONNX Runtime.
    #[arg(long, env = "WHOS_THAT_OFFLINE", value_parser = FalseyValueParser::new())]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) service: ServiceSettings,
    #[command(flatten)]
    pub(crate) registration: RegistrationSettings,
    #[command(flatten)]
    pub(crate) ui: UiSettings,
    #[command(flatten)]
    pub(crate) inference: InferenceSettings,
}

impl SystemSettings {
    /// Whether what is missing may be fetched.
    pub(crate) const fn fetch(&self) -> Fetch {
        if self.offline {
            Fetch::Forbidden
        } else {
            Fetch::Allowed
        }
    }
}

/// What to do instead of serving.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the three services (the same as no command).
    Serve(Box<SystemSettings>),
    /// Check library, pack, store, ports and camera, and say what to do.
    Doctor(Box<SystemSettings>),
    /// Build, fetch and check packs of networks.
    #[command(subcommand)]
    Pack(PackCommand),
    /// Read a password from standard input and print its argon2id hash for `WHOS_THAT_ADMIN_PASSWORD_HASH`.
    HashPassword,
    /// Time `find_match` of a running system.
    Bench(Bench),
    /// Check a settings file.
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
