// Command oracle says which pods a cluster admits under Pod Security "restricted", by the library that the API server
// itself uses. It reads one pod a line as JSON and answers each with a line: {"allowed":false,"checks":["hostPorts"]}.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	corev1 "k8s.io/api/core/v1"
)

const longestPod = 1 << 20

func main() {
	minor := flag.Int("minor", newestMinor, "minor version of the cluster")
	list := flag.Bool("list", false, "print the ids of the checks and end")
	flag.Parse()
	if err := run(*minor, *list, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}

func run(minor int, list bool, in io.Reader, out io.Writer) error {
	judge, err := newJudge(minor)
	if err != nil {
		return err
	}
	answers := json.NewEncoder(out)
	if list {
		return answers.Encode(judge.ids())
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longestPod)
	for n := 1; lines.Scan(); n++ {
		var pod corev1.Pod
		if err := json.Unmarshal(lines.Bytes(), &pod); err != nil {
			return fmt.Errorf("line %d is no pod: %w", n, err)
		}
		verdict, err := judge.judge(&pod)
		if err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if err := answers.Encode(verdict); err != nil {
			return err
		}
	}
	return lines.Err()
}
