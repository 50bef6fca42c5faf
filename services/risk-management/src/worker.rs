//! One session after the other until told to stop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Builder;

use crate::command::Inbox;
use crate::session::{Fault, Session, Shared};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// # Errors
/// When the operating system gives no runtime.
pub fn run(shared: &Arc<Shared>, inbox: &Inbox) -> std::io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut pause = FIRST_PAUSE;
    let mut told = Told::default();
    while !shared.health.stopping() {
        shared.health.beat();
        let opened = Session::open(shared, &runtime);
        let fault = match opened {
            Ok(session) => {
                pause = FIRST_PAUSE;
                told.forget();
                let ended = serve(shared, session, inbox);
                shared.health.set_ready(false);
                ended
            }
            Err(fault) => Some(fault),
        };
        let Some(fault) = fault else { break };
        count(shared, &fault);
        told.tell(&fault);
        refuse(shared, inbox, &fault, pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    shared.health.set_ready(false);
    tracing::info!("stopped");
    Ok(())
}

fn serve(shared: &Arc<Shared>, mut session: Session<'_>, inbox: &Inbox) -> Option<Fault> {
    tracing::info!("state loaded, reading");
    shared.health.set_ready(true);
    while !shared.health.stopping() {
        shared.health.beat();
        if let Err(fault) = session.turn(inbox) {
            return Some(fault);
        }
    }
    None
}

fn count(shared: &Shared, fault: &Fault) {
    match fault {
        Fault::Store(_) => shared.metrics.postgres_errors.inc(),
        Fault::Kafka(_) => shared.metrics.kafka_errors.inc(),
    }
}

/// Between sessions nothing can be written: commands are answered, not queued.
fn refuse(shared: &Shared, inbox: &Inbox, fault: &Fault, pause: Duration) {
    let end = Instant::now() + pause;
    while let Some(left) = end.checked_duration_since(Instant::now()).filter(|_| !shared.health.stopping()) {
        if let Some(request) = inbox.wait(left.min(Duration::from_millis(100))) {
            request.answer(Err(fault.to_string()));
        }
    }
}

/// Says the same thing once in a while, not once a second.
#[derive(Default)]
struct Told(Option<(String, Instant)>);

impl Told {
    fn tell(&mut self, fault: &Fault) {
        let text = fault.to_string();
        let again = matches!(&self.0, Some((last, at)) if *last == text && at.elapsed() < Duration::from_secs(30));
        if !again {
            tracing::warn!(error = text, "not serving, trying again");
            self.0 = Some((text, Instant::now()));
        }
    }

    fn forget(&mut self) {
        self.0 = None;
    }
}
