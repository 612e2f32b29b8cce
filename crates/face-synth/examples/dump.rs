//! Writes portraits with their ground truth for study outside: `dump DIR FIRST COUNT VARIANTS [blink]`.

use std::{fmt::Write as _, fs, path::Path};

use face_synth::{Identity, Scene, landmarks, portrait_scene, render, render_background};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, numbers @ ..] = arguments.as_slice() else {
        panic!("usage: dump DIR FIRST COUNT VARIANTS [blink]")
    };
    let number = |i: usize| -> u64 { numbers[i].parse().expect("a whole number") };
    fs::create_dir_all(folder).expect("the folder can be made");
    let (first, count, variants) = (number(0), number(1), number(2));
    let mut truth = String::new();
    for seed in first..first + count {
        let id = Identity::from_seed(seed);
        for variant in 0..variants {
            let scene = portrait_scene(seed, variant);
            let mut write = |name: String, scene: &Scene| {
                render(&id, scene, 640, 480)
                    .save(Path::new(folder).join(&name))
                    .expect("the picture can be written");
                let points = landmarks(&id, scene, 640, 480)
                    .0
                    .map(|p| format!("{:.2},{:.2}", p.x, p.y));
                writeln!(truth, "{name},{}", points.join(",")).expect("a string takes every text");
            };
            write(format!("{seed}_{variant}.bmp"), &scene);
            if numbers.len() > 3 {
                write(
                    format!("{seed}_{variant}_closed.bmp"),
                    &Scene {
                        eyes_open: 0.0,
                        ..scene.clone()
                    },
                );
                render_background(&scene, 640, 480)
                    .save(Path::new(folder).join(format!("{seed}_{variant}_empty.bmp")))
                    .expect("the picture can be written");
            }
        }
    }
    fs::write(Path::new(folder).join("truth.csv"), truth).expect("the truth can be written");
}
