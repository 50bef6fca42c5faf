//! The authorities that a server's certificate must come from: a PEM file, and nothing but it.

use std::path::Path;

use openssl::x509::X509;

/// The certificates in the file, at least one.
///
/// # Errors
/// What is wrong with the file.
pub fn read(path: &Path) -> Result<Vec<X509>, String> {
    let text = std::fs::read(path).map_err(|e| e.to_string())?;
    let certificates = X509::stack_from_pem(&text).map_err(|e| format!("no certificates in PEM: {e}"))?;
    if certificates.is_empty() { Err("no certificate in it".into()) } else { Ok(certificates) }
}
