use serde_json::json;

use super::*;
use crate::evaluate::samples;

/// A folder with two made-up evaluations and three made-up runs.
fn made_up(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for (name, quality) in [("reference", 0.75), ("default", 0.55)] {
        let path = folder.join(format!("{name}.json"));
        let json = serde_json::to_vec(&samples::report(name, quality)).unwrap();
        std::fs::write(&path, json).unwrap();
        paths.push(path);
    }
    for (extra, best) in [("0.0", 0.88), ("0.5", 0.9), ("1.0", 0.93)] {
        let run = folder.join(format!("eyes-{extra}"));
        std::fs::create_dir(&run).unwrap();
        std::fs::write(
            run.join("recipe.toml"),
            format!("[data]\nextra = {extra}\n"),
        )
        .unwrap();
        let mut lines = Vec::new();
        for step in 1..=40_u32 {
            let way = f64::from(step) / 40.0;
            let loss = 0.7 * (-3.0 * way).exp() + 0.02 * f64::from(step * 7 % 5);
            let line = json!({"step": step, "kind": "train", "loss": loss, "samples_per_s": 70.0});
            lines.push(line.to_string());
            if step % 10 == 0 {
                let accuracy = best - 0.3 * (-4.0 * way).exp();
                let line = json!({"step": step, "kind": "validation", "loss": loss + 0.05, "accuracy": accuracy});
                lines.push(line.to_string());
            }
        }
        std::fs::write(run.join("metrics.jsonl"), lines.join("\n")).unwrap();
        paths.push(run);
    }
    paths
}

#[test]
fn every_figure_is_drawn_and_the_report_holds_all_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let args = FiguresArgs {
        from: made_up(folder.path()),
        out: folder.path().join("out"),
        pack: None,
        font: None,
    };
    let has_font = font::register(None).unwrap();
    // Without any font the command says so, after it has written everything but the PNG files.
    assert_eq!(run(&args).is_ok(), has_font);
    let report = std::fs::read_to_string(args.out.join("report.html")).unwrap();
    let expected = [
        "roc",
        "det",
        "threshold-sweep",
        "open-set",
        "impostor-curve",
        "detector",
        "scores-reference",
        "scores-default",
        "recall",
        "eyes",
        "attacks",
        "bona-fide",
        "eyes-by-augmentation",
        "training-loss",
        "training-accuracy",
    ];
    for name in expected {
        let svg = std::fs::read_to_string(args.out.join(format!("{name}.svg"))).unwrap();
        assert!(svg.contains("polyline"), "{name} has no line");
        assert!(
            report.contains(&format!("<figure id=\"{name}\">")),
            "{name} is not in the report"
        );
        assert_eq!(args.out.join(format!("{name}.png")).is_file(), has_font);
    }
    assert!(
        report.contains("6,000 pairs in 10 folds"),
        "the tables are in the report"
    );
    assert!(
        !report.contains("src=") && !report.contains("href=\"http"),
        "nothing from elsewhere"
    );
    assert!(!args.out.join("training-samples-per-s.svg").exists());
}

#[test]
fn files_without_anything_to_draw_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("metrics.jsonl"), "").unwrap();
    let args = FiguresArgs {
        from: vec![folder.path().to_path_buf()],
        out: folder.path().join("out"),
        pack: None,
        font: None,
    };
    assert!(
        run(&args)
            .unwrap_err()
            .to_string()
            .contains("nothing to draw")
    );
}
