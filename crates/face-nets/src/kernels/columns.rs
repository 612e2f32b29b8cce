//! Convolution of any kind by matrix products (Chellapilla, Puri and Simard 2006): the values under the kernel at each
//! output place, times the weights.
//!
//! In parallel over the batch; sums are made in a fixed order, so a run can be repeated to the bit with any number of
//! threads.

use std::ops::Range;

use rayon::prelude::*;

use super::geometry::Geometry;
use super::product::{Grid, product};
use super::scratch::{Scratch, take};
use super::weights;

/// As [`super::conv::forward`].
pub(super) fn forward(x: &[f32], weight: &[f32], g: &Geometry) -> Vec<f32> {
    let weight = weights::outputs_last(weight, g);
    let mut out = take(g.batch * g.image_out());
    let row = g.out_width() * g.channels_out;
    out.par_chunks_mut(g.rows_at_once() * row)
        .enumerate()
        .for_each(|(index, out)| {
            let first = index * g.rows_at_once();
            let rows = first..first + out.len() / row;
            let places = rows.len() * g.out_width();
            let columns = Columns::of(x, g, rows);
            product(
                (out, Grid::by_rows(places, g.channels_out)),
                (columns.values(), Grid::by_rows(places, g.depth())),
                (&weight, Grid::by_rows(g.depth(), g.channels_out)),
                false,
            );
        });
    out
}

/// As [`super::conv::backward`].
pub(super) fn backward(
    x: &[f32],
    weight: &[f32],
    grad: &[f32],
    g: &Geometry,
    wants_input: bool,
) -> (Vec<f32>, Vec<f32>) {
    let weight = weights::outputs_first(weight, g);
    let lane = g.lane(1);
    let mut x_grad = take(if wants_input { x.len() } else { 0 });
    let mut parts: Vec<&mut [f32]> = x_grad.chunks_mut(lane * g.image_in()).collect();
    parts.resize_with(g.batch.div_ceil(lane), Default::default);
    let sums: Vec<Scratch> = parts
        .into_par_iter()
        .zip(x.par_chunks(lane * g.image_in()))
        .zip(grad.par_chunks(lane * g.image_out()))
        .map(|((x_grad, x), grad)| backward_lane(x_grad, x, &weight, grad, g))
        .collect();
    let at = |output: usize, place: usize| output * g.depth() + place * g.channels_in;
    (x_grad, weights::sum(&sums, g, at))
}

/// The gradients of a lane of images: of its inputs into `x_grad` unless that is empty, of the weights as the answer,
/// `[channels_out, kernel, kernel, channels_in]`.
fn backward_lane(
    x_grad: &mut [f32],
    x: &[f32],
    weight: &[f32],
    grad: &[f32],
    g: &Geometry,
) -> Scratch {
    let mut weight_grad = Scratch::of(weight.len());
    x_grad.fill(0.0);
    let row = g.out_width() * g.channels_out;
    let kernels = Grid::by_rows(g.channels_out, g.depth());
    for (index, grad) in grad.chunks(g.rows_at_once() * row).enumerate() {
        let first = index * g.rows_at_once();
        let rows = first..first + grad.len() / row;
        let places = rows.len() * g.out_width();
        let under = Grid::by_rows(places, g.depth());
        let grads = Grid::by_rows(places, g.channels_out);
        let columns = Columns::of(x, g, rows.clone());
        product(
            (&mut weight_grad, kernels),
            (grad, grads.transposed()),
            (columns.values(), under),
            index > 0,
        );
        if x_grad.is_empty() {
            continue;
        }
        if g.is_pointwise() {
            let x_grad = &mut x_grad[first * g.width * g.channels_in..];
            product((x_grad, under), (grad, grads), (weight, kernels), false);
        } else {
            let mut columns = Scratch::of(places * g.depth());
            product(
                (&mut columns, under),
                (grad, grads),
                (weight, kernels),
                false,
            );
            scatter(x_grad, &columns, g, rows);
        }
    }
    weight_grad
}

/// `[places, kernel, kernel, channels_in]`: the input values under the kernel at each place of some output rows.
enum Columns<'x> {
    Gathered(Scratch),
    AsTheyLie(&'x [f32]),
}

impl<'x> Columns<'x> {
    fn of(x: &'x [f32], g: &Geometry, rows: Range<usize>) -> Self {
        let places = rows.len() * g.out_width();
        if g.is_pointwise() {
            let first = rows.start * g.width;
            return Self::AsTheyLie(&x[first * g.channels_in..][..places * g.channels_in]);
        }
        let mut columns = Scratch::of(places * g.depth());
        for_each_run(g, rows, |run| {
            let columns = &mut columns[run.at.clone()];
            columns[..run.inside.start].fill(0.0);
            columns[run.inside.end..].fill(0.0);
            columns[run.inside.clone()].copy_from_slice(&x[run.from..][..run.inside.len()]);
        });
        Self::Gathered(columns)
    }

    fn values(&self) -> &[f32] {
        match self {
            Self::Gathered(columns) => columns,
            Self::AsTheyLie(values) => values,
        }
    }
}

/// Adds the gradients of the columns to those of the input values they came from.
fn scatter(x_grad: &mut [f32], columns: &[f32], g: &Geometry, rows: Range<usize>) {
    for_each_run(g, rows, |run| {
        let columns = &columns[run.at.clone()][run.inside.clone()];
        let to = &mut x_grad[run.from..][..columns.len()];
        to.iter_mut()
            .zip(columns)
            .for_each(|(to, from)| *to += from);
    });
}

/// A line of the kernel at a place: `kernel * channels_in` values one after the other.
struct Run {
    /// Where it lies in the columns.
    at: Range<usize>,
    /// Which of its values are of the input; the others are of the padding.
    inside: Range<usize>,
    /// Where the first inside lies in the input.
    from: usize,
}

/// The runs of all places of output `rows`, place by place, each from the kernel's first line to its last.
fn for_each_run(g: &Geometry, rows: Range<usize>, mut each: impl FnMut(Run)) {
    let length = g.kernel * g.channels_in;
    let mut at = 0..length;
    for row in rows {
        let (image, y) = (row / g.out_height(), row % g.out_height());
        for x in 0..g.out_width() {
            let (start, inside) = g.line(x);
            for ky in 0..g.kernel {
                // Above the input this wraps to a number that no height reaches.
                let y = (y * g.stride + ky).wrapping_sub(g.padding);
                let is_inside = y < g.height;
                let (inside, y) = if is_inside {
                    (inside.clone(), y)
                } else {
                    (0..0, 0)
                };
                each(Run {
                    at: at.clone(),
                    inside: inside.start * g.channels_in..inside.end * g.channels_in,
                    from: ((image * g.height + y) * g.width + start) * g.channels_in,
                });
                at = at.end..at.end + length;
            }
        }
    }
}
