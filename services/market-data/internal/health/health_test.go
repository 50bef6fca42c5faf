package health

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestAnswers(t *testing.T) {
	h := New("kafka", "redis")
	handler := h.Handler(http.NotFoundHandler())
	want := func(step, path string, status int) {
		t.Helper()
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != status {
			t.Errorf("%s: %s says %d %s", step, path, w.Code, w.Body)
		}
	}
	want("at start", "/readyz", 503)
	want("at start", "/livez", 200)
	if !h.Set("kafka", nil) || !h.Set("redis", nil) || h.Set("redis", nil) {
		t.Error("news is reported wrongly")
	}
	want("all reached", "/readyz", 200)
	h.Set("redis", errors.New("gone"))
	want("redis lost", "/readyz", 503)
	want("redis lost", "/livez", 200)
	h.Set("redis", nil)
	h.Stop()
	want("stopping", "/readyz", 503)
	h.beat.Store(time.Now().Add(-2 * stall).UnixNano())
	want("main loop stalled", "/livez", 503)
}
