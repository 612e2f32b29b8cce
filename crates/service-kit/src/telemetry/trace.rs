//! One trace id for a call on its way through the services, by W3C's `traceparent` header: taken from the caller or made here,
//! passed on to the next service, and in every log line, whether a collector is named or not.

use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use uuid::Uuid;

/// Header that carries a trace from service to service.
pub const TRACEPARENT: &str = "traceparent";

tokio::task_local! {
    static CURRENT: SpanContext;
}

/// The trace that the caller's header names, or a new one that nobody samples here.
#[must_use]
pub fn incoming(header: Option<&str>) -> SpanContext {
    header.and_then(read).unwrap_or_else(|| {
        let (trace, span) = (Uuid::new_v4(), Uuid::new_v4());
        SpanContext::new(
            TraceId::from_bytes(trace.into_bytes()),
            SpanId::from_bytes(first_half(span)),
            TraceFlags::NOT_SAMPLED,
            false,
            TraceState::NONE,
        )
    })
}

/// Makes `span` the call's own within the trace that came in, and tells it the trace's id. Where spans are exported, a call
/// without a header begins a trace of the exporter's making.
#[must_use]
pub fn enter(span: &Span, incoming: SpanContext) -> SpanContext {
    if incoming.is_remote() {
        // Fails where no spans are exported.
        let _ = span
            .set_parent(opentelemetry::Context::new().with_remote_span_context(incoming.clone()));
    }
    let own = span.context().span().span_context().clone();
    let context = if own.is_valid() { own } else { incoming };
    span.record("trace_id", tracing::field::display(context.trace_id()));
    context
}

/// Runs `work` as a part of the trace.
pub fn scope<F: Future>(context: SpanContext, work: F) -> impl Future<Output = F::Output> {
    CURRENT.scope(context, work)
}

/// The header for a call that the current span makes; `None` outside a call.
#[must_use]
pub fn outgoing() -> Option<String> {
    let own = Span::current().context().span().span_context().clone();
    let context = if own.is_valid() {
        own
    } else {
        CURRENT.try_with(Clone::clone).ok()?
    };
    Some(format!(
        "00-{}-{}-{:02x}",
        context.trace_id(),
        context.span_id(),
        context.trace_flags().to_u8()
    ))
}

/// `00-TRACE-SPAN-FLAGS`; a later version may have more parts.
fn read(header: &str) -> Option<SpanContext> {
    let mut parts = header.trim().split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_hex = |text: &str, length| {
        text.len() == length
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let has_form = is_hex(version, 2) && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2);
    if !has_form || version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()? & 1);
    let context = SpanContext::new(
        TraceId::from_hex(trace).ok()?,
        SpanId::from_hex(span).ok()?,
        flags,
        true,
        TraceState::NONE,
    );
    context.is_valid().then_some(context)
}

fn first_half(id: Uuid) -> [u8; 8] {
    let bytes = id.into_bytes();
    std::array::from_fn(|index| bytes[index])
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[tokio::test]
    async fn a_callers_trace_is_passed_on() {
        let context = enter(&Span::none(), incoming(Some(HEADER)));
        assert_eq!(
            scope(context, async { outgoing() }).await.as_deref(),
            Some(HEADER)
        );
        assert_eq!(outgoing(), None, "outside a call");
    }

    #[test]
    fn a_header_that_is_none_begins_a_new_trace() {
        let zero = "00-00000000000000000000000000000000-00f067aa0ba902b7-01";
        let long = format!("{HEADER}-00");
        for header in [
            None,
            Some("x"),
            Some(zero),
            Some(long.as_str()),
            Some("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ] {
            let context = incoming(header);
            assert!(context.is_valid() && !context.is_remote(), "{header:?}");
        }
        assert_ne!(incoming(None).trace_id(), incoming(None).trace_id());
    }
}
