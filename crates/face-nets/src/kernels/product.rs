//! Matrix products of parts of slices.

/// How a matrix lies in a slice: the value in row `i` and column `j` is at `i * row_step + j * column_step`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) row_step: usize,
    pub(super) column_step: usize,
}

impl Grid {
    /// Rows one after the other.
    pub(super) const fn by_rows(rows: usize, columns: usize) -> Self {
        Self::with_row_step(rows, columns, columns)
    }

    /// Rows of which each begins `row_step` values after the one before.
    pub(super) const fn with_row_step(rows: usize, columns: usize, row_step: usize) -> Self {
        Self {
            rows,
            columns,
            row_step,
            column_step: 1,
        }
    }

    /// Rows and columns exchanged.
    pub(super) const fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
        }
    }

    /// How long a slice must be to hold the matrix.
    const fn needs(self) -> usize {
        if self.rows == 0 || self.columns == 0 {
            return 0;
        }
        (self.rows - 1) * self.row_step + (self.columns - 1) * self.column_step + 1
    }
}

/// `c = a b`, or `c = c + a b` where `adds`; on the calling thread, in the same order every time.
///
/// # Panics
/// If the matrices do not fit each other or their slices.
#[expect(
    unsafe_code,
    reason = "the kernels of `gemm` take pointers; its plain twin is in the tests, with a law that both agree"
)]
pub(super) fn product(
    (c, c_grid): (&mut [f32], Grid),
    (a, a_grid): (&[f32], Grid),
    (b, b_grid): (&[f32], Grid),
    adds: bool,
) {
    assert_eq!(a_grid.columns, b_grid.rows, "inner lengths agree");
    assert_eq!((c_grid.rows, c_grid.columns), (a_grid.rows, b_grid.columns));
    assert!(c.len() >= c_grid.needs(), "the result fits its slice");
    assert!(a.len() >= a_grid.needs(), "the left matrix fits its slice");
    assert!(b.len() >= b_grid.needs(), "the right matrix fits its slice");
    let step = |length: usize| isize::try_from(length).expect("a slice is shorter than isize::MAX");
    // SAFETY: every index that the three grids reach lies within its slice, as asserted above; `c` is borrowed alone, so
    // it overlaps neither `a` nor `b`.
    unsafe {
        gemm::gemm(
            c_grid.rows,
            c_grid.columns,
            a_grid.columns,
            c.as_mut_ptr(),
            step(c_grid.column_step),
            step(c_grid.row_step),
            adds,
            a.as_ptr(),
            step(a_grid.column_step),
            step(a_grid.row_step),
            b.as_ptr(),
            step(b_grid.column_step),
            step(b_grid.row_step),
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(a: (&[f32], Grid), b: (&[f32], Grid)) -> Vec<f32> {
        let at = |(values, grid): (&[f32], Grid), i: usize, j: usize| {
            values[i * grid.row_step + j * grid.column_step]
        };
        let (rows, columns, inner) = (a.1.rows, b.1.columns, a.1.columns);
        let value = |k: usize| {
            (0..inner)
                .map(|l| at(a, k / columns, l) * at(b, l, k % columns))
                .sum()
        };
        (0..rows * columns).map(value).collect()
    }

    fn values(length: usize, seed: u32) -> Vec<f32> {
        let value = |i: u32| f32::from((i.wrapping_mul(2_654_435_761) >> 24) as u8) / 128.0 - 1.0;
        (0..length as u32).map(|i| value(i + seed)).collect()
    }

    proptest! {
        #[test]
        fn agrees_with_the_plain_sum(
            rows in 1_usize..40, columns in 1_usize..70, inner in 1_usize..50,
            turn_a: bool, turn_b: bool, adds: bool,
        ) {
            let grid = |r, c, turn: bool| if turn { Grid::by_rows(c, r).transposed() } else { Grid::by_rows(r, c) };
            let (a, b) = (values(rows * inner, 1), values(inner * columns, 9));
            let (a_grid, b_grid) = (grid(rows, inner, turn_a), grid(inner, columns, turn_b));
            let mut c = values(rows * columns, 5);
            let mut expected = plain((&a, a_grid), (&b, b_grid));
            if adds {
                expected.iter_mut().zip(&c).for_each(|(e, c)| *e += c);
            }
            product((&mut c, Grid::by_rows(rows, columns)), (&a, a_grid), (&b, b_grid), adds);
            for (found, expected) in c.iter().zip(expected) {
                // Fifty products of values up to 1, in another order of summation.
                prop_assert!((found - expected).abs() < 1e-4, "{found} {expected}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "the left matrix fits its slice")]
    fn a_matrix_larger_than_its_slice_is_refused() {
        let grid = Grid::by_rows(2, 2);
        product(
            (&mut [0.0; 4], grid),
            (&[0.0; 3], grid),
            (&[0.0; 4], grid),
            false,
        );
    }
}
