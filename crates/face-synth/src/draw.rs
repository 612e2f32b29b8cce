//! Draws a person from one number: wide natural ranges, so that face networks tell people apart.

use crate::{
    identity::{Beard, Brows, Eyes, Glasses, Hair, HairStyle, Identity, Mouth, Nose, Skin, Skull},
    math::{Vec3, srgb, vec3},
    random::Random,
};

/// Skin from the lightest to the darkest.
const TONES: [[f32; 3]; 7] = [
    [230.0, 198.0, 182.0],
    [218.0, 174.0, 146.0],
    [205.0, 154.0, 118.0],
    [184.0, 132.0, 96.0],
    [150.0, 100.0, 68.0],
    [106.0, 68.0, 46.0],
    [70.0, 45.0, 34.0],
];
const HAIR: [[f32; 3]; 9] = [
    [18.0, 15.0, 14.0],
    [30.0, 22.0, 18.0],
    [52.0, 35.0, 24.0],
    [84.0, 54.0, 33.0],
    [122.0, 82.0, 48.0],
    [196.0, 158.0, 100.0],
    [224.0, 198.0, 148.0],
    [142.0, 62.0, 28.0],
    [168.0, 164.0, 160.0],
];
const IRISES: [[f32; 3]; 6] = [
    [46.0, 27.0, 17.0],
    [84.0, 52.0, 28.0],
    [124.0, 92.0, 48.0],
    [96.0, 120.0, 76.0],
    [92.0, 132.0, 168.0],
    [126.0, 140.0, 150.0],
];

/// Port-wine stain, darker patch, lighter patch.
const PATCHES: [Vec3; 3] = [
    vec3(0.72, 0.38, 0.42),
    vec3(0.5, 0.42, 0.38),
    vec3(1.5, 1.7, 1.8),
];

impl Identity {
    /// The person of `seed`: the same on every machine, another for every seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self::draw(&mut Random::new(seed, 1))
    }

    /// The person of `seed` with plainer features: each keeps to the middle half of its range.
    ///
    /// [`Self::from_seed`] draws people whom face networks tell apart, and so often exaggerates: wide mouths, long chins.
    /// What detectors say of such faces is less exact than of those they were trained on.
    #[must_use]
    pub fn ordinary(seed: u64) -> Self {
        Self::draw(&mut Random::new(seed, 1).within(0.5))
    }

    fn draw(random: &mut Random) -> Self {
        // Very light and very dark skin are more telling than the middle, so they are a little more frequent.
        let drawn = 2.0 * random.unit() - 1.0;
        let darkness = 0.5 + 0.5 * drawn * (1.45 - 0.45 * drawn.abs());
        let masculine = random.unit();
        let age = random.unit() * random.unit();
        let hair_colour = hair_colour(random, darkness, age);
        let style = hair_style(random, masculine, age);
        let mouth = mouth(random, masculine, darkness);
        Self {
            skull: skull(random, masculine, mouth.drop),
            eyes: eyes(random, masculine, darkness),
            brows: brows(random, masculine),
            nose: nose(random),
            skin: skin(random, darkness, age, &mouth),
            mouth,
            beard: beard(random, masculine, hair_colour),
            glasses: random.chance(0.3).then(|| glasses(random)),
            hair: Hair {
                style,
                colour: hair_colour,
                line: random.spread(4.4, 8.4),
                corners: random.spread(0.0, 1.6),
                thickness: random.spread(0.6, 1.8),
                parting: random.pick(&[-1.0, 1.0]),
                wave: random.unit(),
            },
        }
    }
}

/// The colour at `at` (0 to 1) along a scale.
fn scale(colours: &[[f32; 3]], at: f32) -> Vec3 {
    let place = at.clamp(0.0, 1.0) * (colours.len() - 1) as f32;
    let i = (place as usize).min(colours.len() - 2);
    let of = |c: [f32; 3]| srgb(c[0], c[1], c[2]);
    of(colours[i]).mix(of(colours[i + 1]), place - i as f32)
}

