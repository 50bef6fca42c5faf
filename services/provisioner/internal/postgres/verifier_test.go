package postgres

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestVerifierIsTheServersOwn(t *testing.T) {
	// RFC 7677's example: user "user", password "pencil".
	salt, err := base64.StdEncoding.DecodeString("W22ZaJ0SNY7soEsUEjb6gQ==")
	if err != nil {
		t.Fatal(err)
	}
	made, err := verifier("pencil", salt, 4096)
	if err != nil {
		t.Fatal(err)
	}
	const known = "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
	if made != known {
		t.Errorf("made  %s\nknown %s", made, known)
	}
}

func TestMatches(t *testing.T) {
	made, err := newVerifier("right")
	if err != nil {
		t.Fatal(err)
	}
	if !matches(made, "right") {
		t.Error("doesn't know its own password")
	}
	if strings.Contains(made, "right") {
		t.Error("the verifier shows the password")
	}
	for name, known := range map[string]string{
		"another password": made, "nothing": "", "md5": "md5c4ca4238a0b923820dcc509a6f75849b", "cut": made[:20],
		"no salt": "SCRAM-SHA-256$4096$a:b", "no number": "SCRAM-SHA-256$x:YQ==$a:b", "bad salt": "SCRAM-SHA-256$4096:!$a:b",
	} {
		if matches(known, "wrong") {
			t.Errorf("%s matches", name)
		}
	}
}
