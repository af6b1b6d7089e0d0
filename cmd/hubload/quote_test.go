// Commands to copy, given to a real shell.

package main

import (
	"os/exec"
	"testing"
)

func TestQuoted(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	for _, s := range []string{
		"runs/orders-1a2b3c4d", "with space", "it's", `back\slash`, "請求書", "wide\u3000space", "no\u00a0break", "it's\u3000wide\\",
		"not utf-8 \xff\xfe", "line\nend", "$HOME `id`",
	} {
		got, err := exec.Command(shell, "-c", "printf %s "+visible(quoted(s))).Output()
		if err != nil || string(got) != s {
			t.Errorf("%q is printed as %s, which is %q to a shell, error %v", s, visible(quoted(s)), got, err)
		}
	}
}
