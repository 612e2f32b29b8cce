//! Features of many pictures in one block, each with its class.

use crate::MetricError;
use crate::dot::dot;

/// Rows of features of unit length and the class (person) of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Features {
    values: Vec<f32>,
    dimension: usize,
    classes: Vec<u32>,
}

impl Features {
    /// One row of `dimension` values for each of `classes`, one after the other in `values`; classes count from 0, so
    /// that there are about as many as the highest.
    ///
    /// # Errors
    /// [`MetricError::Shape`] when the lengths do not fit, [`MetricError::Nothing`] without rows,
    /// [`MetricError::NotANumber`].
    pub fn new(values: Vec<f32>, dimension: usize, classes: Vec<u32>) -> Result<Self, MetricError> {
        if classes.is_empty() || dimension == 0 {
            return Err(MetricError::Nothing("picture"));
        }
        if values.len() != dimension * classes.len() {
            return Err(MetricError::Shape {
                what: "values",
                expected: dimension * classes.len(),
                found: values.len(),
            });
        }
        if values.iter().any(|value| value.is_nan()) {
            return Err(MetricError::NotANumber("feature"));
        }
        Ok(Self {
            values,
            dimension,
            classes,
        })
    }

    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there are no rows; there always are.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// Values of a row.
    #[must_use]
    pub const fn dimension(&self) -> usize {
        self.dimension
    }

    /// The class of each row.
    #[must_use]
    pub fn classes(&self) -> &[u32] {
        &self.classes
    }

    /// The features of row `at`.
    #[must_use]
    pub fn row(&self, at: usize) -> &[f32] {
        &self.values[at * self.dimension..][..self.dimension]
    }

    /// Similarity of rows `a` and `b`.
    #[must_use]
    pub fn similarity(&self, a: usize, b: usize) -> f32 {
        dot(self.row(a), self.row(b))
    }

    /// How many rows each class has, from class 0 to the highest.
    #[must_use]
    pub fn class_sizes(&self) -> Vec<u32> {
        let classes = self.classes.iter().max().map_or(0, |&highest| highest + 1);
        let mut sizes = vec![0; classes as usize];
        for &class in &self.classes {
            sizes[class as usize] += 1;
        }
        sizes
    }

    /// The rows of classes that have at least `least` of them, in order.
    ///
    /// # Errors
    /// [`MetricError::Nothing`] when there are none.
    pub fn with_classes_of(&self, least: u32) -> Result<Self, MetricError> {
        let sizes = self.class_sizes();
        let kept: Vec<usize> = (0..self.len())
            .filter(|&row| sizes[self.classes[row] as usize] >= least)
            .collect();
        let values = kept.iter().flat_map(|&row| self.row(row)).copied();
        Self::new(
            values.collect(),
            self.dimension,
            kept.iter().map(|&row| self.classes[row]).collect(),
        )
    }
}

/// Features for tests: `classes` directions, `per_class` rows near each, noise of size `noise`.
#[cfg(test)]
pub(crate) fn scattered(classes: u32, per_class: u32, noise: f32, seed: u64) -> Features {
    const DIMENSION: usize = 24;
    let mut random = crate::random::Random::new(seed);
    let mut direction = || -> Vec<f32> {
        (0..DIMENSION)
            .map(|_| (0..4).map(|_| random.unit() - 0.5).sum::<f64>() as f32)
            .collect()
    };
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for class in 0..classes {
        let centre = direction();
        for _ in 0..per_class {
            let near: Vec<f32> = centre
                .iter()
                .zip(direction())
                .map(|(c, n)| c + noise * n)
                .collect();
            let norm = dot(&near, &near).sqrt();
            values.extend(near.iter().map(|v| v / norm));
            labels.push(class);
        }
    }
    Features::new(values, DIMENSION, labels).expect("rows and labels fit")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_classes_must_fit() {
        assert!(Features::new(vec![0.0; 6], 3, vec![0, 1]).is_ok());
        assert!(Features::new(vec![0.0; 5], 3, vec![0, 1]).is_err());
        assert!(Features::new(vec![], 3, vec![]).is_err());
        assert!(Features::new(vec![f32::NAN; 3], 3, vec![0]).is_err());
    }

    #[test]
    fn small_classes_are_left_out_and_the_order_stays() {
        let all = Features::new(vec![1.0, 2.0, 3.0, 4.0, 5.0], 1, vec![2, 0, 2, 1, 1]).unwrap();
        assert_eq!(all.class_sizes(), [1, 2, 2]);
        let kept = all.with_classes_of(2).unwrap();
        assert_eq!(kept.classes(), [2, 2, 1, 1]);
        assert_eq!(kept.row(1), [3.0]);
        assert!(all.with_classes_of(3).is_err());
    }
}
