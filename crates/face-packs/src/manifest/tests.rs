//! Tests of reading, checking and identifying manifests.

use rstest::rstest;

use super::*;
use crate::testing::MANIFEST;

/// The sample manifest with `from` replaced by `to`.
fn edited(from: &str, to: &str) -> Result<Manifest, ManifestError> {
    assert!(MANIFEST.contains(from), "the sample has no {from}");
    Manifest::parse(&MANIFEST.replacen(from, to, 1))
}

#[test]
fn a_manifest_reads_as_written() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    assert_eq!(manifest.networks().len(), 5);
    assert_eq!(manifest.embedder.input.shape(2), [2, 3, 8, 8]);
    assert_eq!(
        manifest.calibration.impostor_curve[1],
        ImpostorPoint {
            threshold: 0.5,
            fmr: 1e-6
        }
    );
    assert_eq!(
        manifest.weights(Role::Attack(0)).unwrap().file,
        "attack.onnx"
    );
    assert_eq!(manifest.weights(Role::Attack(1)), None);
}

#[test]
fn a_manifest_survives_being_written_and_read() {
    let manifest = Manifest::parse(MANIFEST).unwrap();
    assert_eq!(
        Manifest::parse(&toml::to_string(&manifest).unwrap()).unwrap(),
        manifest
    );
}

#[rstest]
#[case("schema = 1", "schema = 2", "schema")]
#[case("name = \"sample\"", "name = \"../sample\"", "name")]
#[case(
    "file = \"detector.onnx\"",
    "file = \"../detector.onnx\"",
    "detector.weights.file"
)]
#[case(
    "file = \"detector.onnx\"",
    "file = \"a/b.onnx\"",
    "detector.weights.file"
)]
#[case(
    "file = \"detector.onnx\"",
    "file = 'a\\b.onnx'",
    "detector.weights.file"
)]
#[case(
    "file = \"detector.onnx\"",
    "file = \"/etc/x.onnx\"",
    "detector.weights.file"
)]
#[case(
    "file = \"detector.onnx\"",
    "file = \".onnx\"",
    "detector.weights.file"
)]
#[case(
    "file = \"detector.onnx\"",
    "file = \"pack.toml\"",
    "detector.weights.file"
)]
#[case(
    "file = \"detector.onnx\"",
    "file = \"Embedder.onnx\"",
    "embedder.weights.file"
)]
#[case("bytes = 8", "bytes = 0", "detector.weights.bytes")]
#[case("licence = \"MIT\"", "licence = \"\"", "detector.weights.licence")]
#[case(
    "sources = []",
    "sources = [\"file:///etc/passwd\"]",
    "detector.weights.sources"
)]
#[case("strides = [8, 16, 32]", "strides = []", "detector.strides")]
#[case("strides = [8, 16, 32]", "strides = [8, 24]", "detector.strides")]
#[case("strides = [8, 16, 32]", "strides = [0, 8]", "detector.strides")]
#[case(
    "score_threshold = 0.6",
    "score_threshold = nan",
    "detector.score_threshold"
)]
#[case("nms_iou = 0.3", "nms_iou = 1.5", "detector.nms_iou")]
#[case("dimension = 4", "dimension = 0", "embedder.dimension")]
#[case(
    "scale = [1.0, 1.0, 1.0]",
    "scale = [0.0, 1.0, 1.0]",
    "detector.pixels.scale"
)]
#[case("crop_scale = 2.7", "crop_scale = 0.5", "attack[0].crop_scale")]
#[case("[0.3, 1e-2]", "[0.6, 1e-2]", "calibration.impostor_curve")]
#[case("[0.3, 1e-2]", "[0.3, 1e-7]", "calibration.impostor_curve")]
#[case("[0.3, 1e-2]", "[0.3, 0.0]", "calibration.impostor_curve")]
#[case("eye_threshold = 0.5", "", "calibration.eye_threshold")]
fn a_value_that_makes_no_sense_is_named(
    #[case] from: &str,
    #[case] to: &str,
    #[case] expected: &str,
) {
    match edited(from, to) {
        Err(ManifestError::Invalid { key, .. }) => assert_eq!(key, expected),
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case("schema = 1", "schema = 1\nspeed = 3", "speed")]
#[case("dimension = 4", "", "dimension")]
#[case("decoding = \"yunet\"", "decoding = \"ssd\"", "ssd")]
#[case("sha256 = \"00", "sha256 = \"XY", "64 lowercase hexadecimal digits")]
#[case(
    "alignment = \"arcface\"",
    "alignment = [[0.1, 0.2]]",
    "an alignment is"
)]
fn a_text_of_another_shape_is_refused_with_its_reason(
    #[case] from: &str,
    #[case] to: &str,
    #[case] reason: &str,
) {
    let error = edited(from, to).unwrap_err();
    assert!(matches!(error, ManifestError::Syntax(_)), "{error:?}");
    assert!(error.to_string().contains(reason), "{error}");
}

