//! Writing and sending mails.

pub mod letters;
pub mod mailbox;
