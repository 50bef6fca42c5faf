//! What the probes ask, and the probe itself.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Longer than any single wait of the main loop, so that a slow dependency is not taken for death.
const SILENCE: Duration = Duration::from_secs(45);

pub struct Health {
    start: Instant,
    beat: AtomicU64,
    ready: AtomicBool,
    stopping: AtomicBool,
}

impl Default for Health {
    fn default() -> Self {
        Health {
            start: Instant::now(),
            beat: AtomicU64::new(0),
            ready: AtomicBool::new(false),
            stopping: AtomicBool::new(false),
        }
    }
}

impl Health {
    /// Says that the main loop moves.
    pub fn beat(&self) {
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.beat.store(now, Ordering::Relaxed);
    }

    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Relaxed);
    }

    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
    }

    pub fn stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    pub fn ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed) && !self.stopping()
    }

    pub fn live(&self) -> bool {
        let last = Duration::from_millis(self.beat.load(Ordering::Relaxed));
        self.start.elapsed().saturating_sub(last) < SILENCE
    }
}

/// Asks the running service; true when it answers 200.
pub fn probe(port: u16, path: &str) -> bool {
    ask(port, path).is_ok_and(|status| status.starts_with("HTTP/1.1 200"))
}

fn ask(port: u16, path: &str) -> std::io::Result<String> {
    let limit = Duration::from_secs(3);
    let mut stream = TcpStream::connect_timeout(&SocketAddr::from(([127, 0, 0, 1], port)), limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.take(4096).read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stopping_ends_readiness_but_not_life() {
        let health = Health::default();
        assert!(!health.ready());
        health.set_ready(true);
        health.beat();
        assert!(health.ready() && health.live());
        health.stop();
        assert!(!health.ready() && health.live());
    }

    #[test]
    fn a_probe_of_nothing_fails() {
        assert!(!probe(1, "/readyz"));
    }
}
