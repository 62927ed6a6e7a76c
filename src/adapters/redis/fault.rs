//! From errors of Redis to errors of a store.

use redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::ports::store::StoreError;

/// Neither answered nor refused.
pub(super) const SILENT: &str = "it did not answer in time";

pub(super) fn away(reason: &str) -> StoreError {
    StoreError::Unavailable(format!("Redis: {reason}"))
}

/// How a call ended that failed, as metrics name it.
pub(super) fn outcome(error: &StoreError) -> &'static str {
    match error {
        StoreError::Unavailable(reason) if reason.ends_with(SILENT) => "timeout",
        _ => "error",
    }
}

/// Whether another connection may fare better: a broken one, or one to a server that is no longer the primary.
pub(super) fn ends_connection(error: &RedisError) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Io
            | ErrorKind::Parse
            | ErrorKind::AuthenticationFailed
            | ErrorKind::Server(
                ServerErrorKind::ReadOnly
                    | ServerErrorKind::MasterDown
                    | ServerErrorKind::BusyLoading
            )
    )
}

/// A server that cannot is unavailable (loading, out of memory, a replica, no permission); a call that it does not
/// understand is our fault.
pub(super) fn of(error: &RedisError) -> StoreError {
    let ours = match error.kind() {
        ErrorKind::Server(ServerErrorKind::ResponseError | ServerErrorKind::CrossSlot)
        | ErrorKind::UnexpectedReturnType
        | ErrorKind::Client => true,
        ErrorKind::Extension => error.code() == Some("WRONGTYPE"),
        _ => false,
    };
    if ours {
        StoreError::Failed(format!("Redis: {error}"))
    } else {
        away(&error.to_string())
    }
}
