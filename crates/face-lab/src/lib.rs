//! `face-lab`: the laboratory: what the program `lab` does, command by command.

pub mod classifier;
mod cli;
pub mod data_command;
pub mod detector;
pub mod embedder;
pub mod evaluate;
pub mod evidence;
mod export;
pub mod faces;
pub mod figures;
pub mod identities;
pub mod label;
pub mod pack;
pub mod teach;
#[cfg(test)]
mod testing;
pub mod train;
mod training;
pub mod tune;

pub use cli::{Cli, Command};
