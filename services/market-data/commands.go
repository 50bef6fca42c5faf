package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"cipherhorizon/market-data/internal/config"
	"cipherhorizon/market-data/internal/replay"
)

func sendReplay(ctx context.Context, arguments []string) int {
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	session := flags.String("session", fmt.Sprintf("replay-%d", time.Now().UnixNano()), "name of the session; the same name takes it up again")
	speed := flags.String("speed", "max", "max, 1x, Nx")
	if flags.Parse(arguments) != nil || flags.NArg() > 1 {
		fmt.Fprint(os.Stderr, usage)
		return 2
	}
	_, port, problems := config.Ports(os.LookupEnv)
	if len(problems) > 0 {
		return refuse(problems)
	}
	var capture io.Reader = os.Stdin
	if path := flags.Arg(0); path != "" && path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return refuse([]config.Problem{{Variable: "FILE", What: "can't be opened: " + err.Error(), Given: path,
				Allowed: "a capture, plain or gzip, or - for standard input", Remedy: "correct the path"}})
		}
		defer file.Close()
		capture = file
	}
	if err := replay.Send(ctx, port, *session, *speed, capture, os.Stdout, os.Stderr); err != nil {
		discard(ctx, capture)
		return 1
	}
	return 0
}

// discard reads what is left. Into a pod, input comes by a channel that stays open after the command's end while
// something that was sent lies unread; whoever sent it would wait for ever.
func discard(ctx context.Context, capture io.Reader) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, capture)
	}()
	select {
	case <-ctx.Done():
	case <-done:
	}
}

// healthcheck is the container's probe: 0 when the service says yes.
func healthcheck(arguments []string) int {
	flags := flag.NewFlagSet("healthcheck", flag.ContinueOnError)
	live := flags.Bool("live", false, "ask /livez instead of /readyz")
	if flags.Parse(arguments) != nil || flags.NArg() > 0 {
		return 2
	}
	port, _, problems := config.Ports(os.LookupEnv)
	if len(problems) > 0 {
		return refuse(problems)
	}
	path := "readyz"
	if *live {
		path = "livez"
	}
	client := http.Client{Timeout: 2 * time.Second}
	response, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/%s", port, path))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer response.Body.Close()
	_, _ = io.Copy(os.Stdout, response.Body)
	if response.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}
