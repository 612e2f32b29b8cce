//! Hidden surfaces: which material, place and normal each fine pixel sees.

use crate::{
    camera::Camera,
    math::Vec3,
    mesh::{Material, Mesh},
};

/// What one fine pixel sees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) material: Material,
    pub(crate) position: Vec3,
    pub(crate) base: Vec3,
    pub(crate) normal: Vec3,
}

/// A picture of samples, the nearest surface in each fine pixel.
#[derive(Debug)]
pub(crate) struct Raster {
    pub(crate) width: usize,
    pub(crate) height: usize,
    closeness: Vec<f32>,
    pub(crate) samples: Vec<Option<Sample>>,
}

impl Raster {
    /// An empty picture of `width` x `height` fine pixels.
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            closeness: vec![0.0; width * height],
            samples: vec![None; width * height],
        }
    }

    /// Draws `mesh`, whose vertices are posed; `keep` says which places of the surface exist.
    pub(crate) fn draw(&mut self, mesh: &Mesh, camera: &Camera, keep: impl Fn(Vec3) -> bool) {
        let places: Vec<Vec3> = mesh
            .vertices
            .iter()
            .map(|v| camera.project(v.position))
            .collect();
        for triangle in &mesh.triangles {
            let corners = triangle.map(|i| places[i as usize]);
            let vertices = triangle.map(|i| &mesh.vertices[i as usize]);
            let (x_range, y_range) = self.bounds(corners);
            let whole = edge(corners[0], corners[1], corners[2].x, corners[2].y);
            if whole.abs() < 1e-9 {
                continue;
            }
            for y in y_range {
                for x in x_range.clone() {
                    let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
                    let a = edge(corners[1], corners[2], px, py) / whole;
                    let b = edge(corners[2], corners[0], px, py) / whole;
                    let c = 1.0 - a - b;
                    if a < 0.0 || b < 0.0 || c < 0.0 {
                        continue;
                    }
                    let closeness = a * corners[0].z + b * corners[1].z + c * corners[2].z;
                    let i = y * self.width + x;
                    if closeness <= self.closeness[i] {
                        continue;
                    }
                    let blend = |of: fn(&crate::mesh::Vertex) -> Vec3| {
                        of(vertices[0]) * a + of(vertices[1]) * b + of(vertices[2]) * c
                    };
                    let base = blend(|v| v.base);
                    if keep(base) {
                        self.closeness[i] = closeness;
                        self.samples[i] = Some(Sample {
                            material: mesh.material,
                            position: blend(|v| v.position),
                            base,
                            normal: blend(|v| v.normal).unit(),
                        });
                    }
                }
            }
        }
    }

    /// The fine pixels whose centres a triangle may cover.
    fn bounds(&self, corners: [Vec3; 3]) -> (std::ops::Range<usize>, std::ops::Range<usize>) {
        let span = |values: [f32; 3], limit: usize| {
            let low = values[0].min(values[1]).min(values[2]).floor().max(0.0);
            let high = values[0]
                .max(values[1])
                .max(values[2])
                .ceil()
                .clamp(0.0, limit as f32);
            low as usize..high as usize
        };
        (
            span(corners.map(|c| c.x), self.width),
            span(corners.map(|c| c.y), self.height),
        )
    }
}

/// Twice the signed area of the triangle `a`, `b`, (x, y).
fn edge(a: Vec3, b: Vec3, x: f32, y: f32) -> f32 {
    (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x)
}
