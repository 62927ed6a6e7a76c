//! Asking a server that runs beside this program whether it can work, for images that hold no other program.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::Client;

use super::AppError;
use crate::config::Config;

/// A server that needs longer is not well.
const PATIENCE: Duration = Duration::from_secs(4);

/// Asks `/readyz` of `HTTP_ADDR`, or of a worker's `METRICS_ADDR`.
pub async fn check_health(config: &Config, worker: bool) -> Result<(), AppError> {
    let listen = &config.listen;
    let (variable, address) = if worker {
        ("METRICS_ADDR", listen.metrics)
    } else {
        ("HTTP_ADDR", listen.http)
    };
    let failed = |cause: String| AppError::new(variable, cause);
    let client = Client::builder().no_proxy().timeout(PATIENCE).build();
    let client = client.map_err(|error| failed(error.to_string()))?;
    let url = format!("http://{}/readyz", reachable(address));
    let answer = client.get(url).send().await;
    let status = answer.map_err(|error| failed(error.to_string()))?.status();
    if status.is_success() {
        Ok(())
    } else {
        Err(failed(format!("/readyz answers {status}")))
    }
}

/// Where one that listens on all addresses is reached from the same machine.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_listens_everywhere_is_asked_on_this_machine() {
        for (listens, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("192.0.2.7:80", "192.0.2.7:80"),
        ] {
            let address = reachable(listens.parse().unwrap());
            assert_eq!(address.to_string(), asked);
        }
    }
}
