//! An error a person can act on: what is wrong, what was given, what is allowed, what to do.

use serde::Serialize;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub what: String,
    pub given: String,
    pub allowed: String,
    pub remedy: String,
}

impl Problem {
    pub fn new(what: &str, given: &str, allowed: &str, remedy: &str) -> Self {
        Problem { what: what.into(), given: given.into(), allowed: allowed.into(), remedy: remedy.into() }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: given {}; allowed: {}; {}", self.what, self.given, self.allowed, self.remedy)
    }
}

impl std::error::Error for Problem {}
