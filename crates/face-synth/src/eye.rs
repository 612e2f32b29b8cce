//! The painted eye: opening, white, iris, lids and lashes.

use crate::{
    Identity, Scene,
    math::{Vec3, bell, lerp, noise, spot, srgb, step, vec3},
};

/// What the painter says of one place of a surface.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    pub(crate) colour: Vec3,
    /// Strength of the highlight, 0 to 1.
    pub(crate) shine: f32,
    /// Share of the light from all around that reaches the place.
    pub(crate) open: f32,
    /// Added to the normal before it is made unit length.
    pub(crate) bend: Vec3,
    /// Light that does not depend on the surface (a glint).
    pub(crate) glint: f32,
}

/// Places in one eye: `u` outwards, `v` up, from the middle of the opening along its tilt.
struct Place {
    u: f32,
    v: f32,
    side: f32,
    top: f32,
    bottom: f32,
    inside: bool,
}

fn place(id: &Identity, scene: &Scene, p: Vec3) -> Place {
    let eyes = &id.eyes;
    let side = if p.x < 0.0 { -1.0 } else { 1.0 };
    let u = p.x.abs() - eyes.apart;
    let v = p.y - eyes.tilt * u / eyes.width * 0.55;
    let s = u / eyes.width;
    // The inner corner is drawn out, the upper arch peaks a little inwards of the middle.
    let arch = (1.0 - s * s).max(0.0);
    let upper = eyes.upper * arch.sqrt() * (0.55 + 0.45 * arch) * (1.0 - 0.12 * s);
    let bottom = -eyes.lower * (arch * (0.35 + 0.65 * arch.sqrt())) * (1.0 + 0.15 * s);
    let open = scene.eyes_open.clamp(0.0, 1.0);
    let top = lerp(bottom * 0.95, upper, open) + 0.12 * (1.0 - open) * arch;
    Place {
        u,
        v,
        side,
        top,
        bottom,
        inside: s.abs() < 1.0 && v < top && v > bottom && open > 0.15,
    }
}

/// Paints the eyes over `paint`.
pub(crate) fn draw(id: &Identity, scene: &Scene, p: Vec3, paint: &mut Paint) {
    let at = place(id, scene, p);
    if at.u.abs() > id.eyes.width + 1.6 || at.v.abs() > 2.4 {
        return;
    }
    surroundings(id, scene, &at, paint);
    if at.inside {
        *paint = ball(id, scene, &at);
    }
    lashes(id, scene, &at, p, paint);
}

/// Lid, fold, shadow of the socket.
fn surroundings(id: &Identity, scene: &Scene, at: &Place, paint: &mut Paint) {
    let eyes = &id.eyes;
    let s = at.u / eyes.width;
    let socket = spot(at.u + 0.5, at.v - 0.35, 1.9, 1.0) * (0.2 + 0.22 * eyes.depth);
    let inner = spot(at.u + eyes.width * 1.1, at.v - 0.1, 0.7, 0.9) * 0.22;
    paint.open *= 1.0 - socket - inner;
    paint.colour = paint.colour * (1.0 - 0.5 * socket - 0.4 * inner);
    if eyes.crease > 0.0 && s.abs() < 1.15 {
        let above = eyes.upper * (1.0 - s * s * 0.7).max(0.0)
            + eyes.crease * (1.0 - 0.25 * s * s) * lerp(0.75, 1.0, scene.eyes_open);
        let fold =
            bell(((at.v - above) / 0.085) * ((at.v - above) / 0.085)) * step(1.15, 0.7, s.abs());
        paint.colour = paint.colour * (1.0 - 0.42 * fold * step(0.1, 0.6, scene.eyes_open));
    }
    let lid = step(eyes.upper + 1.3, eyes.upper * 0.5, at.v)
        * step(at.bottom - 0.1, at.bottom + 0.1, at.v)
        * step(1.6, 0.7, s.abs());
    paint.colour = paint
        .colour
        .mix(eyes.shadow_colour, eyes.shadow * lid * 0.75);
    // A closed lid has thin skin, darker than the cheek.
    let round = (1.0 - scene.eyes_open) * spot(at.u, at.v - 0.1, eyes.width * 1.15, 0.8);
    paint.colour = paint.colour * (1.0 - 0.2 * round);
    let bag = spot(at.u + 0.1, at.v + 1.0, 1.25, 0.4) * eyes.bags;
    paint.colour = paint
        .colour
        .times(vec3(1.0 - 0.25 * bag, 1.0 - 0.33 * bag, 1.0 - 0.26 * bag));
    // The rim of the lower lid is moist and light.
    let rim = bell(((at.v - at.bottom + 0.04) / 0.06) * ((at.v - at.bottom + 0.04) / 0.06))
        * step(1.0, 0.85, s.abs());
    paint.shine += 0.3 * rim;
}

