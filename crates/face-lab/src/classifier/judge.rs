//! How well a network judges crops it has not seen.

use burn::tensor::Device;
use burn::tensor::activation::softmax;
use face_data::{CropView, Placement, stream};
use face_metrics::{AttackScores, Estimate, Proportion, Species, TwoClass};
use face_nets::Classifier;
use face_vision::RgbImage;
use serde::Serialize;

use super::ClassifierRecipe;
use super::examples::{Examples, Judged};
use crate::faces::{Pictures, SIGNED_UNIT, answers};
use crate::train::Validation;

/// From here on a crop is judged to be of class 1.
const HALF: f32 = 0.5;
/// A probability below this counts as this in the loss, which one sure mistake would otherwise decide.
const LEAST: f32 = 1e-4;

/// The probability of class 1 for each of `rows`.
pub(super) fn probabilities(
    net: &Classifier,
    examples: &Examples,
    rows: &[Judged],
    recipe: &ClassifierRecipe,
    device: &Device,
) -> Vec<f32> {
    let show = |judged: &Judged| {
        // The same attack every time, so that checks can be compared.
        let rng = &mut stream(recipe.training.seed, &[2, judged.row as u64]);
        let recapture = recipe.recapture().filter(|_| judged.is_simulated);
        examples.show(judged.row, recapture, rng)
    };
    of_crops(net, rows, show, &recipe.placement(), device)
}

/// The probability of class 1 for the stored crop that `show` gives of each of `rows`.
pub(super) fn of_crops<T>(
    net: &Classifier,
    rows: &[T],
    show: impl Fn(&T) -> RgbImage,
    placement: &Placement,
    device: &Device,
) -> Vec<f32> {
    let rows: Vec<&T> = rows.iter().collect();
    let (found, _) = answers(
        &rows,
        &Pictures::new(placement.side, &SIGNED_UNIT),
        |row, crops| {
            let crop = show(row);
            let view = CropView::of(&crop).expect("a stored crop has pixels");
            crops.add(view, placement);
        },
        |crops| softmax(net.forward(crops), 1).narrow(1, 1, 1),
        device,
    );
    found
}

/// Score, loss and accuracy on the validation set: the smaller the loss, the better.
pub(super) fn validation(probabilities: &[f32], targets: &[f32]) -> Validation {
    let count = probabilities.len().max(1) as f64;
    let pairs = || probabilities.iter().zip(targets);
    let one = |(p, t): (&f32, &f32)| {
        -f64::from(t * p.max(LEAST).ln() + (1.0 - t) * (1.0 - p).max(LEAST).ln())
    };
    let loss = pairs().map(one).sum::<f64>() / count;
    let right = pairs().filter(|(p, t)| (**p >= HALF) == (**t >= HALF));
    let accuracy = right.count() as f64 / count;
    Validation {
        score: -loss,
        metrics: vec![("loss", loss), ("accuracy", accuracy)],
    }
}

/// How good a network's judgement of a set is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Rates {
    /// Share of all judged right.
    pub(super) accuracy: Estimate,
    /// Share of class 0 and of class 1 judged right; `None` for a class that the set has not.
    pub(super) right: [Option<Estimate>; 2],
    /// Share of class 0 taken for class 1 where 5 in 100 of class 1 are not: the APCER at a BPCER of 5% of attacks; `None`
    /// unless there are both classes.
    pub(super) apcer_at_bpcer_5: Option<Estimate>,
    /// Area under the ROC, which needs no threshold; `None` unless there are both classes.
    pub(super) area_under_curve: Option<f64>,
}

/// The rates at a half.
pub(super) fn rates(probabilities: &[f32], targets: &[f32]) -> Rates {
    let of = |class: usize| -> Vec<f32> {
        let pairs = probabilities.iter().zip(targets);
        let own = pairs.filter(|(_, t)| usize::from(**t >= HALF) == class);
        own.map(|(p, _)| *p).collect()
    };
    let by_class = [of(0), of(1)];
    let right = [0, 1].map(|class| {
        let own = by_class[class].iter();
        Proportion::count(own.map(|p| usize::from(*p >= HALF) == class))
    });
    let [zero, one] = right;
    let all = Proportion::new(zero.hits + one.hits, zero.total + one.total);
    let [zeros, ones] = by_class;
    let apcer = apcer_at_bpcer_5(&zeros, &ones);
    let both = TwoClass::new(ones, zeros).ok();
    Rates {
        accuracy: all.wilson(),
        right: right.map(|right| (right.total > 0).then(|| right.wilson())),
        apcer_at_bpcer_5: apcer,
        area_under_curve: both.map(|both| both.at(HALF).area_under_curve),
    }
}

/// `None` unless there are both classes.
fn apcer_at_bpcer_5(attacks: &[f32], bona_fide: &[f32]) -> Option<Estimate> {
    let score = |of: &[f32]| -> Vec<f32> { of.iter().map(|p| 1.0 - p).collect() };
    let species = Species {
        name: String::new(),
        scores: score(attacks),
    };
    let scores = AttackScores::new(score(bona_fide), vec![species]).ok()?;
    let rates = scores.at_bpcer(0.05);
    rates.worst().map(|species| species.apcer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_and_accuracy_are_as_worked_by_hand() {
        let found = validation(&[0.75, 0.5, 0.2, 0.0], &[1.0, 0.0, 0.0, 1.0]);
        let expected = -(0.75_f64.ln() + 0.5_f64.ln() + 0.8_f64.ln() + 1e-4_f64.ln()) / 4.0;
        assert!((found.score + expected).abs() < 1e-5, "{found:?}");
        assert!((found.metrics[1].1 - 0.5).abs() < 1e-12);
    }

    #[test]
    fn rates_are_those_counted_by_hand() {
        let found = rates(&[0.1, 0.9, 0.6], &[0.0, 0.0, 1.0]);
        assert!((found.accuracy.value - 2.0 / 3.0).abs() < 1e-9 && found.accuracy.of == 3);
        let right = found.right.map(|right| right.unwrap().value);
        assert!((right[0] - 0.5).abs() < 1e-9 && (right[1] - 1.0).abs() < 1e-9);
        assert!((found.area_under_curve.unwrap() - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_class_that_is_not_there_has_no_rate() {
        let found = rates(&[0.1, 0.9], &[0.0, 0.0]);
        assert!(found.right[1].is_none() && found.area_under_curve.is_none());
        assert!((found.accuracy.value - 0.5).abs() < 1e-9);
    }
}
