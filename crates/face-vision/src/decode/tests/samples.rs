//! Small pictures, written byte by byte where no encoder at hand writes their kind.

use std::fmt::Write as _;
use std::io::Cursor;

use image::{DynamicImage, ExtendedColorType, ImageFormat, Rgb, RgbImage};

/// A smooth grey picture of odd size, with an edge that even JPEG keeps within a few levels.
pub(super) fn gradient() -> RgbImage {
    RgbImage::from_fn(37, 23, |x, y| Rgb([(40 + 4 * x + 2 * y) as u8; 3]))
}

pub(super) fn encoded(
    picture: &RgbImage,
    format: ImageFormat,
    colour: ExtendedColorType,
) -> Vec<u8> {
    let rgb = DynamicImage::ImageRgb8(picture.clone());
    let wanted = match colour {
        ExtendedColorType::L8 => rgb.into_luma8().into(),
        ExtendedColorType::La8 => rgb.into_luma_alpha8().into(),
        ExtendedColorType::L16 => rgb.into_luma16().into(),
        ExtendedColorType::Rgb16 => rgb.into_rgb16().into(),
        ExtendedColorType::Rgba16 => rgb.into_rgba16().into(),
        ExtendedColorType::Rgba8 => rgb.into_rgba8().into(),
        _ => rgb,
    };
    let mut bytes = Cursor::new(Vec::new());
    wanted.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(super) fn one_of_each(which: usize) -> Vec<u8> {
    let picture = gradient();
    match which {
        0 => encoded(&picture, ImageFormat::Jpeg, ExtendedColorType::Rgb8),
        1 => encoded(&picture, ImageFormat::Png, ExtendedColorType::Rgba16),
        2 => encoded(&picture, ImageFormat::WebP, ExtendedColorType::Rgba8),
        3 => encoded(&picture, ImageFormat::Bmp, ExtendedColorType::Rgb8),
        4 => cmyk_jpeg([255, 128, 16, 255], Some(2)),
        5 => animated_webp([[10, 20, 30], [200, 100, 50]]),
        _ => with_exif(
            encoded(&picture, ImageFormat::Jpeg, ExtendedColorType::L8),
            6,
        ),
    }
}

/// A TIFF block with the orientation as its only entry, big-endian.
fn exif_block(orientation: u8) -> Vec<u8> {
    let mut block = b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    block.extend([orientation, 0, 0, 0, 0, 0, 0]);
    block
}

/// The JPEG or PNG with an EXIF block put behind its start.
pub(super) fn with_exif(mut bytes: Vec<u8>, orientation: u8) -> Vec<u8> {
    let block = exif_block(orientation);
    if bytes.starts_with(&[0xFF, 0xD8]) {
        let payload = [b"Exif\0\0".as_slice(), &block].concat();
        bytes.splice(2..2, jpeg_segment(0xE1, &payload));
    } else {
        // Behind the signature and IHDR (8 + 25 bytes).
        bytes.splice(33..33, png_chunk(*b"eXIf", &block));
    }
    bytes
}

fn jpeg_segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() + 2) as u16;
    [&[0xFF, marker], length.to_be_bytes().as_slice(), payload].concat()
}

fn png_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let named = [kind.as_slice(), data].concat();
    let length = (data.len() as u32).to_be_bytes();
    [&length, named.as_slice(), &crc32(&named).to_be_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// A PNG that announces its size and has hardly any data.
pub(super) fn bomb_png(width: u32, height: u32) -> Vec<u8> {
    let header = [
        width.to_be_bytes().as_slice(),
        &height.to_be_bytes(),
        &[8, 2, 0, 0, 0],
    ]
    .concat();
    let parts = [
        b"\x89PNG\r\n\x1A\n".to_vec(),
        png_chunk(*b"IHDR", &header),
        png_chunk(*b"IDAT", &[0x78, 0x9C, 0x03, 0x00, 0, 0, 0, 1]),
        png_chunk(*b"IEND", &[]),
    ];
    parts.concat()
}

fn riff_chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = [&kind, (data.len() as u32).to_le_bytes().as_slice(), data].concat();
    chunk.extend(vec![0; data.len() % 2]);
    chunk
}

