//! What the manifest's types cannot say: ranges, orders, and keys that need each other.

use std::collections::HashMap;

use super::{
    Calibration, Detector, Embedder, InputSpec, Manifest, ManifestError, PixelSpec, SCHEMA, Weights,
};
use crate::Import;

type Checked = Result<(), ManifestError>;

/// The error about `key` unless `holds`.
fn ensure(holds: bool, key: impl Into<String>, problem: impl Into<String>) -> Checked {
    if holds {
        return Ok(());
    }
    let (key, problem) = (key.into(), problem.into());
    Err(ManifestError::Invalid { key, problem })
}

impl Manifest {
    /// Checks every value that the types leave open.
    pub(super) fn check(&self) -> Checked {
        ensure(
            self.schema == SCHEMA,
            "schema",
            format!("is {}; this program reads {SCHEMA}", self.schema),
        )?;
        ensure(
            is_slug(&self.name),
            "name",
            "must be 1 to 40 lowercase letters, digits and hyphens",
        )?;
        ensure(
            !self.version.trim().is_empty(),
            "version",
            "must not be blank",
        )?;
        for (role, weights) in self.networks() {
            weights.check(&format!("{role}.weights"))?;
        }
        self.check_files_differ()?;
        self.detector.check()?;
        self.embedder.check()?;
        self.check_crops()?;
        self.check_evidence()?;
        self.calibration.check()?;
        self.check_thresholds()
    }

    /// One name stands for one file.
    fn check_files_differ(&self) -> Checked {
        let mut files = HashMap::new();
        for (role, weights) in self.networks() {
            let first = *files
                .entry(weights.file.to_ascii_lowercase())
                .or_insert(weights.sha256);
            let problem = format!(
                "is {:?}, the name of another network's file too",
                weights.file
            );
            ensure(
                first == weights.sha256,
                format!("{role}.weights.file"),
                problem,
            )?;
        }
        Ok(())
    }

    fn check_crops(&self) -> Checked {
        if let Some(eyes) = &self.eyes {
            eyes.input.check("eyes.input")?;
            check_range(eyes.crop, 0.1..=4.0, "eyes.crop")?;
        }
        for (index, attack) in self.attack.iter().enumerate() {
            attack.input.check(&format!("attack[{index}].input"))?;
            check_range(
                attack.crop_scale,
                1.0..=8.0,
                &format!("attack[{index}].crop_scale"),
            )?;
        }
        if let Some(quality) = &self.quality {
            quality.input.check("quality.input")?;
            check_points(&quality.eyes_mouth, "quality.eyes_mouth")?;
        }
        Ok(())
    }

    fn check_evidence(&self) -> Checked {
        let Some(evidence) = &self.evidence else {
            return Ok(());
        };
        let numbers = [
            evidence.bias,
            evidence.raster.excess,
            evidence.raster.raster,
        ];
        ensure(
            numbers.iter().all(|number| number.is_finite()),
            "evidence",
            "holds what is no number",
        )?;
        for (key, term) in evidence.terms() {
            let key = format!("evidence.{key}");
            let is_fit = term.mean.is_finite() && term.weight.is_finite();
            ensure(
                is_fit && term.scale.is_finite() && term.scale > 0.0,
                key,
                "must be finite, `scale` above 0",
            )?;
        }
        check_range(evidence.border, 0.0..=1.0, "evidence.border")?;
        ensure(
            evidence.networks.is_some() != self.attack.is_empty(),
            "evidence.networks",
            "is there exactly when the pack has `attack`",
        )
    }

    /// A threshold is there exactly when the network is whose scores it divides.
    fn check_thresholds(&self) -> Checked {
        let calibration = &self.calibration;
        for (threshold, is_used, key, network) in [
            (
                calibration.attack_threshold,
                self.detects_attacks(),
                "calibration.attack_threshold",
                "attack` or `evidence",
            ),
            (
                calibration.eye_threshold,
                self.eyes.is_some(),
                "calibration.eye_threshold",
                "eyes",
            ),
        ] {
            ensure(
                threshold.is_some() || !is_used,
                key,
                format!("is missing, and the pack has `{network}`"),
            )?;
            ensure(
                threshold.is_none() || is_used,
                key,
                format!("is given, and the pack has no `{network}`"),
            )?;
            check_range(threshold.unwrap_or(0.5), 0.0..=1.0, key)?;
        }
        Ok(())
    }
}

impl Weights {
    fn check(&self, key: &str) -> Checked {
        let file = format!("{key}.file");
        ensure(
            is_plain_onnx_name(&self.file),
            file,
            format!("is {:?}; {FILE_RULE}", self.file),
        )?;
        ensure(
            self.bytes > 0,
            format!("{key}.bytes"),
            "must be more than 0",
        )?;
        ensure(
            is_spdx(&self.licence),
            format!("{key}.licence"),
            format!("is {:?}, no SPDX expression", self.licence),
        )?;
        ensure(
            !self.training_data.trim().is_empty(),
            format!("{key}.training_data"),
            "must say what is known",
        )?;
        let asks_nothing = self
            .requires_acceptance
            .as_deref()
            .is_some_and(|text| text.trim().is_empty());
        ensure(
            !asks_nothing,
            format!("{key}.requires_acceptance"),
            "must say what is to be accepted",
        )?;
        for source in &self.sources {
            let is_address = source.starts_with("https://") || source.starts_with("http://");
            ensure(
                is_address,
                format!("{key}.sources"),
                format!("has {source:?}, no http(s) address"),
            )?;
        }
        self.import
            .as_ref()
            .map_or(Ok(()), |import| import.check(&format!("{key}.import")))
    }
}

