//! `multipart/form-data` by the GraphQL multipart request specification: `operations`, `map` and
//! the files. Names and media types that the client gives its files are not looked at.

use std::path::Path;

use multer::{Constraints, Field, Multipart, SizeLimit};

use super::{
    body::{Body, BodyClock},
    config::TransportConfig,
    feed::{Feed, Headway},
    files::{self, FileMap, Received},
    gate::Ticket,
    params::Params,
    receive::Incoming,
    refusal::Refusal,
    spool::Spool,
};
use crate::graphql::codes::Code;

/// Bytes of `map`: twenty files with a path each need a few hundred.
const MAP_BYTES: usize = 64 * 1024;

/// The name of a part of the form.
const NAME_BYTES: usize = 256;

pub(super) async fn read(
    body: &mut Body,
    boundary: String,
    config: &TransportConfig,
) -> Result<Incoming, Refusal> {
    let headway = Headway::default();
    let feed = Feed::new(&mut body.stream, body.clock.clone(), headway.clone());
    let size = SizeLimit::new().whole_stream(config.max_request_bytes);
    let limits = Constraints::new().size_limit(size);
    let mut form = Multipart::with_constraints(feed, boundary, limits);
    let mut reader = Reader {
        clock: body.clock.clone(),
        ticket: &mut body.ticket,
        headway,
        config,
        params: None,
        map: None,
        files: Vec::new(),
    };
    while let Some(field) = reader
        .clock
        .wait(form.next_field())
        .await?
        .map_err(malformed)?
    {
        reader.headway.made();
        reader.part(field).await?;
    }
    let params = reader
        .params
        .ok_or_else(|| Refusal::input("The part \"operations\" is missing."))?;
    let map = reader
        .map
        .ok_or_else(|| Refusal::input("The part \"map\" is missing."))?;
    files::place(params, map, reader.files)
}

struct Reader<'a> {
    clock: BodyClock,
    ticket: &'a mut Ticket,
    headway: Headway,
    config: &'a TransportConfig,
    params: Option<Params>,
    map: Option<FileMap>,
    files: Vec<Received>,
}

impl Reader<'_> {
    async fn part(&mut self, field: Field<'_>) -> Result<(), Refusal> {
        let name = field.name().unwrap_or_default().to_owned();
        let twice = || Err(Refusal::input(format!("The part \"{name}\" comes twice.")));
        match name.as_str() {
            "" => Err(Refusal::input("A part of the form has no name.")),
            "operations" if self.params.is_some() => twice(),
            "map" if self.map.is_some() => twice(),
            "operations" => {
                let text = self.text(field, self.config.json_bytes).await?;
                self.params = Some(Params::from_json(&text, self.config)?);
                Ok(())
            }
            "map" => {
                let text = self.text(field, MAP_BYTES).await?;
                self.map = Some(FileMap::parse(&text, self.config)?);
                Ok(())
            }
            long if long.len() > NAME_BYTES => Err(Refusal::input("A part's name is too long.")),
            _ if self.files.iter().any(|file| file.name == name) => twice(),
            _ => self.file(name, field).await,
        }
    }

    async fn text(&self, mut field: Field<'_>, limit: usize) -> Result<Vec<u8>, Refusal> {
        let mut all = Vec::new();
        while let Some(chunk) = self.clock.wait(field.chunk()).await?.map_err(malformed)? {
            self.headway.made();
            if all.len() + chunk.len() > limit {
                let message = format!("A text part of the form has at most {limit} bytes.");
                return Err(Refusal::too_large(message));
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }

    async fn file(&mut self, name: String, mut field: Field<'_>) -> Result<(), Refusal> {
        if self.files.len() == self.config.max_files {
            return Err(files::too_many(self.config));
        }
        if self.map.as_ref().is_some_and(|map| !map.names(&name)) {
            return Err(files::not_in_map(&name));
        }
        let most = self.config.max_file_bytes;
        let mut spool = create(&self.config.spool_dir).await?;
        while let Some(chunk) = self.clock.wait(field.chunk()).await?.map_err(malformed)? {
            self.headway.made();
            if spool.written() + chunk.len() as u64 > most {
                let message = format!("A file may have at most {most} bytes.");
                return Err(Refusal::too_large(message));
            }
            self.ticket.spool(chunk.len())?;
            spool
                .write(&chunk)
                .await
                .map_err(|error| no_spool(&error))?;
        }
        let file = spool.finish().await.map_err(|error| no_spool(&error))?;
        self.files.push(Received { name, file });
        Ok(())
    }
}

async fn create(dir: &Path) -> Result<Spool, Refusal> {
    Spool::create(dir).await.map_err(|error| no_spool(&error))
}

fn no_spool(error: &std::io::Error) -> Refusal {
    tracing::error!(%error, "a file of a request cannot be spooled");
    Refusal::new(Code::Unavailable, "Files cannot be received at the moment.")
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is the shape that map_err calls"
)]
fn malformed(error: multer::Error) -> Refusal {
    match error {
        multer::Error::StreamSizeExceeded { limit } => {
            Refusal::too_large(format!("A request may have at most {limit} bytes."))
        }
        _ => Refusal::input("The multipart body is malformed or broke off."),
    }
}
