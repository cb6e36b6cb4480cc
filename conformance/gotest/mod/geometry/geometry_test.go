package geometry

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestArea(t *testing.T) {
	for _, c := range []struct {
		name    string
		w, h, a int
		err     error
	}{
		{"unit", 1, 1, 1, nil},
		{"zero width", 0, 7, 0, nil},
		{"negative", -1, 7, 0, ErrNegative},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, err := Area(c.w, c.h)
			if a != c.a || err != c.err {
				t.Errorf("Area(%d, %d) = %d, %v; want %d, %v", c.w, c.h, a, err, c.a, c.err)
			}
		})
	}
}

func TestParallel(t *testing.T) {
	t.Parallel()
	t.Log("runs after the others")
}

func TestTestdata(t *testing.T) {
	text, err := os.ReadFile("testdata/sides.txt")
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, f := range strings.Fields(string(text)) {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	if sum != 12 {
		t.Errorf("sum of sides is %d", sum)
	}
}

func TestLong(t *testing.T) {
	if testing.Short() {
		t.Skip("not with -short")
	}
	t.Log("long")
}

func BenchmarkArea(b *testing.B) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		Area(i, 2)
	}
}

func BenchmarkSides(b *testing.B) {
	for _, n := range []int{1, 10} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				Area(n, n)
			}
			b.ReportMetric(float64(n), "sides")
		})
	}
}

func FuzzArea(f *testing.F) {
	f.Add(2, 3)
	f.Fuzz(func(t *testing.T, w, h int) {
		if a, err := Area(w, h); err == nil && a != h*w {
			t.Errorf("Area(%d, %d) = %d", w, h, a)
		}
	})
}
