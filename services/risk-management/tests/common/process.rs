//! The service as a process of its own. Each test binary uses a part of this.
#![allow(dead_code)]

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use risk_management::health::probe;

pub struct Service {
    child: Child,
    pub metrics_port: u16,
    pub api_port: u16,
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Service {
    pub fn start(environment: &HashMap<String, String>) -> Self {
        let (metrics_port, api_port) = (free_port(), free_port());
        let child = Command::new(env!("CARGO_BIN_EXE_risk-management"))
            .env_clear()
            .envs(environment)
            .env("METRICS_PORT", metrics_port.to_string())
            .env("API_PORT", api_port.to_string())
            .stdout(Stdio::inherit())
            .spawn()
            .unwrap();
        Service { child, metrics_port, api_port }
    }

    pub fn wait_ready(&mut self) {
        let end = Instant::now() + Duration::from_secs(60);
        while !probe(self.metrics_port, "/readyz") {
            assert!(self.child.try_wait().unwrap().is_none(), "it ended");
            assert!(Instant::now() < end, "not ready");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// SIGKILL: nothing of it runs any more when this returns.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn terminate(mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        let pid = self.child.id().to_string();
        assert!(Command::new("sh").args(["-c", &format!("kill -TERM {pid}")]).status().unwrap().success());
        while start.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, start.elapsed());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.kill();
        panic!("SIGTERM did not end it");
    }

    pub fn healthcheck(&self) -> bool {
        let mut command = Command::new(env!("CARGO_BIN_EXE_risk-management"));
        command.arg("healthcheck").env("METRICS_PORT", self.metrics_port.to_string());
        command.status().unwrap().success()
    }

    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Status and body of one request.
    pub fn request(&self, method: &str, path: &str, token: Option<&str>, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.api_port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let token = token.map(|t| format!("Authorization: Bearer {t}\r\n")).unwrap_or_default();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{token}\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }
}
