// 300 x 300 matrices of float64, rows as slices.
package main

func matrix(n int) [][]float64 {
	m := make([][]float64, n)
	for i := range m {
		m[i] = make([]float64, n)
		for j := range m[i] {
			m[i][j] = float64(i-j) * float64(i+j) / float64(n)
		}
	}
	return m
}

func main() {
	n := 300
	a, b, c := matrix(n), matrix(n), matrix(n)
	for i := 0; i < n; i++ {
		for j := 0; j < n; j++ {
			s := 0.0
			for k := 0; k < n; k++ {
				s += a[i][k] * b[k][j]
			}
			c[i][j] = s
		}
	}
	println(int64(c[n/2][n/2] * 1e6))
}
