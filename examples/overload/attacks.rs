//! Those who ask for too much.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use reqwest::Client;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::member::{Member, client};
use super::tally::{Outcome, Tally};

const SIGN_INS_A_SECOND: u64 = 500;
/// More than these are not under way at once: a client that waits costs the generator memory.
const MOST_SIGN_INS: usize = 4000;
const UPLOADERS: usize = 4;
const SIDES: (u32, u32) = (6000, 4000);
const IDLE: usize = 5000;
const SLOW: usize = 200;

/// As many as the system allows.
pub fn open_many_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let most = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, most).unwrap();
}

/// Small photographs.
pub fn demo_photos() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/photos");
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect()
}

/// Wrong passwords, from a new address each, for accounts that there are and that there are not.
pub struct SignIns {
    http: Client,
    url: String,
    tally: Arc<Tally>,
}

impl SignIns {
    pub fn new(base: &str, tally: &Arc<Tally>) -> Self {
        Self {
            http: client(),
            url: format!("{base}/query"),
            tally: Arc::clone(tally),
        }
    }

    pub async fn run(self) {
        let mut ticks = interval(Duration::from_secs(1) / 100);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut tries = JoinSet::new();
        let mut number = 0_u64;
        loop {
            ticks.tick().await;
            while tries.try_join_next().is_some() {}
            for _ in 0..SIGN_INS_A_SECOND / 100 {
                number += 1;
                if tries.len() < MOST_SIGN_INS {
                    tries.spawn(self.once(number));
                }
            }
        }
    }

    fn once(&self, number: u64) -> impl Future<Output = ()> + Send + use<> {
        let [.., a, b, c] = number.to_be_bytes();
        let email = match number % 2 {
            0 => "measured@example.com".to_owned(),
            _ => format!("nobody{number}@example.com"),
        };
        let input = json!({ "email": email, "password": "a password that is not right" });
        let body = json!({
            "query": "mutation($i: LoginInput!) { login(input: $i) }",
            "variables": { "i": input },
        });
        let request = self.http.post(&self.url).json(&body);
        let request = request.header("x-forwarded-for", format!("10.{a}.{b}.{c}"));
        let tally = Arc::clone(&self.tally);
        async move {
            let began = Instant::now();
            let outcome = Outcome::of(request.send().await).await;
            tally.add(outcome, began.elapsed());
        }
    }
}

/// Large photographs, one after another, by several at once.
pub struct Photographs {
    member: Arc<Member>,
    tally: Arc<Tally>,
}

impl Photographs {
    pub fn new(member: &Arc<Member>, tally: &Arc<Tally>) -> Self {
        Self {
            member: Arc::clone(member),
            tally: Arc::clone(tally),
        }
    }

    pub async fn run(self) {
        let file = tokio::task::spawn_blocking(photograph).await.unwrap();
        let mut uploaders = JoinSet::new();
        for _ in 0..UPLOADERS {
            let (member, tally) = (Arc::clone(&self.member), Arc::clone(&self.tally));
            let file = file.clone();
            uploaders.spawn(async move {
                loop {
                    let began = Instant::now();
                    let sent = member.upload("Large", file.clone()).send().await;
                    tally.add(Outcome::of(sent).await, began.elapsed());
                }
            });
        }
        uploaders.join_all().await;
    }
}

/// 24 megapixels.
fn photograph() -> Vec<u8> {
    let small = demo_photos().pop().unwrap();
    let small = image::load_from_memory(&small).unwrap();
    let large = small.resize_exact(SIDES.0, SIDES.1, FilterType::Triangle);
    let mut bytes = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    large.to_rgb8().write_with_encoder(encoder).unwrap();
    bytes.into_inner()
}

async fn connect(base: &str) -> std::io::Result<TcpStream> {
    TcpStream::connect(base.trim_start_matches("http://")).await
}

/// Connections on which nothing is said; those that the server closes are opened again.
pub struct Idle {
    base: String,
    streams: Vec<TcpStream>,
}

impl Idle {
    /// Opens all of them.
    pub async fn open(base: &str) -> Self {
        let mut streams = Vec::with_capacity(IDLE);
        for _ in 0..IDLE {
            streams.push(connect(base).await.unwrap());
        }
        Self {
            base: base.to_owned(),
            streams,
        }
    }

    pub async fn hold(self) {
        let mut all = JoinSet::new();
        for mut stream in self.streams {
            let base = self.base.clone();
            all.spawn(async move {
                loop {
                    let _ = stream.read(&mut [0]).await;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    if let Ok(again) = connect(&base).await {
                        stream = again;
                    }
                }
            });
        }
        all.join_all().await;
    }
}

/// Connections on which a head or a body arrives a byte a second.
pub struct Slow {
    base: String,
}

impl Slow {
    pub fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
        }
    }

    pub async fn run(self) {
        let mut all = JoinSet::new();
        for number in 0..SLOW {
            all.spawn(trickle(self.base.clone(), number.is_multiple_of(2)));
        }
        all.join_all().await;
    }
}

async fn trickle(base: String, with_body: bool) {
    let head = if with_body {
        "POST /query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n"
    } else {
        "POST /query HTTP/1.1\r\nHost: x\r\nX-Slow: "
    };
    loop {
        if let Ok(mut stream) = connect(&base).await {
            let mut open = stream.write_all(head.as_bytes()).await.is_ok();
            while open {
                tokio::time::sleep(Duration::from_secs(1)).await;
                open = stream.write_all(b"x").await.is_ok();
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
