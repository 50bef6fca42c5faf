package replay

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"cipherhorizon/market-data/internal/decimal"
)

// ParseSpeed reads max (0) or a factor such as 1x, 10x, 0.5x.
func ParseSpeed(text string) (float64, error) {
	if text == "max" {
		return 0, nil
	}
	factor, err := strconv.ParseFloat(strings.TrimSuffix(text, "x"), 64)
	if err != nil || !strings.HasSuffix(text, "x") || !(factor >= 0.001 && factor <= 1e6) {
		return 0, fmt.Errorf("%q is not max or a factor from 0.001x to 1000000x", text)
	}
	return factor, nil
}

// pacer holds lines back until they are due, by their receive times.
type pacer struct {
	factor      float64
	first       int64
	began       time.Time
	nanosPerOne int64 // captures stamp in ns, us or ms
}

func (p *pacer) wait(ctx context.Context, line []byte) {
	if p.factor == 0 {
		return
	}
	stamp, _, _ := bytes.Cut(line, []byte{' '})
	at, err := decimal.ParseInt(stamp)
	if err != nil {
		return
	}
	if p.began.IsZero() {
		p.first, p.began, p.nanosPerOne = at, time.Now(), unit(at)
	}
	elapsed := time.Duration(float64((at-p.first)*p.nanosPerOne) / p.factor)
	select {
	case <-ctx.Done():
	case <-time.After(time.Until(p.began.Add(elapsed))):
	}
}

func unit(stamp int64) int64 {
	switch {
	case stamp < 9e12:
		return 1e6
	case stamp < 9e15:
		return 1e3
	}
	return 1
}
