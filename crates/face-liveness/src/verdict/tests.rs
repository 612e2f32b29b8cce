//! Tables and laws of the verdict.

use face_types::EyeState;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use rstest::rstest;

use super::*;

fn rule() -> BlinkRule {
    BlinkRule::new(0.6, 0.4).unwrap()
}

fn eyes(left_open: f32, right_open: f32) -> FrameFacts {
    FrameFacts {
        faces: 1,
        person: Person::Probes,
        eyes: Some(EyeState {
            left_open,
            right_open,
        }),
        quality: None,
        is_repeat: false,
    }
}

/// The changes of `count` frames of which frame `at` was taken at the time `order[at]`: the further apart, the larger, as in a
/// living face that drifts.
fn changes_of(order: &[usize]) -> Vec<FrameChange> {
    changes(order.len(), |a, b| {
        1e-3 * order[a].abs_diff(order[b]) as f32
    })
}

fn changes(count: usize, residual: impl Fn(usize, usize) -> f32) -> Vec<FrameChange> {
    changes_between(&vec![true; count], residual)
}

/// The changes of frames of which some show a face.
fn changes_between(has_face: &[bool], residual: impl Fn(usize, usize) -> f32) -> Vec<FrameChange> {
    let change = |(earlier, later)| FrameChange {
        earlier,
        later,
        residual: residual(earlier, later),
    };
    let pairs = FrameChange::pairs(has_face).into_iter();
    pairs.map(change).collect()
}

/// The verdict on frames that move as a living face does.
fn lively(frames: &[FrameFacts], rule: BlinkRule) -> Verdict {
    let has_face: Vec<bool> = frames.iter().map(|frame| frame.faces > 0).collect();
    let changes = changes_between(&has_face, |a, b| 1e-3 * (b - a) as f32);
    assess(
        Sequence {
            frames,
            changes: &changes,
        },
        &rule,
    )
}

/// `o` open, `c` closed, `b` between, `w` wink, `-` no face, `2` two faces, `?` eyes not judged, `n` not a number, `x` another
/// person with closed eyes, `u` hard to tell who, `r` open and a repeat, `s` narrow eyes, `t` a little narrower and `z` closed ones,
/// `d` one lid drooping.
fn frames(letters: &str) -> Vec<FrameFacts> {
    letters.chars().map(frame).collect()
}

fn frame(letter: char) -> FrameFacts {
    let blind = |faces| FrameFacts {
        faces,
        eyes: None,
        ..eyes(0.0, 0.0)
    };
    let of = |person| FrameFacts {
        person,
        ..eyes(0.1, 0.1)
    };
    match letter {
        'o' => eyes(0.9, 0.8),
        'c' => eyes(0.1, 0.2),
        'b' => eyes(0.5, 0.5),
        'w' => eyes(0.9, 0.1),
        's' => eyes(0.4, 0.45),
        't' => eyes(0.2, 0.25),
        'z' => eyes(0.05, 0.1),
        'd' => eyes(0.45, 0.9),
        '-' => blind(0),
        '2' => FrameFacts {
            faces: 2,
            ..eyes(0.1, 0.1)
        },
        '?' => blind(1),
        'n' => eyes(f32::NAN, 0.9),
        'x' => of(Person::Another),
        'u' => of(Person::Unclear),
        'r' => FrameFacts {
            is_repeat: true,
            ..eyes(0.9, 0.9)
        },
        _ => unreachable!("no such frame in a table: {letter}"),
    }
}

