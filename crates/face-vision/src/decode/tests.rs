//! What is read, what is refused, and that nothing panics.

mod samples;

use image::{ExtendedColorType, ImageFormat, Rgb, RgbImage};
use proptest::prelude::*;
use rstest::rstest;

use super::*;
use samples::{animated_webp, bomb_png, bomb_webp, cmyk_jpeg, encoded, gradient, with_exif};

fn decoded(bytes: &[u8]) -> RgbImage {
    decode(bytes, &DecodeLimits::default()).unwrap()
}

#[rstest]
#[case::jpeg(ImageFormat::Jpeg, ExtendedColorType::Rgb8, PictureFormat::Jpeg, 6)]
#[case::grey_jpeg(ImageFormat::Jpeg, ExtendedColorType::L8, PictureFormat::Jpeg, 6)]
#[case::png(ImageFormat::Png, ExtendedColorType::Rgb8, PictureFormat::Png, 0)]
#[case::png_with_alpha(ImageFormat::Png, ExtendedColorType::Rgba8, PictureFormat::Png, 0)]
#[case::grey_png(ImageFormat::Png, ExtendedColorType::L8, PictureFormat::Png, 0)]
#[case::grey_png_with_alpha(ImageFormat::Png, ExtendedColorType::La8, PictureFormat::Png, 0)]
#[case::deep_png(ImageFormat::Png, ExtendedColorType::Rgb16, PictureFormat::Png, 1)]
#[case::deep_png_with_alpha(ImageFormat::Png, ExtendedColorType::Rgba16, PictureFormat::Png, 1)]
#[case::deep_grey_png(ImageFormat::Png, ExtendedColorType::L16, PictureFormat::Png, 1)]
#[case::webp(ImageFormat::WebP, ExtendedColorType::Rgb8, PictureFormat::WebP, 0)]
#[case::webp_with_alpha(ImageFormat::WebP, ExtendedColorType::Rgba8, PictureFormat::WebP, 0)]
#[case::bmp(ImageFormat::Bmp, ExtendedColorType::Rgb8, PictureFormat::Bmp, 0)]
#[case::grey_bmp(ImageFormat::Bmp, ExtendedColorType::L8, PictureFormat::Bmp, 0)]
fn every_format_and_depth_gives_the_same_picture(
    #[case] format: ImageFormat,
    #[case] colour: ExtendedColorType,
    #[case] named: PictureFormat,
    #[case] tolerance: u8,
) {
    let grey = gradient();
    let bytes = encoded(&grey, format, colour);
    let header = inspect(&bytes, &DecodeLimits::default()).unwrap();
    assert_eq!((header.width, header.height), grey.dimensions());
    assert_eq!(header.format, named);
    let picture = decoded(&bytes);
    let furthest = picture.pixels().zip(grey.pixels());
    let furthest = furthest.flat_map(|(found, wanted)| found.0.map(|c| c.abs_diff(wanted.0[0])));
    assert!(furthest.max().unwrap() <= tolerance);
}

#[rstest]
#[case::opaque(255, [200, 100, 0])]
#[case::half(128, [227, 177, 127])]
#[case::invisible(0, [255, 255, 255])]
fn transparency_is_laid_over_white(#[case] alpha: u8, #[case] expected: [u8; 3]) {
    let pixel = image::RgbaImage::from_pixel(3, 2, image::Rgba([200, 100, 0, alpha]));
    let mut bytes = Cursor::new(Vec::new());
    pixel.write_to(&mut bytes, ImageFormat::Png).unwrap();
    assert_eq!(
        decoded(bytes.get_ref()),
        RgbImage::from_pixel(3, 2, Rgb(expected))
    );
}

