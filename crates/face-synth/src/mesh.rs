//! Surfaces: grids of points with normals, tubes, and what each is made of.

use crate::math::{Vec3, sin_cos, vec3};

/// What a surface is made of; decides how its pixels are painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Material {
    Skin,
    Neck,
    Ear,
    Hair,
    Cloth,
    Frame,
}

/// A point of a surface.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vertex {
    pub(crate) position: Vec3,
    pub(crate) normal: Vec3,
    /// Place on the undisplaced surface: painting goes by it, so that paint sticks to the surface.
    pub(crate) base: Vec3,
}

/// Triangles over shared vertices.
#[derive(Debug)]
pub(crate) struct Mesh {
    pub(crate) material: Material,
    pub(crate) vertices: Vec<Vertex>,
    pub(crate) triangles: Vec<[u32; 3]>,
}

/// A grid of `rows` x `columns` points from `point` (row, column) -> (position, base), rows from top to bottom and
/// columns from the picture's left to its right, so that normals look outwards.
pub(crate) fn grid(
    material: Material,
    rows: usize,
    columns: usize,
    mut point: impl FnMut(usize, usize) -> (Vec3, Vec3),
) -> Mesh {
    let mut vertices = Vec::with_capacity(rows * columns);
    for row in 0..rows {
        for column in 0..columns {
            let (position, base) = point(row, column);
            vertices.push(Vertex {
                position,
                normal: Vec3::default(),
                base,
            });
        }
    }
    let at = |row: usize, column: usize| (row * columns + column) as u32;
    let mut triangles = Vec::with_capacity(2 * rows * columns);
    for row in 1..rows {
        for column in 1..columns {
            let (a, b) = (at(row - 1, column - 1), at(row - 1, column));
            let (c, d) = (at(row, column - 1), at(row, column));
            triangles.push([a, c, b]);
            triangles.push([b, c, d]);
        }
    }
    let mut mesh = Mesh {
        material,
        vertices,
        triangles,
    };
    mesh.smooth();
    mesh
}

impl Mesh {
    /// Sets each normal to the area-weighted mean of the triangles around it.
    fn smooth(&mut self) {
        for triangle in &self.triangles {
            let [a, b, c] = triangle.map(|i| self.vertices[i as usize].position);
            let normal = (b - a).cross(c - a);
            for &i in triangle {
                let vertex = &mut self.vertices[i as usize];
                vertex.normal = vertex.normal + normal;
            }
        }
        for vertex in &mut self.vertices {
            vertex.normal = vertex.normal.unit();
        }
    }

    /// Moves every vertex and turns its normal.
    pub(crate) fn transform(&mut self, mut map: impl FnMut(&Vertex) -> (Vec3, Vec3)) {
        for vertex in &mut self.vertices {
            (vertex.position, vertex.normal) = map(vertex);
        }
    }
}

/// An ellipsoid about `centre` with half axes `axes`.
pub(crate) fn ellipsoid(material: Material, centre: Vec3, axes: Vec3) -> Mesh {
    let (rows, columns) = (40, 60);
    grid(material, rows, columns, |row, column| {
        let (sin_v, cos_v) = sin_cos(180.0 * row as f32 / (rows - 1) as f32);
        let (sin_u, cos_u) = sin_cos(360.0 * column as f32 / (columns - 1) as f32 - 180.0);
        let on_sphere = vec3(sin_v * sin_u, cos_v, sin_v * cos_u);
        (centre + on_sphere.times(axes), on_sphere)
    })
}

/// A tube of `radius` along `path`.
pub(crate) fn tube(material: Material, path: &[Vec3], radius: f32) -> Mesh {
    const AROUND: usize = 9;
    grid(material, path.len(), AROUND, |row, column| {
        let along = (path[(row + 1).min(path.len() - 1)] - path[row.saturating_sub(1)]).unit();
        let aside = along.cross(vec3(0.1, 0.2, 0.97)).unit();
        let other = aside.cross(along);
        let (sin, cos) = sin_cos(360.0 * column as f32 / (AROUND - 1) as f32);
        (
            path[row] + aside * (cos * radius) + other * (sin * radius),
            path[row],
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normals_look_outwards() {
        let ball = ellipsoid(Material::Ear, Vec3::default(), vec3(1.0, 2.0, 3.0));
        assert!(
            ball.vertices
                .iter()
                .all(|v| v.normal.dot(v.position) > -1e-3)
        );
        let rod = tube(
            Material::Frame,
            &[
                vec3(0.0, 1.0, 0.0),
                vec3(0.0, 0.0, 0.0),
                vec3(0.0, -1.0, 0.0),
            ],
            0.3,
        );
        assert!(
            rod.vertices
                .iter()
                .all(|v| v.normal.dot(v.position - v.base) > 0.0)
        );
    }
}
