use std::path::PathBuf;

use crate::authorities;
use crate::problem::Problem;

/// Reads variables from wherever `lookup` finds them; an empty one counts as absent.
pub struct Env<F>(pub F);

impl<F: Fn(&str) -> Option<String>> Env<F> {
    pub fn get(&self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }

    pub fn text(&self, name: &str, default: &str) -> String {
        self.get(name).unwrap_or_else(|| default.to_owned())
    }

    pub fn required(&self, name: &str, remedy: &str) -> Result<String, Problem> {
        self.get(name).ok_or_else(|| Problem::new(name, "nothing", "a value", remedy))
    }

    pub fn integer(&self, name: &str, default: i64, min: i64, max: i64) -> Result<i64, Problem> {
        let Some(given) = self.get(name) else { return Ok(default) };
        match given.parse::<i64>() {
            Ok(value) if (min..=max).contains(&value) => Ok(value),
            _ => Err(Problem::new(
                name,
                &given,
                &format!("an integer from {min} to {max}"),
                &format!("set {name} within these bounds, or unset it for {default}"),
            )),
        }
    }

    pub fn port(&self, name: &str, default: u16) -> Result<u16, Problem> {
        let port = self.integer(name, i64::from(default), 1, 65535)?;
        Ok(u16::try_from(port).unwrap_or(default))
    }

    /// A file that must be there now, though its content is read later.
    pub fn file(&self, name: &str, path: String) -> Result<PathBuf, Problem> {
        match std::fs::File::open(&path) {
            Ok(_) => Ok(path.into()),
            Err(e) => {
                Err(Problem::new(name, &format!("{path} ({e})"), "a readable file", "mount the file at this path"))
            }
        }
    }

    /// A PEM file of authorities that must be there now, though it is read again at each connection.
    pub fn authorities(&self, name: &str) -> Result<Option<PathBuf>, Problem> {
        let Some(path) = self.get(name).map(PathBuf::from) else { return Ok(None) };
        match authorities::read(&path) {
            Ok(_) => Ok(Some(path)),
            Err(e) => Err(Problem::new(
                name,
                &format!("{} ({e})", path.display()),
                "a readable PEM file with at least one certificate",
                "mount the authorities at this path",
            )),
        }
    }
}
