use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

use super::*;

/// What a stand-in does with commands. A new value is obeyed by old connections, too.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Manner {
    Replies(&'static str),
    /// What holds a word gets another reply than all else.
    Refuses(&'static str, &'static str),
    Silent,
    HangsUp,
}

const OK: Manner = Manner::Replies("+OK");

struct StandIn {
    address: SocketAddr,
    manner: watch::Sender<Manner>,
    connections: Arc<AtomicUsize>,
}

impl StandIn {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (manner, told) = watch::channel(OK);
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(talk(stream, told.clone()));
            }
        });
        Self {
            address,
            manner,
            connections,
        }
    }

    fn link(&self) -> RedisLink {
        RedisLink::open(&format!("redis://{}/", self.address)).unwrap()
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn talk(mut stream: TcpStream, mut manner: watch::Receiver<Manner>) {
    let (mut text, told) = ([0; 4096], manner.clone());
    loop {
        let hung_up = async {
            let told = manner.wait_for(|manner| *manner == Manner::HangsUp);
            told.await.is_ok()
        };
        tokio::select! {
            _ = hung_up => return,
            read = stream.read(&mut text) => {
                let Ok(length @ 1..) = read else { return };
                let commands = text[..length].split(|byte| *byte == b'\n');
                let commands = commands.filter(|line| line.starts_with(b"*")).count();
                let manner = *told.borrow();
                let holds = |word: &str| text[..length].windows(word.len()).any(|part| part == word.as_bytes());
                let reply = match manner {
                    Manner::Replies(reply) => Some(reply),
                    Manner::Refuses(word, reply) if holds(word) => Some(reply),
                    Manner::Refuses(..) => Some("+OK"),
                    Manner::Silent | Manner::HangsUp => None,
                };
                if let Some(reply) = reply {
                    let replies = format!("{reply}\r\n").repeat(commands);
                    stream.write_all(replies.as_bytes()).await.unwrap();
                }
            }
        }
    }
}

fn is_away(answer: &StoreResult<()>) -> bool {
    matches!(answer, Err(StoreError::Unavailable(_)))
}

async fn recovers(link: &RedisLink) {
    let recovered = async {
        while link.ping().await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(10), recovered).await.unwrap();
}

#[test]
fn an_address_that_cannot_be_used_is_not_repeated() {
    for (url, why) in [
        ("geheim", AddressError::Unreadable),
        ("redis://:geheim@r/x", AddressError::Unreadable),
        ("redis+unix:///geheim", AddressError::Unreadable),
        ("rediss://:geheim@r/#insecure", AddressError::Insecure),
    ] {
        let refused = RedisLink::open(url).err().unwrap();
        assert_eq!(refused, why);
        assert!(!refused.to_string().contains("geheim"));
    }
}

/// D1 N1
#[tokio::test]
async fn a_refused_connection_is_told_without_the_password() {
    let taken = TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = taken.local_addr().unwrap();
    let link = RedisLink::open(&format!("redis://user:geheim@{address}/")).unwrap();
    let refused = link.ping().await;
    assert!(is_away(&refused), "{refused:?}");
    assert!(!format!("{refused:?}").contains("geheim"));
}

/// D1
#[tokio::test(start_paused = true)]
async fn silence_is_waited_for_once_and_then_not_for_a_while() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let link = RedisLink::open(&format!("redis://{}/", silent.local_addr().unwrap())).unwrap();
    for _ in 0..2 {
        let began = Instant::now();
        let calls = join_all((0..20).map(|_| link.ping())).await;
        assert!(calls.iter().all(is_away), "{calls:?}");
        assert!(began.elapsed() <= PATIENCE, "{:?}", began.elapsed());
        let again = Instant::now();
        assert!(is_away(&link.ping().await));
        assert_eq!(again.elapsed(), Duration::ZERO);
        tokio::time::advance(PAUSE).await;
    }
}

/// D1
#[tokio::test]
async fn a_connection_that_falls_silent_is_replaced() {
    let redis = StandIn::start().await;
    let link = redis.link();
    link.ping().await.unwrap();
    redis.manner.send_replace(Manner::Silent);
    assert!(is_away(&link.ping().await));
    redis.manner.send_replace(OK);
    recovers(&link).await;
    assert!(redis.connections() > 1, "the old one is not used again");
}

/// D1
#[tokio::test]
async fn a_connection_that_was_closed_is_replaced_within_the_call_that_may_be_repeated() {
    let redis = StandIn::start().await;
    let link = redis.link();
    let mut command = Cmd::new();
    command.arg("RPOP").arg("key");
    for (sending, again) in [(Sending::Repeatable, true), (Sending::Once, false)] {
        link.ping().await.unwrap();
        redis.manner.send_replace(Manner::HangsUp);
        // The stand-in has let go of its side when it no longer listens for changes of its manner.
        while redis.manner.receiver_count() > 1 {
            tokio::task::yield_now().await;
        }
        redis.manner.send_replace(OK);
        let answer: StoreResult<()> = link.command(&command, sending).await;
        assert_eq!(answer.is_ok(), again, "{sending:?}: {answer:?}");
        link.ping().await.unwrap();
    }
    assert_eq!(redis.connections(), 3);
}

/// D1
#[tokio::test]
async fn what_redis_refuses_is_its_own_fault_or_ours() {
    for (reply, away, replaced) in [
        ("-READONLY You can't write to a replica.", true, true),
        ("-LOADING Redis is loading", true, true),
        ("-OOM command not allowed", true, false),
        ("-MISCONF errors writing to disk", true, false),
        ("-NOPERM no permissions", true, false),
        ("-ERR wrong number of arguments", false, false),
        ("-WRONGTYPE not the right kind of value", false, false),
    ] {
        let redis = StandIn::start().await;
        let link = redis.link();
        link.ping().await.unwrap();
        redis.manner.send_replace(Manner::Replies(reply));
        let answer = link.ping().await;
        assert_eq!(is_away(&answer), away, "{answer:?}");
        assert!(answer.is_err());
        redis.manner.send_replace(OK);
        recovers(&link).await;
        assert_eq!(redis.connections(), 1 + usize::from(replaced), "{reply}");
    }
}

#[tokio::test]
async fn a_redis_that_answers_but_takes_no_writes_is_found_out() {
    for (reply, told) in [
        ("-READONLY You can't write against a replica", "can't write"),
        ("-NOPERM User has no permissions to run", "no permissions"),
    ] {
        let redis = StandIn::start().await;
        redis.manner.send_replace(Manner::Refuses("EVALSHA", reply));
        let link = redis.link();
        link.ping().await.unwrap();
        let refused = link.check().await.unwrap_err().to_string();
        assert!(refused.contains(told), "{refused}");
        redis.manner.send_replace(OK);
        recovers(&link).await;
        link.check().await.unwrap();
    }
}

#[tokio::test]
async fn calls_at_once_share_one_connection() {
    let redis = StandIn::start().await;
    let link = redis.link();
    let calls = join_all((0..50).map(|_| link.ping())).await;
    assert!(calls.iter().all(Result::is_ok), "{calls:?}");
    assert_eq!(redis.connections(), 1);
}

#[test]
fn keys_of_two_prefixes_differ() {
    let link = |prefix| RedisLink::open("redis://r").unwrap().with_prefix(prefix);
    assert_eq!(link("a").key("limit", "x"), "a:limit:x");
    assert_ne!(link("a").key("limit", "x"), link("b").key("limit", "x"));
}
