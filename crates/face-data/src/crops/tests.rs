//! Shards made here are read back; what is broken is refused by name.

use std::fmt::Write as _;

use image::Rgb;
use rstest::rstest;

use super::*;

/// A shard folder with one crop of a flat colour for each (name, identity); its index may be edited.
fn shards(crops: &[(&str, &str)], side: u32, edit: impl Fn(String) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut index = "shard\tname\tset\tidentity\tface_px\tscore\n".to_owned();
    for (number, (name, identity)) in crops.iter().enumerate() {
        let shard = format!("part-{}.tar", number % 2);
        let face_px = 40 + number;
        writeln!(index, "{shard}\t{name}\tdrawn\t{identity}\t{face_px}\t0.9").unwrap();
    }
    for part in 0..2 {
        let file = std::fs::File::create(folder.path().join(format!("part-{part}.tar"))).unwrap();
        let mut tar = tar::Builder::new(file);
        for (number, (name, _)) in crops.iter().enumerate().filter(|(n, _)| n % 2 == part) {
            let bytes = png(&RgbImage::from_pixel(side, side, colour(number)));
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            tar.append_data(&mut header, name, &bytes[..]).unwrap();
        }
        tar.finish().unwrap();
    }
    std::fs::write(folder.path().join("index.tsv"), edit(index)).unwrap();
    folder
}

fn colour(number: usize) -> Rgb<u8> {
    Rgb([number as u8, 100, 200])
}

fn png(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

const CROPS: [(&str, &str); 5] = [
    ("a.png", "bob"),
    ("b.png", "-"),
    ("c.png", "ada"),
    ("d.png", "bob"),
    ("e.png", "eve"),
];

#[test]
fn crops_come_in_the_order_of_the_index_with_their_classes_numbered_by_name() {
    let folder = shards(&CROPS, CROP_SIDE, |index| index);
    let set = CropSet::read_shards(folder.path(), |_| true).unwrap();
    assert_eq!(set.classes(), ["ada", "bob", "eve"]);
    assert_eq!(set.labels(), [Some(1), None, Some(0), Some(1), Some(2)]);
    for (number, entry) in set.entries().iter().enumerate() {
        assert_eq!(entry.name, CROPS[number].0);
        assert_eq!(entry.face_px, 40 + number as u32);
        let pixels = set.crop(number).pixels();
        assert!(
            pixels
                .as_chunks::<3>()
                .0
                .iter()
                .all(|p| *p == colour(number).0)
        );
    }
}

#[test]
fn only_the_crops_asked_for_are_kept_and_numbered() {
    let folder = shards(&CROPS, CROP_SIDE, |index| index);
    let set = CropSet::read_shards(folder.path(), |entry| {
        entry.identity.as_deref() != Some("bob")
    });
    let set = set.unwrap();
    assert_eq!(set.classes(), ["ada", "eve"]);
    assert_eq!(set.labels(), [None, Some(0), Some(1)]);
    assert_eq!(set.crop(2).pixels()[0], 4);
}

#[rstest]
#[case::columns("shard\tname", "shard", "line 1")]
#[case::number("\t41\t", "\tmany\t", "line 3")]
#[case::path("part-0.tar\ta.png", "../part-0.tar\ta.png", "line 2")]
#[case::absent("c.png", "z.png", "z.png is not in")]
fn a_broken_index_is_refused_with_its_place(
    #[case] from: &str,
    #[case] to: &str,
    #[case] message: &str,
) {
    let folder = shards(&CROPS, CROP_SIDE, |index| index.replacen(from, to, 1));
    let error = CropSet::read_shards(folder.path(), |_| true).unwrap_err();
    assert!(error.to_string().contains(message), "{error}");
}

#[test]
fn a_crop_of_another_size_is_refused() {
    let folder = shards(&CROPS, 112, |index| index);
    let error = CropSet::read_shards(folder.path(), |_| true).unwrap_err();
    assert!(
        matches!(
            error,
            DataError::Size {
                width: 112,
                side: 128,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_list_of_identities_is_read_without_empty_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dev.txt");
    std::fs::write(&path, "bob\n\n ada \n").unwrap();
    let names: Vec<String> = read_identities(&path).unwrap().into_iter().collect();
    assert_eq!(names, ["ada", "bob"]);
}

#[test]
fn the_crop_template_is_the_usual_alignment_with_a_rim_of_eight_pixels() {
    for (crop, usual) in CROP_TEMPLATE
        .points
        .iter()
        .zip(AlignmentTemplate::ARCFACE_112.points)
    {
        assert!((crop.x - usual.x - 8.0).abs() < 1e-4 && (crop.y - usual.y - 8.0).abs() < 1e-4);
    }
    assert_eq!(CROP_TEMPLATE.size, 112 + 16);
}
