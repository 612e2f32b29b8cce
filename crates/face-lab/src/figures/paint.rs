//! Sheets to SVG and to pixels, by `plotters`.

use std::fmt::Write as _;

use anyhow::{Result, anyhow};
use face_vision::{RgbImage, resize};
use image::ImageEncoder as _;
use image::codecs::png::PngEncoder;
use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::sheet::{Anchor, Mark, Sheet};
use super::style::{Colour, WHITE};

/// Pixels are painted so many times finer and then averaged, because `plotters` does not smooth wide lines and circles.
const FINE: u32 = 3;
/// Pixels of the PNG for each of the SVG.
const DENSITY: u32 = 2;
/// How far a text of the bitmap must be lowered to stand about its middle, as a share of its size.
const SINK: f64 = 0.19;
/// `plotters` takes the height of a line of text for the size of its font.
const LINE_HEIGHT: f64 = 1.24;

/// The sheet as an SVG file.
pub(super) fn svg(sheet: &Sheet) -> Result<String> {
    let mut text = String::new();
    {
        let backend = SVGBackend::with_string(&mut text, (sheet.width, sheet.height));
        paint(sheet, &backend.into_drawing_area(), 1.0, 0.0)?;
    }
    let end = text
        .rfind("</svg>")
        .ok_or_else(|| anyhow!("the SVG file has no end"))?;
    let mut rest = String::new();
    for mark in &sheet.marks {
        if let Mark::Picture { at: [x, y], pixels } = mark {
            write!(rest, "{}", image_element(*x, *y, pixels)?)?;
        }
    }
    text.insert_str(end, &rest);
    Ok(text)
}

/// The sheet as pixels; a font must be registered.
pub(super) fn picture(sheet: &Sheet) -> Result<RgbImage> {
    let scale = FINE * DENSITY;
    let (width, height) = (sheet.width * scale, sheet.height * scale);
    let mut pixels = vec![255; 3 * width as usize * height as usize];
    {
        let backend = BitMapBackend::with_buffer(&mut pixels, (width, height));
        paint(sheet, &backend.into_drawing_area(), f64::from(scale), SINK)?;
    }
    let fine = RgbImage::from_raw(width, height, pixels)
        .ok_or_else(|| anyhow!("the buffer has three bytes a pixel"))?;
    let mut picture = resize(&fine, sheet.width * DENSITY, sheet.height * DENSITY);
    for mark in &sheet.marks {
        if let Mark::Picture { at: [x, y], pixels } = mark {
            let (x, y) = (x * f64::from(DENSITY), y * f64::from(DENSITY));
            let larger = resize(pixels, pixels.width() * DENSITY, pixels.height() * DENSITY);
            image::imageops::replace(&mut picture, &larger, x.round() as i64, y.round() as i64);
        }
    }
    Ok(picture)
}

/// Paints everything but pictures, which `plotters` would paint as one rectangle a pixel.
fn paint<B: DrawingBackend>(
    sheet: &Sheet,
    area: &DrawingArea<B, Shift>,
    scale: f64,
    sink: f64,
) -> Result<()> {
    let failed = |error: DrawingAreaErrorKind<B::ErrorType>| anyhow!("cannot draw: {error}");
    area.fill(&rgb(WHITE)).map_err(failed)?;
    for mark in &sheet.marks {
        draw(mark, area, scale, sink).map_err(failed)?;
    }
    area.present().map_err(failed)
}

