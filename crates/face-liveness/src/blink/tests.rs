//! Tables and laws of the blink.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

const RULE: BlinkRule = BlinkRule {
    open_threshold: 0.6,
    closed_threshold: 0.4,
};

fn eyes(left_open: f32, right_open: f32) -> FrameFacts {
    FrameFacts {
        faces: 1,
        eyes: Some(EyeState {
            left_open,
            right_open,
        }),
    }
}

/// `o` open, `c` closed, `b` between, `w` wink, `-` no face, `2` two faces, `?` eyes not judged, `n` not a number.
fn frames(letters: &str) -> Vec<FrameFacts> {
    letters.chars().map(frame).collect()
}

fn frame(letter: char) -> FrameFacts {
    let blind = |faces| FrameFacts { faces, eyes: None };
    match letter {
        'o' => eyes(0.9, 0.8),
        'c' => eyes(0.1, 0.2),
        'b' => eyes(0.5, 0.5),
        'w' => eyes(0.9, 0.1),
        '-' => blind(0),
        '2' => FrameFacts {
            faces: 2,
            ..eyes(0.1, 0.1)
        },
        '?' => blind(1),
        'n' => eyes(f32::NAN, 0.9),
        _ => unreachable!("no such frame in a table: {letter}"),
    }
}

#[rstest]
#[case::seed("oooooocccoooooo", true, &[])]
#[case::closed_at_the_very_end("oc", true, &[])]
#[case::slow("obbbc", true, &[])]
#[case::still_open("ooooooooooooooo", false, &[Reason::NoBlink])]
#[case::still_closed("ccccccccccccccc", false, &[Reason::NoBlink])]
#[case::opening_is_no_blink("cccooo", false, &[Reason::NoBlink])]
#[case::half_closed_is_not_closed("oobbb", false, &[Reason::NoBlink])]
#[case::a_wink_is_no_blink("owwwo", false, &[Reason::NoBlink])]
#[case::nothing("", false, &[Reason::NoFrames])]
#[case::one_frame("o", false, &[Reason::NoBlink])]
#[case::a_lost_frame_is_a_remark("oo-cco", true, &[Reason::NoFace { frames: 1 }])]
#[case::a_third_lost_is_the_most("o-c", true, &[Reason::NoFace { frames: 1 }])]
#[case::more_than_a_third_fails("o--c", false, &[Reason::NoFace { frames: 2 }])]
#[case::a_passer_by_is_a_remark("ooo2ccc", true, &[Reason::SeveralFaces { frames: 1 }])]
#[case::company_fails("o2222c", false, &[Reason::SeveralFaces { frames: 4 }])]
#[case::eyes_of_one_of_two_faces_do_not_count("ooo2", false, &[Reason::NoBlink, Reason::SeveralFaces { frames: 1 }])]
#[case::eyes_unseen("ooo?n", false, &[Reason::NoBlink, Reason::NoEyes { frames: 2 }])]
#[case::all_sorts_add_up("oo-2?c", false, &[
    Reason::SeveralFaces { frames: 1 },
    Reason::NoFace { frames: 1 },
    Reason::NoEyes { frames: 1 },
])]
fn a_sequence_has_its_verdict(
    #[case] letters: &str,
    #[case] alive: bool,
    #[case] reasons: &[Reason],
) {
    let verdict = assess(&frames(letters), &RULE);
    assert_eq!((verdict.alive, &*verdict.reasons), (alive, reasons));
}

#[rstest]
#[case(0.5, 0.55, 0.45)]
#[case(0.985, 0.9925, 0.9775)]
#[case(0.02, 0.03, 0.01)]
fn a_rule_from_one_threshold_keeps_a_band_around_it(
    #[case] threshold: f32,
    #[case] open: f32,
    #[case] closed: f32,
) {
    let rule = BlinkRule::around(threshold).unwrap();
    assert!((rule.open_threshold - open).abs() < 1e-6, "{rule:?}");
    assert!((rule.closed_threshold - closed).abs() < 1e-6, "{rule:?}");
}

#[rstest]
#[case(0.4, 0.6)]
#[case(0.5, 0.5)]
#[case(1.1, 0.5)]
#[case(0.5, -0.1)]
#[case(f32::NAN, 0.5)]
#[case(0.5, f32::NAN)]
fn thresholds_that_would_let_a_still_pass_are_refused(#[case] open: f32, #[case] closed: f32) {
    assert!(BlinkRule::new(open, closed).is_err());
}

