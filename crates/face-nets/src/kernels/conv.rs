//! Convolution forward and backward by matrix products (Chellapilla, Puri and Simard 2006), over groups of images.
//!
//! The general convolution of the backend turns pictures inside out on one thread and computes the weights' gradient as
//! a convolution whose kernel is a picture; this one does both by the same three products, in parallel over the batch.
//! Sums are made in a fixed order, so a run can be repeated to the bit with any number of threads.

use std::ops::Range;

use rayon::prelude::*;

use super::geometry::Geometry;
use super::product::{Grid, product};

/// The convolution of `x`, `[batch, channels_in, height, width]`, with `weight`, `[channels_out, channels_in, kernel,
/// kernel]`: `[batch, channels_out, out_height, out_width]`.
pub(super) fn forward(x: &[f32], weight: &[f32], g: &Geometry) -> Vec<f32> {
    let mut out = vec![0.0; g.batch * g.image_out()];
    let group = g.group();
    out.par_chunks_mut(group * g.image_out())
        .zip(x.par_chunks(group * g.image_in()))
        .for_each_init(Scratch::default, |scratch, (out, x)| {
            forward_group(out, x, weight, g, scratch);
        });
    out
}

/// The gradients of the input (empty unless `wants_input`) and of the weights, given that of the output.
pub(super) fn backward(
    x: &[f32],
    weight: &[f32],
    grad: &[f32],
    g: &Geometry,
    wants_input: bool,
) -> (Vec<f32>, Vec<f32>) {
    let lane = g.lane();
    let mut x_grad = vec![0.0; if wants_input { x.len() } else { 0 }];
    let lanes = g.batch.div_ceil(lane);
    let mut parts: Vec<&mut [f32]> = x_grad.chunks_mut(lane * g.image_in()).collect();
    parts.resize_with(lanes, Default::default);
    let sums: Vec<Vec<f32>> = parts
        .into_par_iter()
        .zip(x.par_chunks(lane * g.image_in()))
        .zip(grad.par_chunks(lane * g.image_out()))
        .map_init(Scratch::default, |scratch, ((x_grad, x), grad)| {
            backward_lane(x_grad, x, weight, grad, g, scratch)
        })
        .collect();
    let weight_grad = sums.into_iter().reduce(|mut sum, other| {
        sum.iter_mut().zip(other).for_each(|(s, o)| *s += o);
        sum
    });
    (x_grad, weight_grad.unwrap_or_default())
}

/// Memory that is used again from group to group.
#[derive(Debug, Default)]
struct Scratch {
    /// `[depth, columns]`: the input values under the kernel at each output place.
    columns: Vec<f32>,
    /// `[channels_out, columns]`.
    outputs: Vec<f32>,
}

/// The first `length` values of `memory`, whatever they hold.
fn at_least(memory: &mut Vec<f32>, length: usize) -> &mut [f32] {
    if memory.len() < length {
        memory.resize(length, 0.0);
    }
    &mut memory[..length]
}

fn tiles(g: &Geometry, images: usize) -> impl Iterator<Item = Range<usize>> {
    let (rows, step) = (images * g.out_height(), g.rows_at_once(images));
    (0..rows)
        .step_by(step)
        .map(move |first| first..(first + step).min(rows))
}

fn forward_group(out: &mut [f32], x: &[f32], weight: &[f32], g: &Geometry, scratch: &mut Scratch) {
    let images = x.len() / g.image_in();
    for rows in tiles(g, images) {
        let length = rows.len() * g.out_width();
        let columns = at_least(&mut scratch.columns, g.depth() * length);
        gather(columns, x, g, rows.clone());
        let weight = (weight, Grid::by_rows(g.channels_out, g.depth()));
        let columns = (&*columns, Grid::by_rows(g.depth(), length));
        if images == 1 {
            let grid = Grid::with_row_step(g.channels_out, length, g.plane_out());
            product(
                (&mut out[rows.start * g.out_width()..], grid),
                weight,
                columns,
                false,
            );
        } else {
            let outputs = at_least(&mut scratch.outputs, g.channels_out * length);
            let grid = Grid::by_rows(g.channels_out, length);
            product((outputs, grid), weight, columns, false);
            for (channel, image, from) in planes(g, images) {
                let to = (image * g.channels_out + channel) * g.plane_out();
                out[to..to + g.plane_out()].copy_from_slice(&outputs[from..from + g.plane_out()]);
            }
        }
    }
}

/// Channel, image, and where that plane begins in a matrix `[channels_out, images * plane_out]`.
fn planes(g: &Geometry, images: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    let plane = g.plane_out();
    (0..g.channels_out).flat_map(move |channel| {
        (0..images).map(move |image| (channel, image, (channel * images + image) * plane))
    })
}

