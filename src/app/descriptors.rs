//! Open files: each connection is one, and so is what it is sent.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files for the rest: databases, the spool, objects that are read, mails on their way.
const RESERVE: u64 = 2048;

/// Takes as many open files as the system gives, and says how many connections that is enough for: at most `wanted`.
pub(super) fn enough_for(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // Where it is refused, what there was is left.
    let _ = setrlimit(Resource::Nofile, most);
    let enough = connections(getrlimit(Resource::Nofile).current, wanted);
    if enough < wanted {
        tracing::warn!(
            connections = enough,
            "the limit of open files allows fewer connections than MAX_CONNECTIONS"
        );
    }
    enough
}

/// None means without limit.
fn connections(files: Option<u64>, wanted: usize) -> usize {
    let Some(files) = files else {
        return wanted;
    };
    let left = files.saturating_sub(RESERVE).max(files / 2).max(1);
    usize::try_from(left).map_or(wanted, |left| left.min(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// L2
    #[test]
    fn files_are_left_for_the_rest() {
        assert_eq!(connections(None, 10_000), 10_000);
        assert_eq!(connections(Some(1 << 20), 10_000), 10_000);
        assert_eq!(connections(Some(8192), 10_000), 6144);
        assert_eq!(connections(Some(1024), 10_000), 512);
    }
}
