//! Each layout, from folders and from tar files, and what is refused.

use std::fs;

use image::Rgb;
use rstest::rstest;

use super::*;

/// A tiny picture whose colour tells its number.
fn png(number: usize) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::from_pixel(3, 2, Rgb([number as u8, 7, 9]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// A folder with these files, or a tar file of them.
fn stored(names: &[&str], as_tar: bool) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    for (number, name) in names.iter().enumerate() {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, png(number)).unwrap();
    }
    if !as_tar {
        return (folder, root);
    }
    let tar = folder.path().join("set.tar");
    let mut builder = tar::Builder::new(fs::File::create(&tar).unwrap());
    builder.append_dir_all("./", &root).unwrap();
    builder.finish().unwrap();
    (folder, tar)
}

/// Label, group and part of every picture.
fn said(set: &PictureSet) -> Vec<(Option<&str>, &str, &str)> {
    let pictures = set.pictures().iter();
    pictures
        .map(|picture| {
            (
                set.label_of(picture),
                set.group_of(picture),
                set.part_of(picture),
            )
        })
        .collect()
}

#[rstest]
#[case::people(
    Layout::People,
    &["lfw/Ada/Ada_0001.jpg", "lfw/Bob/Bob_0001.PNG"],
    &[(Some("Ada"), "Ada", ""), (Some("Bob"), "Bob", "")],
)]
#[case::states(
    Layout::StatesOfPeople,
    &["v/Ada/maybe-closed-00000.webp", "v/Ada/open-00001.webp"],
    &[(Some("maybe-closed"), "Ada", ""), (Some("open"), "Ada", "")],
)]
#[case::eyes(
    Layout::Eyes,
    &["eyes/test/open/1.webp", "eyes/train/closed/2.webp"],
    &[(Some("open"), "test/open/1", "test"), (Some("closed"), "train/closed/2", "train")],
)]
#[case::cew(
    Layout::Eyes,
    &["closedLeftEyes/face_1_L.jpg", "closedRightEyes/face_1_R.jpg", "OpenFace/face_2.jpg"],
    &[
        (Some("open"), "/open/face_2", ""),
        (Some("closed"), "/closed/face_1", ""),
        (Some("closed"), "/closed/face_1", ""),
    ],
)]
#[case::sequences(
    Layout::Sequences,
    &["blink/live/frame-00.jpg", "blink/live/frame-01.jpg", "blink/replay/frame-00.jpg"],
    &[(Some("live"), "live", ""), (Some("live"), "live", ""), (Some("replay"), "replay", "")],
)]
#[case::attacks(
    Layout::Attacks,
    &["attacks/source-00/live/0.webp", "attacks/source-00/replay/0.webp"],
    &[(Some("live"), "source-00", ""), (Some("replay"), "source-00", "")],
)]
#[case::scenes(
    Layout::Scenes,
    &["street/0.webp", "street/1.webp"],
    &[(None, "street/0.webp", "street"), (None, "street/1.webp", "street")],
)]
fn a_layout_reads_labels_groups_and_parts_from_paths(
    #[case] layout: Layout,
    #[case] names: &[&str],
    #[case] expected: &[(Option<&str>, &str, &str)],
    #[values(false, true)] as_tar: bool,
) {
    let (_folder, path) = stored(names, as_tar);
    let set = PictureSet::open(&path, layout).unwrap();
    assert_eq!(said(&set), expected);
    assert_eq!(Layout::named(layout.name()), Some(layout));
}

#[rstest]
fn a_picture_is_read_from_its_place(#[values(false, true)] as_tar: bool) {
    let names = ["p/b/2.png", "p/a/1.png", "p/a/note.txt"];
    let (_folder, path) = stored(&names, as_tar);
    let set = PictureSet::open(&path, Layout::People).unwrap();
    let files: Vec<&str> = set
        .pictures()
        .iter()
        .map(|picture| &*picture.name)
        .collect();
    assert_eq!(files, ["p/a/1.png", "p/b/2.png"]);
    assert_eq!(set.find("p/b/2.png"), Some(1));
    assert_eq!(set.find("p/b/3.png"), None);
    assert_eq!(set.load(1).unwrap().get_pixel(0, 0).0, [0, 7, 9]);
    assert_eq!(set.load(0).unwrap().get_pixel(2, 1).0, [1, 7, 9]);
}

#[test]
fn a_file_that_is_no_picture_is_refused_by_name_when_it_is_asked_for() {
    let (_folder, path) = stored(&["p/a/1.png"], false);
    fs::write(path.join("p/a/2.png"), b"not a picture").unwrap();
    let set = PictureSet::open(&path, Layout::People).unwrap();
    assert!(set.load(0).is_ok());
    let error = set.load(1).unwrap_err();
    assert_eq!(error.to_string(), "p/a/2.png cannot be decoded");
}

#[test]
fn a_folder_without_pictures_in_the_layout_is_refused() {
    let (_folder, path) = stored(&["loose.png"], false);
    let error = PictureSet::open(&path, Layout::Attacks).unwrap_err();
    assert!(
        matches!(
            error,
            DataError::Empty {
                layout: "attacks",
                ..
            }
        ),
        "{error}"
    );
    assert!(matches!(
        PictureSet::open(&path.join("none"), Layout::People),
        Err(DataError::Read { .. })
    ));
}

#[test]
fn a_part_is_numbered_anew() {
    let (_folder, path) = stored(
        &[
            "e/test/open/1.png",
            "e/train/closed/2.png",
            "e/train/open/3.png",
        ],
        false,
    );
    let train = PictureSet::open(&path, Layout::Eyes).unwrap().part("train");
    assert_eq!((train.len(), train.parts()), (2, &["train".to_owned()][..]));
    assert_eq!(train.members(), [[0], [1]]);
    assert_eq!(train.load(1).unwrap().get_pixel(0, 0).0[0], 2);
}

#[test]
fn lfw_is_read_from_several_tar_files() {
    let folder = tempfile::tempdir().unwrap();
    for (number, name) in ["lfw/Ada/Ada_0001.png", "lfw/Bob/Bob_0001.png"]
        .iter()
        .enumerate()
    {
        let (_stored, tar) = stored(&[*name], true);
        fs::copy(tar, folder.path().join(format!("lfw-0{number}.tar"))).unwrap();
    }
    let set = lfw(folder.path()).unwrap();
    assert_eq!(set.labels(), ["Ada", "Bob"]);
}

#[test]
fn celeba_takes_its_people_from_the_list() {
    let (_folder, path) = stored(
        &["img/000001.jpg", "img/000002.jpg", "img/000009.jpg"],
        false,
    );
    let list = path.join("identity_CelebA.txt");
    fs::write(&list, "000001.jpg 2880\n000002.jpg 77\n").unwrap();
    let set = celeba(&path, &CelebaIdentities::read(&list).unwrap()).unwrap();
    assert_eq!(
        said(&set),
        [(Some("02880"), "02880", ""), (Some("00077"), "00077", "")]
    );
    fs::write(&list, "000001.jpg 2880\n000002.jpg somebody\n").unwrap();
    let error = CelebaIdentities::read(&list).unwrap_err();
    assert!(matches!(error, DataError::Line { line: 2, .. }), "{error}");
}