/// What the pixels say beside the sample's networks.
const EVIDENCE: &str = r"
[evidence]
bias = 0.1
white_point = { mean = -0.04, scale = 0.1, weight = 1.4 }
texture = { mean = -3.7, scale = 0.3, weight = -0.8 }
detail = { mean = -1.1, scale = 0.15, weight = -1.1 }
networks = { mean = 0.3, scale = 1.7, weight = 1.2 }
raster = { excess = -0.35, raster = 0.85 }
border = 0.7
";

#[test]
fn evidence_of_the_pixels_joins_the_networks() {
    let manifest = Manifest::parse(&format!("{MANIFEST}{EVIDENCE}")).unwrap();
    let terms = manifest.evidence.as_ref().unwrap().terms();
    assert_eq!(
        terms.iter().map(|(key, _)| *key).collect::<Vec<_>>(),
        ["white_point", "texture", "detail", "networks"]
    );
    assert!((terms[3].1.weight - 1.2).abs() < 1e-6);
    assert!(manifest.detects_attacks());
    assert_eq!(
        Manifest::parse(&toml::to_string(&manifest).unwrap()).unwrap(),
        manifest
    );
}

#[rstest]
#[case::a_scale_of_nothing("scale = 0.1", "scale = 0.0", "evidence.white_point")]
#[case::a_scale_below_nothing("scale = 0.3", "scale = -1.0", "evidence.texture")]
#[case::no_number("weight = -1.1", "weight = nan", "evidence.detail")]
#[case::no_share("border = 0.7", "border = 1.7", "evidence.border")]
#[case::no_bias("bias = 0.1", "bias = inf", "evidence")]
#[case::no_say_for_the_networks(
    "networks = { mean = 0.3, scale = 1.7, weight = 1.2 }\n",
    "",
    "evidence.networks"
)]
fn evidence_that_makes_no_sense_is_named(
    #[case] from: &str,
    #[case] to: &str,
    #[case] expected: &str,
) {
    assert!(EVIDENCE.contains(from));
    match Manifest::parse(&format!("{MANIFEST}{}", EVIDENCE.replacen(from, to, 1))) {
        Err(ManifestError::Invalid { key, .. }) => assert_eq!(key, expected),
        other => panic!("{other:?}"),
    }
}

#[test]
fn evidence_without_networks_needs_a_threshold_too() {
    let start = MANIFEST.find("[[attack]]").unwrap();
    let end = start + MANIFEST[start..].find("[quality]").unwrap();
    let without_networks = MANIFEST.replace(&MANIFEST[start..end], "");
    let networks = "networks = { mean = 0.3, scale = 1.7, weight = 1.2 }
";
    let evidence = EVIDENCE.replace(networks, "");
    let manifest = Manifest::parse(&format!("{without_networks}{evidence}")).unwrap();
    assert!(manifest.attack.is_empty() && manifest.detects_attacks());
    let text = format!("{without_networks}{evidence}").replace("attack_threshold = 0.5", "");
    assert!(matches!(
        Manifest::parse(&text),
        Err(ManifestError::Invalid { key, .. }) if key == "calibration.attack_threshold"
    ));
}

#[test]
fn templates_are_identified_by_network_input_and_alignment_alone() {
    let id = Manifest::parse(MANIFEST).unwrap().model_id();
    for (from, to) in [
        ("version = \"1\"", "version = \"2\""),
        ("nms_iou = 0.3", "nms_iou = 0.4"),
    ] {
        assert_eq!(edited(from, to).unwrap().model_id(), id, "{to}");
    }
    for (from, to) in [
        (
            "embedder.onnx\"\nsha256 = \"0",
            "embedder.onnx\"\nsha256 = \"f",
        ),
        (
            "mean = [127.5, 127.5, 127.5]",
            "mean = [127.5, 127.5, 127.0]",
        ),
        ("colour = \"rgb\"", "colour = \"bgr\""),
        (
            "alignment = \"arcface\"",
            "alignment = [[0.3, 0.4], [0.7, 0.4], [0.5, 0.6], [0.3, 0.8], [0.7, 0.8]]",
        ),
        ("dimension = 4", "dimension = 4\noutput = \"second\""),
    ] {
        assert_ne!(edited(from, to).unwrap().model_id(), id, "{to}");
    }
}

#[test]
fn a_named_alignment_is_its_points() {
    let arcface = Alignment::Named(NamedAlignment::ArcFace);
    let nose = arcface.landmarks(112, 112).nose();
    assert!(
        (nose.x - 56.0252).abs() < 1e-4 && (nose.y - 71.7366).abs() < 1e-4,
        "{nose:?}"
    );
    assert_eq!(
        Alignment::Points(arcface.fractions()).landmarks(64, 64),
        arcface.landmarks(64, 64)
    );
}