/// The ball within the opening.
fn ball(id: &Identity, scene: &Scene, at: &Place) -> Paint {
    let eyes = &id.eyes;
    let radius = 0.62;
    let (gx, gy) = (scene.gaze[0] * 0.45 * at.side, scene.gaze[1] * 0.25);
    let (x, y) = (at.u - gx, at.v - gy - 0.04);
    let r = vec3(x, y, 0.0).length();
    let white = srgb(220.0, 213.0, 206.0).times(vec3(
        1.0,
        lerp(1.0, 0.88, step(0.6, 1.5, at.u.abs())),
        lerp(1.0, 0.86, step(0.6, 1.5, at.u.abs())),
    ));
    let rays = noise(
        vec3(x / r.max(0.05) * 5.0, y / r.max(0.05) * 5.0, 0.0),
        id.skull.field ^ 3,
    );
    let iris = eyes.iris
        * (0.75 + 0.45 * rays + 0.7 * step(0.55, 0.2, r))
        * lerp(1.0, 0.3, step(0.48, 0.62, r));
    let mut colour = white.mix(iris, step(radius + 0.05, radius - 0.05, r));
    colour = colour * lerp(1.0, 0.03, step(0.29, 0.22, r));
    // The upper lid and its lashes throw a shadow.
    let shadow = step(0.42, 0.0, at.top - at.v) * 0.55 + step(0.12, 0.0, at.v - at.bottom) * 0.15;
    let edge = step(0.75, 1.0, (at.u / eyes.width).abs()) * 0.35;
    let side = at.u * at.side;
    let glint =
        spot(side - 0.18 - gx * at.side, at.v - gy - 0.2, 0.1, 0.1) * step(0.0, 0.1, at.top - at.v);
    Paint {
        colour: colour * (1.0 - shadow) * (1.0 - edge),
        shine: 0.25,
        open: 0.85 - 0.3 * shadow,
        bend: vec3(side * 0.35, at.v * 0.4, 0.0),
        glint: glint * 0.9,
    }
}

/// Dark lines along both lids; on a closed eye they meet.
fn lashes(id: &Identity, scene: &Scene, at: &Place, p: Vec3, paint: &mut Paint) {
    let eyes = &id.eyes;
    let s = at.u / eyes.width;
    if s.abs() > 1.12 {
        return;
    }
    let fade = step(1.12, 0.95, s.abs());
    let hairs = 0.75 + 0.35 * noise(vec3(p.x * 11.0, p.y * 3.0, 0.0), 51);
    let shut = 1.0 - scene.eyes_open;
    let reach =
        0.07 + 0.09 * eyes.lashes * (0.6 + 0.4 * s) + eyes.liner * (0.7 + 0.5 * s) + 0.05 * shut;
    let over = at.v - at.top;
    let upper = if over > 0.0 {
        step(reach, 0.0, over)
    } else {
        step(-0.06, 0.0, over)
    };
    let lower = step(0.07, 0.0, (at.v - at.bottom).abs()) * (0.25 + 0.3 * eyes.lashes);
    let hang = shut * step(-0.34 - 0.1 * eyes.lashes, -0.05, over) * f32::from(over < 0.0) * 0.85;
    // Lashes and the shadow of a closed lid's rim: a broad dark band, by which a closed eye is told from afar.
    let band = (over + 0.1) / 0.2;
    let rim = shut * 0.85 * bell(band * band);
    let dark = (upper * (0.62 + 0.3 * eyes.lashes) * hairs)
        .max(lower)
        .max(hang * hairs)
        .max(rim)
        * fade;
    paint.colour = paint
        .colour
        .mix(srgb(24.0, 17.0, 15.0), dark.clamp(0.0, 1.0));
    paint.shine *= 1.0 - dark.clamp(0.0, 1.0);
}