/// Ink is stored inverted, as Adobe does; YCCK is the `YCbCr` of the ink, so that white is Y = 0. `OpenCV` 5.0 reads the
/// same bytes within two levels.
#[rstest]
#[case::cmyk_without_marker(None, [255, 128, 16, 255], [255, 128, 16])]
#[case::cmyk(Some(0), [255, 128, 16, 255], [255, 128, 16])]
#[case::dark_cmyk(Some(0), [255, 128, 16, 128], [128, 64, 8])]
#[case::ycck_white(Some(2), [0, 128, 128, 255], [255, 255, 255])]
#[case::ycck(Some(2), [100, 90, 200, 255], [54, 194, 222])]
fn inks_become_light(
    #[case] adobe_transform: Option<u8>,
    #[case] stored: [u8; 4],
    #[case] expected: [u8; 3],
) {
    let picture = decoded(&cmyk_jpeg(stored, adobe_transform));
    assert_eq!(picture.dimensions(), (8, 8));
    for (found, wanted) in picture.get_pixel(4, 4).0.into_iter().zip(expected) {
        assert!(found.abs_diff(wanted) <= 2, "{found} for {wanted}");
    }
}

/// Where EXIF (CIPA DC-008, tag 0x0112) puts the stored pixel (x, y) of a picture of `w` x `h`.
fn upright_place(exif: u8, (x, y): (u32, u32), (w, h): (u32, u32)) -> (u32, u32) {
    match exif {
        2 => (w - 1 - x, y),
        3 => (w - 1 - x, h - 1 - y),
        4 => (x, h - 1 - y),
        5 => (y, x),
        6 => (h - 1 - y, x),
        7 => (h - 1 - y, w - 1 - x),
        8 => (y, w - 1 - x),
        _ => (x, y),
    }
}

#[rstest]
fn every_orientation_is_made_upright(
    #[values(1, 2, 3, 4, 5, 6, 7, 8)] exif: u8,
    #[values(ImageFormat::Jpeg, ImageFormat::Png)] format: ImageFormat,
) {
    const BLOCK: u32 = 16;
    let grey = |x: u32, y: u32| (40 * (3 * y + x)) as u8;
    let stored = RgbImage::from_fn(3 * BLOCK, 2 * BLOCK, |x, y| {
        Rgb([grey(x / BLOCK, y / BLOCK); 3])
    });
    let bytes = with_exif(encoded(&stored, format, ExtendedColorType::Rgb8), exif);
    let header = inspect(&bytes, &DecodeLimits::default()).unwrap();
    let upright = decoded(&bytes);
    assert_eq!(header.orientation.to_exif(), exif);
    assert_eq!((header.width, header.height), upright.dimensions());
    for (x, y) in (0..3).flat_map(|x| (0..2).map(move |y| (x, y))) {
        let (column, row) = upright_place(exif, (x, y), (3, 2));
        let found = upright.get_pixel(column * BLOCK + BLOCK / 2, row * BLOCK + BLOCK / 2);
        assert!(found.0[0].abs_diff(grey(x, y)) <= 3, "{x} {y}: {found:?}");
    }
}

#[test]
fn a_broken_exif_block_leaves_the_picture_as_stored() {
    let bytes = with_exif(
        encoded(&gradient(), ImageFormat::Jpeg, ExtendedColorType::Rgb8),
        77,
    );
    assert_eq!(decoded(&bytes).dimensions(), gradient().dimensions());
}

#[test]
fn an_animation_shows_its_first_frame() {
    let frames = [[10, 20, 30], [200, 100, 50]];
    assert_eq!(
        decoded(&animated_webp(frames)),
        RgbImage::from_pixel(4, 4, Rgb(frames[0]))
    );
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let bytes = bomb_png(30_000, 30_000);
    for refused in [
        inspect(&bytes, &DecodeLimits::default()).map(|_| ()),
        decode(&bytes, &DecodeLimits::default()).map(|_| ()),
    ] {
        assert!(matches!(
            refused,
            Err(DecodeError::TooManyPixels {
                width: 30_000,
                height: 30_000,
                limit: 40_000_000
            })
        ));
    }
}

