package source

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	// The image has no CA bundle. These roots count only where the system has none.
	_ "golang.org/x/crypto/x509roots/fallback"

	"cipherhorizon/market-data/internal/config"
)

const (
	longestFrame  = 4 << 20
	silenceLimit  = 60 * time.Second // a subscribed stream is never silent for so long
	snapshotEvery = time.Second      // per symbol; the venue weighs these requests
	slowestRetry  = 30 * time.Second // the venue bans clients that reconnect too often
)

// Live reads combined streams and keeps them connected. A lost connection shows as a gap in the update ids, and a book
// that can't be trusted asks for a snapshot, so there is nothing else to repair.
type Live struct {
	config  config.Live
	session string
	frames  chan []byte
	wanted  chan string
	failed  func()
	log     *slog.Logger
	now     func() int64
}

func NewLive(c config.Live, now func() int64, failed func(), log *slog.Logger) *Live {
	return &Live{
		config: c, session: fmt.Sprintf("live-%d", now()), frames: make(chan []byte, 4096), wanted: make(chan string, 1),
		failed: failed, log: log, now: now,
	}
}

func (l *Live) Session() string       { return l.session }
func (l *Live) Frames() <-chan []byte { return l.frames }

// NeedSnapshot never waits: it is asked again with the next difference.
func (l *Live) NeedSnapshot(symbol string) {
	select {
	case l.wanted <- symbol:
	default:
	}
}

// Run reads until ctx ends.
func (l *Live) Run(ctx context.Context) {
	var group sync.WaitGroup
	for _, url := range l.config.URLs {
		group.Go(func() { l.stayConnected(ctx, url) })
	}
	group.Go(func() { l.fetchSnapshots(ctx) })
	group.Wait()
}

func (l *Live) stayConnected(ctx context.Context, url string) {
	delay := time.Duration(0)
	for ctx.Err() == nil {
		read, err := l.connect(ctx, url)
		if ctx.Err() != nil {
			return
		}
		l.failed()
		if delay = min(max(2*delay, 250*time.Millisecond), slowestRetry); read > 0 {
			delay = 250 * time.Millisecond
		}
		l.log.Warn("live: connection lost, connecting again", "frames", read, "in", delay.String(), "error", err.Error())
		pause(ctx, delay)
	}
}

// connect reads one connection to its end and says how many frames it gave.
func (l *Live) connect(ctx context.Context, url string) (read int, err error) {
	dial, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(dial, url, nil)
	if err != nil {
		return 0, err
	}
	defer conn.CloseNow()
	conn.SetReadLimit(longestFrame)
	l.log.Info("live: connected")
	for {
		text, err := receive(ctx, conn)
		if err != nil {
			return read, err
		}
		read++
		if err := l.send(ctx, text); err != nil {
			return read, err
		}
	}
}

func receive(ctx context.Context, conn *websocket.Conn) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, silenceLimit)
	defer cancel()
	_, text, err := conn.Read(ctx)
	return text, err
}

// send stamps a frame and passes it on in the form of a capture: one line.
func (l *Live) send(ctx context.Context, text []byte) error {
	line := fmt.Appendf(nil, "%d ", l.now())
	line = append(line, bytes.ReplaceAll(text, []byte{'\n'}, []byte{' '})...)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case l.frames <- line:
		return nil
	}
}

func (l *Live) fetchSnapshots(ctx context.Context) {
	asked := map[string]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case symbol := <-l.wanted:
			if time.Since(asked[symbol]) < snapshotEvery {
				continue
			}
			asked[symbol] = time.Now()
			if err := l.fetchSnapshot(ctx, symbol); err != nil && ctx.Err() == nil {
				l.failed()
				l.log.Warn("live: no snapshot, asking again", "symbol", symbol, "error", err.Error())
			}
		}
	}
}

func (l *Live) fetchSnapshot(ctx context.Context, symbol string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	url := strings.ReplaceAll(l.config.SnapshotURL, "{symbol}", symbol)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, longestFrame))
	if err != nil || response.StatusCode != http.StatusOK || !json.Valid(body) {
		return fmt.Errorf("status %d, %d bytes, %v", response.StatusCode, len(body), err)
	}
	return l.send(ctx, fmt.Appendf(nil, `{"stream":"%s@snapshot","data":%s}`, strings.ToLower(symbol), body))
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
