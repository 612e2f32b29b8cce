//! Hair: a shell over the skull cut at the hairline, and a curtain behind the face when it is long.

use crate::{
    Identity,
    head::{Head, column_degrees},
    identity::HairStyle,
    math::{Vec3, curve, noise, sin_cos, spot, step, vec3},
    mesh::{Material, Mesh, grid},
};

const ROWS: usize = 130;
const COLUMNS: usize = 160;

/// Whether the shell of hair exists at `p` of the undisplaced head.
pub(crate) fn covers(id: &Identity, p: Vec3) -> bool {
    let ragged = 0.35 * noise(vec3(p.x * 3.5, p.y * 0.8, p.z * 3.5), id.skull.field ^ 0x15);
    p.y > line(id, p) + ragged
}

/// Height of the hairline in the direction of `p`.
pub(crate) fn line(id: &Identity, p: Vec3) -> f32 {
    let hair = &id.hair;
    let r = vec3(p.x, 0.0, p.z).length().max(1e-3);
    // -1 behind, 0 above the ear, 1 in front.
    let front = p.z / r;
    let parted = p.x * hair.parting;
    let (low, temple, above_ear, nape) = match hair.style {
        HairStyle::Bald => return f32::INFINITY,
        HairStyle::Buzz | HairStyle::Short | HairStyle::Parted | HairStyle::Receding => {
            (hair.line, hair.line - 1.4, 1.6, -6.0)
        }
        HairStyle::Fringe => (2.6 + 0.9 * hair.wave - 0.12 * parted, 1.5, -1.5, -8.0),
        HairStyle::Bob | HairStyle::Long => (hair.line - 0.3, hair.line - 2.0, -6.0, -9.0),
        HairStyle::Afro => (hair.line - 0.5, hair.line - 1.5, 0.5, -6.0),
    };
    let level = curve(
        &[
            (-1.0, nape),
            (-0.35, nape + 1.5),
            (0.0, above_ear),
            (0.3, (above_ear + temple) * 0.5),
            (0.55, temple),
            (0.8, low - 0.2),
            (1.0, low),
        ],
        front,
    );
    let receding = if hair.style == HairStyle::Receding {
        3.0
    } else {
        0.0
    };
    let corners = (hair.corners + receding) * spot(front - 0.75, 0.0, 0.16, 1.0);
    let sideburn = if above_ear > 0.0 {
        -2.2 * spot(front - 0.16, 0.0, 0.09, 1.0)
    } else {
        0.0
    };
    let sweep = if hair.style == HairStyle::Parted {
        0.28 * parted * step(0.6, 0.9, front)
    } else {
        0.0
    };
    level + corners + sideburn + sweep + receding * 0.35 * step(0.6, 1.0, front)
}

/// Thickness of the shell at `p`.
fn thickness(id: &Identity, p: Vec3) -> f32 {
    let hair = &id.hair;
    let above = p.y - line(id, p);
    let full = match hair.style {
        HairStyle::Bald => 0.0,
        HairStyle::Buzz => 0.22,
        HairStyle::Short | HairStyle::Receding => {
            0.35 + hair.thickness * (0.3 + 0.7 * step(4.0, 10.0, p.y))
        }
        HairStyle::Parted => {
            0.5 + hair.thickness * (0.3 + step(3.0, 10.0, p.y) * (0.9 - 0.12 * p.x * hair.parting))
        }
        HairStyle::Fringe | HairStyle::Bob | HairStyle::Long => 0.55 + 0.7 * hair.thickness,
        HairStyle::Afro => 2.4 + 2.4 * hair.thickness,
    };
    let edge = match hair.style {
        HairStyle::Fringe => 0.55 + 0.45 * step(-0.2, 2.5, above),
        HairStyle::Afro => step(-1.2, 2.2, above),
        _ => 0.12 + 0.88 * step(-0.2, 1.6, above),
    };
    let curls = if hair.style == HairStyle::Afro {
        0.35 * noise(p * 1.6, 31) + 0.2 * noise(p * 4.0, 32)
    } else {
        0.12 * noise(vec3(p.x * 1.6, p.y * 0.5, p.z * 1.6), 33)
    };
    (full * (1.0 + curls) * edge).max(0.02)
}

/// The shell in the head's own frame.
pub(crate) fn shell(head: &Head) -> Mesh {
    let turns: Vec<(f32, f32)> = (0..COLUMNS)
        .map(|column| sin_cos(column_degrees(column, COLUMNS)))
        .collect();
    grid(Material::Hair, ROWS, COLUMNS, |row, column| {
        let base = head.base(head.row_height(row, ROWS), turns[column].0, turns[column].1);
        let out = vec3(base.x, base.y.max(0.0) * 0.9, base.z).unit();
        (head.raise(base) + out * thickness(head.id, base), base)
    })
}

/// Long hair that falls behind and beside the face, if the style has any.
pub(crate) fn curtain(head: &Head) -> Option<Mesh> {
    let id = head.id;
    let (end, spread) = match id.hair.style {
        HairStyle::Bob => (-9.5, 1.0),
        HairStyle::Long => (-19.0, 1.35),
        _ => return None,
    };
    let (rows, columns) = (90, 120);
    Some(grid(Material::Hair, rows, columns, |row, column| {
        let t = row as f32 / (rows - 1) as f32;
        let y = 6.5 + (end - 6.5) * t;
        // A horseshoe open to the front.
        let degrees = 68.0 + (292.0 - 68.0) * (1.0 - column as f32 / (columns - 1) as f32);
        let (sin, cos) = sin_cos(degrees);
        let top = head.base(y.max(0.5), sin, cos);
        let wave = id.hair.wave
            * (0.35 * noise(vec3(sin * 3.0, y * 0.35, cos * 3.0), 41)
                + 0.1 * noise(vec3(sin * 9.0, y * 0.5, cos * 9.0), 42));
        let out = 1.0
            + (0.06 + 0.12 * id.hair.thickness * 0.6) * step(0.0, 0.35, t) * spread
            + wave * step(0.1, 0.5, t) * 0.35;
        let tuck = 1.0 - 0.22 * step(0.75, 1.0, t) * (2.0 - spread);
        (
            vec3(top.x * out * tuck, y, top.z * out - 0.4),
            vec3(
                top.x * 1.1,
                y,
                top.z * 1.1 - 20.0 * f32::from(row == rows - 1),
            ),
        )
    }))
}
