//! The readers against the sets of real pictures, where they are at hand: counts, and that pictures decode.

use std::path::PathBuf;

use face_data::{CropSet, Layout, PairProtocol, PictureSet, crops, lfw, read_identities};
use rstest::rstest;

fn data() -> Option<PathBuf> {
    Some(test_needs::shared()?.join("data"))
}

#[test]
fn shards_hold_every_crop_of_their_index() {
    let Some(data) = data() else { return };
    let folder = data.join("faces");
    let entries = crops::read_index(&folder).unwrap();
    assert_eq!(entries.len(), 57_919);
    // The smallest set of all, to keep the test short.
    let set = CropSet::read_shards(&folder, |entry| entry.set == "imfdb").unwrap();
    assert_eq!((set.len(), set.classes().len()), (860, 8));
    let is_flat = |index: usize| {
        let pixels = set.crop(index).pixels();
        pixels.iter().all(|value| *value == pixels[0])
    };
    assert!(!(0..set.len()).any(is_flat));
    let kept_out = read_identities(&data.join("dev-identities.txt")).unwrap();
    assert_eq!(kept_out.len(), 60);
    let of_dev = |entry: &&face_data::CropEntry| {
        entry
            .identity
            .as_ref()
            .is_some_and(|identity| kept_out.contains(identity))
    };
    assert!(entries.iter().filter(of_dev).count() >= 60);
}

#[rstest]
#[case::eyes("eyes.tar", Layout::Eyes, 1740, 2, 3)]
#[case::attacks("attacks.tar", Layout::Attacks, 2678, 2, 1)]
#[case::frames("video-frames.tar", Layout::StatesOfPeople, 763, 2, 1)]
#[case::blink("blink", Layout::Sequences, 45, 3, 1)]
#[case::people("people", Layout::People, 160, 32, 1)]
#[case::scenes("scenes.tar", Layout::Scenes, 2050, 0, 4)]
#[case::negatives("negatives.tar", Layout::Scenes, 711, 0, 1)]
fn sets_have_the_pictures_labels_and_parts_that_are_known(
    #[case] path: &str,
    #[case] layout: Layout,
    #[case] pictures: usize,
    #[case] labels: usize,
    #[case] parts: usize,
) {
    let Some(data) = data() else { return };
    let set = PictureSet::open(&data.join(path), layout).unwrap();
    assert_eq!(
        (set.len(), set.labels().len(), set.parts().len()),
        (pictures, labels, parts)
    );
    for index in [0, set.len() / 2, set.len() - 1] {
        assert!(!set.load(index).unwrap().is_empty());
    }
}

#[test]
fn every_pair_of_the_benchmark_has_its_pictures() {
    let Some(data) = data() else { return };
    let set = lfw(&data.join("lfw")).unwrap();
    assert_eq!(set.len(), 7701);
    let pairs = PairProtocol::read(&data.join("lfw/pairs.txt")).unwrap();
    let folds = pairs.resolve(&set).unwrap();
    assert_eq!(folds.len(), 10);
    for fold in folds {
        assert_eq!(fold.len(), 600);
        for pair in fold {
            let [first, second] =
                [pair.first, pair.second].map(|index| set.pictures()[index].label);
            assert_eq!(first == second, pair.is_mated);
        }
    }
}
