//! A drawn set, looked at.

use std::fs;

use face_data::procedural;

use super::survey::Survey;
use super::*;

/// A folder of drawn people, two portraits each, and one file that is no picture.
fn people() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    procedural::write_pictures(&procedural::people(3, 2), &folder.path().join("set")).unwrap();
    fs::write(
        folder.path().join("set/person-00/broken.png"),
        b"no picture",
    )
    .unwrap();
    folder
}

fn arguments(folder: &Path) -> InspectArguments {
    InspectArguments {
        path: folder.join("set"),
        layout: Some(Layout::People),
        out: Some(folder.join("out")),
        samples: 24,
        seed: 1,
        pack: None,
        augmentation: None,
    }
}

#[test]
fn a_set_is_counted() {
    let folder = people();
    let (survey, samples) = look(&arguments(folder.path())).unwrap();
    assert_eq!(
        (survey.pictures, survey.labels.len(), survey.groups),
        (7, 3, 3)
    );
    assert_eq!(survey.labels["person-00"], 3);
    assert_eq!(samples.pictures.len(), 6);
    assert_eq!(
        survey.broken,
        [
            "person-00/broken.png cannot be decoded: the picture is not in a format that is read (JPEG, PNG, WebP, BMP)"
        ]
    );
    let text = survey.to_string();
    assert!(
        text.contains("set: 7 pictures, 3 labels, 3 groups, 0 without a label"),
        "{text}"
    );
}

#[test]
fn packed_shards_are_counted_by_set_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    procedural::write_shards(&procedural::crops(2, 3), &folder.path().join("set")).unwrap();
    let (survey, samples) = look(&arguments(folder.path())).unwrap();
    assert_eq!(
        (survey.pictures, survey.labels.len(), survey.parts["drawn"]),
        (6, 2, 6)
    );
    assert_eq!((samples.pictures.len(), samples.are_crops), (6, true));
}

#[test]
fn a_page_is_drawn_with_samples_cuts_and_augmentation() {
    let folder = people();
    let (survey, samples) = look(&arguments(folder.path())).unwrap();
    let drawn = procedural::people(3, 2);
    let mut locate = |picture: &RgbImage| procedural::locate(&drawn, picture);
    let augmentation = read_augmentation(None).unwrap();
    let page = samples.draw(survey, &augmentation, &mut locate);
    let out = folder.path().join("out");
    page.write(&out).unwrap();
    let html = fs::read_to_string(out.join("index.html")).unwrap();
    for name in [
        "samples.png",
        "transforms.png",
        "augmentation.png",
        "labels.png",
    ] {
        assert!(html.contains(&format!("src=\"{name}\"")), "{name}");
        let picture = image::open(out.join(name)).unwrap().into_rgb8();
        let different: std::collections::BTreeSet<[u8; 3]> =
            picture.pixels().map(|p| p.0).collect();
        assert!(different.len() > 2, "{name} shows nothing");
    }
    assert!(
        html.contains("<tr><th>person-00<td><meter max=\"3\" value=\"3\">"),
        "{html}"
    );
    // Six pictures, each beside its four cuts.
    assert_eq!(
        image::image_dimensions(out.join("transforms.png")).unwrap(),
        (5 * 100 + 4, 6 * 100 + 4)
    );
}

#[test]
fn without_a_folder_nothing_is_decoded_or_written() {
    let folder = people();
    let arguments = InspectArguments {
        out: None,
        ..arguments(folder.path())
    };
    run(&arguments).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(look(&arguments).unwrap().1.pictures.is_empty());
}

#[test]
fn people_by_the_hundred_are_counted_by_their_number_of_pictures() {
    let mut survey = Survey::default();
    survey
        .labels
        .extend((0..50).map(|person| (person.to_string(), 1)));
    survey.labels.extend([
        ("a".into(), 7),
        ("b".into(), 9),
        ("c".into(), 10),
        ("d".into(), 400),
    ]);
    let (_, bars) = survey.bars();
    let count = |name: &str| bars.iter().find(|(bar, _)| bar == name).unwrap().1;
    assert_eq!(
        (
            count("1"),
            count("5-9"),
            count("10-19"),
            count("100 or more")
        ),
        (50, 2, 1, 1)
    );
    assert_eq!(bars.iter().map(|(_, count)| count).sum::<usize>(), 54);
}

#[test]
fn an_unknown_layout_or_augmentation_is_refused_with_what_is_known() {
    assert!(layout("pople").unwrap_err().contains("states-of-people"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.toml");
    fs::write(&path, "miror = 1.0").unwrap();
    let error = read_augmentation(Some(&path)).unwrap_err();
    assert!(format!("{error:#}").contains("unknown field"), "{error:#}");
    let missing = InspectArguments {
        layout: None,
        ..arguments(people().path())
    };
    assert!(look(&missing).is_err());
}
