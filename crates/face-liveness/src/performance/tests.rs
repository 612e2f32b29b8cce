//! Tables and laws of challenges.

use face_types::{EyeState, FrameChange, Quality};
use proptest::prelude::*;
use rstest::rstest;

use crate::{Action, BlinkRule, Challenge, FrameFacts, Person, Reason, Sequence, Verdict, perform};

const BLINK: Action = Action::Blink { times: 1 };
const TWO_BLINKS: Action = Action::Blink { times: 2 };
const LEFT: Action = Action::TurnLeft;
const RIGHT: Action = Action::TurnRight;
const CLOSER: Action = Action::ComeCloser;

fn rule() -> BlinkRule {
    BlinkRule::new(0.6, 0.4).unwrap()
}

fn challenge(actions: &[Action]) -> Challenge {
    Challenge::new(actions.to_vec()).unwrap()
}

fn frame_of(open: f32, yaw: f32, size: f32) -> FrameFacts {
    FrameFacts {
        faces: 1,
        person: Person::Probes,
        eyes: Some(EyeState {
            left_open: open,
            right_open: open,
        }),
        quality: Some(Quality {
            overall: 0.8,
            sharpness: 0.7,
            light: 0.9,
            yaw,
            pitch: 0.0,
            roll: 0.0,
            size,
            visible: 1.0,
        }),
        is_repeat: false,
    }
}

/// How a person holds the head who looks straight ahead: five points have an error that is the person's own.
const AHEAD: f32 = 4.0;
const SIZE: f32 = 200.0;

/// `o` open, `c` closed, `l` turned to the person's left and `r` to the right, `m` and `p` a little so, `b` a big face and `g` one that is a
/// little bigger, `x` another person, `u` hard to tell who, `-` no face, `d` dark, `?` of no known pose, `n` of a pose that is no number.
fn frame(letter: char) -> FrameFacts {
    let still = frame_of(0.9, AHEAD, SIZE);
    let quality = still.quality.expect("given");
    match letter {
        'o' => still,
        'c' => frame_of(0.1, AHEAD, SIZE),
        'l' => frame_of(0.9, AHEAD + 25.0, SIZE),
        'r' => frame_of(0.9, AHEAD - 25.0, SIZE),
        'm' => frame_of(0.9, AHEAD + 12.0, SIZE),
        'p' => frame_of(0.9, AHEAD - 12.0, SIZE),
        'b' => frame_of(0.9, AHEAD, 1.3 * SIZE),
        'g' => frame_of(0.9, AHEAD, 1.15 * SIZE),
        'x' => FrameFacts {
            person: Person::Another,
            ..still
        },
        'u' => FrameFacts {
            person: Person::Unclear,
            ..frame('l')
        },
        '-' => FrameFacts { faces: 0, ..still },
        'd' => FrameFacts {
            quality: Some(Quality {
                light: 0.1,
                ..quality
            }),
            ..still
        },
        '?' => FrameFacts {
            quality: None,
            ..still
        },
        'n' => frame_of(0.9, f32::NAN, f32::NAN),
        _ => unreachable!("no such frame in a table: {letter}"),
    }
}

fn frames(letters: &str) -> Vec<FrameFacts> {
    letters.chars().map(frame).collect()
}

/// The changes of frames taken at the times `order`, of one living face that drifts; `cut` is of another take from there on.
fn changes(order: &[usize], cut: Option<usize>) -> Vec<FrameChange> {
    let pairs = FrameChange::pairs(&vec![true; order.len()]);
    let change = |(earlier, later): (usize, usize)| {
        let is_across = cut.is_some_and(|cut| earlier < cut && cut <= later);
        let drift = 1e-3 * order[earlier].abs_diff(order[later]) as f32;
        FrameChange {
            earlier,
            later,
            residual: if is_across { 0.15 } else { drift },
        }
    };
    pairs.into_iter().map(change).collect()
}

/// The verdict on frames that move as a living face does.
fn performed(frames: &[FrameFacts], actions: &[Action]) -> Verdict {
    let order: Vec<usize> = (0..frames.len()).collect();
    let changes = changes(&order, None);
    let sequence = Sequence {
        frames,
        changes: &changes,
    };
    perform(sequence, &challenge(actions), &rule())
}

