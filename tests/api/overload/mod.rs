//! More than the server can do: it answers what it can, sends the rest away, and holds no more than it said it would.

mod given_up;
mod sign_ins;
mod slow;
mod unreachable;
mod uploads;
mod vision;
