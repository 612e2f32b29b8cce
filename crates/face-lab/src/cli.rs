//! The commands of `lab`, one line each.

use clap::{Parser, Subcommand};

use crate::{
    classifier, data_command, evaluate, evidence, export, figures, label, pack, teach, training,
    tune,
};

/// The laboratory of Who's That: data, training, measuring, figures, packs.
#[derive(Debug, Parser)]
#[command(name = "lab", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What `lab` can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Get public data sets, and look at what is in a set.
    #[command(subcommand)]
    Data(data_command::DataCommand),
    /// Train a network by a recipe, or go on with a run.
    Train(training::TrainArgs),
    /// Measure a trained classifier on the sets kept out of its training.
    Check(classifier::CheckArgs),
    /// Train a classifier once for each value of one key of its recipe, and compare.
    Compare(classifier::CompareArgs),
    /// Search for the best learning rate, weight decay and the like by short runs.
    Tune(tune::TuneArgs),
    /// Compute the teachers' templates of all crops, the targets of distillation.
    Teach(teach::TeachArgs),
    /// Find faces and judge eyes once, for recipes that learn from it.
    Label(label::LabelArgs),
    /// Measure a pack on public benchmarks, with intervals.
    Evaluate(evaluate::EvaluateArgs),
    /// Learn how the pixels and a pack's attack networks become one attack score, and measure it source by source.
    Evidence(evidence::EvidenceArgs),
    /// Write the network of a run as an ONNX file.
    Export(export::ExportArgs),
    /// Assemble a pack from runs, calibrate it on people who taught it nothing, and verify it.
    Pack(pack::PackArgs),
    /// Draw what evaluations and training runs found.
    Figures(figures::FiguresArgs),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// Those of the command.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Data(command) => data_command::run(&command),
            Self::Train(args) => training::run(&args),
            Self::Check(args) => classifier::check(&args),
            Self::Compare(args) => classifier::compare(&args),
            Self::Tune(args) => tune::run(&args),
            Self::Teach(args) => teach::run(&args),
            Self::Label(args) => label::run(&args),
            Self::Evaluate(args) => evaluate::run(&args),
            Self::Evidence(args) => evidence::run(&args),
            Self::Export(args) => export::run(&args),
            Self::Pack(args) => pack::run(&args),
            Self::Figures(args) => figures::run(&args),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_options_of_all_commands_fit_together() {
        Cli::command().debug_assert();
    }
}
