//! How open the eyes of packed crops are, in the eyes of several judges.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use face_data::{CROP_TEMPLATE, CropSet, crops::read_index};
use face_packs::Role;
use face_pipeline::eye_squares;
use face_types::Landmarks;

use super::Asked;
use crate::classifier::EyeJudge;
use crate::evaluate::{openness, work};

/// Name of the file.
pub const EYES_FILE: &str = "eyes.tsv";
/// Its first column; then come a left and a right eye for each judge, 0 (closed) to 1.
const COLUMNS: &str = "crop";

/// The text of the file for the packed crops in `shards`.
pub(super) fn judge(
    asked: &Asked<'_>,
    shards: &Path,
    run: Option<&Path>,
) -> anyhow::Result<String> {
    let own = run.map(EyeJudge::open).transpose()?;
    let mut text = format!("{COLUMNS}\tleft\tright");
    if own.is_some() {
        text.push_str("\tleft by the run\tright by the run");
    }
    text.push('\n');
    let sets: BTreeSet<String> = read_index(shards)?
        .into_iter()
        .map(|crop| crop.set)
        .collect();
    // Set by set: all crops at once would fill a small machine's memory.
    for set in sets {
        let crops = CropSet::read_shards(shards, |entry| entry.set == set)?;
        let by_pack = by_pack(asked, &set, &crops)?;
        let by_run = own.as_ref().map(|own| own.judge(&crops));
        for (row, entry) in crops.entries().iter().enumerate() {
            write!(text, "{}", entry.name)?;
            for [left, right] in std::iter::once(&by_pack).chain(&by_run).map(|all| all[row]) {
                write!(text, "\t{left:.4}\t{right:.4}")?;
            }
            text.push('\n');
        }
    }
    Ok(text)
}

/// Left and right eye of every crop, by the pack's network.
fn by_pack(asked: &Asked<'_>, set: &str, crops: &CropSet) -> anyhow::Result<Vec<[f32; 2]>> {
    let spec = asked.pack.manifest().eyes.as_ref();
    let spec = spec.context("the pack has no eye network")?;
    let squares = eye_squares(&Landmarks(CROP_TEMPLATE.points), spec.crop);
    let rows: Vec<usize> = (0..crops.len()).collect();
    let open = || Ok(asked.pack.network(Role::Eyes, asked.runtime, 1)?);
    work::each(
        &format!("eyes of {set}"),
        &rows,
        asked.threads,
        open,
        |network, &row| {
            let picture = crops.crop(row).to_image();
            let mut eyes = [0.0; 2];
            for (eye, square) in eyes.iter_mut().zip(&squares) {
                *eye = openness(network, spec, &picture, square)?;
            }
            Ok(eyes)
        },
    )
}

/// The judges' words on packed crops.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EyeLabels(pub Vec<JudgedEyes>);

/// The judges' words on one crop.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedEyes {
    /// The crop's name.
    pub crop: String,
    /// Openness of both eyes, judge by judge.
    pub openness: Vec<f32>,
}

impl JudgedEyes {
    /// Whether the eyes are open, where every judge gives both eyes at least the probability `sure` for it, or for closed.
    #[must_use]
    pub fn agreed(&self, sure: f32) -> Option<bool> {
        let all = |is_sure: fn(f32, f32) -> bool| self.openness.iter().all(|&p| is_sure(p, sure));
        if all(|p, sure| p >= sure) {
            Some(true)
        } else if all(|p, sure| p <= 1.0 - sure) {
            Some(false)
        } else {
            None
        }
    }
}

impl EyeLabels {
    /// Reads the file in the folder `labels`.
    ///
    /// # Errors
    /// When it cannot be read or breaks its format.
    pub fn read(labels: &Path) -> anyhow::Result<Self> {
        let path = labels.join(EYES_FILE);
        let parse = |row: Vec<String>| {
            let (crop, values) = row.split_first()?;
            let openness: Option<Vec<f32>> =
                values.iter().map(|value| value.parse().ok()).collect();
            Some(JudgedEyes {
                crop: crop.clone(),
                openness: openness.filter(|values| !values.is_empty())?,
            })
        };
        let rows = super::read(&path, COLUMNS)?.into_iter().map(parse);
        let all = rows.collect::<Option<_>>();
        all.map(Self)
            .with_context(|| format!("{} has a broken line", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(&[0.9, 0.8, 0.7, 0.95], Some(true))]
    #[case(&[0.1, 0.2, 0.3, 0.05], Some(false))]
    #[case::one_eye_of_one_judge(&[0.1, 0.2, 0.3, 0.5], None)]
    #[case::judges_differ(&[0.9, 0.9, 0.1, 0.1], None)]
    fn only_what_all_judges_say_of_both_eyes_counts(
        #[case] openness: &[f32],
        #[case] agreed: Option<bool>,
    ) {
        let eyes = JudgedEyes {
            crop: "a".to_owned(),
            openness: openness.to_vec(),
        };
        assert_eq!(eyes.agreed(0.6), agreed);
    }

    #[test]
    fn labels_are_read_with_as_many_judges_as_there_are() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(EYES_FILE);
        std::fs::write(&file, "crop\tleft\tright\na.webp\t0.25\t1\n").unwrap();
        let labels = EyeLabels::read(folder.path()).unwrap();
        assert_eq!(labels.0[0].openness, [0.25, 1.0]);
        std::fs::write(&file, "crop\tleft\tright\na.webp\tx\t1\n").unwrap();
        assert!(EyeLabels::read(folder.path()).is_err());
    }
}