#[rstest]
#[case::a_blink("ooocooo", &[BLINK], None)]
#[case::a_stare("ooooooo", &[BLINK], Some(BLINK))]
#[case::one_blink_of_two("ooocooo", &[TWO_BLINKS], Some(TWO_BLINKS))]
#[case::two_blinks("ooocoocoo", &[TWO_BLINKS], None)]
#[case::open_once_between_two_blinks("oooccoccoo", &[TWO_BLINKS], None)]
#[case::the_second_is_still_closed("ooocoocc", &[TWO_BLINKS], Some(TWO_BLINKS))]
#[case::asleep("oooccccccccco", &[BLINK], Some(BLINK))]
#[case::opened_onto_a_turned_head("ooocllllo", &[BLINK, LEFT], Some(LEFT))]
#[case::one_long_blink_is_not_two("ooocccccoo", &[TWO_BLINKS], Some(TWO_BLINKS))]
#[case::more_blinks_than_asked_for("ooococococ", &[TWO_BLINKS], None)]
#[case::to_the_left("ooomllo", &[LEFT], None)]
#[case::to_the_right("ooopro", &[RIGHT], None)]
#[case::the_wrong_way("ooopro", &[LEFT], Some(LEFT))]
#[case::not_far_enough("ooommmmmo", &[LEFT], Some(LEFT))]
#[case::turned_from_the_beginning("llllllll", &[LEFT], Some(LEFT))]
#[case::turned_back_only("lllooooo", &[RIGHT], None)]
#[case::closer("ooogbb", &[CLOSER], None)]
#[case::not_close_enough("ooogggg", &[CLOSER], Some(CLOSER))]
#[case::close_from_the_beginning("bbbbbbbb", &[CLOSER], Some(CLOSER))]
#[case::in_order("ooocoolloo", &[BLINK, LEFT], None)]
#[case::in_the_other_order("ooolloocoo", &[BLINK, LEFT], Some(LEFT))]
#[case::by_way_of_the_other_side("ooopromlo", &[LEFT], None)]
#[case::left_then_right("ooollorrro", &[LEFT, RIGHT], None)]
#[case::straight_from_left_to_right("ooollrrr", &[LEFT, RIGHT], Some(RIGHT))]
#[case::three("ooolloocoobb", &[LEFT, BLINK, CLOSER], None)]
#[case::the_last_of_three("ooolloocoo", &[LEFT, BLINK, CLOSER], Some(CLOSER))]
#[case::a_turned_face_hard_to_tell_is_no_turn("oooooooouu", &[LEFT], Some(LEFT))]
#[case::no_pose("???llll", &[LEFT], Some(LEFT))]
#[case::a_pose_that_is_no_number("ooonnooonn", &[LEFT], Some(LEFT))]
#[case::a_first_pose_that_is_no_number("nnnolll", &[LEFT], Some(LEFT))]
#[case::two_frames("ol", &[LEFT], Some(LEFT))]
fn an_action_is_done_or_named(
    #[case] letters: &str,
    #[case] actions: &[Action],
    #[case] undone: Option<Action>,
) {
    let verdict = performed(&frames(letters), actions);
    let named = verdict.reasons.iter().find_map(|reason| match reason {
        Reason::NotDone { action } => Some(*action),
        _ => None,
    });
    assert_eq!(named, undone, "{verdict:?}");
    assert_eq!(verdict.alive, undone.is_none(), "{verdict:?}");
}

#[rstest]
#[case::nothing("", Reason::NoFrames)]
#[case::a_stranger("ooocxoo", Reason::AnotherPerson { frames: 1 })]
#[case::nobody("ooc----", Reason::NoFace { frames: 4 })]
fn the_rules_of_every_sequence_hold(#[case] letters: &str, #[case] reason: Reason) {
    let verdict = performed(&frames(letters), &[BLINK]);
    assert!(
        !verdict.alive && verdict.reasons.contains(&reason),
        "{verdict:?}"
    );
}

#[rstest]
#[case::what_was_not_done("ooooooo", &[BLINK, LEFT], Some(Reason::NotDone { action: BLINK }))]
#[case::the_next_thing("ooocooo", &[BLINK, LEFT], Some(Reason::NotDone { action: LEFT }))]
#[case::the_dark_comes_first("ddddddd", &[BLINK], Some(Reason::BadLight { frames: 7 }))]
#[case::done_in_the_dark("dddcddd", &[BLINK], None)]
#[case::a_stranger_is_told_nothing("oooxooo", &[BLINK], None)]
fn help_says_what_to_do(
    #[case] letters: &str,
    #[case] actions: &[Action],
    #[case] help: Option<Reason>,
) {
    assert_eq!(performed(&frames(letters), actions).help(), help);
}

#[rstest]
#[case::before_the_action(&[LEFT], 2, true)]
#[case::within_the_action(&[LEFT], 5, false)]
#[case::between_two_actions(&[LEFT, BLINK], 8, false)]
#[case::after_the_last(&[LEFT], 9, true)]
fn the_actions_are_one_take(#[case] actions: &[Action], #[case] cut: usize, #[case] alive: bool) {
    let frames = frames("ooooolllooocoo");
    let order: Vec<usize> = (0..frames.len()).collect();
    let changes = changes(&order, Some(cut));
    let sequence = Sequence {
        frames: &frames,
        changes: &changes,
    };
    let verdict = perform(sequence, &challenge(actions), &rule());
    assert_eq!(verdict.alive, alive, "{verdict:?}");
}

