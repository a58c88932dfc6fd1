//! A mail server that takes every mail, slowly, and remembers each.

use anyhow::Context;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::sleep,
};
use uuid::Uuid;

/// It closes when this is dropped.
pub(crate) struct PostOffice {
    /// For `SMTP_URL`.
    pub(crate) address: String,
    taken: Taken,
    counter: JoinHandle<()>,
}

/// How often each mail was taken, by its `Message-ID`.
type Taken = Arc<Mutex<HashMap<Uuid, usize>>>;

impl Drop for PostOffice {
    fn drop(&mut self) {
        self.counter.abort();
    }
}

impl PostOffice {
    /// Opens one that takes so long to say that it has taken a mail: who dies meanwhile doesn't know.
    pub(crate) async fn open(hesitates: Duration) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("a port for mails")?;
        let address = format!("smtp://{}", listener.local_addr()?);
        let taken = Taken::default();
        let of_all = Arc::clone(&taken);
        let counter = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, Arc::clone(&of_all), hesitates));
            }
        });
        Ok(Self { address, taken, counter })
    }

    /// How often each mail was taken so far.
    pub(crate) fn taken(&self) -> HashMap<Uuid, usize> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// As much of RFC 5321 as the server speaks. A client that hangs up ends it.
async fn talk(stream: TcpStream, taken: Taken, hesitates: Duration) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 post office\r\n").await.ok()?;
    while let Some(line) = lines.next_line().await.ok()? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        if verb == "DATA" {
            write.write_all(b"354 go on\r\n").await.ok()?;
            let mut id = None;
            while let Some(line) = lines.next_line().await.ok()?.filter(|line| line != ".") {
                id = id.or_else(|| message_id(&line));
            }
            *taken.lock().unwrap_or_else(PoisonError::into_inner).entry(id.unwrap_or_default()).or_default() += 1;
            sleep(hesitates).await;
        }
        let answer = if verb == "QUIT" { "221 bye\r\n" } else { "250 yes\r\n" };
        write.write_all(answer.as_bytes()).await.ok()?;
    }
    Some(())
}

/// The mail's id, if that is what the line says.
fn message_id(line: &str) -> Option<Uuid> {
    let (name, value) = line.split_once(": <")?;
    name.eq_ignore_ascii_case("message-id").then(|| value.split('@').next()?.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_known_by_its_id() {
        let id = Uuid::from_u128(7);
        assert_eq!(message_id(&format!("Message-ID: <{id}@127.0.0.1>")), Some(id));
        assert_eq!(message_id(&format!("References: <{id}@127.0.0.1>")), None);
        assert_eq!(message_id("Message-ID: <x@y>"), None);
    }
}
