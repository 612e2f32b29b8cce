//! Where a beard grows.

use crate::{
    Identity,
    math::{Vec3, noise, spot, step, vec3},
};

/// Cover of the full beard at `p` of the undisplaced head, 0 to 1.
pub(crate) fn cover(id: &Identity, p: Vec3) -> f32 {
    let beard = &id.beard;
    if beard.moustache + beard.goatee + beard.cheeks <= 0.0 || p.y > -2.0 {
        return 0.0;
    }
    let (x, y) = (p.x.abs(), p.y + id.mouth.drop);
    let wobble = 0.25 * noise(p * 0.9, id.skull.field ^ 9);
    let lips = step(
        0.85,
        1.15,
        vec3(
            x / (id.mouth.width + 0.1),
            (y + 0.1) / (id.mouth.upper.max(id.mouth.lower) + 0.15),
            0.0,
        )
        .length(),
    );
    let lip_top = id.mouth.upper * 0.8;
    let moustache = step(0.0, 0.25, y - lip_top + 0.35 * x * 0.3)
        * step(1.35, 1.0, y + 0.22 * x + wobble)
        * step(id.mouth.width + 0.7, id.mouth.width + 0.2, x);
    let goatee = step(-0.4, -0.9, y + wobble)
        * step(id.mouth.width + 0.4, id.mouth.width - 0.2, x + wobble)
        + step(id.mouth.width, id.mouth.width + 0.3, x)
            * step(id.mouth.width + 0.9, id.mouth.width + 0.6, x)
            * step(0.6, 0.2, y)
            * beard.moustache;
    let line = -1.9 + 0.55 * (x - 6.0).max(-3.0) + wobble;
    let cheeks = step(id.mouth.width + 0.2, id.mouth.width + 1.0, x) * step(line, line - 0.7, p.y)
        + step(-1.0, -1.6, y);
    let all = (beard.moustache * moustache)
        .max(beard.goatee * goatee.min(1.0))
        .max(beard.cheeks * cheeks.min(1.0));
    all * lips * step(-3.0, 0.5, p.z)
}

/// Cover of shaven hair, 0 to 1.
pub(crate) fn stubble(id: &Identity, p: Vec3) -> f32 {
    let (x, y) = (p.x.abs(), p.y + id.mouth.drop);
    let area = step(
        -2.4 + 0.5 * (x - 5.5).max(-2.0),
        -4.4 + 0.5 * (x - 5.5).max(-2.0),
        p.y,
    );
    let lips = 1.0 - spot(x, y, id.mouth.width * 0.8, 0.6);
    id.beard.stubble * area * lips * step(-2.0, 2.0, p.z)
}