/// The gradients of a lane of images: of its inputs into `x_grad` unless that is empty, of the weights as the answer.
fn backward_lane(
    x_grad: &mut [f32],
    x: &[f32],
    weight: &[f32],
    grad: &[f32],
    g: &Geometry,
    scratch: &mut Scratch,
) -> Vec<f32> {
    let mut weight_grad = vec![0.0; weight.len()];
    let group_in = g.group() * g.image_in();
    let groups = x
        .chunks(group_in)
        .zip(grad.chunks(g.group() * g.image_out()));
    for (index, (x, grad)) in groups.enumerate() {
        let x_grad = if x_grad.is_empty() {
            &mut []
        } else {
            &mut x_grad[index * group_in..][..x.len()]
        };
        backward_group(x_grad, &mut weight_grad, (x, weight, grad), g, scratch);
    }
    weight_grad
}

fn backward_group(
    x_grad: &mut [f32],
    weight_grad: &mut [f32],
    (x, weight, grad): (&[f32], &[f32], &[f32]),
    g: &Geometry,
    scratch: &mut Scratch,
) {
    let images = x.len() / g.image_in();
    let kernels = Grid::by_rows(g.channels_out, g.depth());
    for rows in tiles(g, images) {
        let length = rows.len() * g.out_width();
        let columns = at_least(&mut scratch.columns, g.depth() * length);
        let columns_grid = Grid::by_rows(g.depth(), length);
        let grad = if images == 1 {
            let places = Grid::with_row_step(g.channels_out, length, g.plane_out());
            (&grad[rows.start * g.out_width()..], places)
        } else {
            let outputs = at_least(&mut scratch.outputs, g.channels_out * length);
            for (channel, image, to) in planes(g, images) {
                let from = (image * g.channels_out + channel) * g.plane_out();
                outputs[to..to + g.plane_out()].copy_from_slice(&grad[from..from + g.plane_out()]);
            }
            (&*outputs, Grid::by_rows(g.channels_out, length))
        };
        gather(columns, x, g, rows.clone());
        let turned = (&*columns, columns_grid.transposed());
        product((weight_grad, kernels), grad, turned, true);
        if !x_grad.is_empty() {
            let turned = (weight, kernels.transposed());
            product((columns, columns_grid), turned, grad, false);
            scatter(x_grad, columns, g, rows);
        }
    }
}

/// Where a line of columns (one channel and place of the kernel, one output row) lies in the columns and in the input.
struct Line {
    /// Beginning of the `out_width` values in the columns.
    at: usize,
    /// Beginning of the input row; `None` where the kernel lies on the padding.
    row: Option<usize>,
    kx: usize,
}

fn lines(g: &Geometry, rows: Range<usize>) -> impl Iterator<Item = Line> {
    let g = *g;
    let length = rows.len() * g.out_width();
    (0..g.depth()).flat_map(move |k| {
        let (channel, ky, kx) = (
            k / (g.kernel * g.kernel),
            k / g.kernel % g.kernel,
            k % g.kernel,
        );
        rows.clone().enumerate().map(move |(index, row)| {
            let (image, y) = (row / g.out_height(), row % g.out_height());
            let y = (y * g.stride + ky).checked_sub(g.padding);
            let y = y.filter(|&y| y < g.height);
            Line {
                at: k * length + index * g.out_width(),
                row: y.map(|y| ((image * g.channels_in + channel) * g.height + y) * g.width),
                kx,
            }
        })
    })
}

/// Writes the input values under the kernel at each place of the output `rows`, zero on the padding.
fn gather(columns: &mut [f32], x: &[f32], g: &Geometry, rows: Range<usize>) {
    for line in lines(g, rows) {
        let to = &mut columns[line.at..line.at + g.out_width()];
        let Some(row) = line.row else {
            to.fill(0.0);
            continue;
        };
        let seen = g.seen(line.kx);
        to[..seen.start].fill(0.0);
        to[seen.end..].fill(0.0);
        let from = &x[row + seen.start * g.stride + line.kx - g.padding..row + g.width];
        if g.stride == 1 {
            to[seen.clone()].copy_from_slice(&from[..seen.len()]);
        } else {
            let from = from.iter().step_by(g.stride);
            to[seen]
                .iter_mut()
                .zip(from)
                .for_each(|(to, from)| *to = *from);
        }
    }
}

/// Adds the gradients of the columns to those of the input values they came from.
fn scatter(x_grad: &mut [f32], columns: &[f32], g: &Geometry, rows: Range<usize>) {
    for line in lines(g, rows) {
        let Some(row) = line.row else { continue };
        let seen = g.seen(line.kx);
        let to = &mut x_grad[row + seen.start * g.stride + line.kx - g.padding..row + g.width];
        let from = &columns[line.at + seen.start..line.at + seen.end];
        if g.stride == 1 {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
        } else {
            let to = to.iter_mut().step_by(g.stride);
            to.zip(from).for_each(|(to, from)| *to += from);
        }
    }
}
