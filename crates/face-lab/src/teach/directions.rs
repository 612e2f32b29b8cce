//! Principal directions: the eigenvectors of the largest eigenvalues of a symmetric matrix.

use nalgebra::{DMatrix, DVectorView};

/// The first `count` eigenvectors of the symmetric `n` by `n` matrix, each of unit length, by falling eigenvalue.
///
/// A direction and its opposite are equally good; here the largest component is positive, so that a network taught
/// yesterday and one taught today agree about every value of a template.
pub(super) fn principal_directions(matrix: &[f64], n: usize, count: usize) -> Vec<Vec<f64>> {
    let decomposed = DMatrix::from_row_slice(n, n, matrix).symmetric_eigen();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| decomposed.eigenvalues[j].total_cmp(&decomposed.eigenvalues[i]));
    let direction = |&at: &usize| pointing_forward(&decomposed.eigenvectors.column(at));
    order.iter().take(count).map(direction).collect()
}

fn pointing_forward(direction: &DVectorView<f64>) -> Vec<f64> {
    let sign = direction[direction.iamax()].signum();
    direction.iter().map(|value| sign * value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_of_a_matrix_worked_by_hand() {
        let found = principal_directions(&[2.0, 1.0, 1.0, 2.0], 2, 2);
        let half = 0.5_f64.sqrt();
        assert!((found[0][0] * found[0][1] - 0.5).abs() < 1e-12, "{found:?}");
        assert!((found[0][0].abs() - half).abs() < 1e-12);
        assert!((found[1][0] * found[1][1] + 0.5).abs() < 1e-12);
    }

    #[test]
    fn directions_are_eigenvectors_by_falling_eigenvalue() {
        let n = 7;
        let value = |i: usize, j: usize| 1.0 / (1.0 + i as f64 + j as f64);
        let matrix: Vec<f64> = (0..n * n).map(|k| value(k / n, k % n)).collect();
        let found = principal_directions(&matrix, n, n);
        let mut last = f64::INFINITY;
        for v in &found {
            let image = |i: usize| (0..n).map(|j| matrix[i * n + j] * v[j]).sum::<f64>();
            let eigenvalue: f64 = (0..n).map(|i| image(i) * v[i]).sum();
            for (i, &component) in v.iter().enumerate() {
                assert!((image(i) - eigenvalue * component).abs() < 1e-10);
            }
            assert!(eigenvalue <= last);
            let largest = v.iter().max_by(|a, b| a.abs().total_cmp(&b.abs()));
            assert!(*largest.unwrap() > 0.0);
            last = eigenvalue;
        }
    }
}
