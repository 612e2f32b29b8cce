//! Colour of every place: skin with its marks, lips, brows, beard, hair, clothes.

use crate::{
    Identity, Scene, beard,
    eye::{self, Paint},
    hair,
    identity::HairStyle,
    math::{Vec3, bell, lerp, noise, spot, srgb, step, vec3},
    random::{Random, lattice},
};

/// The paint of the head's skin at `p` of the undisplaced head.
pub(crate) fn skin(id: &Identity, scene: &Scene, p: Vec3) -> Paint {
    let mut paint = bare(id, p);
    if p.z > 0.0 {
        features(id, &mut paint, p);
        lips(id, scene, &mut paint, p);
        brows(id, &mut paint, p);
        eye::draw(id, scene, p, &mut paint);
    }
    hairs(id, &mut paint, p);
    paint
}

/// Skin of neck and ears as well: tone, pores, blotches.
pub(crate) fn bare(id: &Identity, p: Vec3) -> Paint {
    let skin = &id.skin;
    let blotch =
        noise(p * 0.55, id.skull.field ^ 5) * 0.6 + noise(p * 1.7, id.skull.field ^ 6) * 0.4;
    let pores = noise(p * 7.0, 61) * 0.6 + noise(p * 17.0, 62) * 0.4;
    let shade = 1.0 + skin.mottle * (0.17 * blotch + 0.07 * pores);
    let red = 1.0 - 0.1 * skin.mottle * blotch;
    let bend = vec3(noise(p * 6.0, 63), noise(p * 6.0, 64), 0.0) * (0.05 + 0.08 * skin.age);
    let tone = skin
        .tone
        .mix(skin.tone.times(skin.patch_tint), patch(id, p));
    Paint {
        colour: tone.times(vec3(shade, shade * red, shade * red)),
        shine: 0.5 * skin.shine,
        open: 1.0,
        bend,
        glint: 0.0,
    }
}

/// Cover of the large patches at `p`, 0 to 1.
fn patch(id: &Identity, p: Vec3) -> f32 {
    if id.skin.patches <= 0.0 {
        return 0.0;
    }
    let shape = noise(p * 0.22, id.skull.field ^ 0xb)
        + 0.35 * noise(p * 0.9, id.skull.field ^ 0xc)
        + 0.12 * noise(p * 3.0, id.skull.field ^ 0xd);
    0.85 * step(0.42, 0.5, shape + id.skin.patches * 0.5)
}

/// Blush, nostrils, folds, freckles, marks.
fn features(id: &Identity, paint: &mut Paint, p: Vec3) {
    let (skin, nose, mouth) = (&id.skin, &id.nose, &id.mouth);
    let x = p.x.abs();
    let red = skin.blush
        * (0.8 * spot(x - 4.0, p.y + 3.0, 1.7, 1.5) + 0.6 * spot(p.x, p.y + nose.length, 1.2, 1.0))
        + 0.12 * spot(p.x, p.y + mouth.drop, 4.0, 2.0);
    paint.colour = paint
        .colour
        .times(vec3(1.0 + 0.02 * red, 1.0 - 0.24 * red, 1.0 - 0.2 * red));
    let nostril = spot(x - nose.wings * 0.48, p.y + nose.length + 0.7, 0.34, 0.17);
    let wing = spot(x - nose.wings * 1.12, p.y + nose.length + 0.1, 0.16, 0.6);
    let under = spot(p.x, p.y + nose.length + 0.95, nose.wings * 0.9, 0.35);
    paint.colour = paint.colour * (1.0 - 0.82 * nostril) * (1.0 - 0.25 * wing);
    paint.open *=
        1.0 - 0.4 * under - 0.25 * spot(p.x, p.y + mouth.drop + mouth.lower + 0.7, 1.8, 0.45);
    paint.open *= 1.0
        - 0.25
            * spot(
                x - nose.bridge_width * 1.7,
                p.y + nose.length * 0.55,
                0.5,
                1.6,
            );
    paint.shine *= 1.0
        + 1.0 * spot(p.x, p.y + nose.length - 0.3, 0.8, 1.0)
        + 0.5 * spot(p.x, p.y - 4.5, 3.0, 1.5);
    lines(id, paint, p);
    if skin.freckles > 0.0 {
        let place = step(3.5, 0.5, p.y) * step(-5.5, -3.5, p.y);
        paint.colour = paint.colour.mix(
            srgb(150.0, 88.0, 52.0),
            skin.freckles * place * freckle(id, p),
        );
    }
    for [mx, my, radius, dark] in &skin.marks {
        let spot = spot(p.x - mx, p.y - my, *radius, *radius);
        paint.colour = paint.colour.mix(srgb(58.0, 32.0, 24.0), spot * dark);
    }
}

