// Package health answers /livez, /readyz and /metrics.
package health

import (
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// stall is how long the main loop may be silent. Everything it waits for is bounded well below this.
const stall = 30 * time.Second

// Health knows the state of the dependencies and when the main loop last moved.
type Health struct {
	beat     atomic.Int64
	stopping atomic.Bool
	mu       sync.Mutex
	states   map[string]string // dependency -> "" when usable, else why not
}

// New starts with every dependency unusable.
func New(dependencies ...string) *Health {
	h := &Health{states: map[string]string{}}
	for _, d := range dependencies {
		h.states[d] = "not reached yet"
	}
	h.Beat()
	return h
}

// Beat says that the main loop moved.
func (h *Health) Beat() { h.beat.Store(time.Now().UnixNano()) }

// Set records whether a dependency is usable and says whether that is news.
func (h *Health) Set(dependency string, err error) bool {
	state := ""
	if err != nil {
		state = err.Error()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	changed := (h.states[dependency] == "") != (state == "")
	h.states[dependency] = state
	return changed
}

// Stop makes the service not ready for good.
func (h *Health) Stop() { h.stopping.Store(true) }

func (h *Health) live(w http.ResponseWriter, _ *http.Request) {
	silent := time.Since(time.Unix(0, h.beat.Load()))
	answer(w, silent < stall, map[string]any{"silent_seconds": int(silent.Seconds())})
}

func (h *Health) ready(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	checks, ok := map[string]any{}, !h.stopping.Load()
	for dependency, state := range h.states {
		if state == "" {
			checks[dependency] = "ok"
		} else {
			checks[dependency], ok = state, false
		}
	}
	if h.stopping.Load() {
		checks["service"] = "stopping"
	}
	answer(w, ok, checks)
}

func answer(w http.ResponseWriter, ok bool, body map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	if !ok {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(body)
}

// Handler serves the three paths.
func (h *Health) Handler(metrics http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", h.live)
	mux.HandleFunc("GET /readyz", h.ready)
	mux.Handle("GET /metrics", metrics)
	return mux
}