impl Import {
    fn check(&self, key: &str) -> Checked {
        let package = &self.package;
        ensure(
            is_plain_name(&package.file),
            format!("{key}.package.file"),
            "must be a plain name of letters, digits, `.`, `_`, `-`",
        )?;
        // A name or version that begins with a hyphen would be an option of the package client.
        for (text, name) in [(&package.name, "name"), (&package.version, "version")] {
            let is_word = |b: u8| b.is_ascii_alphanumeric() || b"@/._-+".contains(&b);
            let is_fit = !text.is_empty() && !text.starts_with('-') && text.bytes().all(is_word);
            ensure(is_fit, format!("{key}.package.{name}"), "must be a word")?;
        }
        let members = format!("{key}.members");
        ensure(!self.members.is_empty(), members, "must not be empty")
    }
}

impl Detector {
    fn check(&self) -> Checked {
        self.pixels.check("detector.pixels")?;
        ensure(
            (1..=256).contains(&self.side_multiple),
            "detector.side_multiple",
            "must be 1 to 256",
        )?;
        let ascending = self.strides.is_sorted_by(|a, b| a < b) && !self.strides.is_empty();
        ensure(
            ascending,
            "detector.strides",
            "must be ascending and not empty",
        )?;
        for &stride in &self.strides {
            let divides = stride > 0 && self.side_multiple.is_multiple_of(stride);
            let problem = format!(
                "has {stride}, which does not divide side_multiple, {}",
                self.side_multiple
            );
            ensure(divides, "detector.strides", problem)?;
        }
        check_range(self.score_threshold, 0.0..=1.0, "detector.score_threshold")?;
        check_range(self.nms_iou, 0.0..=1.0, "detector.nms_iou")
    }
}

impl Embedder {
    fn check(&self) -> Checked {
        self.input.check("embedder.input")?;
        check_points(&self.alignment.fractions(), "embedder.alignment")?;
        let most = face_types::MAX_TEMPLATE_DIMENSION;
        ensure(
            (1..=most).contains(&self.dimension),
            "embedder.dimension",
            format!("must be 1 to {most}"),
        )
    }
}

impl InputSpec {
    fn check(&self, key: &str) -> Checked {
        for (side, name) in [(self.width, "width"), (self.height, "height")] {
            ensure(
                (8..=1024).contains(&side),
                format!("{key}.{name}"),
                format!("is {side}, not 8 to 1024"),
            )?;
        }
        self.pixels.check(&format!("{key}.pixels"))
    }
}

impl PixelSpec {
    fn check(&self, key: &str) -> Checked {
        let means = self.mean.iter().all(|mean| (0.0..=255.0).contains(mean));
        ensure(
            means,
            format!("{key}.mean"),
            "must be three numbers from 0 to 255",
        )?;
        let scales = self
            .scale
            .iter()
            .all(|scale| scale.is_finite() && *scale != 0.0);
        ensure(
            scales,
            format!("{key}.scale"),
            "must be three finite numbers other than 0",
        )
    }
}

impl Calibration {
    fn check(&self) -> Checked {
        let key = "calibration.impostor_curve";
        let curve = &self.impostor_curve;
        ensure(curve.len() >= 2, key, "needs two points at least")?;
        for point in curve {
            check_range(point.threshold, -1.0..=1.0, key)?;
            let is_rate = point.fmr > 0.0 && point.fmr <= 1.0;
            ensure(
                is_rate,
                key,
                format!("has the rate {}, not above 0 and up to 1", point.fmr),
            )?;
        }
        let thresholds_ascend = curve.is_sorted_by(|a, b| a.threshold < b.threshold);
        ensure(thresholds_ascend, key, "must have ascending thresholds")?;
        ensure(
            curve.is_sorted_by(|a, b| a.fmr > b.fmr),
            key,
            "must have falling rates",
        )?;
        ensure(
            self.comparisons > 0,
            "calibration.comparisons",
            "must be more than 0",
        )
    }
}

/// NaN is in no range.
fn check_range(value: f32, range: std::ops::RangeInclusive<f32>, key: &str) -> Checked {
    let problem = format!("has {value}, not {} to {}", range.start(), range.end());
    ensure(range.contains(&value), key, problem)
}

fn check_points(points: &[[f32; 2]], key: &str) -> Checked {
    points
        .as_flattened()
        .iter()
        .try_for_each(|&fraction| check_range(fraction, 0.0..=1.0, key))
}

const FILE_RULE: &str = "it must be a plain name of letters, digits, `.`, `_`, `-` that starts with a letter or digit and ends in `.onnx`";

/// Whether `name` cannot leave the pack's folder, hide in it, or stand for another file of it.
fn is_plain_onnx_name(name: &str) -> bool {
    is_plain_name(name)
        && name
            .strip_suffix(".onnx")
            .is_some_and(|stem| !stem.is_empty())
}

fn is_plain_name(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    name.len() <= 100
        && name.bytes().all(is_plain)
        && name
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphanumeric())
}

fn is_slug(name: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=40).contains(&name.len()) && name.bytes().all(is_allowed) && !name.starts_with('-')
}

/// The characters of an SPDX expression; whether the licence exists is for its reader.
fn is_spdx(licence: &str) -> bool {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b" .+-:()".contains(&b);
    !licence.trim().is_empty() && licence.bytes().all(is_allowed)
}
