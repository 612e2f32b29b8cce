//! The one-dimensional transforms of F(4, 3) (Lavin and Gray, CVPR 2016) and their transposes.
//!
//! With `x` six values of the input, `k` the kernel and `y` four values of the output: `y = A^T ((G k) * (B^T x))`. The
//! gradients run through the same matrices transposed: `G^T (A dy * B^T x)` for the kernel, `B (G k * A dy)` for `x`.
#![expect(
    clippy::inline_always,
    reason = "wide registers reach only what is inlined into `vectorise`"
)]

/// A matrix times a line of `FROM` values.
pub(super) trait Line<const FROM: usize, const TO: usize> {
    /// The product.
    fn turn(from: [f32; FROM]) -> [f32; TO];
}

/// `B^T`: six values of the input to six frequencies.
pub(super) struct Input;

impl Line<6, 6> for Input {
    #[inline(always)]
    fn turn(x: [f32; 6]) -> [f32; 6] {
        let (even, odd) = (x[4] - 4.0 * x[2], x[3] - 4.0 * x[1]);
        let (far_even, far_odd) = (x[4] - x[2], 2.0 * (x[3] - x[1]));
        [
            4.0 * x[0] - 5.0 * x[2] + x[4],
            even + odd,
            even - odd,
            far_even + far_odd,
            far_even - far_odd,
            4.0 * x[1] - 5.0 * x[3] + x[5],
        ]
    }
}

/// `B`: gradients of six frequencies to those of six values of the input.
pub(super) struct InputGradient;

impl Line<6, 6> for InputGradient {
    #[inline(always)]
    fn turn(m: [f32; 6]) -> [f32; 6] {
        let (near, near_difference) = (m[1] + m[2], m[1] - m[2]);
        let (far, far_difference) = (m[3] + m[4], m[3] - m[4]);
        [
            4.0 * m[0],
            4.0 * (m[5] - near_difference) - 2.0 * far_difference,
            -5.0 * m[0] - 4.0 * near - far,
            near_difference + 2.0 * far_difference - 5.0 * m[5],
            m[0] + near + far,
            m[5],
        ]
    }
}

/// `A^T`: six frequencies to four values of the output.
pub(super) struct Output;

impl Line<6, 4> for Output {
    #[inline(always)]
    fn turn(m: [f32; 6]) -> [f32; 4] {
        let (near, near_difference) = (m[1] + m[2], m[1] - m[2]);
        let (far, far_difference) = (m[3] + m[4], m[3] - m[4]);
        [
            m[0] + near + far,
            near_difference + 2.0 * far_difference,
            near + 4.0 * far,
            near_difference + 8.0 * far_difference + m[5],
        ]
    }
}

/// `A`: gradients of four values of the output to those of six frequencies.
pub(super) struct OutputGradient;

impl Line<4, 6> for OutputGradient {
    #[inline(always)]
    fn turn(y: [f32; 4]) -> [f32; 6] {
        let (even, odd) = (y[0] + y[2], y[1] + y[3]);
        let (far_even, far_odd) = (y[0] + 4.0 * y[2], 2.0 * y[1] + 8.0 * y[3]);
        [
            y[0],
            even + odd,
            even - odd,
            far_even + far_odd,
            far_even - far_odd,
            y[3],
        ]
    }
}

const SIXTH: f32 = 1.0 / 6.0;

/// `G`: a kernel's line to six frequencies.
pub(super) struct Kernel;

impl Line<3, 6> for Kernel {
    #[inline(always)]
    fn turn(k: [f32; 3]) -> [f32; 6] {
        let (outer, middle) = (-(k[0] + k[2]) * SIXTH, -k[1] * SIXTH);
        let (far_outer, far_middle) = (k[0] * (SIXTH / 4.0) + k[2] * SIXTH, k[1] * (SIXTH / 2.0));
        [
            k[0] * 0.25,
            outer + middle,
            outer - middle,
            far_outer + far_middle,
            far_outer - far_middle,
            k[2],
        ]
    }
}

/// `G^T`: gradients of six frequencies to those of a kernel's line.
pub(super) struct KernelGradient;

impl Line<6, 3> for KernelGradient {
    #[inline(always)]
    fn turn(u: [f32; 6]) -> [f32; 3] {
        let (near, near_difference) = ((u[1] + u[2]) * SIXTH, (u[2] - u[1]) * SIXTH);
        let (far, far_difference) = (u[3] + u[4], u[3] - u[4]);
        [
            u[0] * 0.25 - near + far * (SIXTH / 4.0),
            near_difference + far_difference * (SIXTH / 2.0),
            far * SIXTH - near + u[5],
        ]
    }
}
