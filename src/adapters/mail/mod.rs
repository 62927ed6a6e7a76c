//! Writing and sending mails.

pub mod letters;
pub mod mailbox;
mod measured;
pub mod sendgrid;
pub mod smtp;

pub use measured::MeasuredMailer;

/// The name beside the sender's address.
const SENDER: &str = "Shotify";

/// Whatever could end a line becomes a space: facts cannot add a header or forge a line of text (M4).
fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.replace(breaks, " ")
}
