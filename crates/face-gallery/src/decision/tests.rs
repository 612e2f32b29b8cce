//! Tables and laws of the decision.

use face_types::{PersonId, SampleId};
use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::*;

fn candidate(person: i64, similarity: f32) -> Candidate {
    Candidate {
        person: PersonId::new(person).unwrap(),
        sample: SampleId(Uuid::nil()),
        similarity: Similarity::new(similarity),
    }
}

fn curve(points: &[(f32, f64)]) -> Result<ImpostorCurve, CurveError> {
    ImpostorCurve::new(points.iter().copied())
}

/// One decade every tenth, then one every twentieth.
fn steepening() -> ImpostorCurve {
    curve(&[(0.1, 1e-1), (0.2, 1e-2), (0.3, 1e-3), (0.35, 1e-4)]).unwrap()
}

/// `M` and the person, `A` and the people, or `U`.
fn letters(decision: &Decision) -> String {
    match decision {
        Decision::Match(candidate) => format!("M{}", candidate.person.get()),
        Decision::Ambiguous(near) => near.iter().fold("A".to_owned(), |text, c| {
            format!("{text}{}", c.person.get())
        }),
        Decision::Unknown => "U".to_owned(),
    }
}

#[rstest]
#[case::nobody(&[], 0.5, 0.05, "U")]
#[case::alone_and_near(&[(1, 0.8)], 0.5, 0.05, "M1")]
#[case::alone_and_far(&[(1, 0.4)], 0.5, 0.05, "U")]
#[case::exactly_at_the_threshold(&[(1, 0.5)], 0.5, 0.05, "M1")]
#[case::well_ahead(&[(1, 0.8), (2, 0.6)], 0.5, 0.05, "M1")]
#[case::in_any_order(&[(2, 0.6), (1, 0.8)], 0.5, 0.05, "M1")]
#[case::two_within_the_margin(&[(1, 0.78), (2, 0.8)], 0.5, 0.05, "A21")]
#[case::three_of_whom_two_within(&[(1, 0.8), (2, 0.78), (3, 0.6)], 0.5, 0.05, "A12")]
#[case::the_second_below_the_threshold_counts(&[(1, 0.51), (2, 0.49)], 0.5, 0.05, "A12")]
#[case::both_below_are_nobody(&[(1, 0.45), (2, 0.44)], 0.5, 0.05, "U")]
#[case::an_exact_tie_is_ambiguous_without_a_margin(&[(2, 0.7), (1, 0.7)], 0.5, 0.0, "A12")]
#[case::no_margin_and_no_tie(&[(1, 0.7), (2, 0.69)], 0.5, 0.0, "M1")]
#[case::a_negative_margin_is_none(&[(1, 0.7), (2, 0.7)], 0.5, -1.0, "A12")]
#[case::a_margin_that_is_no_number_is_none(&[(1, 0.7), (2, 0.6)], 0.5, f32::NAN, "M1")]
#[case::one_person_twice_is_no_rival(&[(1, 0.8), (1, 0.79)], 0.5, 0.05, "M1")]
#[case::one_person_twice_is_listed_once(&[(1, 0.8), (2, 0.79), (2, 0.78)], 0.5, 0.05, "A12")]
fn candidates_have_their_decision(
    #[case] candidates: &[(i64, f32)],
    #[case] threshold: f32,
    #[case] margin: f32,
    #[case] expected: &str,
) {
    let candidates: Vec<_> = candidates.iter().map(|&(p, s)| candidate(p, s)).collect();
    let decision = decide(&candidates, Similarity::new(threshold), margin);
    assert_eq!(letters(&decision), expected);
}

#[rstest]
#[case::at_a_point(1e-2, 0.2)]
#[case::half_way_in_decades(10_f64.powf(-1.5), 0.15)]
#[case::in_the_last_stretch(10_f64.powf(-3.5), 0.325)]
#[case::at_the_last_point(1e-4, 0.35)]
#[case::looser_than_measured(0.5, 0.1)]
#[case::beyond_the_last_point_by_the_flatter_slope(1e-6, 0.55)]
#[case::far_beyond(1e-300, 1.0)]
#[case::no_rate(0.0, 1.0)]
#[case::no_number(f64::NAN, 1.0)]
fn a_rate_has_its_threshold(#[case] fmr: f64, #[case] expected: f32) {
    let threshold = steepening().threshold(fmr).value();
    assert!((threshold - expected).abs() < 1e-5, "{threshold}");
}

#[test]
fn a_last_slope_that_flattens_is_the_one_that_goes_on() {
    let flattening = curve(&[(0.1, 1e-1), (0.2, 1e-3), (0.3, 1e-4)]).unwrap();
    assert!((flattening.threshold(1e-6).value() - 0.5).abs() < 1e-5);
}

#[rstest]
#[case(&[], CurveError::TooShort)]
#[case(&[(0.3, 1e-3)], CurveError::TooShort)]
#[case(&[(0.3, 1e-3), (0.2, 1e-4)], CurveError::Order)]
#[case(&[(0.3, 1e-3), (0.3, 1e-4)], CurveError::Order)]
#[case(&[(0.3, 1e-3), (0.4, 1e-3)], CurveError::Order)]
#[case(&[(0.3, 1e-3), (0.4, 0.0)], CurveError::Rate)]
#[case(&[(0.3, 1.5), (0.4, 0.1)], CurveError::Rate)]
#[case(&[(0.3, f64::NAN), (0.4, 0.1)], CurveError::Rate)]
fn points_that_are_no_curve_are_refused(#[case] points: &[(f32, f64)], #[case] error: CurveError) {
    assert_eq!(curve(points), Err(error));
}

