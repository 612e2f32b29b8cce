//! `face-lab`: the laboratory: what the program `lab` does, command by command.

mod cli;
pub mod data_command;
pub mod embedder;
pub mod evaluate;
pub mod faces;
pub mod figures;
pub mod identities;
pub mod teach;
#[cfg(test)]
mod testing;
pub mod train;
mod training;
pub mod tune;

pub use cli::{Cli, Command};
