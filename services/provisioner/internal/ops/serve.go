package ops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"
)

// Service is what runs behind the health endpoints.
type Service interface {
	Run(ctx context.Context)
	Ready() bool
	Live() bool
}

const stopWithin = 5 * time.Second

// Serve runs the service and its endpoints until the context ends; readiness fails first.
func Serve(ctx context.Context, port uint16, metrics *Metrics, service Service) error {
	var stopping atomic.Bool
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics.handler())
	mux.HandleFunc("GET /livez", answer(service.Live))
	mux.HandleFunc("GET /readyz", answer(func() bool { return !stopping.Load() && service.Ready() }))
	server := &http.Server{Addr: fmt.Sprintf(":%d", port), Handler: mux, ReadHeaderTimeout: 5 * time.Second}

	done := make(chan error, 1)
	go func() { done <- server.ListenAndServe() }()
	ran := make(chan struct{})
	go func() { service.Run(ctx); close(ran) }()

	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	stopping.Store(true)
	<-ran
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func answer(healthy func() bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if !healthy() {
			http.Error(w, "no", http.StatusServiceUnavailable)
			return
		}
		_, _ = fmt.Fprintln(w, "ok")
	}
}

// Healthcheck asks the running service, for platforms whose probe is a command: 0 is healthy. `--live` asks for life only.
func Healthcheck(args []string, getenv func(string) string) int {
	path := "readyz"
	if len(args) > 0 && args[0] == "--live" {
		path = "livez"
	}
	port := getenv("METRICS_PORT")
	if port == "" {
		port = "9090"
	}
	client := http.Client{Timeout: 2 * time.Second}
	response, err := client.Get(fmt.Sprintf("http://127.0.0.1:%s/%s", port, path))
	if err != nil {
		return 1
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}
