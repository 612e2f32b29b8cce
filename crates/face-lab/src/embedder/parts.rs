//! Which crops the network learns from, which check it, and which are left for the calibration of its pack.

use std::collections::BTreeSet;

use face_data::CropSet;
use face_data::sampling::{Shares, split_by_group};
use serde::{Deserialize, Serialize};

/// Crops kept back for the impostor curve of the finished network: it must be measured on people who taught it nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalibrationSettings {
    /// Share of the crops, 0 to 1; all crops of a person go together.
    pub share: f64,
    /// Who is drawn follows from it.
    pub seed: u64,
    /// Smallest face in its source, in pixels, that is compared: small ones, enlarged, are more alike than the faces that a
    /// camera in use takes. Crops of people drawn that are smaller are left out of everything.
    #[serde(default)]
    pub face_px: u32,
    /// Sets whose crops are compared; all where none is named. A crop of nobody in particular counts as a person of its own, so
    /// a set that shows the same people again and again without their names makes strangers of them.
    #[serde(default)]
    pub sets: Vec<String>,
}

/// Rows of a crop set, each in one part, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    /// To learn from.
    pub training: Vec<usize>,
    /// Of the people who are named as kept out: the check during training.
    pub check: Vec<usize>,
    /// For the impostor curve.
    pub calibration: Vec<usize>,
}

impl Parts {
    /// The parts of `crops`; people in `kept_out` are for the check alone. A crop of nobody in particular counts as a
    /// person of its own.
    ///
    /// # Errors
    /// When the share is negative or leaves nothing to learn from.
    pub fn of(
        crops: &CropSet,
        kept_out: &BTreeSet<String>,
        calibration: Option<&CalibrationSettings>,
    ) -> anyhow::Result<Self> {
        let is_kept_out = |&row: &usize| crops.entries()[row].is_of(kept_out);
        let (check, others): (Vec<_>, Vec<_>) = (0..crops.len()).partition(is_kept_out);
        let Some(settings) = calibration else {
            return Ok(Self {
                training: others,
                check,
                calibration: Vec::new(),
            });
        };
        let named = crops.labels().iter().flatten().max();
        let first_free = named.map_or(0, |largest| largest + 1);
        let group = |&row: &usize| crops.labels()[row].unwrap_or(first_free + row as u32);
        let groups: Vec<u32> = others.iter().map(group).collect();
        let shares = Shares::new(0.0, settings.share)?;
        let split = split_by_group(&groups, shares, settings.seed);
        let rows = |chosen: Vec<usize>| chosen.into_iter().map(|at| others[at]);
        let counts = |&row: &usize| {
            let entry = &crops.entries()[row];
            let is_of_a_set = settings.sets.is_empty() || settings.sets.contains(&entry.set);
            entry.face_px >= settings.face_px && is_of_a_set
        };
        Ok(Self {
            check,
            calibration: rows(split.test).filter(counts).collect(),
            training: rows(split.training).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use face_data::CropEntry;
    use image::RgbImage;

    use super::*;

    /// Crops of people `a`, `b`, … with three pictures each, and as many of nobody in particular.
    fn crops(people: usize) -> CropSet {
        let identity = |at: usize| (at < 3 * people).then(|| format!("person-{}", at / 3));
        let entry = |at: usize| CropEntry {
            name: format!("{at}"),
            set: "drawn".to_owned(),
            identity: identity(at),
            face_px: 90,
            score: 0.9,
        };
        let pictures = (0..6 * people).map(|at| (entry(at), RgbImage::new(128, 128)));
        CropSet::from_pictures(128, pictures).unwrap()
    }

    #[test]
    fn a_person_is_in_one_part() {
        let crops = crops(20);
        let kept_out = BTreeSet::from(["person-3".to_owned()]);
        let settings = CalibrationSettings {
            share: 0.25,
            seed: 1,
            face_px: 0,
            sets: Vec::new(),
        };
        let parts = Parts::of(&crops, &kept_out, Some(&settings)).unwrap();
        assert_eq!(parts.check, [9, 10, 11]);
        let all = [&parts.training, &parts.check, &parts.calibration];
        assert_eq!(
            all.iter().map(|part| part.len()).sum::<usize>(),
            crops.len()
        );
        assert!((28..=31).contains(&parts.calibration.len()));
        let people = |rows: &[usize]| -> BTreeSet<u32> {
            rows.iter().filter_map(|&row| crops.labels()[row]).collect()
        };
        assert!(people(&parts.training).is_disjoint(&people(&parts.calibration)));
        assert_eq!(
            parts,
            Parts::of(&crops, &kept_out, Some(&settings)).unwrap()
        );
    }

    #[test]
    fn small_faces_and_other_sets_of_people_drawn_are_in_no_part() {
        let crops = crops(20);
        let parts = |face_px, set: &str| {
            let settings = CalibrationSettings {
                share: 0.25,
                seed: 1,
                face_px,
                sets: vec![set.to_owned()],
            };
            Parts::of(&crops, &BTreeSet::new(), Some(&settings)).unwrap()
        };
        let all = parts(90, "drawn");
        assert!(!all.calibration.is_empty());
        for fewer in [parts(91, "drawn"), parts(90, "painted")] {
            assert!(fewer.calibration.is_empty());
            assert_eq!(fewer.training, all.training);
        }
    }
}
