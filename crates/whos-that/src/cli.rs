//! The command line. Each setting is an environment variable too.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use face_ui::UiSettings;
use inference_service::InferenceSettings;
use registration_service::RegistrationSettings;
use service_kit::ServiceSettings;

use crate::bench::Bench;
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
    /// Folder of the pack of networks; `whos-that pack` makes one.
    #[arg(long, env = "WHOS_THAT_PACK", value_name = "DIR")]
    pub(crate) pack: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) service: ServiceSettings,
    #[command(flatten)]
    pub(crate) registration: RegistrationSettings,
    #[command(flatten)]
    pub(crate) ui: UiSettings,
    #[command(flatten)]
    pub(crate) inference: InferenceSettings,
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
