//! Accounts made complete: links by mail, new passwords, sessions, everything to take along, and leaving.

mod claims;
mod guests;
mod leaving;
mod links;
mod mails;
mod passwords;
mod sessions;

use super::app::{Person, Reply, TestApp};
use evently::{
    id::TokenId,
    users::{store::write_link, token::Purpose},
};
use serde_json::{Value, json};

impl TestApp {
    /// The secret of the link that was asked for last, as its mail has it. A link that is over gets none.
    async fn try_link(&self, purpose: Purpose) -> Option<String> {
        let newest = "select id from account_tokens where purpose = $1 order by id desc limit 1";
        let token_id: TokenId =
            sqlx::query_scalar(newest).bind(purpose).fetch_one(self.state.db.pool()).await.expect("a link");
        let link = write_link(&self.state, token_id).await.expect("an answer");
        link.map(|link| link.secret.text().to_owned())
    }

    async fn link(&self, purpose: Purpose) -> String {
        self.try_link(purpose).await.expect("a link that lasts")
    }

    async fn count_links(&self) -> i64 {
        let count = sqlx::query_scalar("select count(*) from account_tokens");
        count.fetch_one(self.state.db.pool()).await.expect("a count")
    }
}

impl Person {
    pub(crate) async fn login(&self, name: &str, password: &str) -> Reply {
        let body = json!({"email": format!("{name}@example.org"), "password": password});
        self.post("auth/login", body).await
    }

    async fn forget_password(&self, name: &str) -> Value {
        let body = json!({"email": format!("{name}@example.org")});
        self.post("auth/forgot_password", body).await.expect(200)
    }

    async fn reset(&self, token: &str, new_password: &str) -> Reply {
        self.post("auth/reset_password", json!({"token": token, "new_password": new_password})).await
    }

    async fn verify(&self, token: &str) -> Reply {
        self.post("auth/verify_email", json!({"token": token})).await
    }

    async fn is_verified(&self) -> bool {
        !self.get("users/me").await.expect(200)["email_verified_at"].is_null()
    }

    /// Where a form leads that the browser sends by itself.
    async fn send_form(&self, function: &str, fields: &[(&str, &str)]) -> String {
        let request = self.server.post(&format!("/api/v1/{function}")).add_header("accept", "text/html").form(fields);
        let reply = request.await;
        assert!(reply.status_code().is_redirection(), "{}", reply.status_code());
        reply.header("location").to_str().expect("text").to_owned()
    }
}
