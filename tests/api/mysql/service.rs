//! A name that leads to a database server, as a service of Kubernetes does: to another one when it is told so.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

pub struct Service {
    address: SocketAddr,
    target: watch::Sender<Option<u16>>,
}

impl Service {
    /// Leads to the server on this port of this machine.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let target = watch::Sender::new(Some(port));
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
    pub fn lead(&self, target: Option<u16>) {
        self.target.send_replace(target);
    }
}

async fn accept(listener: TcpListener, target: watch::Receiver<Option<u16>>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(carry(client, target.clone()));
    }
}

async fn carry(mut client: TcpStream, mut target: watch::Receiver<Option<u16>>) {
    let Some(port) = *target.borrow_and_update() else {
        return;
    };
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    tokio::select! {
        _ = target.changed() => {}
        _ = copy_bidirectional(&mut client, &mut server) => {}
    }
}