fn draw<B: DrawingBackend>(
    mark: &Mark,
    area: &DrawingArea<B, Shift>,
    scale: f64,
    sink: f64,
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    let place = |[x, y]: [f64; 2]| ((x * scale).round() as i32, (y * scale).round() as i32);
    let places = |points: &[[f64; 2]]| points.iter().map(|&point| place(point)).collect::<Vec<_>>();
    match mark {
        Mark::Line {
            points,
            colour,
            width,
        } => {
            let width = (width * scale).round().max(1.0) as u32;
            area.draw(&PathElement::new(
                places(points),
                rgb(*colour).stroke_width(width),
            ))
        }
        Mark::Area {
            points,
            colour,
            alpha,
        } => area.draw(&Polygon::new(
            places(points),
            rgb(*colour).mix(*alpha).filled(),
        )),
        Mark::Dot {
            centre,
            radius,
            colour,
        } => {
            let radius = (radius * scale).round().max(1.0) as i32;
            area.draw(&Circle::new(place(*centre), radius, rgb(*colour).filled()))
        }
        Mark::Text {
            at,
            text,
            size,
            colour,
            anchor,
            bold,
            upwards,
        } => {
            let weight = if *bold {
                FontStyle::Bold
            } else {
                FontStyle::Normal
            };
            let font = FontDesc::new(FontFamily::SansSerif, size * scale * LINE_HEIGHT, weight);
            let turn = if *upwards {
                FontTransform::Rotate270
            } else {
                FontTransform::None
            };
            let across = match anchor {
                Anchor::Start => HPos::Left,
                Anchor::Middle => HPos::Center,
                Anchor::End => HPos::Right,
            };
            let colour = rgb(*colour);
            let style = TextStyle::from(font.transform(turn))
                .color(&colour)
                .pos(Pos::new(across, VPos::Center));
            let lower = sink * size;
            let at = if *upwards {
                [at[0] + lower, at[1]]
            } else {
                [at[0], at[1] + lower]
            };
            area.draw(&Text::new(text.as_str(), place(at), style))
        }
        Mark::Picture { .. } => Ok(()),
    }
}

fn rgb([red, green, blue]: Colour) -> RGBColor {
    RGBColor(red, green, blue)
}

fn image_element(x: f64, y: f64, pixels: &RgbImage) -> Result<String> {
    let mut png = Vec::new();
    let (width, height) = pixels.dimensions();
    PngEncoder::new(&mut png).write_image(pixels, width, height, image::ExtendedColorType::Rgb8)?;
    let data = base64(&png);
    Ok(format!(
        "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" href=\"data:image/png;base64,{data}\"/>\n"
    ))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut three = [0; 4];
        three[1..=chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes(three);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= chunk.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::style::SERIES;
    use super::*;

    #[rstest::rstest]
    #[case("", "")]
    #[case("f", "Zg==")]
    #[case("fo", "Zm8=")]
    #[case("foo", "Zm9v")]
    #[case("foobar", "Zm9vYmFy")]
    fn base64_is_that_of_the_standard(#[case] bytes: &str, #[case] expected: &str) {
        assert_eq!(base64(bytes.as_bytes()), expected);
    }

    #[test]
    fn marks_and_pictures_reach_the_svg_file_and_text_is_escaped() {
        let (mut sheet, _) = Sheet::titled(200, 100, "a < b", "n = 3");
        sheet.line(vec![[0.0, 0.0], [10.0, 10.0]], SERIES[0], 2.0);
        sheet.picture([5.0, 6.0], RgbImage::new(2, 2));
        let text = svg(&sheet).unwrap();
        assert!(
            text.contains("polyline") && text.contains("a &lt; b"),
            "{text}"
        );
        assert!(text.trim_end().ends_with("</svg>") && text.contains("<image x=\"5\" y=\"6\""));
    }

    #[test]
    fn a_line_is_painted_smoothly_in_its_colour() {
        let mut sheet = Sheet::titled(40, 40, "", "").0;
        sheet.marks.clear();
        sheet.line(vec![[0.0, 0.0], [40.0, 40.0]], [0, 0, 0], 2.0);
        sheet.picture([30.0, 2.0], RgbImage::from_pixel(4, 4, [9, 9, 200].into()));
        let found = picture(&sheet).unwrap();
        assert_eq!(found.dimensions(), (80, 80));
        assert!(found.get_pixel(40, 40).0[0] < 40 && found.get_pixel(10, 70).0[0] == 255);
        assert_eq!(found.get_pixel(63, 7).0, [9, 9, 200]);
        let is_between = |pixel: &image::Rgb<u8>| (60..200).contains(&pixel.0[0]);
        assert!(
            found.pixels().any(is_between),
            "an edge without steps has greys"
        );
    }
}
