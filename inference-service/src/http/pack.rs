//! `GET /v1/pack`: which networks answer here, under which terms, and where their decisions lie.

use actix_web::web;
use face_packs::{Manifest, Role};
use face_wire::inference::{CurvePoint, NetworkCard, PackResponse};

/// What was read from the manifest at the start.
pub(crate) async fn pack(card: web::Data<PackResponse>) -> web::Json<PackResponse> {
    web::Json(card.get_ref().clone())
}

/// The manifest in the wire's form, with the eye threshold that is in force here.
pub(crate) fn card(manifest: &Manifest, eye_threshold: Option<f32>) -> PackResponse {
    let calibration = &manifest.calibration;
    let points = calibration.impostor_curve.iter();
    PackResponse {
        pack: manifest.name.clone(),
        model: manifest.model_id(),
        dimension: manifest.embedder.dimension,
        impostor_curve: points
            .map(|point| CurvePoint {
                threshold: point.threshold,
                fmr: point.fmr,
            })
            .collect(),
        // Without networks or evidence there is no score to hold against it.
        attack_threshold: calibration
            .attack_threshold
            .filter(|_| manifest.detects_attacks()),
        eye_threshold: eye_threshold.filter(|_| manifest.eyes.is_some()),
        networks: manifest
            .networks()
            .into_iter()
            .map(|(role, weights)| network(role, weights))
            .collect(),
    }
}

fn network(role: Role, weights: &face_packs::Weights) -> NetworkCard {
    let role = match role {
        Role::Detector => "detector",
        Role::Embedder => "embedder",
        Role::Eyes => "eyes",
        Role::Attack(_) => "attack",
        Role::Quality => "quality",
    };
    NetworkCard {
        role: role.to_owned(),
        file: weights.file.clone(),
        sha256: weights.sha256.to_string(),
        licence: weights.licence.clone(),
        training_data: weights.training_data.clone(),
    }
}
