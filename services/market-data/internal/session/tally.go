package session

import (
	"maps"

	"cipherhorizon/market-data/internal/feed"
	"cipherhorizon/market-data/internal/message"
)

// Tally counts a whole session from its first line, whichever process published which part of it.
type Tally struct {
	Frames    map[string]int64 `json:"frames"`
	Published map[string]int64 `json:"published"`
	Gaps      uint64           `json:"gaps"`
	Resyncs   uint64           `json:"resyncs"`
	FirstSeq  int64            `json:"first_seq"`
	LastSeq   int64            `json:"last_seq"`
}

func newTally() Tally {
	t := Tally{
		Frames:    map[string]int64{},
		Published: map[string]int64{message.TopicBook: 0, message.TopicTrade: 0},
	}
	for _, k := range feed.Kinds {
		t.Frames[k.String()] = 0
	}
	return t
}

func (t *Tally) count(r *Record) {
	t.Published[r.Topic]++
	if t.FirstSeq == 0 {
		t.FirstSeq = r.Seq
	}
	t.LastSeq = r.Seq
}

// Tally returns the counts so far.
func (s *Session) Tally() Tally {
	t := s.tally
	t.Frames, t.Published = maps.Clone(t.Frames), maps.Clone(t.Published)
	return t
}

// Lines is the number of lines processed.
func (s *Session) Lines() int64 { return s.seq }
