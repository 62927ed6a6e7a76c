//! What spans of a trace have in common, wherever they are opened.

/// The target of spans that belong to traces. Nothing under it is logged, and where traces are not sent such a span costs
/// nothing. A span MUST NOT hold what somebody sent, but for a request's id: only names, codes, ids and the text of statements.
pub const TARGET: &str = "shotify::traced";
