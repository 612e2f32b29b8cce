//! A search on drawn people, from its first trial to its table.

use face_data::procedural;

use super::*;
use crate::identities::tests::{MODEL_3, small};
use crate::testing::{PEOPLE, recorded};

/// Crops of drawn people as files.
fn data(folder: &Path) -> Inputs {
    let data = folder.join("data");
    procedural::write_shards(&PEOPLE, &data.join("faces")).unwrap();
    std::fs::write(data.join("dev-identities.txt"), "person-00\n").unwrap();
    Inputs::of(&data)
}

fn recipe(tune: &str) -> String {
    let small = small(MODEL_3, 4).replace("validate_every = 4", "validate_every = 2");
    format!("{small}\n[tune]\nsteps = 2\nreduction = 2\nrounds = 2\n{tune}\n")
}

fn search<'a>(text: &'a str, out: &'a Path, inputs: &'a Inputs) -> Search<'a> {
    Search {
        settings: TuneSettings::of(text).unwrap(),
        text,
        out,
        inputs,
    }
}

#[test]
fn the_better_trials_go_on_from_their_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, out) = (data(folder.path()), folder.path().join("search"));
    let ranges = "range.\"training.rate\" = { from = 1e-4, to = 1e-2 }\nrange.\"loss.group.temperature\" = [6.0, 24.0]";
    let text = recipe(&format!("trials = 3\n{ranges}"));
    let mut first = search(&text, &out, &inputs);
    first.settings.rounds = 1;
    let after_one = first.go(&Stop::default()).unwrap();
    assert!(after_one.trials.iter().all(|trial| trial.rounds.len() == 1));
    // The same command again goes on; two of the three do.
    let trials = search(&text, &out, &inputs).go(&Stop::default()).unwrap();
    let rounds: Vec<_> = trials
        .trials
        .iter()
        .map(|trial| trial.rounds.len())
        .collect();
    assert_eq!(rounds.iter().sum::<usize>(), 5, "{rounds:?}");
    for (trial, before) in trials.trials.iter().zip(&after_one.trials) {
        assert_eq!(trial.rounds[0], before.rounds[0]);
    }
    for (number, rounds) in rounds.into_iter().enumerate() {
        let path = out.join(format!("trial-{number:02}"));
        assert_eq!(recorded(&path, "validation", "recall_at_1").len(), rounds);
        let stage = path.join("stages/classification");
        assert!(stage.join("best").exists() && !stage.join("checkpoints").exists());
    }
    let text = String::from_utf8(table(&trials).unwrap()).unwrap();
    assert!(
        text.contains("as it is") && text.lines().count() == 8,
        "{text}"
    );
}

#[test]
fn a_trial_that_diverges_is_out_and_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, out) = (data(folder.path()), folder.path().join("search"));
    let text = recipe("trials = 2\nrange.\"training.rate\" = [1e30]");
    let trials = search(&text, &out, &inputs).go(&Stop::default()).unwrap();
    assert_eq!(trials.trials[0].rounds.len(), 2);
    let failure = trials.trials[1].failure.as_ref().unwrap();
    assert!(failure.contains("no number"), "{failure}");
    assert_eq!(trials.ranked(), [0, 1]);
}

#[test]
fn a_search_that_is_asked_to_stop_does() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, out) = (data(folder.path()), folder.path().join("search"));
    let text = recipe("trials = 2\nrange.\"training.rate\" = [1e-3]");
    let stop = Stop::default();
    stop.ask();
    let trials = search(&text, &out, &inputs).go(&stop).unwrap();
    assert!(trials.trials.iter().all(|trial| trial.rounds.is_empty()));
}
