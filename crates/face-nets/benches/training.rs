//! Time of a block's way forward and back in training, at the shapes of the default embedder's layers, and of the whole.
//!
//! `cargo bench -p face-nets --bench training`; the best of some runs each, since other work shares a machine. Without a
//! benchmark library, whose features would have the tensor library built a second time.
#![expect(clippy::print_stdout, reason = "a table is what this is run for")]

use std::hint::black_box;
use std::time::Instant;

use burn::tensor::{Device, Distribution, Tensor};
use face_nets::layers::ConvBlockConfig;
use face_nets::residual::{ResidualSettings, StageSettings};

const BATCH: usize = 64;
const RUNS: usize = 20;

/// Channels in and out, side of the input, stride.
const SHAPES: [[usize; 4]; 7] = [
    [3, 32, 64, 2],
    [32, 64, 32, 2],
    [64, 64, 16, 1],
    [64, 128, 16, 2],
    [128, 128, 8, 1],
    [128, 256, 8, 2],
    [256, 256, 4, 1],
];

fn pictures(channels: usize, side: usize, device: &Device) -> Tensor<4> {
    let shape = [BATCH, channels, side, side];
    Tensor::random(shape, Distribution::Normal(0.0, 1.0), device)
}

fn report(name: &str, mut work: impl FnMut()) {
    let seconds = (0..RUNS).map(|_| {
        let begin = Instant::now();
        work();
        begin.elapsed().as_secs_f64()
    });
    let best = seconds.fold(f64::INFINITY, f64::min);
    let per_second = BATCH as f64 / best;
    println!("{name:<28} {:8.2} ms {per_second:8.0} images/s", best * 1e3);
}

fn main() {
    let device = Device::flex().autodiff();
    for [channels_in, channels_out, side, stride] in SHAPES {
        let block = ConvBlockConfig::three(channels_in, channels_out, stride, 0.1).init(&device);
        let mut x = pictures(channels_in, side, &device);
        if channels_in > 3 {
            x = x.require_grad();
        }
        let name = format!("{channels_in} to {channels_out}, {side} by {side}, step {stride}");
        report(&name, || {
            black_box(block.forward(x.clone()).sum().backward());
        });
    }
    let stage = |channels, blocks| StageSettings { channels, blocks };
    let settings = ResidualSettings {
        side: 64,
        stem: 32,
        stages: vec![stage(64, 2), stage(128, 2), stage(256, 1)],
        dimension: 128,
        slope: 0.1,
    };
    let net = settings.init(&device);
    let x = pictures(3, settings.side, &device);
    report("the embedder", || {
        black_box(net.forward(x.clone()).square().mean().backward());
    });
}
