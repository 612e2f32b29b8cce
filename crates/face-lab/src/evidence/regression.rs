//! A logistic regression of few terms whose signs are known.

use anyhow::{Result, ensure};
use face_packs::{Evidence, Term};
use face_pipeline::AttackMeasures;
use nalgebra::{DMatrix, DVector};

use super::Rules;
use super::measured::Group;

/// Added to the loss for each weight's square: the sources are few, and large weights are of those alone.
const RIDGE: f64 = 0.01;
/// Newton's method is at its end long before.
const STEPS: usize = 40;
/// As far as the product lets a measure count.
const FARTHEST: f64 = Term::FARTHEST as f64;
/// 1 where a large measure speaks for an attack, -1 where it speaks against one: a bluer white, less texture, less fine detail, and what the
/// networks say. A source that teaches otherwise teaches its camera.
const SIGNS: [f64; 4] = [1.0, -1.0, -1.0, 1.0];

/// One face: its measures, whether it is an attack, and how much it counts.
struct Row {
    values: Vec<f64>,
    is_attack: bool,
    weight: f64,
}

/// What `groups` teach. Attacks count as much as living faces, in each kind every group as much as the next.
///
/// # Errors
/// When there are no attacks, no living faces, or faces with and without an answer of networks.
pub(super) fn fit(groups: &[&Group], rules: Rules) -> Result<Evidence> {
    let rows = rows(groups);
    let terms = rows.first().map_or(0, |row| row.values.len());
    ensure!(
        [true, false]
            .iter()
            .all(|kind| rows.iter().any(|row| row.is_attack == *kind)),
        "there are no attacks, or no living faces, to learn from"
    );
    ensure!(
        terms >= 3 && rows.iter().all(|row| row.values.len() == terms),
        "not every face has all measures"
    );
    let mean: Vec<f64> = (0..terms)
        .map(|at| weighted(&rows, |row| row.values[at]))
        .collect();
    let scale: Vec<f64> = (0..terms)
        .map(|at| weighted(&rows, |row| (row.values[at] - mean[at]).powi(2)).sqrt())
        .map(|scale| scale.max(1e-6))
        .collect();
    let standard = |row: &Row| -> Vec<f64> {
        let each = row.values.iter().zip(&mean).zip(&scale);
        each.map(|((value, mean), scale)| ((value - mean) / scale).clamp(-FARTHEST, FARTHEST))
            .collect()
    };
    let standards: Vec<Vec<f64>> = rows.iter().map(standard).collect();
    let weights = with_signs(&rows, &standards, terms);
    let term = |at: usize| Term {
        mean: mean[at] as f32,
        scale: scale[at] as f32,
        weight: weights[at] as f32,
    };
    Ok(Evidence {
        bias: weights[terms] as f32,
        white_point: term(0),
        texture: term(1),
        detail: term(2),
        networks: (terms > 3).then(|| term(3)),
        raster: rules.raster,
        border: rules.border,
    })
}

fn rows(groups: &[&Group]) -> Vec<Row> {
    let mut rows = Vec::new();
    for is_attack in [false, true] {
        let faces = |group: &Group| -> Vec<Vec<f64>> {
            let of: Vec<&AttackMeasures> = if is_attack {
                group.attacks.iter().collect()
            } else {
                group.bona_fide().collect()
            };
            of.into_iter()
                .filter_map(AttackMeasures::values)
                .map(|values| values.into_iter().map(f64::from).collect())
                .collect()
        };
        let groups: Vec<Vec<Vec<f64>>> = groups
            .iter()
            .map(|group| faces(group))
            .filter(|faces| !faces.is_empty())
            .collect();
        for faces in &groups {
            let weight = 0.5 / (groups.len() * faces.len()) as f64;
            rows.extend(faces.iter().map(|values| Row {
                values: values.clone(),
                is_attack,
                weight,
            }));
        }
    }
    rows
}

/// The mean of `of` over all rows.
fn weighted(rows: &[Row], of: impl Fn(&Row) -> f64) -> f64 {
    let sum: f64 = rows.iter().map(|row| row.weight * of(row)).sum();
    sum / rows.iter().map(|row| row.weight).sum::<f64>()
}

/// The weights and, last, the bias; terms whose weight would be of the wrong sign have none.
fn with_signs(rows: &[Row], standards: &[Vec<f64>], terms: usize) -> Vec<f64> {
    let mut kept: Vec<usize> = (0..terms).collect();
    loop {
        let found = newton(rows, standards, &kept);
        let wrong = (0..kept.len()).find(|&at| found[at] * SIGNS[kept[at]] < 0.0);
        if let Some(wrong) = wrong {
            kept.remove(wrong);
            continue;
        }
        let mut weights = vec![0.0; terms + 1];
        for (&term, weight) in kept.iter().zip(&found) {
            weights[term] = *weight;
        }
        weights[terms] = found[kept.len()];
        return weights;
    }
}

/// The minimum of the mean logistic loss with [`RIDGE`], over the terms `kept` and a bias, which comes last.
fn newton(rows: &[Row], standards: &[Vec<f64>], kept: &[usize]) -> Vec<f64> {
    let size = kept.len() + 1;
    let mut weights = DVector::<f64>::zeros(size);
    for _ in 0..STEPS {
        let mut gradient = DVector::<f64>::zeros(size);
        let mut hessian = DMatrix::<f64>::zeros(size, size);
        for at in 0..kept.len() {
            gradient[at] = RIDGE * weights[at];
            hessian[(at, at)] = RIDGE;
        }
        for (row, standard) in rows.iter().zip(standards) {
            let values = kept.iter().map(|&at| standard[at]).chain([1.0]);
            let values = DVector::from_iterator(size, values);
            let chance = 1.0 / (1.0 + (-weights.dot(&values)).exp());
            let error = chance - f64::from(u8::from(row.is_attack));
            gradient.axpy(row.weight * error, &values, 1.0);
            hessian.ger(
                row.weight * (chance * (1.0 - chance)).max(1e-9),
                &values,
                &values,
                1.0,
            );
        }
        let Some(decomposed) = hessian.cholesky() else {
            break;
        };
        let step = decomposed.solve(&gradient);
        weights -= &step;
        if step.amax() < 1e-9 {
            break;
        }
    }
    weights.iter().copied().collect()
}