/// Wrinkles of the forehead, beside the eyes and the mouth.
fn lines(id: &Identity, paint: &mut Paint, p: Vec3) {
    let (age, x) = (id.skin.age, p.x.abs());
    let sway = 0.35 * noise(vec3(p.x * 0.5, 0.0, 0.0), id.skull.field ^ 7);
    let mut depth = 0.0_f32;
    for k in 0..3 {
        let off = p.y - id.brows.height - 1.4 - 0.85 * k as f32 - sway;
        depth += 0.5 * age * bell((off / 0.09) * (off / 0.09)) * step(4.6, 3.0, x);
    }
    let feet = x - id.eyes.apart - id.eyes.width - 0.5;
    let ray = (p.y * 2.4 + feet * 0.3) - (p.y * 2.4 + feet * 0.3).round();
    depth += 0.5 * age * bell((ray / 0.16) * (ray / 0.16)) * spot(feet - 0.3, p.y, 0.6, 0.9);
    let along = ((-p.y - id.nose.length) / (id.mouth.drop - id.nose.length)).clamp(0.0, 1.4);
    let off = x - lerp(id.nose.wings + 0.35, id.mouth.width + 0.75, along);
    let reach = step(-id.nose.length + 0.2, -id.nose.length - 0.5, p.y)
        * step(-id.mouth.drop - 1.5, -id.mouth.drop, p.y);
    depth += (0.16 + 0.45 * age) * bell((off / 0.15) * (off / 0.15)) * reach;
    paint.colour = paint.colour * (1.0 - 0.5 * depth.min(1.0));
}

/// Small brown dots, one in each cell of a grid, some of them empty.
fn freckle(id: &Identity, p: Vec3) -> f32 {
    const CELL: f32 = 0.34;
    let (gx, gy) = ((p.x / CELL).floor(), (p.y / CELL).floor());
    let at = |k: u32| lattice(gx as i32, gy as i32, 0, id.skull.field ^ (90 + k));
    let (cx, cy) = (gx + 0.5 + 0.25 * at(0), gy + 0.5 + 0.25 * at(1));
    let radius = 0.12 + 0.14 * at(2).abs();
    spot(p.x / CELL - cx, p.y / CELL - cy, radius, radius) * step(0.1, 0.5, at(3) + 0.4) * 0.75
}

fn lips(id: &Identity, scene: &Scene, paint: &mut Paint, p: Vec3) {
    let mouth = &id.mouth;
    let (x, lift) = (p.x - mouth.skew, scene.expression * 0.4);
    let s = x / (mouth.width * (1.0 + 0.08 * scene.expression));
    if s.abs() > 1.1 {
        return;
    }
    let y = p.y + mouth.drop - lift * s * s;
    let arch = (1.0 - s * s).max(0.0);
    let gap = scene.mouth * 0.9 * arch.sqrt();
    let bow = mouth.bow
        * (bell((s / 0.18) * (s / 0.18))
            - 0.6 * bell(((s.abs() - 0.3) / 0.2) * ((s.abs() - 0.3) / 0.2)));
    let top = mouth.upper * arch.sqrt() * (0.6 + 0.4 * arch) - bow * arch;
    let bottom = -mouth.lower * arch.sqrt() * (0.5 + 0.5 * arch) - gap;
    let inside = step(top + 0.1, top - 0.06, y)
        * step(bottom - 0.12, bottom + 0.08, y)
        * step(1.05, 0.95, s.abs());
    let creases = 1.0 + 0.12 * noise(vec3(p.x * 7.0, p.y * 1.5, 0.0), 71);
    let shade = if y > -gap * 0.5 { 0.78 } else { 1.0 };
    paint.colour = paint
        .colour
        .mix(mouth.colour * creases * shade, inside * 0.88);
    paint.shine = lerp(paint.shine, 0.75, inside);
    let line = step(0.11 + 0.03 * arch, 0.02, (y + gap * 0.5).abs() - gap * 0.5)
        * step(1.08, 0.9, s.abs());
    let corner = spot(s.abs() - 1.0, y * 3.0, 0.12, 0.7);
    paint.colour = paint.colour * (1.0 - 0.5 * corner);
    let teeth = step(0.25, 0.35, gap)
        * step(-0.05, -0.12, y)
        * step(-gap * 0.75, -gap * 0.6, y)
        * step(0.75, 0.6, s.abs());
    let depth = srgb(52.0, 18.0, 18.0).mix(srgb(225.0, 215.0, 200.0), teeth);
    paint.colour = paint.colour.mix(depth, line * 0.85);
    paint.shine *= 1.0 - line;
}

