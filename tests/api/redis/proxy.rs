//! Stands between a server and Redis: lets everything through, cuts the line, or says nothing any more.

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use url::Url;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Open,
    /// Connections end, and so does each new one at once.
    Cut,
    /// Connections are taken and never answered. Those that were hung stay so for ever, as behind a dead router.
    Hung,
}

pub struct Proxy {
    target: Url,
    address: std::net::SocketAddr,
    socket: Option<TcpSocket>,
    line: watch::Sender<Line>,
}

impl Proxy {
    /// In front of the Redis at a URL; connections are refused until it is opened.
    pub fn before(target: &Url) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        Self {
            target: target.clone(),
            address: socket.local_addr().unwrap(),
            socket: Some(socket),
            line: watch::Sender::new(Line::Open),
        }
    }

    /// The target's URL with this address.
    pub fn url(&self) -> String {
        let mut url = self.target.clone();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.address.port())).unwrap();
        url.into()
    }

    /// From now on connections are taken.
    pub fn open(&mut self) {
        let listener = self.socket.take().unwrap().listen(64).unwrap();
        let host = self.target.host_str().unwrap();
        let target = format!("{host}:{}", self.target.port().unwrap_or(6379));
        tokio::spawn(accept(listener, target, self.line.subscribe()));
    }

    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn accept(listener: TcpListener, target: String, line: watch::Receiver<Line>) {
    loop {
        let (client, _) = listener.accept().await.unwrap();
        tokio::spawn(carry(client, target.clone(), line.clone()));
    }
}

async fn carry(mut client: TcpStream, target: String, mut line: watch::Receiver<Line>) {
    let mut redis = TcpStream::connect(target).await.unwrap();
    let changed = async {
        let line = line.wait_for(|line| *line != Line::Open).await;
        line.map_or(Line::Cut, |line| *line)
    };
    let now = tokio::select! {
        now = changed => now,
        _ = copy_bidirectional(&mut client, &mut redis) => Line::Cut,
    };
    if now == Line::Hung {
        std::future::pending::<()>().await;
    }
}
