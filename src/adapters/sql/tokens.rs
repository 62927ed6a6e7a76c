//! Mailed tokens.

use async_trait::async_trait;

use super::statement::Sql;
use super::unit::SqlUnit;
use crate::domain::email::Email;
use crate::domain::id::UserId;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{MailToken, TokenPurpose};
use crate::ports::store::StoreResult;
use crate::ports::tokens::MailTokens;

#[derive(sqlx::FromRow)]
struct TokenRow {
    user_id: i64,
    address: String,
    expires: i64,
}

#[async_trait]
impl MailTokens for SqlUnit {
    async fn add(&mut self, token: &MailToken) -> StoreResult<()> {
        let sql = Sql::new(
            "INSERT INTO mail_tokens (hash, user_id, purpose, address, expires) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(&token.hash[..])
        .bind(token.user)
        .bind(token.purpose.as_str())
        .bind(token.address.as_str())
        .bind(token.expires);
        self.unit.run(sql).await.map(|_| ())
    }

    async fn take(
        &mut self,
        hash: &[u8; 32],
        purpose: TokenPurpose,
        now: Timestamp,
    ) -> StoreResult<Option<MailToken>> {
        let fitting = |text: &'static str| {
            Sql::new(text)
                .bind(&hash[..])
                .bind(purpose.as_str())
                .bind(now)
        };
        let row: Option<TokenRow> = self
            .unit
            .optional(fitting(
                "SELECT user_id, address, expires FROM mail_tokens \
                 WHERE hash = ? AND purpose = ? AND expires > ?",
            ))
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        // Whoever deletes the row has it; one that was as fast finds nothing left to delete.
        let taken = self
            .unit
            .run(fitting(
                "DELETE FROM mail_tokens WHERE hash = ? AND purpose = ? AND expires > ?",
            ))
            .await?;
        Ok((taken.rows == 1).then(|| MailToken {
            user: UserId::new(row.user_id),
            purpose,
            address: Email::from_stored(row.address),
            hash: *hash,
            expires: Timestamp::from_micros(row.expires),
        }))
    }

    async fn void(&mut self, user: UserId, purpose: TokenPurpose) -> StoreResult<()> {
        let sql = Sql::new("DELETE FROM mail_tokens WHERE user_id = ? AND purpose = ?")
            .bind(user)
            .bind(purpose.as_str());
        self.unit.run(sql).await.map(|_| ())
    }

    async fn purge(&mut self, now: Timestamp, limit: u32) -> StoreResult<u64> {
        // MySQL takes a LIMIT in a subquery only inside a derived table, SQLite none on DELETE.
        let sql = Sql::new(
            "DELETE FROM mail_tokens WHERE hash IN (SELECT hash FROM \
             (SELECT hash FROM mail_tokens WHERE expires <= ? ORDER BY expires LIMIT ?) AS expired)",
        )
        .bind(now)
        .bind(limit);
        Ok(self.unit.run(sql).await?.rows)
    }
}