#[rstest]
#[case::seed("oooooocccoooooo", true, &[])]
#[case::as_short_as_can_be("oco", true, &[])]
#[case::slow("obbbcbbbo", true, &[])]
#[case::closed_at_the_very_end("oooooocc", false, &[Reason::NoBlink])]
#[case::as_long_as_may_be("ooccccccccoo", true, &[])]
#[case::asleep("oocccccccccoo", false, &[Reason::NoBlink])]
#[case::asleep_then_a_blink("occccccccccoooocoo", true, &[])]
#[case::narrow_eyes("sssszssss", true, &[])]
#[case::narrow_eyes_that_tremble("sssstssss", false, &[Reason::NoBlink])]
#[case::a_drooping_lid("dddddcddd", true, &[])]
#[case::closed_until_the_blink("ccccocooo", true, &[])]
#[case::still_open("ooooooooooooooo", false, &[Reason::NoBlink])]
#[case::still_closed("ccccccccccccccc", false, &[Reason::NoBlink])]
#[case::opening_is_no_blink("cccooo", false, &[Reason::NoBlink])]
#[case::half_closed_is_not_closed("oobbb", false, &[Reason::NoBlink])]
#[case::a_wink_is_no_blink("owwwo", false, &[Reason::NoBlink])]
#[case::nothing("", false, &[Reason::NoFrames])]
#[case::one_frame("o", false, &[Reason::NoBlink])]
#[case::a_lost_frame_is_a_remark("oo-cco", true, &[Reason::NoFace { frames: 1 }])]
#[case::a_third_lost_is_the_most("o-co-o", true, &[Reason::NoFace { frames: 2 }])]
#[case::more_than_a_third_fails("o--co", false, &[Reason::NoFace { frames: 2 }])]
#[case::a_passer_by_is_a_remark("ooo2ccco", true, &[Reason::SeveralFaces { frames: 1 }])]
#[case::company_fails("o2222co", false, &[Reason::SeveralFaces { frames: 4 }])]
#[case::eyes_of_one_of_two_faces_do_not_count("ooo2", false, &[Reason::NoBlink, Reason::SeveralFaces { frames: 1 }])]
#[case::eyes_unseen("ooo?n", false, &[Reason::NoBlink, Reason::NoEyes { frames: 2 }])]
#[case::another_person_blinks("oooooxxx", false, &[Reason::AnotherPerson { frames: 3 }, Reason::NoBlink])]
#[case::one_frame_of_another_person("ooocccooox", false, &[Reason::AnotherPerson { frames: 1 }])]
#[case::a_frame_hard_to_tell("ooouccco", true, &[Reason::Unclear { frames: 1 }])]
#[case::too_many_hard_to_tell("oouucuuo", false, &[Reason::Unclear { frames: 4 }])]
#[case::eyes_of_a_face_hard_to_tell_do_not_count("ooou", false, &[Reason::NoBlink, Reason::Unclear { frames: 1 }])]
#[case::a_slow_camera("ooorocccoo", true, &[Reason::Repeated { frames: 1 }])]
#[case::repeated_frames("oorrrcccoo", false, &[Reason::Repeated { frames: 3 }])]
#[case::all_sorts_add_up("oo-2c?o2", false, &[
    Reason::SeveralFaces { frames: 2 },
    Reason::NoFace { frames: 1 },
    Reason::NoEyes { frames: 1 },
])]
fn a_sequence_has_its_verdict(
    #[case] letters: &str,
    #[case] alive: bool,
    #[case] reasons: &[Reason],
) {
    let verdict = lively(&frames(letters), rule());
    assert_eq!((verdict.alive, &*verdict.reasons), (alive, reasons));
}

#[rstest]
#[case::alive("oocco", None)]
#[case::eyes_kept_closed("ooccc", Some(Reason::NoBlink))]
#[case::a_stare("ooooo", Some(Reason::NoBlink))]
#[case::nobody_there("o-----", Some(Reason::NoFace { frames: 5 }))]
#[case::company("oo2222", Some(Reason::SeveralFaces { frames: 4 }))]
#[case::a_lost_frame_is_not_why("ooo-oo", Some(Reason::NoBlink))]
#[case::another_person_is_told_nothing("ooxx", None)]
#[case::a_repeated_picture_is_told_nothing("oorrrr", None)]
#[case::a_slow_camera_is_helped("oooooorooo", Some(Reason::NoBlink))]
fn help_is_for_people_before_a_camera(#[case] letters: &str, #[case] help: Option<Reason>) {
    assert_eq!(lively(&frames(letters), rule()).help(), help);
}

/// What two photographs leave of each other, and what one does of itself.
const APART: f32 = 0.15;
const ALIKE: f32 = 0.2e-3;

