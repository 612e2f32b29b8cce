//! Colours and sizes of all figures.
//!
//! Series have the colours of Okabe and Ito (2008), which people with any kind of colour blindness can tell apart; text
//! and grid are grey. Lengths are pixels of the SVG.

/// Red, green, blue.
pub(super) type Colour = [u8; 3];

/// Paper.
pub(super) const WHITE: Colour = [255, 255, 255];
/// Titles.
pub(super) const INK: Colour = [34, 34, 34];
/// Axes, second titles.
pub(super) const GREY: Colour = [102, 102, 102];
/// Grid.
pub(super) const GRID: Colour = [229, 229, 229];
/// Series, in this order.
pub(super) const SERIES: [Colour; 7] = [
    [0, 114, 178],
    [213, 94, 0],
    [0, 158, 115],
    [204, 121, 167],
    [230, 159, 0],
    [86, 180, 233],
    [0, 0, 0],
];

/// Size of titles.
pub(super) const TITLE: f64 = 18.0;
/// Size of second titles and of labels.
pub(super) const TEXT: f64 = 13.0;
/// Size of the numbers on axes.
pub(super) const SMALL: f64 = 12.0;
/// Distance of lines of text.
pub(super) const LEADING: f64 = 17.0;

/// The colour of series `at`; after the last it begins anew.
pub(super) const fn colour(at: usize) -> Colour {
    SERIES[at % SERIES.len()]
}

/// About how wide `text` is: letters of a sans-serif font are half as wide as high on average, and a little more.
pub(super) fn width(text: &str, size: f64) -> f64 {
    0.54 * size * text.chars().count() as f64
}

/// How wide the widest of `texts` is.
pub(super) fn widest<'t>(texts: impl IntoIterator<Item = &'t str>, size: f64) -> f64 {
    let widths = texts.into_iter().map(|text| width(text, size));
    widths.fold(0.0, f64::max)
}

/// `text` in lines of `longest` pixels at most, broken between words.
pub(super) fn wrapped(text: &str, size: f64, longest: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(word, size) + size / 2.0 <= longest => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_lose_none() {
        let text = "three words and a very-long-word-that-fits-nowhere here";
        let lines = wrapped(text, 10.0, 80.0);
        assert!(lines.len() > 3);
        assert_eq!(lines.join(" "), text);
    }
}
