//! `lab check`: how well the best weights of a run judge the sets that were kept out of training.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use burn::tensor::Device;
use face_metrics::Estimate;
use serde::Serialize;

use super::judge::{self, Rates};
use super::{ClassifierRecipe, Examples, Judged, Subject};
use crate::evaluate::table::{Table, interval};
use crate::train::{RunFolder, checkpoint};

/// What the set is called that chose the weights.
pub(super) const VALIDATION: &str = "validation";

/// `lab check`.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// The run's folder.
    #[arg(long, value_name = "DIR")]
    pub run: PathBuf,
    /// The folder with the data sets.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// The folder of `lab label`, for recipes that learn from its labels.
    #[arg(long, value_name = "DIR")]
    pub targets: Option<PathBuf>,
    /// What was measured, as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// What was measured on one set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct SetRates {
    /// Its name.
    pub(super) set: String,
    /// Its pictures.
    pub(super) pictures: usize,
    /// How they were judged.
    pub(super) rates: Rates,
}

/// Measures, prints a table and writes what was asked for.
///
/// # Errors
/// When the run or the data cannot be read, or a file cannot be written.
pub(crate) fn run(args: &CheckArgs) -> anyhow::Result<()> {
    let text = RunFolder::recipe(&args.run)?;
    let recipe = ClassifierRecipe::parse(&text)?;
    let examples = super::read(&recipe, &args.data, args.targets.as_deref())?;
    let found = measure(&recipe, &examples, &args.run)?;
    table(recipe.task, &found).write(&mut std::io::stdout().lock())?;
    if let Some(path) = &args.json {
        let json = serde_json::to_vec_pretty(&found)?;
        std::fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The rates of a run's best weights on the validation set and on every set for reports.
pub(super) fn measure(
    recipe: &ClassifierRecipe,
    examples: &Examples,
    run: &Path,
) -> anyhow::Result<Vec<SetRates>> {
    let device = Device::flex();
    let weights = super::best_weights(run);
    let net = checkpoint::load(recipe.network.init(&device), &weights)?;
    let one = |set: &str, rows: &[Judged]| {
        let found = judge::probabilities(&net, examples, rows, recipe, &device);
        SetRates {
            set: set.to_owned(),
            pictures: rows.len(),
            rates: judge::rates(&found, &examples.targets_of(rows)),
        }
    };
    let mut all = vec![one(VALIDATION, &examples.validation)];
    all.extend(examples.reports.iter().map(|(name, rows)| one(name, rows)));
    Ok(all)
}

/// One row a set.
pub(super) fn table(subject: Subject, found: &[SetRates]) -> Table {
    let [zero, one] = subject.classes().map(|name| format!("{name} judged right"));
    let at_five = format!("of {} missed at 5% of the others", subject.classes()[0]);
    let head = [
        "set",
        "pictures",
        "accuracy",
        &one,
        &zero,
        &at_five,
        "area under the ROC",
    ];
    let mut table = Table::new("At a probability of a half, with 95% intervals", &head);
    for SetRates {
        set,
        pictures,
        rates,
    } in found
    {
        let or_none = |rate: &Option<Estimate>| rate.as_ref().map_or_else(String::new, interval);
        table.row(vec![
            set.clone(),
            pictures.to_string(),
            interval(&rates.accuracy),
            or_none(&rates.right[1]),
            or_none(&rates.right[0]),
            or_none(&rates.apcer_at_bpcer_5),
            rates
                .area_under_curve
                .map_or_else(String::new, |area| format!("{area:.4}")),
        ]);
    }
    table
}