#[rstest]
#[case(0.0)]
#[case(1.0)]
#[case(-0.5)]
#[case(f32::NAN)]
fn an_eye_threshold_that_no_eye_could_pass_is_refused(#[case] threshold: f32) {
    assert!(BlinkRule::around(threshold).is_err());
}

fn rules() -> impl Strategy<Value = BlinkRule> {
    (0.0_f32..=1.0, 0.0_f32..=1.0).prop_filter_map("the first below the second", |(a, b)| {
        BlinkRule::new(a, b).ok()
    })
}

fn any_frame() -> impl Strategy<Value = FrameFacts> {
    let eyes = (0.0_f32..=1.0, 0.0_f32..=1.0).prop_map(|(left_open, right_open)| EyeState {
        left_open,
        right_open,
    });
    // Mostly one face, so that verdicts of both kinds come up.
    let faces = prop_oneof![8 => Just(1_usize), 1 => Just(0), 1 => 2_usize..5];
    (faces, proptest::option::weighted(0.9, eyes))
        .prop_map(|(faces, eyes)| FrameFacts { faces, eyes })
}

fn any_frames() -> impl Strategy<Value = Vec<FrameFacts>> {
    proptest::collection::vec(any_frame(), 0..31)
}

proptest! {
    #[test]
    fn the_same_frame_over_and_over_is_never_alive(
        frame in any_frame(), count in 0_usize..40, rule in rules(),
    ) {
        prop_assert!(!assess(&vec![frame; count], &rule).alive);
    }

    #[test]
    fn a_refusal_always_has_a_reason(frames in any_frames(), rule in rules()) {
        let verdict = assess(&frames, &rule);
        prop_assert!(verdict.alive || !verdict.reasons.is_empty());
    }

    #[test]
    fn a_living_verdict_never_says_that_there_was_no_blink(frames in any_frames(), rule in rules()) {
        let verdict = assess(&frames, &rule);
        prop_assert!(!verdict.alive || !verdict.reasons.contains(&Reason::NoBlink));
    }

    #[test]
    fn open_eyes_after_a_failure_change_nothing(
        values in proptest::collection::vec(0.6_f32..=1.0, 0..20), appended in 0_usize..10,
    ) {
        let mut frames: Vec<_> = values.iter().map(|&v| eyes(v, v)).collect();
        prop_assert!(!assess(&frames, &RULE).alive);
        frames.extend(vec![frame('o'); appended]);
        prop_assert!(!assess(&frames, &RULE).alive);
    }

    #[test]
    fn eyes_that_only_ever_open_are_never_alive(mut values in proptest::collection::vec(0.0_f32..=1.0, 0..20), rule in rules()) {
        values.sort_by(f32::total_cmp);
        let frames: Vec<_> = values.iter().map(|&v| eyes(v, v)).collect();
        prop_assert!(!assess(&frames, &rule).alive);
    }

    #[test]
    fn an_unusable_frame_never_helps(frames in any_frames(), at in 0_usize..31, letter in "[-2?]", rule in rules()) {
        let mut with_bad = frames.clone();
        with_bad.insert(at.min(frames.len()), frame(letter.chars().next().unwrap()));
        prop_assert!(!assess(&with_bad, &rule).alive || assess(&frames, &rule).alive);
    }

    #[test]
    fn mirrored_frames_have_the_same_verdict(frames in any_frames(), rule in rules()) {
        let mirrored: Vec<_> = frames.iter().map(|f| FrameFacts {
            eyes: f.eyes.map(|e| EyeState { left_open: e.right_open, right_open: e.left_open }), ..*f
        }).collect();
        prop_assert_eq!(assess(&mirrored, &rule), assess(&frames, &rule));
    }

    #[test]
    fn a_stricter_rule_never_passes_what_a_laxer_one_fails(
        frames in any_frames(), a in rules(), b in rules(),
    ) {
        let strict = BlinkRule {
            open_threshold: a.open_threshold.max(b.open_threshold),
            closed_threshold: a.closed_threshold.min(b.closed_threshold),
        };
        prop_assert!(!assess(&frames, &strict).alive || assess(&frames, &a).alive);
    }
}
