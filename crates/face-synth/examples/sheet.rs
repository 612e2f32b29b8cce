//! Writes a contact sheet of portraits: `cargo run -p face-synth --example sheet -- OUT.png [FIRST_SEED]`.

use face_synth::portrait;
use image::{RgbImage, imageops};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("usage: sheet OUT.png [FIRST_SEED]");
    let first: u64 = arguments
        .next()
        .map_or(0, |text| text.parse().expect("a seed is a whole number"));
    let mut sheet = RgbImage::new(6 * 320, 4 * 240);
    for i in 0..24_u32 {
        let picture = portrait(first + u64::from(i), 0);
        let small = imageops::thumbnail(&picture, 320, 240);
        imageops::replace(
            &mut sheet,
            &small,
            i64::from(i % 6 * 320),
            i64::from(i / 6 * 240),
        );
    }
    sheet.save(&path).expect("the path can be written");
}
