//! Tests of opening and verifying packs.

use super::*;
use crate::testing::{self, Sample, onnx};

/// The sample pack, assembled.
fn pack(folder: &Path) -> Pack {
    let sample = Sample::new(|_| Vec::new());
    sample.scatter(&folder.join("from"));
    crate::assemble(&sample.recipe, &[folder.join("from")], &folder.join("pack")).unwrap();
    Pack::open(&folder.join("pack")).unwrap()
}

#[test]
fn an_untouched_pack_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let pack = pack(folder.path());
    pack.verify().unwrap();
    assert_eq!(
        pack.path(Role::Eyes),
        Some(folder.path().join("pack/eyes.onnx"))
    );
    assert_eq!(pack.path(Role::Attack(1)), None);
}

#[test]
fn every_damaged_file_is_named_with_what_was_expected_and_found() {
    let folder = tempfile::tempdir().unwrap();
    let pack = pack(folder.path());
    std::fs::remove_file(pack.path(Role::Detector).unwrap()).unwrap();
    std::fs::write(pack.path(Role::Eyes).unwrap(), "short").unwrap();
    std::fs::write(pack.path(Role::Quality).unwrap(), vec![0; 40_000]).unwrap();
    let text = pack.verify().unwrap_err().to_string();
    let zeros = Digest::of(&vec![0; 40_000]);
    let digest = pack.manifest().weights(Role::Quality).unwrap().sha256;
    for line in [
        "- detector.onnx is missing".to_owned(),
        "- eyes.onnx has 5 bytes, expected 40000".to_owned(),
        format!("- quality.onnx has SHA-256 {zeros}, expected {digest}"),
    ] {
        assert!(text.contains(&line), "{text} lacks {line}");
    }
    assert_eq!(text.lines().count(), 4, "{text}");
}

#[test]
fn a_folder_without_a_manifest_is_no_pack() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        Pack::open(folder.path()),
        Err(PackError::Manifest { .. })
    ));
}

#[test]
fn a_network_is_opened_only_when_its_digest_is_right() {
    let Some(runtime) = testing::runtime() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let network = onnx::double_and_square();
    let sample = Sample::new(|_| Vec::new()).edited(|manifest| {
        manifest.embedder.weights.sha256 = Digest::of(&network);
        manifest.embedder.weights.bytes = network.len() as u64;
    });
    sample.scatter(folder.path());
    std::fs::write(folder.path().join("network"), &network).unwrap();
    let out = folder.path().join("pack");
    crate::assemble(&sample.recipe, &[folder.path().to_path_buf()], &out).unwrap();
    let pack = Pack::open(&out).unwrap();
    assert!(pack.network(Role::Embedder, &runtime, 1).is_ok());
    assert!(matches!(
        pack.network(Role::Eyes, &runtime, 1),
        Err(PackError::Network(NetworkError::Open { .. }))
    ));
    assert!(matches!(
        pack.network(Role::Attack(7), &runtime, 1),
        Err(PackError::NoNetwork { .. })
    ));

    let mut changed = network;
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(pack.path(Role::Embedder).unwrap(), changed).unwrap();
    assert!(matches!(
        pack.network(Role::Embedder, &runtime, 1),
        Err(PackError::Files { .. })
    ));
}
