//! Where a request comes from: the other end of its connection, or what proxies that are known say of it.

use super::config::Config;
use axum::{
    extract::Request,
    http::{Extensions, HeaderMap, HeaderName, request::Parts},
};
use ipnet::IpNet;
use std::net::IpAddr;

/// Each proxy appends the address that it was asked from.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of the connection that a request came by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// The networks of the proxies in front of the server.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Reads addresses and networks parted by commas, `10.0.0.0/8, ::1`; empty text names none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let one = |part: &str| part.parse().ok().or_else(|| part.parse().ok().map(|address: IpAddr| address.into()));
        text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(one).collect::<Option<_>>().map(Self)
    }

    fn knows(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The last address on the way that is no known proxy's: whatever stands before it, the client itself may have written.
    fn client<'a>(&self, peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'a str>) -> IpAddr {
        let mut client = peer;
        for before in forwarded.rev() {
            let Some(address) = before.trim().parse().ok().filter(|_| self.knows(client)) else { break };
            client = address;
        }
        client
    }
}

/// The address of whoever sent the request; none where it came by no connection, as in tests.
pub fn client_address(parts: &Parts, config: &Config) -> Option<IpAddr> {
    find_address(&parts.extensions, &parts.headers, config)
}

/// The same of a request that is still whole.
pub(super) fn address_of(request: &Request, config: &Config) -> Option<IpAddr> {
    find_address(request.extensions(), request.headers(), config)
}

fn find_address(extensions: &Extensions, headers: &HeaderMap, config: &Config) -> Option<IpAddr> {
    let Peer(peer) = extensions.get().copied()?;
    let lines = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok());
    let forwarded: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    Some(config.proxies.client(peer.to_canonical(), forwarded.into_iter()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &str, peer: &str, forwarded: &[&str]) -> String {
        let proxies = Proxies::parse(proxies).expect("networks");
        proxies.client(peer.parse().expect("an address"), forwarded.iter().copied()).to_string()
    }

    #[test]
    fn nobody_is_believed_but_known_proxies() {
        assert_eq!(client("", "192.0.2.7", &["198.51.100.1"]), "192.0.2.7");
        assert_eq!(client("127.0.0.1", "127.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client("127.0.0.1", "127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn what_the_client_wrote_itself_goes_for_nothing() {
        let forged = ["203.0.113.9", " 198.51.100.1"];
        assert_eq!(client("127.0.0.1", "127.0.0.1", &forged), "198.51.100.1");
        assert_eq!(client("127.0.0.1, 198.51.100.0/24", "127.0.0.1", &forged), "203.0.113.9");
        assert_eq!(client("127.0.0.1", "127.0.0.1", &["203.0.113.9", "nonsense"]), "127.0.0.1");
    }

    #[test]
    fn networks_are_read_or_refused_as_a_whole() {
        assert!(Proxies::parse("10.0.0.0/8, ::1,192.0.2.1").is_some());
        assert!(Proxies::parse("10.0.0.0/8, here").is_none());
    }
}
