//! People who are signed in.

use anyhow::{Context, ensure};
use reqwest::{Client, header::SET_COOKIE};
use serde_json::json;

/// Registers a person with this address at a site and answers the cookie of their session.
pub async fn register(client: &Client, site: &str, email: &str) -> anyhow::Result<String> {
    let body = json!({ "email": email, "password": "correct horse", "first_name": "Buyer", "last_name": "Measured" });
    let reply = client.post(format!("{site}/api/v1/auth/register")).json(&body).send().await?;
    ensure!(reply.status().is_success(), "registering: {}", reply.text().await?);
    let cookie = reply.headers().get(SET_COOKIE).context("a session")?.to_str()?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}