fn hair_colour(random: &mut Random, darkness: f32, age: f32) -> Vec3 {
    let lightest = if darkness > 0.45 { 3 } else { HAIR.len() };
    let i = if random.chance(age * 0.9) {
        HAIR.len() - 1
    } else {
        (random.bits() % lightest as u64) as usize
    };
    let c = HAIR[i];
    srgb(c[0], c[1], c[2]) * random.between(0.7, 1.3)
}

fn hair_style(random: &mut Random, masculine: f32, age: f32) -> HairStyle {
    use HairStyle::{Afro, Bald, Bob, Buzz, Fringe, Long, Parted, Receding, Short};
    if masculine > 0.5 {
        if random.chance(age) {
            return random.pick(&[Bald, Receding, Receding, Short]);
        }
        return random.pick(&[
            Bald, Buzz, Short, Short, Parted, Parted, Fringe, Afro, Long, Receding,
        ]);
    }
    random.pick(&[
        Bob, Bob, Long, Long, Long, Fringe, Fringe, Parted, Afro, Short,
    ])
}

fn skull(random: &mut Random, masculine: f32, mouth_drop: f32) -> Skull {
    Skull {
        breadth: random.spread(6.4, 8.5),
        crown: random.spread(9.8, 12.8),
        chin: mouth_drop + random.spread(3.4, 6.4),
        square: random.unit(),
        cheekbone: random.spread(0.84, 1.08),
        jaw: random.spread(0.6, 0.94) + 0.06 * masculine,
        chin_width: random.spread(0.26, 0.68) + 0.1 * masculine,
        ridge: random.spread(-0.3, 1.3) + 0.4 * masculine,
        cheeks: random.spread(-1.0, 2.2),
        chin_boss: random.spread(-0.3, 1.8),
        forehead: random.spread(-1.2, 1.2),
        ears: random.spread(0.8, 1.3),
        neck: random.spread(4.6, 5.3) + 0.9 * masculine,
        field: random.bits() as u32,
    }
}

fn eyes(random: &mut Random, masculine: f32, darkness: f32) -> Eyes {
    let colours = if darkness > 0.5 {
        &IRISES[..2]
    } else {
        &IRISES[..]
    };
    let c = random.pick(colours);
    let paint = random.pick(&[
        [60.0, 44.0, 48.0],
        [96.0, 60.0, 110.0],
        [70.0, 100.0, 140.0],
        [150.0, 80.0, 70.0],
        [60.0, 100.0, 84.0],
    ]);
    Eyes {
        apart: random.spread(2.7, 3.65),
        width: random.spread(1.2, 1.85),
        upper: random.spread(0.46, 0.95),
        lower: random.spread(0.24, 0.58),
        tilt: random.spread(-0.26, 0.42),
        depth: random.spread(-0.2, 1.0),
        crease: random.pick(&[0.0, 0.25, 0.4, 0.55]),
        lashes: random.spread(0.3, 1.0) - 0.3 * masculine,
        bags: random.unit(),
        iris: srgb(c[0], c[1], c[2]),
        shadow: if random.chance(0.7 - masculine) {
            random.spread(0.3, 0.9)
        } else {
            0.0
        },
        shadow_colour: srgb(paint[0], paint[1], paint[2]),
        liner: if random.chance(0.8 - masculine) {
            random.spread(0.05, 0.2)
        } else {
            0.0
        },
    }
}

fn brows(random: &mut Random, masculine: f32) -> Brows {
    Brows {
        height: random.spread(1.75, 3.0) - 0.2 * masculine,
        thickness: random.spread(0.1, 0.42) + 0.16 * masculine,
        length: random.spread(1.4, 2.7),
        arch: random.spread(-0.1, 0.9) - 0.15 * masculine,
        slant: random.spread(-0.65, 0.65),
        density: random.spread(0.2, 1.0),
        gap: random.spread(0.2, 1.6),
    }
}

fn nose(random: &mut Random) -> Nose {
    Nose {
        length: random.spread(2.5, 4.2),
        height: random.spread(1.0, 3.6),
        bridge: random.spread(-0.2, 1.3),
        bridge_width: random.spread(0.42, 1.35),
        wings: random.spread(0.9, 2.6),
        tip: random.spread(0.45, 1.5),
        hump: random.spread(-0.45, 0.65),
        skew: random.spread(-0.25, 0.25),
    }
}

