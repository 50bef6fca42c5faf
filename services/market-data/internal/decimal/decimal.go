// Package decimal reads the venue's decimal strings as integers at scale 1e-8, without ever going through a float.
package decimal

import (
	"errors"
	"math"
)

// Places is the number of decimal places that an integer of this scale carries.
const Places = 8

const scale int64 = 100_000_000

var (
	ErrSyntax   = errors.New("not a plain decimal number")
	ErrRange    = errors.New("beyond 64 bits at scale 1e-8")
	ErrPlaces   = errors.New("more than 8 decimal places that are not zero")
	powersOfTen = [Places + 1]int64{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}
)

// ParseE8 reads digits with at most one point, such as 61800.20 (6180020000000).
// It takes no sign, no exponent and nothing that would have to be rounded.
func ParseE8(text []byte) (int64, error) {
	whole, rest, err := digits(text)
	if err != nil || len(rest) == len(text) {
		return 0, orSyntax(err)
	}
	var fraction int64
	if len(rest) > 0 {
		if fraction, err = parseFraction(rest); err != nil {
			return 0, err
		}
	}
	if whole > math.MaxInt64/scale || whole*scale > math.MaxInt64-fraction {
		return 0, ErrRange
	}
	return whole*scale + fraction, nil
}

// parseFraction reads ".", then at least one digit; zeros beyond the eighth place carry nothing and are accepted.
func parseFraction(text []byte) (int64, error) {
	if text[0] != '.' || len(text) == 1 {
		return 0, ErrSyntax
	}
	kept := text[1:]
	if len(kept) > Places {
		for _, c := range kept[Places:] {
			if c < '0' || c > '9' {
				return 0, ErrSyntax
			}
			if c != '0' {
				return 0, ErrPlaces
			}
		}
		kept = kept[:Places]
	}
	value, rest, err := digits(kept)
	if err != nil || len(rest) > 0 {
		return 0, orSyntax(err)
	}
	return value * powersOfTen[Places-len(kept)], nil
}

// ParseInt reads a non-negative integer.
func ParseInt(text []byte) (int64, error) {
	value, rest, err := digits(text)
	if err != nil || len(rest) > 0 || len(text) == 0 {
		return 0, orSyntax(err)
	}
	return value, nil
}

// digits reads the leading digits and returns what follows them.
func digits(text []byte) (int64, []byte, error) {
	var value int64
	for i, c := range text {
		if c < '0' || c > '9' {
			return value, text[i:], nil
		}
		d := int64(c - '0')
		if value > (math.MaxInt64-d)/10 {
			return 0, nil, ErrRange
		}
		value = value*10 + d
	}
	return value, nil, nil
}

func orSyntax(err error) error {
	if err != nil {
		return err
	}
	return ErrSyntax
}

// Append writes the plain decimal form of an integer at scale 1e-8, with as few places as it needs but at least two.
func Append(dst []byte, value int64) []byte {
	dst = appendUint(dst, value/scale)
	dst = append(dst, '.')
	fraction := value % scale
	for place := Places - 1; place >= 0; place-- {
		dst = append(dst, byte('0'+fraction/powersOfTen[place]))
		fraction %= powersOfTen[place]
		if fraction == 0 && place <= Places-2 {
			break
		}
	}
	return dst
}

func appendUint(dst []byte, value int64) []byte {
	if value >= 10 {
		dst = appendUint(dst, value/10)
	}
	return append(dst, byte('0'+value%10))
}
