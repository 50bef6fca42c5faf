package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// startLimit is how long the client waits for a service that is just starting.
const startLimit = 10 * time.Second

// Send pushes a capture into the service on this host. Progress goes to notes, the summary to out, one JSON line each.
func Send(ctx context.Context, port int, session, speed string, capture io.Reader, out, notes io.Writer) error {
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	if err := awaitListener(ctx, address); err != nil {
		return fail(notes, Problem{"the service doesn't answer: " + err.Error(), address, "a running market-data in the same container",
			"start it, or set REPLAY_PORT to its value there"})
	}
	target := url.URL{Scheme: "http", Host: address, Path: "/replay/" + session, RawQuery: url.Values{"speed": {speed}}.Encode()}
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, target.String(), io.NopCloser(capture))
	if err != nil {
		return err
	}
	response, err := (&http.Transport{}).RoundTrip(request)
	if err != nil {
		return fail(notes, interrupted(session, err))
	}
	defer response.Body.Close()
	return relay(json.NewDecoder(response.Body), session, out, notes)
}

// relay copies the service's events until the last one.
func relay(events *json.Decoder, session string, out, notes io.Writer) error {
	for {
		var e Event
		if err := events.Decode(&e); err != nil {
			return fail(notes, interrupted(session, err))
		}
		if e.Progress != nil {
			_ = json.NewEncoder(notes).Encode(e)
		}
		if e.Summary != nil {
			_ = json.NewEncoder(out).Encode(e.Summary)
		}
		if e.Error != nil {
			return fail(notes, *e.Error)
		}
		if e.Summary != nil {
			return nil
		}
	}
}

func interrupted(session string, err error) Problem {
	return Problem{"the service went away during the replay: " + err.Error(), session, "a service that stays up",
		"run the same command again with the same session: it publishes only what is missing"}
}

func fail(notes io.Writer, p Problem) error {
	_ = json.NewEncoder(notes).Encode(Event{Error: &p})
	return fmt.Errorf("%s", p.What)
}

func awaitListener(ctx context.Context, address string) error {
	var last error
	for deadline := time.Now().Add(startLimit); time.Now().Before(deadline); {
		conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		last = err
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(200 * time.Millisecond):
		}
	}
	return last
}
