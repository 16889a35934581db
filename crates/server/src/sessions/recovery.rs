//! Recovery codes: what signs in who has lost their authenticator, each once.
//!
//! They open a session and nothing else. As the code of a write they are refused: that one is bound to half a
//! minute and to what the operator looks at, and a list on paper is neither.

use data_encoding::BASE32_NOPAD;
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::sessions::{RECOVERY_CODES, RecoveryCodes, RenewRecoveryCodes, Secret};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use crate::chain::Entry;
use crate::db::ids::token_hash;
use crate::db::{Ids, sql};
use crate::gate::{Call, Committed, Refusal};

/// Random bytes of a code: sixteen letters, which nobody guesses and a hash does not give away.
const CODE_BYTES: usize = 10;
/// Letters that are written together.
const GROUP: usize = 4;

/// Makes new codes in place of all from before.
pub async fn renew_recovery_codes(
    call: Call<RenewRecoveryCodes>,
) -> Result<Committed<RecoveryCodes>, Refusal> {
    let tx = call.begin_on_caller().await?;
    let recovery_codes = give(call.services.ids, tx.connection(), tx.actor_id()).await?;
    let entry = Entry::new(AuditCode::RecoveryCodesRenewed, "user", tx.actor_id());
    let reply = RecoveryCodes {
        made_at: tx.now,
        recovery_codes,
    };
    tx.commit(&[entry], reply).await
}

/// Gives an account codes in place of all it had.
pub async fn give(ids: Ids, tx: &DatabaseTransaction, user_id: i64) -> Result<Vec<Secret>, DbErr> {
    void(tx, user_id).await?;
    let codes: Vec<_> = (0..RECOVERY_CODES).map(|_| written(&ids.bytes())).collect();
    let rows: Vec<_> = (2..=RECOVERY_CODES + 1)
        .map(|place| format!("($1, ${place})"))
        .collect();
    let text = format!(
        "INSERT INTO recovery_codes (user_id, code_hash) VALUES {}",
        rows.join(", ")
    );
    let hashes = codes.iter().map(|code| hash(user_id, code));
    let values: Vec<Value> = std::iter::once(user_id.into()).chain(hashes).collect();
    tx.execute_raw(sql(tx, &text, values)).await?;
    Ok(codes.into_iter().map(Secret::new).collect())
}

/// Uses a code up; false where it is none of the account's, or is used.
pub async fn burn(tx: &DatabaseTransaction, user_id: i64, code: &Secret) -> Result<bool, DbErr> {
    let text = "DELETE FROM recovery_codes WHERE user_id = $1 AND code_hash = $2";
    let values = [user_id.into(), hash(user_id, code.expose())];
    let result = tx.execute_raw(sql(tx, text, values)).await?;
    Ok(result.rows_affected() == 1)
}

/// How many an account has left.
pub async fn left(connection: &impl ConnectionTrait, user_id: i64) -> Result<usize, DbErr> {
    let text = "SELECT count(*) AS count FROM recovery_codes WHERE user_id = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [user_id.into()]))
        .await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "count"))?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Takes all codes off an account.
pub async fn void(tx: &DatabaseTransaction, user_id: i64) -> Result<(), DbErr> {
    let text = "DELETE FROM recovery_codes WHERE user_id = $1";
    tx.execute_raw(sql(tx, text, [user_id.into()])).await?;
    Ok(())
}

/// `abcd-efgh-ijkl-mnop`
fn written(bytes: &[u8; CODE_BYTES]) -> String {
    let letters = BASE32_NOPAD.encode(bytes).to_lowercase();
    let groups = letters.as_bytes().chunks(GROUP);
    let groups: Vec<_> = groups.map(String::from_utf8_lossy).collect();
    groups.join("-")
}

/// What is stored of a code, however it was typed; the account is its salt.
fn hash(user_id: i64, code: &str) -> Value {
    let letters = code
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-')
        .flat_map(char::to_lowercase);
    token_hash(&format!(
        "recovery:{user_id}:{}",
        letters.collect::<String>()
    ))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_sixteen_letters_in_groups_of_four() {
        assert_eq!(written(&[0; CODE_BYTES]), "aaaa-aaaa-aaaa-aaaa");
        assert_eq!(written(&[0xFF; CODE_BYTES]), "7777-7777-7777-7777");
    }

    #[test]
    fn what_is_stored_of_a_code_is_its_accounts_own_and_knows_no_case_and_no_gaps() {
        let stored = hash(12, "abcd-efgh-ijkl-mnop");
        for typed in [
            "ABCDEFGHIJKLMNOP",
            " abcd efgh ijkl mnop\n",
            "Abcd-Efgh-IjklMnop",
        ] {
            assert_eq!(hash(12, typed), stored, "{typed}");
        }
        assert_ne!(hash(13, "abcd-efgh-ijkl-mnop"), stored);
        assert_ne!(hash(12, "abcd-efgh-ijkl-mnoq"), stored);
    }
}