#[rstest]
#[case::living_face("oooooocccoooooo", "000000000000000", &[])]
#[case::one_photograph("oooooocccoooooo", "aaaaaaaaaaaaaaa", &[Reason::Photograph])]
#[case::two_photographs("oooooocccoooooo", "aaaaaabbbaaaaaa", &[Reason::Photograph, Reason::NoBlink])]
#[case::three_photographs("ooooocccccooooo", "aaaaabbbbbccccc", &[Reason::Photograph, Reason::NoBlink])]
#[case::two_living_takes("ooooooocccoooo", "00000001111111", &[Reason::NoBlink])]
#[case::three_living_takes("ooooooocccoooo", "00000001112222", &[Reason::NoBlink])]
#[case::a_cut_before_the_eyes_open_again("ooooooocccoooo", "00000000001111", &[Reason::NoBlink])]
#[case::a_photograph_after_a_living_face("ooooooocccoooo", "0000000aaaaaaa", &[Reason::Photograph, Reason::NoBlink])]
fn a_sequence_must_be_one_living_take(
    #[case] letters: &str,
    #[case] takes: &str,
    #[case] reasons: &[Reason],
) {
    let frames = frames(letters);
    let takes: Vec<char> = takes.chars().collect();
    let changes = changes(frames.len(), |a, b| {
        if takes[a] != takes[b] {
            APART
        } else if takes[a].is_alphabetic() {
            ALIKE
        } else {
            1e-3 * a.abs_diff(b) as f32
        }
    });
    let sequence = Sequence {
        frames: &frames,
        changes: &changes,
    };
    let verdict = assess(sequence, &rule());
    assert_eq!(
        (verdict.alive, &*verdict.reasons),
        (reasons.is_empty(), reasons)
    );
}

#[test]
fn a_blink_between_frames_that_were_not_compared_is_none() {
    let frames = frames("oooccco");
    let sequence = Sequence {
        frames: &frames,
        changes: &[],
    };
    assert_eq!(assess(sequence, &rule()).reasons, [Reason::NoBlink]);
}

#[test]
fn frames_without_a_face_cut_nothing() {
    for lost in 1..=5 {
        let letters = format!("oooo{}cccoooo", "-".repeat(lost));
        assert!(lively(&frames(&letters), rule()).alive, "{letters}");
    }
}

#[test]
fn a_take_goes_on_through_frames_in_between() {
    let frames = frames("oooo222cooooooo");
    let with_a_cut = |at: usize| {
        // The frames before and after the company were not compared with each other.
        let changes = changes(frames.len(), |a, b| {
            if a < at && at <= b {
                APART
            } else {
                1e-3 * (b - a) as f32
            }
        });
        let sequence = Sequence {
            frames: &frames,
            changes: &changes,
        };
        assess(sequence, &rule()).alive
    };
    assert!(with_a_cut(2) && with_a_cut(9));
    assert!(!with_a_cut(5) && !with_a_cut(7));
}

#[rstest]
#[case::two_by_two([1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 14], true)]
#[case::halves_swapped([8, 9, 10, 11, 12, 13, 14, 0, 1, 2, 3, 4, 5, 6, 7], true)]
#[case::shuffled([3, 11, 0, 7, 14, 5, 9, 1, 13, 6, 2, 10, 4, 12, 8], false)]
#[case::every_second_first([0, 5, 10, 1, 6, 11, 2, 7, 12, 3, 8, 13, 4, 9, 14], false)]
fn the_order_of_time_shows(#[case] order: [usize; 15], #[case] is_ordered: bool) {
    let frames = frames("oooooocccoooooo");
    let sequence = Sequence {
        frames: &frames,
        changes: &changes_of(&order),
    };
    let reasons = assess(sequence, &rule()).reasons;
    assert_eq!(
        !reasons.contains(&Reason::OutOfOrder),
        is_ordered,
        "{reasons:?}"
    );
}

#[test]
fn few_orders_that_chance_draws_pass_for_that_of_time() {
    let mut runner = TestRunner::deterministic();
    let orders = Just((0..15).collect::<Vec<usize>>()).prop_shuffle();
    let frames = frames("oooooocccoooooo");
    let is_in_order = |_: &usize| {
        let order = orders.new_tree(&mut runner).expect("an order").current();
        let sequence = Sequence {
            frames: &frames,
            changes: &changes_of(&order),
        };
        let reasons = assess(sequence, &rule()).reasons;
        !reasons.contains(&Reason::OutOfOrder)
    };
    let passed = (0_usize..2_000).filter(is_in_order).count();
    // Of a drift along a line, the hardest there is: those of recorded people are told more surely.
    assert!((1..=20).contains(&passed), "{passed} of 2000");
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
    let person = prop_oneof![
        12 => Just(Person::Probes), 2 => Just(Person::Unclear), 1 => Just(Person::Another),
    ];
    let is_repeat = proptest::bool::weighted(0.05);
    (
        faces,
        person,
        proptest::option::weighted(0.9, eyes),
        is_repeat,
    )
        .prop_map(|(faces, person, eyes, is_repeat)| FrameFacts {
            faces,
            person,
            eyes,
            quality: None,
            is_repeat,
        })
}

