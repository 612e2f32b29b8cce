//! Convolutions of 3 by 3 by Winograd's minimal filtering, F(4x4, 3x3) (Lavin and Gray, CVPR 2016), and their gradients.
//!
//! Sixteen outputs and a channel cost 36 multiplications instead of 144. Transforms run on vectors of channels; between them
//! stand 36 matrix products, one a frequency, over the tiles of some images. Rounding errors are some ten times those of
//! plain sums, which is far below the noise of a batch. Sums are made in a fixed order for any number of threads.

mod lines;
mod tiles;

use std::marker::PhantomData;

use rayon::prelude::*;

use super::geometry::Geometry;
use super::product::{Grid, product};
use super::scratch::{Scratch, take};
use super::vector::{Vectorise, vectorise};
use super::weights;
use lines::{Input, InputGradient, Kernel, KernelGradient, Line, Output, OutputGradient};
use tiles::{CHANNELS, Field, SPAN, Settle, Spread, TILE};

/// Frequencies of a tile.
const FREQUENCIES: usize = SPAN * SPAN;

/// Tiles of the products of a group of images: enough to pay for reading the weights, few enough for the cache.
const TILES: usize = 64;

/// Whether a convolution is of the kind that is made here, and gains by it.
pub(super) fn applies_to(g: &Geometry) -> bool {
    let form = (g.kernel, g.stride, g.padding) == (3, 1, 1);
    let channels = |count: usize| count >= CHANNELS && count.is_multiple_of(CHANNELS);
    // A third of the multiplications at most, though the last tiles reach over the border.
    let gains = tiles_of_image(g) * FREQUENCIES <= 3 * g.plane_out();
    form && channels(g.channels_in) && channels(g.channels_out) && gains
}

const fn tiles_of_image(g: &Geometry) -> usize {
    g.height.div_ceil(TILE) * g.width.div_ceil(TILE)
}

/// Images whose tiles go through the products together.
fn group(g: &Geometry) -> usize {
    TILES
        .div_ceil(tiles_of_image(g))
        .min(g.batch.div_ceil(2))
        .max(1)
}

fn inputs(g: &Geometry, images: usize) -> Field {
    Field {
        images,
        height: g.height,
        width: g.width,
        channels: g.channels_in,
        before: g.padding,
    }
}

fn outputs(g: &Geometry, images: usize) -> Field {
    Field {
        channels: g.channels_out,
        before: 0,
        ..inputs(g, images)
    }
}

