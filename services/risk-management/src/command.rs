//! What an operator can ask of the main loop, which alone writes.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::risk::Limits;

#[derive(Debug)]
pub enum Command {
    SetLimits { account: String, limits: Limits },
    Kill,
    Release,
}

pub struct Request {
    pub command: Command,
    reply: oneshot::Sender<Result<(), String>>,
}

impl Request {
    /// The caller may have given up waiting; the command counts all the same.
    pub fn answer(self, result: Result<(), String>) {
        let _ = self.reply.send(result);
    }
}

#[derive(Clone)]
pub struct Outbox(Sender<Request>);

pub struct Inbox(Receiver<Request>);

pub fn channel_pair() -> (Outbox, Inbox) {
    let (sender, receiver) = channel();
    (Outbox(sender), Inbox(receiver))
}

impl Outbox {
    /// Waits for the main loop to have done it, and says why if it could not.
    pub async fn ask(&self, command: Command) -> Result<(), String> {
        let (reply, answer) = oneshot::channel();
        self.0.send(Request { command, reply }).map_err(|_| "stopping".to_owned())?;
        match tokio::time::timeout(Duration::from_secs(10), answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err("stopping".into()),
            Err(_) => Err("no answer within 10 s; it may still be done".into()),
        }
    }
}

impl Inbox {
    pub fn next(&self) -> Option<Request> {
        self.0.try_recv().ok()
    }

    /// Waits for a request, at most so long.
    pub fn wait(&self, limit: Duration) -> Option<Request> {
        self.0.recv_timeout(limit).ok()
    }
}