fn any_frames() -> impl Strategy<Value = Vec<FrameFacts>> {
    proptest::collection::vec(any_frame(), 0..31)
}

proptest! {
    #[test]
    fn the_same_frame_over_and_over_is_never_alive(
        frame in any_frame(), count in 0_usize..40, rule in rules(),
    ) {
        prop_assert!(!lively(&vec![frame; count], rule).alive);
    }

    #[test]
    fn a_refusal_always_has_a_reason(frames in any_frames(), rule in rules()) {
        let verdict = lively(&frames, rule);
        prop_assert!(verdict.alive || !verdict.reasons.is_empty());
    }

    #[test]
    fn a_living_verdict_never_says_that_there_was_no_blink(frames in any_frames(), rule in rules()) {
        let verdict = lively(&frames, rule);
        prop_assert!(!verdict.alive || !verdict.reasons.contains(&Reason::NoBlink));
    }

    #[test]
    fn open_eyes_after_a_failure_change_nothing(
        values in proptest::collection::vec(0.6_f32..=1.0, 0..20), appended in 0_usize..10,
    ) {
        let mut frames: Vec<_> = values.iter().map(|&v| eyes(v, v)).collect();
        prop_assert!(!lively(&frames, rule()).alive);
        frames.extend(vec![frame('o'); appended]);
        prop_assert!(!lively(&frames, rule()).alive);
    }

    #[test]
    fn eyes_that_only_ever_open_are_never_alive(mut values in proptest::collection::vec(0.0_f32..=1.0, 0..20), rule in rules()) {
        values.sort_by(f32::total_cmp);
        let frames: Vec<_> = values.iter().map(|&v| eyes(v, v)).collect();
        prop_assert!(!lively(&frames, rule).alive);
    }

    #[test]
    fn an_unusable_frame_never_helps(frames in any_frames(), at in 0_usize..31, letter in "[-2?]", rule in rules()) {
        let mut with_bad = frames.clone();
        with_bad.insert(at.min(frames.len()), frame(letter.chars().next().unwrap()));
        prop_assert!(!lively(&with_bad, rule).alive || lively(&frames, rule).alive);
    }

    #[test]
    fn mirrored_frames_have_the_same_verdict(frames in any_frames(), rule in rules()) {
        let mirrored: Vec<_> = frames.iter().map(|f| FrameFacts {
            eyes: f.eyes.map(|e| EyeState { left_open: e.right_open, right_open: e.left_open }), ..*f
        }).collect();
        prop_assert_eq!(lively(&mirrored, rule), lively(&frames, rule));
    }

    #[test]
    fn a_stricter_rule_never_passes_what_a_laxer_one_fails(
        frames in any_frames(), a in rules(), b in rules(),
    ) {
        let strict = a.stricter(b);
        prop_assert!(!lively(&frames, strict).alive || lively(&frames, a).alive);
    }

    #[test]
    fn a_stranger_s_frame_always_fails(frames in any_frames(), at in 0_usize..31, rule in rules()) {
        let mut with_stranger = frames.clone();
        with_stranger.insert(at.min(frames.len()), frame('x'));
        prop_assert!(!lively(&with_stranger, rule).alive);
    }

    #[test]
    fn no_order_helps_where_most_frames_show_no_face(
        (shuffled, rule) in (any_frames().prop_flat_map(|mut frames| {
            frames.extend(vec![frame('-'); frames.len() / 2 + 1]);
            Just(frames).prop_shuffle()
        }), rules()),
    ) {
        prop_assert!(!lively(&shuffled, rule).alive);
    }

    #[test]
    fn frames_that_leave_nothing_of_each_other_are_never_alive(
        frames in proptest::collection::vec(any_frame(), 4..31), rule in rules(),
    ) {
        let changes = changes(frames.len(), |_, _| ALIKE);
        let sequence = Sequence { frames: &frames, changes: &changes };
        prop_assert!(!assess(sequence, &rule).alive);
    }
}