/// As [`super::conv::forward`].
pub(super) fn forward(x: &[f32], weight: &[f32], g: &Geometry) -> Vec<f32> {
    let kernel = kernel_frequencies(&weights::outputs_last(weight, g));
    let mut out = take(g.batch * g.image_out());
    let group = group(g);
    out.par_chunks_mut(group * g.image_out())
        .zip(x.par_chunks(group * g.image_in()))
        .for_each(|(out, x)| {
            let images = x.len() / g.image_in();
            let from = frequencies::<Input, 6>(x, inputs(g, images));
            let mut to = Scratch::of(FREQUENCIES * outputs(g, images).tiles() * g.channels_out);
            multiply(&mut to, &from, &kernel, (g.channels_in, g.channels_out));
            settle::<Output, 4, false>(out, &to, outputs(g, images));
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
    let kernel = wants_input.then(|| kernel_frequencies(&weights::inputs_last(weight, g)));
    let mut x_grad = take(if wants_input { x.len() } else { 0 });
    let group = group(g);
    let lane = g.lane(group);
    let mut parts: Vec<&mut [f32]> = x_grad.chunks_mut(lane * g.image_in()).collect();
    parts.resize_with(g.batch.div_ceil(lane), Default::default);
    let sums: Vec<Scratch> = parts
        .into_par_iter()
        .zip(x.par_chunks(lane * g.image_in()))
        .zip(grad.par_chunks(lane * g.image_out()))
        .map(|((x_grad, x), grad)| {
            let mut kernel_grad = Scratch::of(FREQUENCIES * g.channels_out * g.channels_in);
            let groups = x
                .chunks(group * g.image_in())
                .zip(grad.chunks(group * g.image_out()));
            let mut x_grads = x_grad.chunks_mut(group * g.image_in());
            for (index, (x, grad)) in groups.enumerate() {
                let adds = index > 0;
                let grad = group_backward((&mut kernel_grad, adds), x, grad, g);
                if let (Some(kernel), Some(x_grad)) = (&kernel, x_grads.next()) {
                    inputs_backward(x_grad, &grad, kernel, g);
                }
            }
            kernel_gradient(&kernel_grad, g)
        })
        .collect();
    let pairs = g.channels_out * g.channels_in;
    let at = |output: usize, place: usize| place * pairs + output * g.channels_in;
    (x_grad, weights::sum(&sums, g, at))
}

/// The frequencies of the output's gradient; what they and the input say of the kernel's goes into `kernel_grad`.
fn group_backward(
    (kernel_grad, adds): (&mut [f32], bool),
    x: &[f32],
    grad: &[f32],
    g: &Geometry,
) -> Scratch {
    let images = x.len() / g.image_in();
    let from = frequencies::<Input, 6>(x, inputs(g, images));
    let grad = frequencies::<OutputGradient, 4>(grad, outputs(g, images));
    let tiles = inputs(g, images).tiles();
    let all = kernel_grad
        .chunks_exact_mut(g.channels_out * g.channels_in)
        .zip(from.chunks_exact(tiles * g.channels_in))
        .zip(grad.chunks_exact(tiles * g.channels_out));
    for ((kernel_grad, from), grad) in all {
        product(
            (kernel_grad, Grid::by_rows(g.channels_out, g.channels_in)),
            (grad, Grid::by_rows(tiles, g.channels_out).transposed()),
            (from, Grid::by_rows(tiles, g.channels_in)),
            adds,
        );
    }
    grad
}

/// The input's gradient from the frequencies of the output's.
fn inputs_backward(x_grad: &mut [f32], grad: &[f32], kernel: &[f32], g: &Geometry) {
    let field = inputs(g, x_grad.len() / g.image_in());
    let mut from = Scratch::of(FREQUENCIES * field.tiles() * g.channels_in);
    multiply(&mut from, grad, kernel, (g.channels_out, g.channels_in));
    // Windows overlap, so they are added.
    x_grad.fill(0.0);
    settle::<InputGradient, 6, true>(x_grad, &from, field);
}

fn frequencies<L: Line<FROM, SPAN>, const FROM: usize>(values: &[f32], field: Field) -> Scratch {
    let mut frequencies = Scratch::of(FREQUENCIES * field.tiles() * field.channels);
    vectorise(Spread::<L, FROM> {
        frequencies: &mut frequencies,
        values,
        field,
        line: PhantomData,
    });
    frequencies
}

fn settle<L: Line<SPAN, TO>, const TO: usize, const ADDS: bool>(
    values: &mut [f32],
    frequencies: &[f32],
    field: Field,
) {
    vectorise(Settle::<L, TO, ADDS> {
        values,
        frequencies,
        field,
        line: PhantomData,
    });
}

/// For each frequency `[tiles, to] = [tiles, from] * [from, to]`.
fn multiply(out: &mut [f32], tiles: &[f32], kernel: &[f32], (from, to): (usize, usize)) {
    let count = tiles.len() / (FREQUENCIES * from);
    let all = out
        .chunks_exact_mut(count * to)
        .zip(tiles.chunks_exact(count * from))
        .zip(kernel.chunks_exact(from * to));
    for ((out, tiles), kernel) in all {
        product(
            (out, Grid::by_rows(count, to)),
            (tiles, Grid::by_rows(count, from)),
            (kernel, Grid::by_rows(from, to)),
            false,
        );
    }
}

/// The frequencies, `[SPAN, SPAN, pairs]`, of kernels, `[3, 3, pairs]`: each thread makes lines of them.
fn kernel_frequencies(kernel: &[f32]) -> Scratch {
    let mut all = Scratch::of(kernel.len() / 9 * FREQUENCIES);
    all.par_chunks_mut(kernel.len() / 9 * SPAN)
        .enumerate()
        .for_each(|(line, out)| vectorise(KernelLine { out, kernel, line }));
    all
}

struct KernelLine<'s> {
    out: &'s mut [f32],
    kernel: &'s [f32],
    line: usize,
}

impl Vectorise for KernelLine<'_> {
    #[expect(
        clippy::inline_always,
        reason = "wide registers reach only what is inlined into `vectorise`"
    )]
    #[inline(always)]
    fn run(self) {
        let pairs = self.kernel.len() / 9;
        let (kernel, _) = self.kernel.as_chunks::<CHANNELS>();
        let (out, _) = self.out.as_chunks_mut::<CHANNELS>();
        let blocks = pairs / CHANNELS;
        for block in 0..blocks {
            for c in 0..CHANNELS {
                let at = |i: usize, j: usize| kernel[(i * 3 + j) * blocks + block][c];
                let column = |j: usize| Kernel::turn([at(0, j), at(1, j), at(2, j)])[self.line];
                let line = Kernel::turn([column(0), column(1), column(2)]);
                for e in 0..SPAN {
                    out[e * blocks + block][c] = line[e];
                }
            }
        }
    }
}

/// The way back for gradients: `[SPAN, SPAN, pairs]` to `[3, 3, pairs]`.
fn kernel_gradient(frequencies: &[f32], g: &Geometry) -> Scratch {
    let field = Field {
        images: 1,
        height: 3,
        width: 3,
        channels: g.channels_out * g.channels_in,
        before: 0,
    };
    let mut gradient = Scratch::of(9 * field.channels);
    settle::<KernelGradient, 3, false>(&mut gradient, frequencies, field);
    gradient
}
