//! Principal directions: the eigenvectors of the largest eigenvalues of a symmetric matrix, by Jacobi's rotations.

/// The first `count` eigenvectors of the symmetric `n` by `n` matrix, each of unit length, by falling eigenvalue.
///
/// Cyclic rotations (Jacobi 1846; Golub and Van Loan, Matrix Computations, 8.5) until the squares beside the diagonal
/// add up to less than 1e-20 of those on it.
pub(super) fn principal_directions(matrix: &[f64], n: usize, count: usize) -> Vec<Vec<f64>> {
    let mut a = matrix.to_vec();
    let mut vectors = identity(n);
    for _ in 0..100 {
        let diagonal: f64 = (0..n).map(|i| a[i * n + i].powi(2)).sum();
        let all: f64 = a.iter().map(|v| v * v).sum();
        if all - diagonal <= 1e-20 * diagonal {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut vectors, n, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[j * n + j].total_cmp(&a[i * n + i]));
    let direction = |&i: &usize| vectors[i * n..(i + 1) * n].to_vec();
    order.iter().take(count).map(direction).collect()
}

fn identity(n: usize) -> Vec<f64> {
    let mut matrix = vec![0.0; n * n];
    for i in 0..n {
        matrix[i * n + i] = 1.0;
    }
    matrix
}

/// One rotation in the plane of `p` and `q` that brings their common value to zero; `vectors` holds the eigenvectors in
/// rows.
#[expect(
    clippy::many_single_char_names,
    reason = "the symbols of Jacobi's rotation"
)]
fn rotate(a: &mut [f64], vectors: &mut [f64], n: usize, p: usize, q: usize) {
    let (app, aqq, apq) = (a[p * n + p], a[q * n + q], a[p * n + q]);
    if apq.abs() <= 1e-300 {
        return;
    }
    let theta = (aqq - app) / (2.0 * apq);
    let t = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let c = 1.0 / t.hypot(1.0);
    let s = t * c;
    for k in 0..n {
        let (x, y) = (a[k * n + p], a[k * n + q]);
        (a[k * n + p], a[k * n + q]) = (c * x - s * y, s * x + c * y);
    }
    turn_rows(a, n, p, q, (c, s));
    turn_rows(vectors, n, p, q, (c, s));
}

#[expect(
    clippy::many_single_char_names,
    reason = "the symbols of Jacobi's rotation"
)]
fn turn_rows(matrix: &mut [f64], n: usize, p: usize, q: usize, (c, s): (f64, f64)) {
    for k in 0..n {
        let (x, y) = (matrix[p * n + k], matrix[q * n + k]);
        (matrix[p * n + k], matrix[q * n + k]) = (c * x - s * y, s * x + c * y);
    }
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
            last = eigenvalue;
        }
    }
}
