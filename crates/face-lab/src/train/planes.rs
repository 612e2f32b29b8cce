//! Pixels as the values that the laboratory's networks take in.

/// Appends interleaved RGB bytes as three planes of `(x - 127.5) / 128`.
pub fn append_planes(pixels: &[u8], out: &mut Vec<f32>) {
    let pixels = pixels.as_chunks::<3>().0;
    for channel in 0..3 {
        out.extend(
            pixels
                .iter()
                .map(|pixel| (f32::from(pixel[channel]) - 127.5) / 128.0),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_planes_follow_each_other() {
        let mut out = vec![9.0];
        append_planes(&[0, 255, 127, 255, 0, 128], &mut out);
        let ends = 127.5 / 128.0;
        let middle = 0.5 / 128.0;
        assert_eq!(out, [9.0, -ends, ends, ends, -ends, -middle, middle]);
    }
}
