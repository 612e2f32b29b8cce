//! Neck, shoulders, ears and glasses.

use crate::{
    camera::Camera,
    head::Head,
    identity::Glasses,
    math::{Vec3, curve, lerp, sin_cos, step, vec3},
    mesh::{Material, Mesh, ellipsoid, grid, tube},
};

/// The neck, already posed: its top turns with the head, its foot rests.
pub(crate) fn neck(head: &Head, camera: &Camera) -> Mesh {
    let (rows, columns) = (50, 90);
    let radius = head.id.skull.neck;
    let mut neck = grid(Material::Neck, rows, columns, |row, column| {
        let y = -3.0 - 20.0 * row as f32 / (rows - 1) as f32;
        let (sin, cos) = sin_cos(360.0 * column as f32 / (columns - 1) as f32 - 180.0);
        let flare = curve(
            &[
                (-23.0, 3.2),
                (-20.0, 2.1),
                (-17.0, 1.35),
                (-13.0, 1.0),
                (-3.0, 0.98),
            ],
            y,
        );
        let deep = curve(&[(-23.0, 1.4), (-13.0, 1.0), (-3.0, 1.0)], y);
        let p = vec3(radius * flare * sin, y, -1.8 + radius * 0.98 * deep * cos);
        (p, p)
    });
    neck.transform(|v| {
        let share = step(-16.0, -7.0, v.position.y);
        (
            camera.pose(v.position, share),
            camera.turn(v.normal, share).unit(),
        )
    });
    neck
}

/// Chest and shoulders; they do not turn.
pub(crate) fn shoulders() -> Mesh {
    ellipsoid(
        Material::Cloth,
        vec3(0.0, -33.0, -5.0),
        vec3(21.0, 16.5, 10.0),
    )
}

/// An ear on `side` (-1 left of the picture, 1 right), in the head's own frame.
pub(crate) fn ear(head: &Head, side: f32) -> Mesh {
    let scale = head.id.skull.ears;
    let root = head.base(-0.8, side, 0.0);
    let mut ear = ellipsoid(
        Material::Ear,
        vec3(root.x, -0.9, root.z - 0.9),
        vec3(0.85 * scale, 3.0 * scale, 1.7 * scale),
    );
    ear.transform(|v| {
        let lobe = lerp(0.75, 1.0, step(-1.0, 0.4, v.base.y));
        let out = vec3(side * 0.45 * scale * (1.0 + v.base.y * 0.3), 0.0, -0.3);
        (
            vec3(
                v.position.x,
                v.position.y,
                root.z - 0.9 + (v.position.z - root.z + 0.9) * lobe,
            ) + out,
            v.normal,
        )
    });
    ear
}

/// The frames of `glasses` as tubes, in the head's own frame.
pub(crate) fn frames(head: &Head, glasses: &Glasses) -> Vec<Mesh> {
    let apart = head.id.eyes.apart.max(glasses.width + 0.25) + 0.05;
    let bridge_depth = head.front(0.0, 0.2).z + 0.25;
    let lens = |side: f32| -> Vec<Vec3> {
        (0..=48)
            .map(|i| rim_point(glasses, apart, bridge_depth, side, 7.5 * i as f32))
            .collect()
    };
    let inner = apart - glasses.width;
    let bridge: Vec<Vec3> = (0..=10)
        .map(|i| {
            let x = lerp(-inner, inner, i as f32 / 10.0);
            vec3(
                x,
                0.35 - glasses.drop + 0.3 * (1.0 - (x / inner) * (x / inner)),
                bridge_depth + 0.1,
            )
        })
        .collect();
    let arm = |side: f32| -> Vec<Vec3> {
        let outer = rim_point(glasses, apart, bridge_depth, side, 15.0);
        let ear = head.base(1.0, side, 0.0);
        (0..=12)
            .map(|i| outer.mix(vec3(ear.x + side * 0.35, 1.0, ear.z), i as f32 / 12.0))
            .collect()
    };
    let rod = |path: &[Vec3]| tube(Material::Frame, path, glasses.rim);
    vec![
        rod(&lens(-1.0)),
        rod(&lens(1.0)),
        rod(&bridge),
        rod(&arm(-1.0)),
        rod(&arm(1.0)),
    ]
}

/// A point of the rim around the lens on `side`, at `degrees` from its outer end.
fn rim_point(glasses: &Glasses, apart: f32, depth: f32, side: f32, degrees: f32) -> Vec3 {
    let (sin, cos) = sin_cos(degrees);
    // Between a circle and a square: push the diagonal outwards.
    let push = 1.0 + glasses.square * 0.95 * (sin * cos) * (sin * cos);
    let x = apart + glasses.width * cos * push;
    let y = glasses.height * 0.8 * sin * push - glasses.drop;
    vec3(side * x, y, depth - 0.05 * x * x * 0.9 + 0.1)
}
