//! Who asks.

use super::id::UserId;
use super::session::SessionId;
use super::user::Role;

/// A signed-in member. Holding one is the authority to call what needs a session; guests have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// The member.
    pub user: UserId,
    /// Their role now.
    pub role: Role,
    /// The session they came with.
    pub session: SessionId,
}