fn mouth(random: &mut Random, masculine: f32, darkness: f32) -> Mouth {
    let natural = srgb(
        186.0 - 70.0 * darkness,
        106.0 - 40.0 * darkness,
        98.0 - 32.0 * darkness,
    );
    let painted = random.chance(0.45 - 0.5 * masculine);
    let lipstick = random.pick(&[
        [168.0, 24.0, 40.0],
        [196.0, 62.0, 84.0],
        [120.0, 22.0, 50.0],
        [206.0, 96.0, 84.0],
    ]);
    Mouth {
        drop: random.spread(5.4, 6.9),
        width: random.spread(1.75, 3.3),
        upper: random.spread(0.18, 1.05),
        lower: random.spread(0.3, 1.25),
        bow: random.spread(0.0, 0.4),
        colour: if painted {
            srgb(lipstick[0], lipstick[1], lipstick[2])
        } else {
            natural * random.spread(0.75, 1.25)
        },
        forward: random.spread(-0.2, 1.2),
        skew: random.spread(-0.15, 0.15),
    }
}

fn skin(random: &mut Random, darkness: f32, age: f32, mouth: &Mouth) -> Skin {
    let tone = scale(&TONES, darkness);
    let warm = random.spread(-1.0, 1.0);
    let marks = (0..(random.bits() % 6))
        .map(|_| mark(random, mouth))
        .collect();
    Skin {
        tone: tone.times(srgb(255.0, 250.0 + 5.0 * warm, 246.0 - 9.0 * warm)),
        blush: random.unit(),
        freckles: if darkness < 0.45 && random.chance(0.35) {
            random.spread(0.4, 1.0)
        } else {
            0.0
        },
        mottle: random.spread(0.3, 1.5),
        age,
        shine: random.spread(0.2, 1.1),
        patches: if random.chance(0.22) {
            random.spread(0.3, 0.75)
        } else {
            0.0
        },
        patch_tint: random.pick(&PATCHES),
        marks,
    }
}

/// A mark anywhere but on eyes and lips.
fn mark(random: &mut Random, mouth: &Mouth) -> [f32; 4] {
    let x = random.between(-6.0, 6.0);
    let y = random.pick(&[
        random.clone().between(2.8, 5.0),
        random.clone().between(-5.0, -1.6),
        -mouth.drop - 2.0,
    ]);
    let large = random.chance(0.15);
    [
        x,
        y,
        if large {
            random.between(0.3, 0.7)
        } else {
            random.between(0.09, 0.22)
        },
        random.between(0.3, 0.85),
    ]
}

fn beard(random: &mut Random, masculine: f32, colour: Vec3) -> Beard {
    if masculine < 0.5 {
        return Beard::default();
    }
    let [stubble, moustache, goatee, cheeks] = random.pick(&[
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.5, 0.0, 0.0, 0.0],
        [1.0, 0.0, 0.0, 0.0],
        [0.2, 1.0, 0.0, 0.0],
        [0.4, 1.0, 1.0, 0.0],
        [0.2, 0.0, 1.0, 0.0],
        [0.6, 1.0, 1.0, 1.0],
        [0.8, 0.9, 0.9, 0.8],
    ]);
    Beard {
        stubble,
        moustache,
        goatee,
        cheeks,
        colour: colour * random.spread(0.6, 1.1),
        bulk: random.spread(0.1, 0.9),
    }
}

fn glasses(random: &mut Random) -> Glasses {
    let c = random.pick(&[
        [12.0, 12.0, 14.0],
        [60.0, 32.0, 20.0],
        [150.0, 150.0, 155.0],
        [170.0, 140.0, 70.0],
        [110.0, 20.0, 28.0],
        [24.0, 44.0, 96.0],
    ]);
    Glasses {
        colour: srgb(c[0], c[1], c[2]),
        width: random.spread(2.35, 2.95),
        height: random.spread(2.0, 2.7),
        rim: random.spread(0.07, 0.19),
        square: random.unit(),
        drop: random.spread(0.05, 0.3),
    }
}