fn brows(id: &Identity, paint: &mut Paint, p: Vec3) {
    let brows = &id.brows;
    // 0 at the inner end, 1 at the outer.
    let t = (p.x.abs() - brows.gap) / (2.0 * brows.length);
    if !(-0.15..1.1).contains(&t) {
        return;
    }
    let peak = 4.0 * (t - 0.1) * (1.0 - t * 0.85) * 0.55;
    let middle = brows.height
        + brows.slant * (t - 0.5)
        + brows.arch * peak
        + 0.12 * noise(vec3(p.x * 0.8, 0.0, 0.0), id.skull.field ^ 8);
    let thick = brows.thickness * lerp(1.1, 0.35, step(0.3, 1.0, t)) * step(-0.12, 0.12, t);
    let off = (p.y - middle) / thick.max(0.02);
    let hairs = noise(
        vec3(p.x * 5.0 - p.y * 4.0 * p.x.signum(), p.y * 7.0, 0.0),
        81,
    );
    let cover = step(1.35, 0.5, off.abs() + 0.35 * hairs) * step(1.08, 0.95, t) * brows.density;
    paint.colour = paint.colour.mix(
        id.hair.colour * 0.55,
        (cover * (0.9 + 0.25 * hairs)).clamp(0.0, 0.97),
    );
    paint.shine *= 1.0 - cover;
}

/// Beard, stubble, shadow of the hairline.
fn hairs(id: &Identity, paint: &mut Paint, p: Vec3) {
    let cover = beard::cover(id, p);
    let strands = noise(vec3(p.x * 6.0, p.y * 2.2, p.z * 6.0), 85);
    let grains = noise(p * 13.0, 86);
    let shaven = beard::stubble(id, p) * (0.42 + 0.25 * grains);
    paint.colour = paint.colour.mix(
        id.beard.colour.mix(srgb(70.0, 70.0, 76.0), 0.3),
        shaven.clamp(0.0, 0.8),
    );
    paint.colour = paint.colour.mix(
        id.beard.colour * (0.85 + 0.5 * strands),
        (cover * 1.1 + 0.2 * grains * cover).clamp(0.0, 0.97),
    );
    paint.shine *= 1.0 - 0.8 * cover.max(shaven);
    if id.hair.style == HairStyle::Bald {
        return;
    }
    let above = p.y - hair::line(id, p);
    let root = step(-0.7, 0.25, above + 0.3 * strands);
    paint.colour = paint.colour.mix(id.hair.colour, root * 0.8);
    paint.open *= 1.0 - 0.35 * step(-1.4, 0.0, above);
}

/// Hair: strands along its fall.
pub(crate) fn hair(id: &Identity, p: Vec3) -> Paint {
    let r = vec3(p.x, 0.0, p.z).length().max(0.5);
    let (fine, coarse, along) = if id.hair.style == HairStyle::Afro {
        (3.2, 1.4, 3.0)
    } else {
        (26.0, 9.0, 0.3 + 0.5 * id.hair.wave)
    };
    let place = |k: f32| vec3(p.x / r * k, p.y * along, p.z / r * k);
    let place = |k: f32| {
        if id.hair.style == HairStyle::Afro {
            p * k
        } else {
            place(k)
        }
    };
    let strands = 0.55 * noise(place(fine), 91) + 0.55 * noise(place(coarse), 92);
    let bend = vec3(noise(place(fine), 93), 0.3 * noise(place(coarse), 94), 0.0) * 0.45;
    Paint {
        colour: id.hair.colour * (0.95 + 0.55 * strands),
        shine: 0.35 + 0.25 * strands,
        open: 0.8 + 0.25 * strands,
        bend,
        glint: 0.0,
    }
}

/// Clothes, and the bare neck above the collar.
pub(crate) fn cloth(scene: &Scene, p: Vec3) -> Paint {
    let random = &mut Random::new(scene.clothes, 5);
    let colour = srgb(
        random.between(20.0, 220.0),
        random.between(20.0, 220.0),
        random.between(20.0, 220.0),
    );
    let weave = 1.0 + 0.08 * noise(p * 4.0, 95) + 0.1 * noise(p * 0.4, 96);
    Paint {
        colour: colour * weave,
        shine: 0.02,
        open: 0.9,
        bend: vec3(noise(p * 0.5, 97), 0.0, 0.0) * 0.3,
        glint: 0.0,
    }
}

/// The neck: skin above the collar, clothes below.
pub(crate) fn neck(id: &Identity, scene: &Scene, p: Vec3) -> Paint {
    let collar =
        -15.6 - 0.9 * step(0.0, 6.0, p.z) - 1.2 * spot(p.x, 0.0, 2.5, 1.0) * step(0.0, 2.0, p.z);
    if p.y < collar {
        return cloth(scene, p);
    }
    let mut paint = bare(id, p);
    paint.open =
        lerp(0.45, 1.0, step(-9.0, -14.5, p.y)) * lerp(0.6, 1.0, step(collar, collar + 0.5, p.y));
    paint
}