#[test]
fn a_frame_larger_than_its_canvas_is_refused_before_it_is_decoded() {
    let refused = decode(&bomb_webp(), &DecodeLimits::default());
    assert!(
        matches!(
            refused,
            Err(DecodeError::TooManyPixels { width: 16_383, .. })
        ),
        "{refused:?}"
    );
}

#[test]
fn the_limits_hold_to_the_byte_and_to_the_pixel() {
    let bytes = encoded(&gradient(), ImageFormat::Png, ExtendedColorType::Rgb8);
    let pixels = u64::from(gradient().width() * gradient().height());
    let limits = |max_bytes, max_pixels| DecodeLimits {
        max_bytes,
        max_pixels,
    };
    assert!(decode(&bytes, &limits(bytes.len(), pixels)).is_ok());
    assert!(matches!(
        decode(&bytes, &limits(bytes.len() - 1, pixels)),
        Err(DecodeError::TooManyBytes { .. })
    ));
    assert!(matches!(
        decode(&bytes, &limits(bytes.len(), pixels - 1)),
        Err(DecodeError::TooManyPixels { .. })
    ));
}

#[rstest]
#[case::nothing(b"")]
#[case::width_zero(&bomb_png(0, 10))]
fn an_empty_picture_is_an_error(#[case] bytes: &[u8]) {
    assert!(matches!(
        decode(bytes, &DecodeLimits::default()),
        Err(DecodeError::Empty | DecodeError::Broken(_))
    ));
}

#[rstest]
#[case::text(b"not a picture, though long enough to be looked at")]
#[case::gif(b"GIF89a\x01\x00\x01\x00\x00\x00\x00;")]
#[case::one_byte(b"\xFF")]
fn other_formats_are_not_read(#[case] bytes: &[u8]) {
    assert!(matches!(
        decode(bytes, &DecodeLimits::default()),
        Err(DecodeError::Unsupported)
    ));
}

#[rstest]
fn a_file_that_ends_early_is_broken(
    #[values(
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Bmp
    )]
    format: ImageFormat,
    #[values(25, 50, 75, 97)] percent: usize,
) {
    let whole = encoded(&gradient(), format, ExtendedColorType::Rgb8);
    let part = &whole[..whole.len() * percent / 100];
    let refused = decode(part, &DecodeLimits::default());
    assert!(
        matches!(refused, Err(DecodeError::Broken(_))),
        "{refused:?}"
    );
}

#[test]
fn bytes_after_the_end_of_a_jpeg_do_not_matter() {
    let mut bytes = encoded(&gradient(), ImageFormat::Jpeg, ExtendedColorType::Rgb8);
    bytes.extend_from_slice(b"a motion photo puts its film here");
    assert_eq!(decoded(&bytes).dimensions(), gradient().dimensions());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_bytes_never_panic(
        which in 0_usize..7,
        keep in 0.0_f64..=1.0,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
    ) {
        let mut bytes = samples::one_of_each(which);
        bytes.truncate((bytes.len() as f64 * keep).round() as usize);
        for (place, value) in flips {
            if !bytes.is_empty() {
                let at = place.index(bytes.len());
                bytes[at] ^= value;
            }
        }
        let limits = DecodeLimits { max_pixels: 1_000_000, ..DecodeLimits::default() };
        let header = inspect(&bytes, &limits);
        if let Ok(picture) = decode(&bytes, &limits) {
            let header = header.unwrap();
            prop_assert_eq!(picture.dimensions(), (header.width, header.height));
        }
    }

    #[test]
    fn arbitrary_bytes_behind_a_signature_never_panic(
        which in 0_usize..7,
        kept in 2_usize..40,
        rest in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut bytes = samples::one_of_each(which);
        bytes.truncate(kept);
        bytes.extend(rest);
        let limits = DecodeLimits { max_pixels: 1_000_000, ..DecodeLimits::default() };
        let _ = decode(&bytes, &limits);
    }
}
