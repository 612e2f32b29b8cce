//! `whos-that`: the whole system in one program, and what its operator needs beside it.
//!
//! Without a command it serves: registration on 5005, the pages on 5006, inference on 5007, all on loopback, people in one
//! file under the data folder.

mod bench;
mod cli;
mod config;
mod doctor;
mod networks;
mod pack;
mod password;
mod serve;

use std::process::ExitCode;

use cli::{Cli, Command};
use service_kit::settings;

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match settings::read::<Cli>() {
        Ok(cli) => run(cli).await,
        Err(faults) => Err(faults.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let command = cli.command.unwrap_or(Command::Serve(Box::new(cli.system)));
    match command {
        Command::Serve(system) => serve::run(*system).await,
        Command::Doctor(system) => doctor::run(&system).await,
        Command::Pack(command) => pack::run(command).await,
        Command::HashPassword => password::run(),
        Command::Bench(bench) => bench::run(&bench).await,
        Command::Config(command) => config::run(&command),
    }
}

/// What failed and why, for the person at the terminal.
#[expect(
    clippy::print_stderr,
    reason = "a program's last word goes to standard error"
)]
fn report(error: &anyhow::Error) {
    eprintln!("whos-that: {error:#}");
}
