//! Everything that an evaluation finds, as it is written to JSON and read by `lab figures`.

use face_metrics::{
    AttackRates, Bootstrap, CrossValidated, DetectorPoint, EqualErrorRate, Estimate, Histogram,
    OpenSetPoint, OperatingPoint, RecallAt, SweepPoint, TwoClassRates,
};
use serde::{Deserialize, Serialize};

/// Version of the format.
pub(super) const SCHEMA: u32 = 1;

/// An evaluation of one pack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Version of the format.
    pub schema: u32,
    /// Where it was measured.
    pub host: Host,
    /// What was measured.
    pub pack: PackFacts,
    /// How.
    pub settings: Settings,
    /// Labeled Faces in the Wild.
    pub lfw: Option<LfwReport>,
    /// Aligned crops, one a person.
    pub crops: Option<CropReport>,
    /// Open and closed eyes.
    pub eyes: Option<Vec<EyeReport>>,
    /// Presentation attacks.
    pub attacks: Option<AttackReport>,
    /// Sequences of frames before the camera.
    #[serde(default)]
    pub sequences: Option<SequenceReport>,
    /// The detector against a reference detector.
    pub detector: Option<DetectorReport>,
    /// How long all of it took.
    pub seconds: f64,
}

/// Machine and programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// The processor's name.
    pub processor: String,
    /// Its widest vector instructions.
    pub vectors: String,
    /// Threads it runs at once.
    pub cores: usize,
    /// Operating system and architecture.
    pub system: String,
    /// Version of this program.
    pub lab: String,
    /// What ONNX Runtime says of itself.
    pub onnx_runtime: String,
    /// Whether this program was built with optimisations.
    pub is_optimised: bool,
}

/// What identifies a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackFacts {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its `pack.toml`, which holds the digests of all its networks.
    pub digest: String,
    /// The model that templates are bound to.
    pub model: String,
    /// Values of a template.
    pub dimension: usize,
    /// Role and file of each network.
    pub networks: Vec<String>,
}

/// How it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Most pictures of a set, where not all were used.
    pub limit: Option<usize>,
    /// Seed and number of the resamples.
    pub bootstrap: Bootstrap,
}

/// Labeled Faces in the Wild, all protocols.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LfwReport {
    /// Pictures of the pairs.
    pub pictures: usize,
    /// People on them.
    pub people: usize,
    /// Pictures in which no face was found; their pairs count as not alike, and the other protocols leave them out.
    pub without_face: usize,
    /// Each kind of template.
    pub variants: Vec<LfwVariant>,
}

/// LFW with one kind of template.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LfwVariant {
    /// `single`, or `mirrored mean`.
    pub template: String,
    /// The listed pairs.
    pub pairs: PairsReport,
    /// Every picture with every other.
    pub all_pairs: AllPairsReport,
    /// Recall@k over all pictures of people with two or more.
    pub global_recall: Vec<RecallAt>,
    /// Recall@k within batches of 8 people and 3 pictures each.
    pub batch_recall: Vec<RecallAt>,
    /// Agreement of a clustering by k-means with the people.
    pub clusters: Option<ClusterReport>,
    /// Identification in a gallery.
    pub open_set: Option<OpenSetReport>,
}

/// Verification on listed pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairsReport {
    /// Accuracy by cross-validation.
    pub folds: CrossValidated,
    /// True accept rates; intervals over people.
    pub tar: Vec<RateAt>,
    /// Where both error rates are equal.
    pub equal_error_rate: EqualErrorRate,
    /// Area under the ROC.
    pub area_under_curve: f64,
    /// Operating points by rising threshold.
    pub curve: Vec<OperatingPoint>,
    /// Accuracy over the Euclidean distance.
    pub sweep: Vec<SweepPoint>,
    /// The distance with the highest accuracy, chosen on the same pairs.
    pub best_distance: SweepPoint,
    /// Distribution of the similarities.
    pub scores: ScoreCounts,
}

/// A rate at a fixed other rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RateAt {
    /// False match rate.
    pub fmr: f64,
    /// True accept rate there.
    pub tar: Estimate,
}

