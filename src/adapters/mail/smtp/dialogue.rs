//! What is said on a connection.

use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Noop, Rcpt};

use super::fault::{Fault, Stage};
use super::letter::Letter;

/// Hands one mail over. The library does the same in one call, but does not tell which command was refused.
pub(super) async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    letter: &Letter,
) -> Result<(), Fault> {
    let at = |stage| move |error| Fault::new(stage, &error);
    let sender = Mail::new(Some(letter.from.clone()), Vec::new());
    let recipient = Rcpt::new(letter.to.clone(), Vec::new());
    let said = connection.command(sender).await;
    said.map_err(at(Stage::Sender))?;
    let said = connection.command(recipient).await;
    said.map_err(at(Stage::Recipient))?;
    let said = connection.command(Data).await;
    said.map_err(at(Stage::Content))?;
    let said = connection.message(&letter.bytes).await;
    said.map_err(at(Stage::Content))?;
    Ok(())
}

/// Says nothing, to see whether it is answered.
pub(super) async fn greet(connection: &mut AsyncSmtpConnection) -> Result<(), Fault> {
    let said = connection.command(Noop).await;
    said.map(drop)
        .map_err(|error| Fault::new(Stage::Connect, &error))
}
