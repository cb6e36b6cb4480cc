// Services of the standard library that lean on the runtime: exec, signals, sockets, timers, conditions, contexts.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"
)

func execs() {
	out, err := exec.Command("sh", "-c", "echo out; echo err >&2; exit 3").CombinedOutput()
	var ee *exec.ExitError
	fmt.Printf("%q %v %v\n", out, err, errors.As(err, &ee))
	cmd := exec.Command("cat")
	cmd.Stdin = strings.NewReader("through cat")
	out, err = cmd.Output()
	fmt.Printf("%q %v\n", out, err)
	_, err = exec.LookPath("no-such-program-here")
	fmt.Println(errors.Is(err, exec.ErrNotFound))
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err = exec.CommandContext(ctx, "sleep", "30").Run()
	fmt.Println(err, ctx.Err())
	cmd = exec.Command("sh", "-c", "read a; echo got $a; pwd; echo $V")
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "V=value")
	in, _ := cmd.StdinPipe()
	r, _ := cmd.StdoutPipe()
	fmt.Println(cmd.Start())
	io.WriteString(in, "line\n")
	all, _ := io.ReadAll(r)
	fmt.Printf("%q %v\n", all, cmd.Wait())
}

func signals() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1, syscall.SIGTERM)
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println(<-c)
	syscall.Kill(os.Getpid(), syscall.SIGTERM)
	fmt.Println(<-c)
	signal.Stop(c)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	syscall.Kill(os.Getpid(), syscall.SIGINT)
	<-ctx.Done()
	fmt.Println(ctx.Err())
	stop()
	signal.Ignore(syscall.SIGHUP)
	syscall.Kill(os.Getpid(), syscall.SIGHUP)
	fmt.Println(signal.Ignored(syscall.SIGHUP))
}

func sockets() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				s := bufio.NewScanner(c)
				for s.Scan() {
					fmt.Fprintln(c, strings.ToUpper(s.Text()))
				}
			}()
		}
	}()
	var wg sync.WaitGroup
	var sum sync.Map
	for i := range 20 {
		wg.Go(func() {
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				fmt.Println(err)
				return
			}
			defer c.Close()
			fmt.Fprintf(c, "hello %d\n", i)
			line, err := bufio.NewReader(c).ReadString('\n')
			sum.Store(i, fmt.Sprint(line, err))
		})
	}
	wg.Wait()
	for i := range 20 {
		v, _ := sum.Load(i)
		if v != fmt.Sprintf("HELLO %d\n<nil>", i) {
			fmt.Println(i, v)
		}
	}
	c, _ := net.Dial("tcp", l.Addr().String())
	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err = c.Read(make([]byte, 1))
	fmt.Println(errors.Is(err, os.ErrDeadlineExceeded), err.(net.Error).Timeout())
	l.Close()
	_, err = l.Accept()
	fmt.Println(errors.Is(err, net.ErrClosed))
	a, b := net.Pipe()
	go func() { a.Write([]byte("pipe")); a.Close() }()
	all, err := io.ReadAll(b)
	fmt.Printf("%q %v\n", all, err)
	u, _ := net.ListenPacket("udp", "127.0.0.1:0")
	d, _ := net.Dial("udp", u.LocalAddr().String())
	d.Write([]byte("datagram"))
	buf := make([]byte, 20)
	n, _, err := u.ReadFrom(buf)
	fmt.Println(string(buf[:n]), err)
}

func timers() {
	start := time.Now()
	t := time.NewTicker(5 * time.Millisecond)
	for range 4 {
		<-t.C
	}
	t.Stop()
	el := time.Since(start)
	fmt.Println(el >= 20*time.Millisecond, el < 2*time.Second)
	fired := make(chan bool)
	time.AfterFunc(time.Millisecond, func() { close(fired) })
	<-fired
	tm := time.NewTimer(time.Hour)
	fmt.Println(tm.Stop(), tm.Stop(), tm.Reset(time.Millisecond))
	<-tm.C
	select {
	case <-time.After(10 * time.Millisecond):
		fmt.Println("after")
	case <-tm.C:
		fmt.Println("timer again")
	}
}

func conditions() {
	var mu sync.Mutex
	c := sync.NewCond(&mu)
	ready, done := 0, make(chan int, 10)
	for range 10 {
		go func() {
			mu.Lock()
			ready++
			c.Wait()
			mu.Unlock()
			done <- 1
		}()
	}
	for {
		mu.Lock()
		n := ready
		mu.Unlock()
		if n == 10 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	c.Signal()
	<-done
	c.Broadcast()
	for range 9 {
		<-done
	}
	fmt.Println("all woken")
}

func contexts() {
	ctx, cancel := context.WithCancelCause(context.WithValue(context.Background(), "k", "v"))
	sub, c2 := context.WithDeadline(ctx, time.Now().Add(time.Hour))
	defer c2()
	stop := context.AfterFunc(sub, func() { fmt.Println("after func") })
	cancel(errors.New("the cause"))
	<-sub.Done()
	time.Sleep(20 * time.Millisecond)
	fmt.Println(sub.Err(), context.Cause(sub), sub.Value("k"), stop())
	ctx, cancel3 := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel3()
	<-ctx.Done()
	fmt.Println(ctx.Err())
}

func main() {
	log.SetFlags(log.Lshortfile)
	log.SetOutput(os.Stdout)
	log.Print("with file and line")
	log.New(os.Stdout, "pre: ", log.Lmsgprefix).Println("prefixed")
	fs := flag.NewFlagSet("prog", flag.ContinueOnError)
	fs.SetOutput(os.Stdout)
	n := fs.Int("n", 7, "a `number`")
	d := fs.Duration("d", time.Second, "how long")
	fmt.Println(fs.Parse([]string{"-n", "12", "--d=3m", "rest"}), *n, *d, fs.Args())
	fmt.Println(fs.Parse([]string{"-x"}))
	execs()
	signals()
	sockets()
	timers()
	conditions()
	contexts()
	defer fmt.Println("not printed")
	log.Fatal("fatal")
}
