package postgres

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// What the server itself uses. Passwords are ASCII, so SASLprep changes nothing.
const (
	scheme     = "SCRAM-SHA-256"
	iterations = 4096
	saltBytes  = 16
)

// newVerifier is what pg_authid keeps of a password: SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey.
func newVerifier(password string) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	return verifier(password, salt, iterations)
}

func verifier(password string, salt []byte, rounds int) (string, error) {
	salted, err := pbkdf2.Key(sha256.New, password, salt, rounds, sha256.Size)
	if err != nil {
		return "", err
	}
	stored := sha256.Sum256(mac(salted, "Client Key"))
	base := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("%s$%d:%s$%s:%s", scheme, rounds, base(salt), base(stored[:]), base(mac(salted, "Server Key"))), nil
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// matches says whether a verifier was made from this password, so that a pass changes only what differs.
func matches(known, password string) bool {
	parts := strings.Split(known, "$")
	if len(parts) != 3 || parts[0] != scheme {
		return false
	}
	rounds, encoded, ok := strings.Cut(parts[1], ":")
	if !ok {
		return false
	}
	count, err := strconv.Atoi(rounds)
	if err != nil || count < 1 {
		return false
	}
	salt, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return false
	}
	again, err := verifier(password, salt, count)
	return err == nil && subtle.ConstantTimeCompare([]byte(again), []byte(known)) == 1
}
