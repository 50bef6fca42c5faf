package decimal

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestParseE8(t *testing.T) {
	for text, want := range map[string]int64{
		"61800.20":                  6180020000000,
		"0":                         0,
		"0.00000001":                1,
		"0.000":                     0,
		"1.000000000000":            100000000, // zeros beyond the eighth place carry nothing
		"007.5":                     750000000,
		"92233720368.54775807":      math.MaxInt64,
		"92233720368.547758070":     math.MaxInt64,
		"5123107832006.0":           0,
		"92233720368.54775808":      0,
		"99999999999999999999999.0": 0,
	} {
		got, err := ParseE8([]byte(text))
		if want == 0 && text[0] != '0' {
			if !errors.Is(err, ErrRange) {
				t.Errorf("%s: %d, %v; want ErrRange", text, got, err)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
}

func TestParseE8Refuses(t *testing.T) {
	for _, text := range []string{"", ".", ".5", "5.", "-1", "+1", "1e5", "1.2.3", " 1", "1 ", "1,0", "NaN", "Inf", "0x10", "1.0000000a", "1.00000000a", "1.000000001"} {
		if got, err := ParseE8([]byte(text)); err == nil {
			t.Errorf("%q: accepted as %d", text, got)
		}
	}
}

// Any 64-bit amount survives being written and read.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Int64Range(0, math.MaxInt64).Draw(t, "amount")
		text := Append(nil, want)
		if got, err := ParseE8(text); err != nil || got != want {
			t.Fatalf("%d written as %s, read as %d, %v", want, text, got, err)
		}
	})
}

// The same number by another way: exact rational arithmetic.
func TestAgainstRationals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Uint64Range(0, 200_000_000_000).Draw(t, "whole")
		places := rapid.IntRange(1, 10).Draw(t, "places")
		fraction := rapid.Uint64Range(0, uint64(math.Pow10(places))-1).Draw(t, "fraction")
		text := fmt.Sprintf("%d.%0*d", whole, places, fraction)
		exact, _ := new(big.Rat).SetString(text)
		exact.Mul(exact, big.NewRat(1e8, 1))
		fits := exact.IsInt() && exact.Num().IsInt64()
		got, err := ParseE8([]byte(text))
		if (err == nil) != fits || (fits && got != exact.Num().Int64()) {
			t.Fatalf("%s: %d, %v; exactly %s", text, got, err, exact)
		}
	})
}

func FuzzParseE8(f *testing.F) {
	for _, seed := range []string{"61800.20", "0.00000001", "92233720368.54775807", "1.000000000", "-1", "", "5."} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		value, err := ParseE8(text)
		if err != nil {
			return
		}
		exact, ok := new(big.Rat).SetString(string(text))
		if !ok || exact.Mul(exact, big.NewRat(1e8, 1)).Cmp(new(big.Rat).SetInt64(value)) != 0 {
			t.Fatalf("%q read as %d", text, value)
		}
	})
}
