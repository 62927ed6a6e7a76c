//! How much is allowed (rules, "Limits"). Spans are written `90s`, `15m`, `24h`, `7d`.
//!
//! - Files: `MAX_FILE_BYTES`, `MAX_FILES`, `MAX_REQUEST_BYTES`, `MAX_PIXELS`, `MAX_SIDE`.
//! - Members: `MAX_IMAGES`, `MAX_STORED_BYTES`.
//! - Documents: `MAX_MUTATIONS`, `MAX_DEPTH`, `MAX_DOCUMENT_BYTES`, `MAX_TOKENS`, `MAX_OBJECTS`, `MAX_FIELDS`.
//! - Sessions: `SESSION_LIFETIME`, `SESSION_IDLE`, `ACCESS_TOKEN_LIFETIME`.
//! - Accounts: `CONFIRM_LINK_LIFETIME`, `RESET_LINK_LIFETIME`, `UNCONFIRMED_LIFETIME`.
//! - Attempts: `FAILED_SIGN_INS_PER_ACCOUNT`, `FAILED_SIGN_INS_PER_IP`, `FAILED_SIGN_INS_WINDOW`, `MAILS_PER_ADDRESS`,
//!   `MAILS_PER_IP`, `REGISTRATIONS_PER_IP`, `MAILS_WINDOW`.
//! - Labelling: `LABELLINGS_PER_MEMBER`, `LABELLINGS_WINDOW`.
//! - The server: `MAX_CONNECTIONS`, `MAX_CONCURRENT_REQUESTS`, `MAX_UPLOADS`, `MAX_UPLOADS_PER_CLIENT`, `MAX_SPOOL_BYTES`,
//!   `MAX_DOWNLOADS`, `PASSWORD_QUEUE`, `REQUEST_DEADLINE`, `HEADER_TIMEOUT`, `WRITE_TIMEOUT`, `SHUTDOWN_LINGER`,
//!   `SHUTDOWN_DRAIN`.

use std::time::Duration;

use super::environment::Environment;
use super::reader::Reader;

const MIB: u64 = 1024 * 1024;

/// How much is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub max_file_bytes: u64,
    /// Files of one request.
    pub max_files: usize,
    /// Bytes of one request.
    pub max_request_bytes: u64,
    /// Pixels of one picture.
    pub max_pixels: u64,
    /// Pixels of a picture's longer side.
    pub max_side: u32,
    /// Images of one member.
    pub max_images: i64,
    /// Bytes of one member's originals.
    pub max_stored_bytes: i64,
    /// Mutations of one document.
    pub max_mutations: usize,
    /// Nesting of a document's fields.
    pub max_depth: usize,
    /// Bytes of a document.
    pub max_document_bytes: usize,
    /// Tokens of a document.
    pub max_tokens: usize,
    /// Objects that a document may ask for, nested `first` multiplied.
    pub max_objects: u64,
    /// Fields of these objects, each as often as it is written or spread.
    pub max_fields: u64,
    /// Absolute life of a session.
    pub session_lifetime: Duration,
    /// Life of a session that is not used.
    pub session_idle: Duration,
    /// Life of an access token.
    pub access_token_lifetime: Duration,
    /// Life of a confirmation link.
    pub confirm_link_lifetime: Duration,
    /// Life of a reset link.
    pub reset_link_lifetime: Duration,
    /// Life of an account that is never confirmed.
    pub unconfirmed_lifetime: Duration,
    /// Failed sign-ins per account in the window.
    pub failed_sign_ins_per_account: u32,
    /// Failed sign-ins per address in the window.
    pub failed_sign_ins_per_ip: u32,
    /// The window of failed sign-ins.
    pub failed_sign_ins_window: Duration,
    /// Mails that strangers can cause per address and purpose in the window.
    pub mails_per_address: u32,
    /// Mails that one client can cause per purpose in the window.
    pub mails_per_ip: u32,
    /// Registrations of one client in the window.
    pub registrations_per_ip: u32,
    /// The window of mails and registrations.
    pub mails_window: Duration,
    /// Images that one member can have labelled in the window.
    pub labellings_per_member: u32,
    /// The window of labelling.
    pub labellings_window: Duration,
    /// Open connections.
    pub max_connections: usize,
    /// GraphQL requests in work.
    pub max_concurrent_requests: usize,
    /// Requests with files under way.
    pub max_uploads: usize,
    /// Of these, by one client.
    pub max_uploads_per_client: usize,
    /// Bytes of files that are received and not yet worked on.
    pub max_spool_bytes: u64,
    /// Pictures that are sent at once.
    pub max_downloads: usize,
    /// Passwords that wait to be compared.
    pub password_queue: usize,
    /// Longest execution of a GraphQL request.
    pub request_deadline: Duration,
    /// How long a request's head may take, and a connection be idle.
    pub header_timeout: Duration,
    /// How long a client may take nothing of what it is sent.
    pub write_timeout: Duration,
    /// How long connections are still taken after the signal to end.
    pub shutdown_linger: Duration,
    /// How long requests in work may take after that.
    pub shutdown_drain: Duration,
}

