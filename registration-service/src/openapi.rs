//! The OpenAPI 3.1 document of this service, made from the handlers, and the problems each call can answer with.

mod problems;
mod surroundings;

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};

use face_wire::problem::ProblemBody;

use crate::http::{legacy, v1};
pub(crate) use problems::{
    AddSamplesProblems, AnswerChallengeProblems, CreateChallengeProblems, CreateProblems,
    DeleteTexts, FindMatchTexts, GetAllTexts, IdentifyProblems, ListProblems, PatchProblems,
    PersonProblems, StoreTexts, VerifyProblems,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Who's That, registration service",
        description = "People, their references, and who a face is. Pictures are base64 text of JPEG, PNG, WebP or BMP, \
                       at most 10 MiB and 40 megapixels; none is kept. No template ever leaves the service.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
    ),
    paths(
        legacy::store::store,
        legacy::find_match::find_match,
        legacy::get_all::get_all,
        legacy::delete::delete,
        v1::people::list::list,
        v1::people::create::create,
        v1::people::get::get,
        v1::people::patch::patch,
        v1::people::delete::delete,
        v1::samples::list::list,
        v1::samples::add::add,
        v1::samples::delete::delete,
        v1::identify::identify,
        v1::verify::verify,
        v1::challenges::create::create,
        v1::challenges::answer::answer,
        surroundings::healthz,
        surroundings::readyz,
        surroundings::metrics,
        surroundings::openapi,
    ),
    components(schemas(ProblemBody)),
    security(("service_key" = [])),
    modifiers(&ServiceKey),
    tags(
        (name = "people", description = "Who is enrolled"),
        (name = "samples", description = "The references of a person"),
        (name = "recognition", description = "Who a face is"),
        (name = "liveness", description = "Whether a living person is before the camera, and who"),
        (name = "original", description = "The four calls of the original; errors are plain text"),
        (name = "operation", description = "Health, metrics, this document; no key is needed")
    )
)]
struct Document;

/// The key that callers send where one is set; a service on loopback needs none.
struct ServiceKey;

impl Modify for ServiceKey {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("service_key", scheme);
    }
}

/// The document.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}