/// How often each similarity occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreCounts {
    /// Of mated comparisons.
    pub mated: Histogram,
    /// Of non-mated comparisons.
    pub non_mated: Histogram,
}

/// Verification on every picture with every other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AllPairsReport {
    /// Mated comparisons.
    pub mated: u64,
    /// Non-mated comparisons.
    pub non_mated: u64,
    /// True accept rates; intervals over people.
    pub tar: Vec<RateAt>,
    /// Thresholds and false match rates, as a pack's manifest wants them.
    pub impostor_curve: Vec<(f32, f64)>,
    /// Distribution of the similarities.
    pub scores: ScoreCounts,
}

/// A clustering against the people.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ClusterReport {
    /// Normalised mutual information.
    pub nmi: f64,
    /// Number of clusters: as many as people.
    pub clusters: usize,
    /// Pictures.
    pub pictures: usize,
    /// Rounds of k-means.
    pub rounds: usize,
}

/// Identification in a gallery, with people who are in it and others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenSetReport {
    /// People enrolled, one picture each.
    pub enrolled: usize,
    /// Share of the searches for them in which they come first.
    pub rank_one: Estimate,
    /// Rates at fixed false-positive identification rates.
    pub points: Vec<OpenSetPoint>,
    /// Rates over the threshold.
    pub curve: Vec<OpenSetPoint>,
}

/// Aligned crops, one a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CropReport {
    /// People, and so pictures.
    pub people: usize,
    /// Non-mated comparisons.
    pub non_mated: u64,
    /// Thresholds and false match rates, as a pack's manifest wants them.
    pub impostor_curve: Vec<(f32, f64)>,
    /// Verification among all pictures of the people that were named, if any were.
    pub verification: Option<AllPairsReport>,
}

/// Eyes of one part of a set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EyeReport {
    /// The part.
    pub part: String,
    /// At the pack's threshold; the class is `open`.
    pub at_threshold: TwoClassRates,
    /// At the threshold that is best on these very eyes.
    pub best: TwoClassRates,
    /// Pictures for which the network's answer was no number; they are in no rate.
    #[serde(default)]
    pub without_opinion: Vec<String>,
}

/// Presentation attacks by source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttackReport {
    /// At the pack's threshold.
    pub at_threshold: Option<AttackRates>,
    /// At the threshold that refuses one living face in twenty of all sources together.
    pub at_bpcer_5: AttackRates,
    /// Share of each source's living faces that are refused at the pack's threshold.
    pub bpcer_by_source: Vec<(String, Estimate)>,
    /// Living faces that were not found.
    pub live_without_face: usize,
    /// Attacks in which no face was found; they count nowhere.
    pub attacks_without_face: usize,
}

/// Sequences of frames before the camera, judged by the product's rules of liveness.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SequenceReport {
    /// Each way to present oneself or somebody else.
    pub species: Vec<SpeciesReport>,
}

/// Sequences of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpeciesReport {
    /// What was shown.
    pub name: String,
    /// Whether it is to pass: a living person who blinks.
    pub is_bona_fide: bool,
    /// Share that passed: of attacks APCER, and of living people 1 - BPCER (ISO/IEC 30107-3).
    pub passed: Estimate,
    /// The same when the frames' attack scores count too; `None` when the pack has nothing against attacks.
    pub passed_with_attack_score: Option<Estimate>,
}

/// A detector against a reference detector.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DetectorReport {
    /// The pack whose detector says where faces are.
    pub reference: String,
    /// Pictures with faces.
    pub scenes: usize,
    /// Pictures without.
    pub negatives: usize,
    /// Faces that must be found: longer side 40 pixels or more.
    pub faces: u64,
    /// At the pack's threshold, false faces over all pictures.
    pub at_threshold: DetectorPoint,
    /// At most 0.1 false faces a picture.
    pub at_tenth: DetectorPoint,
    /// False faces a picture without faces at the pack's threshold.
    pub false_on_negatives: f64,
    /// Distance of the five points from the reference's, over the distance of its eyes: median and 95th of a hundred.
    pub landmarks: Option<(f64, f64)>,
    /// Recall and false faces over the threshold.
    pub curve: Vec<DetectorPoint>,
}
