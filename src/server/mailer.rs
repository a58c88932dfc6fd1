//! The mail server: mails leave over SMTP, behind a breaker, or lie in a folder for whoever develops.

use super::{
    breaker::{Breaker, BreakerError, BreakerState},
    config::{MailConfig, MailTo},
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::Mailbox,
    transport::{smtp, stub::AsyncStubTransport},
};
use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::time::timeout;
use uuid::Uuid;

/// How long the mail server may take to be reached, and for one mail in all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const MAIL_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a silent mail server is left alone.
const REST: Duration = Duration::from_secs(10);

/// Sends mails.
pub struct Mailer {
    to: Transport,
    breaker: Breaker,
    from: Mailbox,
    per_second: u32,
}

enum Transport {
    Server(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
    Memory(AsyncStubTransport),
}

/// Why a mail was not sent.
#[derive(Debug, PartialEq, Eq)]
pub enum MailTrouble {
    /// The mail server can't be reached, is overloaded or doesn't let us in: later.
    Away(String),
    /// It won't take this mail now, others perhaps: later.
    NotNow(String),
    /// It won't ever take this mail.
    Refused(String),
}

impl Mailer {
    /// Connects to nothing yet. Errors: an address that names no mail server.
    pub fn new(config: &MailConfig) -> anyhow::Result<Self> {
        let to = match &config.to {
            MailTo::Server(url) => {
                let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
                // Its words may repeat the password.
                let server = server.map_err(|_| anyhow::anyhow!("SMTP_URL is not the address of a mail server"))?;
                Transport::Server(server.timeout(Some(CONNECT_TIMEOUT)).build())
            }
            MailTo::Folder(folder) => Transport::Folder(folder.clone()),
            MailTo::Memory => Transport::Memory(AsyncStubTransport::new_ok()),
        };
        let breaker = Breaker::new("The mail server", REST);
        Ok(Self { to, breaker, from: config.from.clone(), per_second: config.per_second })
    }

    /// Whom mails are from.
    pub fn from(&self) -> &Mailbox {
        &self.from
    }

    /// Whether the mail server answers, as of the last mail.
    pub fn breaker_state(&self) -> BreakerState {
        self.breaker.state()
    }

    /// Whether the mail server didn't answer lately.
    pub fn is_away(&self) -> bool {
        self.breaker.state() != BreakerState::Closed
    }

    /// How long to rest after so many mails, so that a backlog doesn't flood the mail server.
    pub fn pace(&self, sent: usize) -> Duration {
        Duration::from_secs(1) * u32::try_from(sent).unwrap_or(u32::MAX) / self.per_second
    }

    /// Hands the mail over. `id` names it where it lies in a folder, so that sent twice it is there once.
    pub async fn send(&self, id: Uuid, mail: Message) -> Result<(), MailTrouble> {
        let sent = self.breaker.call(|trouble| matches!(trouble, MailTrouble::Away(_)), self.hand_over(id, mail)).await;
        sent.map_err(|error| match error {
            BreakerError::Inner(trouble) => trouble,
            BreakerError::Rejected => MailTrouble::Away("the mail server did not answer lately".to_owned()),
        })
    }

    async fn hand_over(&self, id: Uuid, mail: Message) -> Result<(), MailTrouble> {
        match &self.to {
            // A connection for each mail: one that was broken off in the middle of a command must not be used again.
            Transport::Server(server) => match timeout(MAIL_TIMEOUT, server.send(mail)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(understand(&error)),
                Err(_) => Err(MailTrouble::Away(format!("it took longer than {MAIL_TIMEOUT:?}"))),
            },
            Transport::Folder(folder) => {
                lay_down(folder, id, &mail).await.map_err(|error| MailTrouble::Away(error.to_string()))
            }
            Transport::Memory(stub) => stub.send(mail).await.map_err(|error| MailTrouble::Away(error.to_string())),
        }
    }

    /// What was sent so far where mails are kept in memory, oldest first, as it would go over the wire.
    pub async fn sent(&self) -> Vec<String> {
        let Transport::Memory(stub) = &self.to else { return Vec::new() };
        stub.messages().await.into_iter().map(|(_, mail)| mail).collect()
    }

    /// The folder mails lie in, where they do.
    pub fn folder(&self) -> Option<&PathBuf> {
        if let Transport::Folder(folder) = &self.to { Some(folder) } else { None }
    }
}

async fn lay_down(folder: &Path, id: Uuid, mail: &Message) -> io::Result<()> {
    tokio::fs::create_dir_all(folder).await?;
    tokio::fs::write(folder.join(format!("{id}.eml")), mail.formatted()).await
}

/// Tells an outage from a refusal.
fn understand(error: &smtp::Error) -> MailTrouble {
    let words = format!("{error:#}: {}", std::error::Error::source(error).map(ToString::to_string).unwrap_or_default());
    match error.status().map(|code| code.to_string().parse().unwrap_or_default()) {
        Some(code) => judge(code, words),
        None => MailTrouble::Away(words),
    }
}

/// What a reply of the mail server means for the mail. Source: RFC 5321, 4.2.3 and 4.3.2; RFC 4954, 6, for 53x, which say
/// that *we* are not let in; RFC 7504 for 521 and 556.
fn judge(code: u16, words: String) -> MailTrouble {
    match code {
        // Closing; not available.
        421 | 454 => MailTrouble::Away(words),
        400..=499 => MailTrouble::NotNow(words),
        // No such mailbox, not ours, too large, not allowed, transaction failed, no mail for that domain.
        550..=554 | 556 => MailTrouble::Refused(words),
        // Everything else is about the connection, not about this mail.
        _ => MailTrouble::Away(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_from_an_outage() {
        let judge = |code| judge(code, String::new());
        for code in [421, 454, 500, 502, 521, 530, 534, 535, 538] {
            assert!(matches!(judge(code), MailTrouble::Away(_)), "{code}");
        }
        for code in [450, 451, 452] {
            assert!(matches!(judge(code), MailTrouble::NotNow(_)), "{code}");
        }
        for code in [550, 551, 552, 553, 554, 556] {
            assert!(matches!(judge(code), MailTrouble::Refused(_)), "{code}");
        }
    }
}