pub(super) fn read(reader: &mut Reader<'_>, environment: Environment) -> Limits {
    let mails_per_ip = reader.number("MAILS_PER_IP", 20, 1..=1_000_000);
    let linger = if environment.is_production() { 3 } else { 0 };
    Limits {
        max_file_bytes: reader.number("MAX_FILE_BYTES", 25 * MIB, 1..=1024 * MIB),
        max_files: reader.number("MAX_FILES", 20, 1..=1000),
        max_request_bytes: reader.number("MAX_REQUEST_BYTES", 120 * MIB, 1..=10_240 * MIB),
        max_pixels: reader.number("MAX_PIXELS", 50_000_000, 1..=1_000_000_000),
        max_side: reader.number("MAX_SIDE", 16_384, 1..=65_535),
        max_images: reader.number("MAX_IMAGES", 10_000, 1..=100_000_000),
        max_stored_bytes: reader.number("MAX_STORED_BYTES", 20 << 30, 1..=1 << 50),
        max_mutations: reader.number("MAX_MUTATIONS", 5, 1..=100),
        max_depth: reader.number("MAX_DEPTH", 12, 1..=50),
        max_document_bytes: reader.number("MAX_DOCUMENT_BYTES", 16 * 1024, 100..=1024 * 1024),
        max_tokens: reader.number("MAX_TOKENS", 1_000, 10..=100_000),
        max_objects: reader.number("MAX_OBJECTS", 25_000, 1..=10_000_000),
        max_fields: reader.number("MAX_FIELDS", 100_000, 1..=100_000_000),
        session_lifetime: reader.span("SESSION_LIFETIME", "7d"),
        session_idle: reader.span("SESSION_IDLE", "24h"),
        access_token_lifetime: reader.span("ACCESS_TOKEN_LIFETIME", "15m"),
        confirm_link_lifetime: reader.span("CONFIRM_LINK_LIFETIME", "7d"),
        reset_link_lifetime: reader.span("RESET_LINK_LIFETIME", "15m"),
        unconfirmed_lifetime: reader.span("UNCONFIRMED_LIFETIME", "7d"),
        failed_sign_ins_per_account: reader.number("FAILED_SIGN_INS_PER_ACCOUNT", 20, 1..=100_000),
        failed_sign_ins_per_ip: reader.number("FAILED_SIGN_INS_PER_IP", 60, 1..=1_000_000),
        failed_sign_ins_window: reader.span("FAILED_SIGN_INS_WINDOW", "15m"),
        mails_per_address: reader.number("MAILS_PER_ADDRESS", 3, 1..=10_000),
        mails_per_ip,
        // As many as can be sent a link, where nothing else is said.
        registrations_per_ip: reader.number("REGISTRATIONS_PER_IP", mails_per_ip, 1..=1_000_000),
        mails_window: reader.span("MAILS_WINDOW", "1h"),
        labellings_per_member: reader.number("LABELLINGS_PER_MEMBER", 500, 1..=1_000_000),
        labellings_window: reader.span("LABELLINGS_WINDOW", "1h"),
        max_connections: reader.number("MAX_CONNECTIONS", 10_000, 1..=1_000_000),
        max_concurrent_requests: reader.number("MAX_CONCURRENT_REQUESTS", 1_024, 1..=100_000),
        max_uploads: reader.number("MAX_UPLOADS", 64, 1..=10_000),
        max_uploads_per_client: reader.number("MAX_UPLOADS_PER_CLIENT", 16, 1..=10_000),
        max_spool_bytes: reader.number("MAX_SPOOL_BYTES", 2 << 30, MIB..=1 << 50),
        max_downloads: reader.number("MAX_DOWNLOADS", 1_024, 1..=100_000),
        password_queue: reader.number("PASSWORD_QUEUE", 64, 1..=10_000),
        request_deadline: reader.span("REQUEST_DEADLINE", "30s"),
        header_timeout: reader.span("HEADER_TIMEOUT", "30s"),
        write_timeout: reader.span("WRITE_TIMEOUT", "30s"),
        shutdown_linger: optional_span(reader, "SHUTDOWN_LINGER", linger),
        shutdown_drain: reader.span("SHUTDOWN_DRAIN", "20s"),
    }
}

fn optional_span(reader: &mut Reader<'_>, variable: &'static str, default: u64) -> Duration {
    let default = format!("{default}s");
    let expected = "must be 0s to 60s, in seconds";
    reader.parsed(variable, &default, expected, |text| {
        let seconds = text.strip_suffix('s')?.parse().ok()?;
        (seconds <= 60).then(|| Duration::from_secs(seconds))
    })
}