fn webp_file(chunks: &[Vec<u8>]) -> Vec<u8> {
    let body = [b"WEBP".to_vec(), chunks.concat()].concat();
    riff_chunk(*b"RIFF", &body)
}

fn webp_canvas(flags: u8, width: u8, height: u8) -> Vec<u8> {
    let data = [flags, 0, 0, 0, width - 1, 0, 0, height - 1, 0, 0];
    riff_chunk(*b"VP8X", &data)
}

/// A canvas of one pixel around a lossy frame of 16383 x 16383.
pub(super) fn bomb_webp() -> Vec<u8> {
    let mut frame = vec![0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F];
    frame.extend([0; 64]);
    webp_file(&[webp_canvas(0, 1, 1), riff_chunk(*b"VP8 ", &frame)])
}

/// Two flat frames of 4 x 4.
pub(super) fn animated_webp(colours: [[u8; 3]; 2]) -> Vec<u8> {
    const ANIMATED: u8 = 0x02;
    let frames = colours.map(|colour| {
        let still = RgbImage::from_pixel(4, 4, Rgb(colour));
        let still = encoded(&still, ImageFormat::WebP, ExtendedColorType::Rgb8);
        // Place 0, size 4 x 4, 100 ms, not blended; then the still's own chunk, which starts behind the RIFF header.
        let head = [0, 0, 0, 0, 0, 0, 3, 0, 0, 3, 0, 0, 100, 0, 0, 2];
        riff_chunk(*b"ANMF", &[head.as_slice(), &still[12..]].concat())
    });
    let [first, second] = frames;
    let background = riff_chunk(*b"ANIM", &[0; 6]);
    webp_file(&[webp_canvas(ANIMATED, 4, 4), background, first, second])
}

/// One flat block of four components without subsampling, as baseline JPEG.
pub(super) fn cmyk_jpeg(values: [u8; 4], adobe_transform: Option<u8>) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8];
    if let Some(transform) = adobe_transform {
        let payload = [b"Adobe\0\x64\0\0\0\0".as_slice(), &[transform]].concat();
        bytes.extend(jpeg_segment(0xEE, &payload));
    }
    // All quantisers are 8, so that a step of the DC coefficient is a step of the value.
    bytes.extend(jpeg_segment(0xDB, &[[0].as_slice(), &[8; 64]].concat()));
    let frame = [
        8, 0, 8, 0, 8, 4, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0, 4, 0x11, 0,
    ];
    bytes.extend(jpeg_segment(0xC0, &frame));
    // DC: nine codes of four bits for the categories 0 to 8; AC: one code of one bit, end of block.
    let dc = [
        [0].as_slice(),
        &[0, 0, 0, 9],
        &[0; 12],
        &[0, 1, 2, 3, 4, 5, 6, 7, 8],
    ]
    .concat();
    bytes.extend(jpeg_segment(0xC4, &dc));
    let ac = [[0x10].as_slice(), &[1], &[0; 15], &[0]].concat();
    bytes.extend(jpeg_segment(0xC4, &ac));
    bytes.extend(jpeg_segment(0xDA, &[4, 1, 0, 2, 0, 3, 0, 4, 0, 0, 63, 0]));
    bytes.extend(entropy_coded(values));
    bytes.extend([0xFF, 0xD9]);
    bytes
}

/// For each component the DC difference (category in four bits, then the difference) and the end of the block.
fn entropy_coded(values: [u8; 4]) -> Vec<u8> {
    let mut bits = String::new();
    for value in values {
        let difference = i32::from(value) - 128;
        let category = (i32::BITS - difference.abs().leading_zeros()) as usize;
        write!(bits, "{category:04b}").unwrap();
        if category > 0 {
            let ones = (1 << category) - 1;
            let code = if difference < 0 {
                difference + ones
            } else {
                difference
            };
            write!(bits, "{code:0category$b}").unwrap();
        }
        bits.push('0');
    }
    bits += &"1".repeat((8 - bits.len() % 8) % 8);
    let stuffed = bits.as_bytes().chunks(8).flat_map(|eight| {
        let byte = u8::from_str_radix(str::from_utf8(eight).unwrap(), 2).unwrap();
        if byte == 0xFF {
            vec![0xFF, 0]
        } else {
            vec![byte]
        }
    });
    stuffed.collect()
}
