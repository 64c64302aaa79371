package train

import (
	"context"
	"errors"
	"sync"
)

// parallel calls f for 0 to n-1, on some threads at a time, and joins the errors.
func parallel(ctx context.Context, n, threads int, f func(i int) error) error {
	errs := make([]error, n)
	slots := make(chan struct{}, max(threads, 1))
	var wait sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		wait.Go(func() {
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				errs[i] = f(i)
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}
