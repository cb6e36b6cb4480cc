package words_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"example.com/fixture/tally"
	"example.com/fixture/words"
)

var greeting = flag.String("greeting", "", "a flag of the test's own")

func TestMain(m *testing.M) {
	flag.Parse()
	if *greeting != "" {
		fmt.Println("greeting:", *greeting, flag.Args())
	}
	code := m.Run()
	fmt.Println("after the tests")
	os.Exit(code)
}

func TestSplit(t *testing.T) {
	if got := words.Split(" a  b "); len(got) != 2 || got[0] != "a" || got[1] != "b" {
		t.Errorf("Split: %q", got)
	}
}

func TestTally(t *testing.T) {
	if n := tally.Of("a b", "c"); n != 3 {
		t.Errorf("tally.Of: %d", n)
	}
}
