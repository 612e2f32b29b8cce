//! `lab data`: public sets fetched by name, and a look at what a set holds.

mod catalogue;
mod get;
mod inspect;
#[cfg(test)]
mod server;

use clap::Subcommand;

pub use catalogue::Catalogue;
pub use get::GetArguments;
pub use inspect::InspectArguments;

/// What to do with data.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Fetch a public set, or list those that are known
    Get(GetArguments),
    /// Count what a folder, tar file or folder of packed shards holds, and draw samples of it
    Inspect(InspectArguments),
}

/// Runs `lab data`.
///
/// # Errors
/// What went wrong, for the person at the command line.
pub fn run(command: &DataCommand) -> anyhow::Result<()> {
    match command {
        DataCommand::Get(arguments) => get::run(arguments),
        DataCommand::Inspect(arguments) => inspect::run(arguments),
    }
}
