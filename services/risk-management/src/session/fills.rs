use super::{Fault, Result, Session};
use crate::kafka::{FILLS, KafkaFault, Record};
use crate::message::FillEvent;
use crate::store::FillsPosition;

impl Session<'_> {
    pub(super) fn apply(&mut self, records: &[Record]) -> Result<()> {
        for record in records {
            match FillEvent::parse(&record.payload) {
                Ok(event) => self.fold(&event),
                Err(e) => self.corrupt(FILLS, record, &e),
            }
            self.fills.next_offset = record.offset + 1;
        }
        let changes = self.state.take_changes();
        let timer = self.shared.metrics.batch_seconds.with_label_values(&["fills"]).start_timer();
        self.runtime.block_on(self.store.write_fills(&changes, self.fills))?;
        timer.observe_duration();
        self.lag = (self.lag - i64::try_from(records.len()).unwrap_or(0)).max(0);
        Ok(())
    }

    fn fold(&mut self, event: &FillEvent) {
        let metrics = &self.shared.metrics;
        let seq = i64::try_from(event.seq()).unwrap_or(i64::MAX);
        if seq <= self.fills.last_seq {
            metrics.fills_repeated.inc();
            return;
        }
        if seq != self.fills.last_seq + 1 {
            metrics.fills_gaps.inc_by((seq - self.fills.last_seq - 1).unsigned_abs());
            tracing::error!(last = self.fills.last_seq, seq, "fills are missing: positions may be wrong");
        }
        self.fills.last_seq = seq;
        self.state.apply(event);
        metrics.fills.with_label_values(&[event.kind().as_str()]).inc();
    }
}

/// Positions are only right if every record of `fills` is applied: a hole is for a person to judge.
pub(super) fn start(kept: Option<FillsPosition>, (low, high): (i64, i64)) -> Result<FillsPosition> {
    match kept {
        None => Ok(FillsPosition { next_offset: low, last_seq: 0 }),
        Some(kept) if (low..=high).contains(&kept.next_offset) => Ok(kept),
        Some(kept) => Err(Fault::Kafka(KafkaFault(format!(
            "fills: given offset {} in table offsets; allowed: {low} to {high}, what the topic holds; \
             restore the topic, or rebuild positions and delete the row",
            kept.next_offset
        )))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_go_on_where_the_database_says_or_not_at_all() {
        assert_eq!(start(None, (0, 9)).unwrap().next_offset, 0);
        let kept = FillsPosition { next_offset: 5, last_seq: 4 };
        assert_eq!(start(Some(kept), (0, 5)).unwrap(), kept);
        for bounds in [(6, 9), (0, 4)] {
            let text = start(Some(kept), bounds).unwrap_err().to_string();
            assert!(text.contains("given offset 5") && text.contains("allowed"), "{text}");
        }
    }
}
