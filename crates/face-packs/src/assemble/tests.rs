//! Tests of assembling packs.

use super::*;
use crate::testing::{self, Sample, names_in};
use crate::{InputSpec, PACK_FILE, Pack, PixelSpec};

struct Case {
    folder: tempfile::TempDir,
    sample: Sample,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sample = Sample::new(|file| vec![format!("https://example.org/{file}")]);
        sample.scatter(&folder.path().join("from"));
        Self { folder, sample }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("pack")
    }

    fn assemble(&self) -> Result<(), AssembleError> {
        assemble(
            &self.sample.recipe,
            &[self.folder.path().join("from")],
            &self.out(),
        )
    }
}

#[test]
fn files_are_matched_by_digest_whatever_they_are_called() {
    let case = Case::new();
    case.assemble().unwrap();
    let expected = [
        "attack.onnx",
        "detector.onnx",
        "embedder.onnx",
        "eyes.onnx",
        PACK_FILE,
        "quality.onnx",
    ];
    assert_eq!(names_in(&case.out()), expected);
    assert_eq!(
        std::fs::read_to_string(case.out().join(PACK_FILE)).unwrap(),
        case.sample.recipe.text()
    );
    assert_eq!(
        names_in(case.folder.path()),
        ["from", "pack"],
        "nothing else stays"
    );
}

#[test]
fn missing_files_are_listed_with_their_addresses_and_nothing_is_built() {
    let case = Case::new();
    std::fs::remove_dir_all(case.folder.path().join("from/0")).unwrap();
    std::fs::write(
        case.folder.path().join("from/3/deep/renamed.bin"),
        vec![0; 40_000],
    )
    .unwrap();
    let error = case.assemble().unwrap_err();
    let AssembleError::Missing(missing) = &error else {
        panic!("{error}")
    };
    assert_eq!(
        missing
            .iter()
            .map(|missing| missing.role)
            .collect::<Vec<_>>(),
        [Role::Detector, Role::Attack(0)]
    );
    assert!(
        error
            .to_string()
            .contains("from https://example.org/detector.onnx"),
        "{error}"
    );
    assert_eq!(names_in(case.folder.path()), ["from"]);
}

#[test]
fn assembling_again_changes_nothing_and_needs_no_files() {
    let case = Case::new();
    case.assemble().unwrap();
    std::fs::remove_dir_all(case.folder.path().join("from")).unwrap();
    case.assemble().unwrap();
}

#[test]
fn an_empty_folder_may_become_the_pack() {
    let case = Case::new();
    std::fs::create_dir(case.out()).unwrap();
    case.assemble().unwrap();
    Pack::open(&case.out()).unwrap().verify().unwrap();
}

#[test]
fn another_pack_or_other_files_are_not_overwritten() {
    let mut case = Case::new();
    case.assemble().unwrap();
    case.sample = case
        .sample
        .edited(|manifest| manifest.version = "2".to_owned());
    let another = case.assemble();
    assert!(
        matches!(
            another,
            Err(AssembleError::Staging(StagingError::Occupied(_)))
        ),
        "{another:?}"
    );
    assert_eq!(Pack::open(&case.out()).unwrap().manifest().version, "1");

    std::fs::remove_dir_all(case.out()).unwrap();
    std::fs::create_dir(case.out()).unwrap();
    std::fs::write(case.out().join("letter.txt"), "dear").unwrap();
    let other = case.assemble();
    assert!(
        matches!(
            other,
            Err(AssembleError::Staging(StagingError::Occupied(_)))
        ),
        "{other:?}"
    );
    assert_eq!(names_in(&case.out()), ["letter.txt"]);
}

#[test]
fn a_folder_that_cannot_be_read_is_named() {
    let case = Case::new();
    let error = assemble(
        &case.sample.recipe,
        &[case.folder.path().join("absent")],
        &case.out(),
    )
    .unwrap_err();
    assert!(error.to_string().ends_with("absent"), "{error}");
}

#[test]
fn the_reference_pack_assembles_and_each_network_has_the_outputs_its_manifest_reads() {
    let (Some(models), Some(runtime)) = (testing::shared_models(), testing::runtime()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("pack");
    assemble(
        &Recipe::named("reference").unwrap().unwrap(),
        &[models],
        &out,
    )
    .unwrap();
    let pack = Pack::open(&out).unwrap();
    let manifest = pack.manifest();
    // One grey picture, as each network wants it.
    let run = |role, pixels: &PixelSpec, shape: [usize; 4], output: Option<&str>| {
        let grey = (100.0 - pixels.mean[0]) * pixels.scale[0];
        let mut network = pack.network(role, &runtime, 1).unwrap();
        let outputs = network
            .run(&shape, &vec![grey; shape.iter().product()])
            .unwrap();
        let output = output
            .map_or_else(|| outputs.at(0), |name| outputs.named(name))
            .unwrap();
        output.values.to_vec()
    };
    let run_crop = |role, input: &InputSpec, output: Option<&str>| {
        run(role, &input.pixels, input.shape(1), output)
    };
    let detector = &manifest.detector;
    for stride in &detector.strides {
        let cells = (96 / stride) * (64 / stride);
        for (kind, values) in [("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10)] {
            let (name, shape) = (format!("{kind}_{stride}"), detector.pixels.shape(1, 96, 64));
            let found = run(Role::Detector, &detector.pixels, shape, Some(&name));
            assert_eq!(found.len(), (cells * values) as usize, "{name}");
        }
    }
    let embedder = &manifest.embedder;
    let template = run_crop(Role::Embedder, &embedder.input, embedder.output.as_deref());
    assert_eq!(template.len(), embedder.dimension);
    let eyes = run_crop(Role::Eyes, &manifest.eyes.as_ref().unwrap().input, None);
    assert!(
        (eyes.iter().sum::<f32>() - 1.0).abs() < 1e-4,
        "already probabilities: {eyes:?}"
    );
    for (index, attack) in manifest.attack.iter().enumerate() {
        assert!(attack.real_index < run_crop(Role::Attack(index), &attack.input, None).len());
    }
    assert_eq!(
        run_crop(
            Role::Quality,
            &manifest.quality.as_ref().unwrap().input,
            None
        )
        .len(),
        1
    );
}
