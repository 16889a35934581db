//! The limit: the statements of a request, driven through prepared statements without the server.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;

use anyhow::{Context, Result};
use bytes::{Bytes, BytesMut};
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Config, NoTls};

use crate::best_ban::BestBan;
use crate::statement::{Kind, Script, Statement};

/// What is driven.
#[derive(Clone, Debug)]
pub(crate) enum Limit {
    /// What was taken down of several requests, in turns.
    AsSent(Arc<[Script]>),
    /// A ban in its best form: account, history and chained audit row in one transaction.
    BestBan(Arc<BestBan>),
}

/// A connection to the database.
pub(crate) struct Database {
    client: Client,
    prepared: HashMap<Arc<str>, tokio_postgres::Statement>,
}

impl Database {
    pub(crate) async fn connect(config: &Config) -> Result<Self> {
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                eprintln!("the limit's connection broke: {error}");
            }
        });
        Ok(Self {
            client,
            prepared: HashMap::new(),
        })
    }

    /// Carries the limit out once.
    pub(crate) async fn run(&mut self, limit: &Limit, number: usize) -> Result<()> {
        match limit {
            Limit::AsSent(scripts) => self.run_script(&scripts[number % scripts.len()]).await,
            Limit::BestBan(ban) => self.run_script(&ban.next()?).await,
        }
    }

    async fn run_script(&mut self, script: &[Statement]) -> Result<()> {
        for statement in script {
            let ran = match &statement.kind {
                Kind::Simple => self.client.batch_execute(&statement.text).await,
                Kind::Prepared { types, parameters } => {
                    self.run_prepared(&statement.text, types, parameters).await
                }
            };
            ran.with_context(|| format!("the limit cannot run {}", statement.text))?;
        }
        Ok(())
    }

    async fn run_prepared(
        &mut self,
        text: &Arc<str>,
        types: &[u32],
        parameters: &[Option<Bytes>],
    ) -> Result<(), tokio_postgres::Error> {
        if !self.prepared.contains_key(text) {
            let types: Vec<_> = types.iter().filter_map(|id| Type::from_oid(*id)).collect();
            let prepared = self.client.prepare_typed(text, &types).await?;
            self.prepared.insert(Arc::clone(text), prepared);
        }
        let raw: Vec<_> = parameters.iter().map(|bytes| Raw(bytes.as_ref())).collect();
        let raw: Vec<_> = raw.iter().map(|raw| raw as &(dyn ToSql + Sync)).collect();
        self.client.query(&self.prepared[text], &raw).await?;
        Ok(())
    }
}

/// A parameter in the bytes in which the server sent it.
#[derive(Debug)]
struct Raw<'a>(Option<&'a Bytes>);

impl ToSql for Raw<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        Ok(match self.0 {
            Some(bytes) => {
                out.extend_from_slice(bytes);
                IsNull::No
            }
            None => IsNull::Yes,
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
