//! `face-lab`: the laboratory: what the program `lab` does, command by command.

pub mod classifier;
mod cli;
pub mod data_command;
pub mod detector;
pub mod embedder;
pub mod evaluate;
mod export;
pub mod figures;
pub mod label;
pub mod pack;
pub mod teach;
pub mod train;
mod training;

pub use cli::{Cli, Command};
