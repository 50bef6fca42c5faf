use std::path::Path;
use std::time::Duration;

use openssl::error::ErrorStack;
use openssl::ssl::{SslConnector, SslMethod};
use openssl::x509::store::X509StoreBuilder;
use postgres_openssl::MakeTlsConnector;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{Client, NoTls, Socket};

use super::{Result, StoreError, bounded};
use crate::{authorities, config};

/// One connection. The files it needs are read anew each time, so that changed ones need no restart.
pub async fn connect(config: &config::Postgres) -> Result<Client> {
    let mut settings = tokio_postgres::Config::new();
    settings
        .host(&config.host)
        .port(config.port)
        .dbname(&config.database)
        .user(&config.user)
        .application_name(crate::log::SERVICE)
        .connect_timeout(config.timeout)
        .keepalives_idle(Duration::from_secs(5))
        // The server too must notice soon that a lost writer's lock is free.
        .options("-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3");
    if let Some(path) = &config.password_file {
        let password = std::fs::read_to_string(path)
            .map_err(|e| StoreError(format!("POSTGRES_PASSWORD_FILE {}: {e}", path.display())))?;
        settings.password(password.trim_end_matches(['\r', '\n']));
    }
    match &config.ca_file {
        Some(path) => {
            let tls = tls(path).map_err(|e| StoreError(format!("POSTGRES_CA_FILE {}: {e}", path.display())))?;
            enter(settings.ssl_mode(SslMode::Require), tls, config.timeout).await
        }
        None => enter(settings.ssl_mode(SslMode::Disable), NoTls, config.timeout).await,
    }
}

/// The certificate's name is checked too: that is the connector's default.
fn tls(path: &Path) -> std::result::Result<MakeTlsConnector, String> {
    let certificates = authorities::read(path)?;
    let connector = || -> std::result::Result<SslConnector, ErrorStack> {
        // A store of its own, because the builder's holds the system's authorities.
        let mut store = X509StoreBuilder::new()?;
        for certificate in certificates {
            store.add_cert(certificate)?;
        }
        let mut builder = SslConnector::builder(SslMethod::tls_client())?;
        builder.set_cert_store(store.build());
        Ok(builder.build())
    };
    connector().map(MakeTlsConnector::new).map_err(|e| e.to_string())
}

async fn enter<T>(settings: &tokio_postgres::Config, tls: T, limit: Duration) -> Result<Client>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, connection) = bounded(limit, async { Ok(settings.connect(tls).await?) }).await?;
    tokio::spawn(async move {
        if let Err(e) = connection.await {
            tracing::debug!(error = %e, "postgres connection ended");
        }
    });
    Ok(client)
}