#[test]
fn the_threshold_is_that_of_the_rate_left_for_one_comparison() {
    let rule = ThresholdRule::new(steepening(), 0.01).unwrap();
    assert_eq!(rule.threshold(1), steepening().threshold(0.01));
    assert_eq!(rule.threshold(0), rule.threshold(1));
    let of_ten = steepening().threshold(1.004_528_708e-3).value();
    assert!((rule.threshold(10).value() - of_ten).abs() < 1e-6);
}

#[rstest]
#[case(0.0)]
#[case(1.0)]
#[case(-0.1)]
#[case(f64::NAN)]
fn a_target_that_cannot_be_aimed_at_is_refused(#[case] fpir: f64) {
    assert!(ThresholdRule::new(steepening(), fpir).is_err());
}

#[test]
fn a_fixed_threshold_overrides_the_curve_for_every_size() {
    let fixed = Similarity::from_euclidean(0.8);
    let rule = ThresholdRule::new(steepening(), 0.01)
        .unwrap()
        .overridden_by(Some(fixed));
    assert!(
        [0, 1, 1_000_000]
            .iter()
            .all(|&n| rule.threshold(n) == fixed)
    );
}

fn any_curve() -> impl Strategy<Value = ImpostorCurve> {
    let steps = proptest::collection::vec((0.001_f32..0.2, 0.01_f64..2.0), 2..12);
    (-1.0_f32..0.5, steps)
        .prop_map(|(start, steps)| {
            let (mut threshold, mut decades) = (start, 0.0);
            let points = steps.into_iter().map(|(up, down)| {
                (threshold, decades) = (threshold + up, decades - down);
                CurvePoint::from((threshold, 10_f64.powf(decades)))
            });
            let mut points: Vec<_> = points.collect();
            // Thresholds beyond 1 are all clamped to it.
            points.dedup_by_key(|point| point.threshold);
            points
        })
        .prop_filter_map("two points at least", |points| {
            ImpostorCurve::new(points).ok()
        })
}

fn any_candidates() -> impl Strategy<Value = Vec<Candidate>> {
    // Coarse scores, so that ties and near ties are common.
    let one = (0_i64..8, -20_i32..=20).prop_map(|(person, s)| candidate(person, s as f32 / 20.0));
    proptest::collection::vec(one, 0..10)
}

fn similarity() -> impl Strategy<Value = Similarity> {
    (-1.0_f32..=1.0).prop_map(Similarity::new)
}

proptest! {
    #[test]
    fn the_threshold_never_falls_as_the_gallery_grows(curve in any_curve(), fpir in 1e-6_f64..0.9, a in 0_usize..2_000_000_000, b in 0_usize..2_000_000_000) {
        let rule = ThresholdRule::new(curve, fpir).unwrap();
        prop_assert!(rule.threshold(a.min(b)) <= rule.threshold(a.max(b)));
        prop_assert!(rule.threshold(a) <= rule.threshold(a + 1));
    }

    #[test]
    fn the_threshold_never_rises_with_the_rate_allowed(curve in any_curve(), a in 1e-12_f64..1.0, b in 1e-12_f64..1.0) {
        prop_assert!(curve.threshold(a.min(b)) >= curve.threshold(a.max(b)));
    }

    #[test]
    fn raising_the_threshold_only_ever_turns_an_answer_into_unknown(candidates in any_candidates(), a in similarity(), b in similarity(), margin in 0.0_f32..0.3) {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let (before, after) = (decide(&candidates, low, margin), decide(&candidates, high, margin));
        prop_assert!(after == before || after == Decision::Unknown, "{before:?} became {after:?}");
    }

    #[test]
    fn removing_a_person_never_makes_an_unknown_known(candidates in any_candidates(), gone in 0_i64..8, threshold in similarity(), margin in 0.0_f32..0.3) {
        prop_assume!(decide(&candidates, threshold, margin) == Decision::Unknown);
        let rest: Vec<_> = candidates.into_iter().filter(|c| c.person.get() != gone).collect();
        prop_assert_eq!(decide(&rest, threshold, margin), Decision::Unknown);
    }

    #[test]
    fn the_order_of_the_candidates_does_not_matter((candidates, shuffled) in any_candidates().prop_flat_map(|c| (Just(c.clone()), Just(c).prop_shuffle())), threshold in similarity(), margin in 0.0_f32..0.3) {
        prop_assert_eq!(decide(&candidates, threshold, margin), decide(&shuffled, threshold, margin));
    }

    #[test]
    fn a_match_leads_everybody_else_by_more_than_the_margin(candidates in any_candidates(), threshold in similarity(), margin in 0.0_f32..0.3) {
        if let Decision::Match(best) = decide(&candidates, threshold, margin) {
            prop_assert!(best.similarity >= threshold);
            for other in candidates.iter().filter(|c| c.person != best.person) {
                prop_assert!(best.similarity.value() - other.similarity.value() > margin);
            }
        }
    }
}
