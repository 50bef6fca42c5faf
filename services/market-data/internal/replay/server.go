package replay

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"cipherhorizon/market-data/internal/pipeline"
)

// Problem tells an operator what went wrong in four parts.
type Problem struct {
	What    string `json:"what"`
	Given   string `json:"given"`
	Allowed string `json:"allowed"`
	Remedy  string `json:"remedy"`
}

// Event is one line of the answer. The last one has a summary, an error or both.
type Event struct {
	Progress *ProgressLine     `json:"progress,omitempty"`
	Summary  *pipeline.Summary `json:"summary,omitempty"`
	Error    *Problem          `json:"error,omitempty"`
}

// ProgressLine says how far a replay is.
type ProgressLine struct {
	Session      string `json:"session"`
	Frames       int64  `json:"frames"`
	CommittedSeq int64  `json:"committed_seq"`
}

// Server takes captures at PUT /replay/{session}?speed=. It listens on loopback only: whoever can reach it is already
// inside the container.
type Server struct {
	Jobs   chan<- *pipeline.Job
	Refuse *Problem // why this service takes no replays, nil if it does
	busy   atomic.Bool
}

var sessionPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

const progressEvery = time.Second

func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /replay/{session}", s.put)
	return mux
}

func (s *Server) put(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("session")
	speed, err := ParseSpeed(r.URL.Query().Get("speed"))
	switch {
	case !sessionPattern.MatchString(name) || strings.HasPrefix(name, "gen-") || strings.HasPrefix(name, "live-"):
		refuse(w, http.StatusBadRequest, Problem{"the session's name can't be used", name,
			"1 to 64 of A-Z a-z 0-9 . _ -, starting with a letter or digit, not with gen- or live-", "choose another --session"})
	case err != nil:
		refuse(w, http.StatusBadRequest, Problem{"the speed can't be used", r.URL.Query().Get("speed"), "max, 1x, 10x, 0.5x", "correct --speed"})
	case s.Refuse != nil:
		refuse(w, http.StatusConflict, *s.Refuse)
	case !s.busy.CompareAndSwap(false, true):
		refuse(w, http.StatusConflict, Problem{"another replay is running", name, "one replay at a time", "wait for it to end, then run the same command again"})
	default:
		defer s.busy.Store(false)
		s.run(w, r, name, speed)
	}
}

func refuse(w http.ResponseWriter, status int, p Problem) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(Event{Error: &p})
}

// run reads the body while it writes the answer.
func (s *Server) run(w http.ResponseWriter, r *http.Request, name string, speed float64) {
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	job, feed := newJob(ctx, name, r.Body, speed)
	go feed()
	encoder := json.NewEncoder(w)
	say := func(e Event) {
		_ = encoder.Encode(e)
		_ = control.Flush()
	}
	jobs, ticker := s.Jobs, time.NewTicker(progressEvery)
	defer ticker.Stop()
	for {
		select {
		case jobs <- job:
			jobs = nil
		case <-ticker.C:
			say(Event{Progress: &ProgressLine{name, job.Progress.Frames.Load(), job.Progress.Committed.Load()}})
		case result := <-job.Done:
			say(last(name, result))
			return
		case <-ctx.Done():
			return
		}
	}
}

func newJob(ctx context.Context, name string, body io.Reader, speed float64) (*pipeline.Job, func()) {
	queue := make(chan []byte, 1024)
	var readError error // written before queue is closed, read after
	job := &pipeline.Job{
		Session: name, Lines: queue, Ctx: ctx, Done: make(chan pipeline.Result, 1),
		Started:   make(chan int64, 1),
		ReadError: func() error { return readError },
	}
	return job, func() {
		defer close(queue)
		pace := pacer{factor: speed}
		var number, published int64
		select {
		case <-ctx.Done():
			return
		case published = <-job.Started:
		}
		readError = lines(body, func(line []byte) bool {
			if number++; number > published { // the rest only rebuilds the books
				pace.wait(ctx, line)
			}
			select {
			case <-ctx.Done():
				return false
			case queue <- line:
				return true
			}
		})
	}
}

func last(name string, result pipeline.Result) Event {
	e := Event{Summary: &result.Summary}
	if result.Err != nil {
		e.Error = &Problem{"the replay ended before the capture did: " + result.Err.Error(), name,
			"a whole capture, plain or gzip", "run the same command again with the same session: it publishes only what is missing"}
		if errors.Is(result.Err, io.ErrUnexpectedEOF) {
			e.Error.Remedy = "the capture itself is cut off or damaged: get it again, then run the same command"
		}
	}
	return e
}
