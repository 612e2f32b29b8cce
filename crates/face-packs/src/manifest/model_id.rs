//! The identity of the templates a pack makes.

use std::fmt::Write as _;

use face_types::ModelId;

use super::{Colour, Layout, Manifest};
use crate::Digest;

impl Manifest {
    /// Identifies the templates of this pack: two packs with equal ids make comparable templates.
    ///
    /// It is the SHA-256 of these lines, each ended by a line feed, where numbers with a point are the eight hexadecimal
    /// digits of their IEEE 754 single precision bits:
    /// ```text
    /// template 1
    /// network <SHA-256 of the embedder's file>
    /// input <width>x<height> <nchw|nhwc> <rgb|bgr>
    /// mean <3 numbers>
    /// scale <3 numbers>
    /// alignment <10 numbers: x and y of the five points as fractions>
    /// output <name, or nothing for the first>
    /// ```
    /// A named alignment and the same five points written out have the same id.
    #[must_use]
    pub fn model_id(&self) -> ModelId {
        let embedder = &self.embedder;
        let (input, pixels) = (&embedder.input, &embedder.input.pixels);
        let layout = match pixels.layout {
            Layout::Nchw => "nchw",
            Layout::Nhwc => "nhwc",
        };
        let colour = match pixels.colour {
            Colour::Rgb => "rgb",
            Colour::Bgr => "bgr",
        };
        let text = format!(
            "template 1\nnetwork {}\ninput {}x{} {layout} {colour}\nmean{}\nscale{}\nalignment{}\noutput {}\n",
            embedder.weights.sha256,
            input.width,
            input.height,
            bits(&pixels.mean),
            bits(&pixels.scale),
            bits(embedder.alignment.fractions().as_flattened()),
            embedder.output.as_deref().unwrap_or_default(),
        );
        ModelId::new(&format!("sha256:{}", Digest::of(text.as_bytes())))
            .expect("a digest is 64 hexadecimal digits")
    }
}

/// Each number's bits in hexadecimal, a space before each; exact, unlike any decimal form.
fn bits(numbers: &[f32]) -> String {
    numbers.iter().fold(String::new(), |mut text, number| {
        // -0 and 0 are the same number, so they have the same form.
        let number = if *number == 0.0 { 0.0_f32 } else { *number };
        write!(text, " {:08x}", number.to_bits()).expect("writing to a String cannot fail");
        text
    })
}
