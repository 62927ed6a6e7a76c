//! A name that leads to a database server, as a service of Kubernetes does: to another one when it is told so.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

/// Where new connections lead, and what became of those before.
#[derive(Clone, Copy)]
struct Target {
    port: Option<u16>,
    /// Those that were open neither end nor say anything any more, as behind a dead router.
    silent: bool,
}

pub struct Service {
    address: SocketAddr,
    target: watch::Sender<Target>,
}

impl Service {
    /// Leads to the server on this port of this machine.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let target = watch::Sender::new(Target {
            port: Some(port),
            silent: false,
        });
        tokio::spawn(accept(listener, target.subscribe()));
        Self { address, target }
    }

    /// A server's URL with this address instead of its own.
    pub fn url(&self, server: &Url) -> Url {
        let mut url = server.clone();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.address.port())).unwrap();
        url
    }

    /// Ends all connections; new ones lead to this port, or nowhere.
    pub fn lead(&self, port: Option<u16>) {
        let silent = false;
        self.target.send_replace(Target { port, silent });
    }

    /// All connections fall silent; new ones lead where they did.
    pub fn fall_silent(&self) {
        self.target.send_modify(|target| target.silent = true);
    }
}

async fn accept(listener: TcpListener, target: watch::Receiver<Target>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(carry(client, target.clone()));
    }
}

async fn carry(mut client: TcpStream, mut target: watch::Receiver<Target>) {
    let Some(port) = target.borrow_and_update().port else {
        return;
    };
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    tokio::select! {
        _ = target.changed() => {}
        _ = copy_bidirectional(&mut client, &mut server) => return,
    }
    if target.borrow().silent {
        std::future::pending::<()>().await;
    }
}
