//! From single frames that look like an attack to the sequence.

/// Whether a sequence looks like a presentation attack (ISO/IEC 30107-3) when of each of its frames that show the probe's person alone it
/// is known whether that frame does, looked at by itself: half of them or more do.
///
/// A threshold that refuses one living face in twenty would, asked of each of fifteen frames, refuse every second person; what speaks of
/// a screen is there in all frames, what is chance is not.
#[must_use]
pub fn looks_like_an_attack(frames: &[bool]) -> bool {
    let attacks = frames.iter().filter(|&&is_attack| is_attack).count();
    attacks > 0 && 2 * attacks >= frames.len()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::no_face(&[], false)]
    #[case::all(&[true; 15], true)]
    #[case::none(&[false; 15], false)]
    #[case::half(&[true, false, false, true], true)]
    #[case::less_than_half(&[true, false, false, true, false], false)]
    #[case::one(&[true], true)]
    fn half_of_the_frames_tell(#[case] frames: &[bool], #[case] is_attack: bool) {
        assert_eq!(looks_like_an_attack(frames), is_attack);
    }
}