fn any_actions() -> impl Strategy<Value = Vec<Action>> {
    at_least(1)
}

fn at_least(actions: usize) -> impl Strategy<Value = Vec<Action>> {
    let all = Action::ALL.to_vec();
    proptest::sample::subsequence(all, actions..=3)
        .prop_shuffle()
        .prop_filter("none like another", |actions| {
            Challenge::new(actions.clone()).is_ok()
        })
}

fn any_frames() -> impl Strategy<Value = Vec<FrameFacts>> {
    proptest::string::string_regex("[oclrmpbgud?-]{0,30}")
        .expect("a pattern")
        .prop_map(|letters| frames(&letters))
}

/// Frames in which `action` is done.
const fn doing(action: Action) -> &'static str {
    match action {
        Action::Blink { times: 1 } => "ocoo",
        Action::Blink { times: 2 } => "ococoo",
        Action::Blink { .. } => "ocococoo",
        Action::TurnLeft => "omllmo",
        Action::TurnRight => "oprrpo",
        Action::ComeCloser => "ogbbgo",
    }
}

/// Frames, in any order, of which none ends `action`, whatever came first.
const fn without(action: Action) -> &'static str {
    match action {
        Action::Blink { .. } => "[olrmpbgud?n-]{0,30}",
        Action::TurnLeft | Action::TurnRight => "[ocmbgud?n-]{0,30}",
        Action::ComeCloser => "[ogclrmpud?n-]{0,30}",
    }
}

fn doing_all(actions: &[Action]) -> Vec<FrameFacts> {
    let letters: String = actions.iter().map(|action| doing(*action)).collect();
    frames(&format!("ooo{letters}"))
}

proptest! {
    #[test]
    fn what_is_done_in_order_is_done(actions in any_actions()) {
        let verdict = performed(&doing_all(&actions), &actions);
        prop_assert!(verdict.alive, "{verdict:?}");
    }

    #[test]
    fn what_is_done_in_another_order_is_not(actions in at_least(2)) {
        let mut other = actions.clone();
        other.rotate_left(1);
        prop_assert!(!performed(&doing_all(&other), &actions).alive);
    }

    #[test]
    fn more_to_do_is_never_easier(frames in any_frames(), actions in at_least(2)) {
        let fewer = &actions[..actions.len() - 1];
        prop_assert!(!performed(&frames, &actions).alive || performed(&frames, fewer).alive);
    }

    #[test]
    fn a_stranger_s_frame_always_fails(actions in any_actions(), at in 0_usize..40) {
        let mut frames = doing_all(&actions);
        frames.insert(at.min(frames.len()), frame('x'));
        prop_assert!(!performed(&frames, &actions).alive);
    }

    #[test]
    fn no_order_of_the_frames_does_what_none_of_them_shows(
        (letters, action) in any_actions().prop_flat_map(|actions| {
            let letters = proptest::string::string_regex(without(actions[0])).expect("a pattern");
            (letters, Just(actions[0]))
        }),
    ) {
        prop_assert!(!performed(&frames(&letters), &[action]).alive);
    }

    #[test]
    fn frames_sent_by_turns_of_every_few_fail(actions in at_least(2), stride in 5_usize..8) {
        let done = doing_all(&actions);
        let order: Vec<usize> = (0..stride).flat_map(|first| (first..done.len()).step_by(stride)).collect();
        let frames: Vec<FrameFacts> = order.iter().map(|&at| done[at]).collect();
        let changes = changes(&order, None);
        let verdict = perform(Sequence { frames: &frames, changes: &changes }, &challenge(&actions), &rule());
        prop_assert!(!verdict.alive, "{order:?} {verdict:?}");
    }

    #[test]
    fn a_mirrored_picture_is_a_turn_to_the_other_side(actions in any_actions()) {
        let mirrored: Vec<FrameFacts> = doing_all(&actions)
            .into_iter()
            .map(|frame| FrameFacts {
                quality: frame.quality.map(|quality| Quality { yaw: -quality.yaw, ..quality }),
                ..frame
            })
            .collect();
        let other: Vec<Action> = actions
            .iter()
            .map(|action| match action {
                Action::TurnLeft => Action::TurnRight,
                Action::TurnRight => Action::TurnLeft,
                other => *other,
            })
            .collect();
        prop_assert!(performed(&mirrored, &other).alive);
        let turns = actions.iter().any(|action| matches!(action, Action::TurnLeft | Action::TurnRight));
        prop_assert_eq!(performed(&mirrored, &actions).alive, !turns);
    }
}
