//! What the pixels of one 640x480 picture cost before a network sees them.

use std::hint::black_box;
use std::io::Cursor;

use criterion::{Criterion, criterion_group, criterion_main};
use face_types::{BoundingBox, Landmarks, Point};
use face_vision::{
    AlignmentTemplate, DecodeLimits, FacePatch, Layout, Normalisation, PlanarReference, RgbImage,
    align, crop_scaled, decode, inspect, measure, resize, tensor,
};
use image::{ImageFormat, Rgb};

/// Smooth shapes with some grain, so that the JPEG is neither trivial nor noise.
fn picture() -> RgbImage {
    RgbImage::from_fn(640, 480, |x, y| {
        let wave = 60.0 * (x as f32 / 37.0).sin() + 50.0 * (y as f32 / 23.0).cos();
        let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 13 & 15;
        let value = (120.0 + wave) as u8 + grain as u8;
        Rgb([value, value / 2 + 40, 200 - value / 2])
    })
}

fn face(scale: f32) -> Landmarks {
    let points = AlignmentTemplate::ARCFACE_112.points;
    Landmarks(points.map(|p| {
        Point::new(
            320.0 + scale * (p.x - 56.0) + 0.1 * p.y,
            240.0 + scale * (p.y - 56.0),
        )
    }))
}

fn decoding(c: &mut Criterion) {
    let limits = DecodeLimits::default();
    for (name, format) in [("jpeg", ImageFormat::Jpeg), ("png", ImageFormat::Png)] {
        let mut bytes = Cursor::new(Vec::new());
        picture()
            .write_to(&mut bytes, format)
            .expect("the encoder takes RGB");
        let bytes = bytes.into_inner();
        c.bench_function(&format!("decode/{name}_640x480"), |b| {
            b.iter(|| decode(black_box(&bytes), &limits));
        });
        c.bench_function(&format!("inspect/{name}_640x480"), |b| {
            b.iter(|| inspect(black_box(&bytes), &limits));
        });
    }
}

fn shaping(c: &mut Criterion) {
    let picture = picture();
    let template = AlignmentTemplate::ARCFACE_112;
    c.bench_function("align/112_from_140", |b| {
        b.iter(|| align(black_box(&picture), &face(1.25), &template));
    });
    c.bench_function("align/112_from_400", |b| {
        b.iter(|| align(black_box(&picture), &face(3.6), &template));
    });
    c.bench_function("resize/640x480_to_320x240", |b| {
        b.iter(|| resize(black_box(&picture), 320, 240));
    });
    let bounds = BoundingBox::new(200.0, 150.0, 216.5, 216.5);
    c.bench_function("crop_scaled/80_from_216", |b| {
        b.iter(|| crop_scaled(black_box(&picture), &bounds, 80, 80));
    });
}

fn reading(c: &mut Criterion) {
    let picture = picture();
    let face = resize(&picture, 112, 112);
    c.bench_function("sharpness/112", |b| {
        b.iter(|| measure::sharpness(black_box(&face)));
    });
    let mut out = vec![0.0; picture.len()];
    for (name, layout) in [("nchw", Layout::Nchw), ("nhwc", Layout::Nhwc)] {
        c.bench_function(&format!("tensor/{name}_640x480"), |b| {
            b.iter(|| {
                tensor::write(
                    black_box(&picture),
                    &Normalisation::SIGNED_UNIT,
                    layout,
                    &mut out,
                );
            });
        });
    }
}

/// Of fifteen frames of a liveness run 56 pairs are compared.
fn comparing(c: &mut Criterion) {
    let picture = picture();
    let patch = |scale| FacePatch::of(&picture, &face(scale)).expect("the points span a face");
    let (patch, other) = (patch(1.25), patch(1.3));
    c.bench_function("planar/patch", |b| {
        b.iter(|| FacePatch::of(black_box(&picture), &face(1.25)));
    });
    c.bench_function("planar/reference", |b| {
        b.iter(|| PlanarReference::new(black_box(&patch)));
    });
    let reference = PlanarReference::new(&patch).expect("the picture is not flat");
    c.bench_function("planar/residual", |b| {
        b.iter(|| reference.residual(black_box(&other)));
    });
}

criterion_group!(benches, decoding, shaping, reading, comparing);
criterion_main!(benches);
