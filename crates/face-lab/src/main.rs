//! `lab`: trains, measures, draws and exports the networks of a pack.

use clap::Parser as _;

fn main() -> anyhow::Result<()> {
    face_lab::Cli::parse().command.run()
}
